import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { SignJWT } from 'jose'
import type { Logger } from 'pino'
import type { Health } from '../../protocol/health.ts'
import { NODE_FILE_FRESH_MS, type NodeFile, type PresentPeer } from '../../protocol/media-control.ts'
import { GRANT_ALGORITHM, GRANT_LIFETIME_S, type MediaSource } from '../../protocol/media-grant.ts'
import { AppError } from './error.ts'
import { connectMediaControl, type MediaControl } from './media-control.ts'
import { createPresence, type PresenceFollower } from './media-presence.ts'
import {
  endMediaProcess, findMediaProcess, lastSignOfLife, startMediaProcess, type MediaProcessOptions,
} from './media-process.ts'
import { pipeUpgrade, refuseUpgrade } from './media-proxy.ts'

export interface MediaNodeOptions extends Omit<MediaProcessOptions, 'graceMs'> {
  /** How long a peer outlives its signalling, or its node, in ms. */
  graceMs?: number
  log: Logger
}

/** What a peer may do in a room. Ids and label are opaque to the node; the label is shown to the other peers. */
export interface GrantRequest {
  room: string
  peer: string
  label: string
  publish: MediaSource[]
}

/** The media node of this machine. Commands fail with mediaUnavailable while no node is reached. */
export interface MediaNode {
  /** Signs a way in, good for one join within 60 s, and says at which path of this origin. */
  grant(request: GrantRequest): Promise<{ grant: string; path: string }>
  /** Replaces what a peer may publish, at once, whether it has joined or only holds a grant. */
  setGrant(room: string, peer: string, publish: MediaSource[]): Promise<void>
  /** Takes a peer out; grants that it holds are void. */
  closePeer(room: string, peer: string): Promise<void>
  closeRoom(room: string): Promise<void>
  /** Who is in the rooms, those with lost signalling (`cutAt`) among them. Kept up to date from `follow` on. */
  peers(room?: string): PresentPeer[]
  /** Begins to pass presence on. Call it once. */
  follow(follower: PresenceFollower): Promise<void>
  /** Serves an upgrade of `/media/<node>`. The caller has checked its origin and session. */
  proxyUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  state(): Promise<Health['mediaNodes']>
  /** Lets go of the node, which lives on for the next server. */
  release(): void
  /** Ends the node: its process, its workers, everybody's media. Presence is not reported as ended by this: see `reconcile`. */
  stop(): Promise<void>
}

interface Current {
  file: NodeFile
  control: MediaControl
}

const restartPause = (attempt: number) => Math.min(30_000, 250 * 2 ** attempt)
/** How long a command waits for a node that is being reached again, in ms. */
const COMMAND_PATIENCE_MS = 5_000

/**
 * Adopts the node that lives on DATA_DIR, or starts one. From then on a lost connection is made again, and a node that
 * died is replaced. Errors: those of startMediaProcess.
 */
export async function startMediaNode({ log, graceMs = 90_000, ...given }: MediaNodeOptions): Promise<MediaNode> {
  const options: MediaProcessOptions = { ...given, graceMs }
  const secret = Buffer.from((await readFile(options.grantSecretFile, 'utf8')).trim(), 'hex')
  const presence = createPresence({ graceMs, log })
  let current: Current | undefined
  let reached = Promise.withResolvers<Current>()
  let following = false
  let ended = false
  const ending = new AbortController()
  /** All that is under way to reach the node again. */
  let recovering: Promise<unknown> | undefined

  async function bringUp(): Promise<{ adopted: boolean }> {
    const found = await findMediaProcess(options)
    if (found) await reach(found, true)
    else {
      const file = await startMediaProcess(options)
      try {
        if (ended) throw new AppError('mediaUnavailable')
        await reach(file, false)
      } catch (error) {
        // Nobody would know of it.
        await endMediaProcess(file.pid)
        throw error
      }
    }
    return { adopted: Boolean(found) }
  }

  async function reach(file: NodeFile, adopted: boolean): Promise<void> {
    const control = await connectMediaControl(file.controlSocket, {
      report: (seq, event) => presence.report(event, () => void control.request('confirm', { seq }).catch(() => undefined)),
      close: () => { recovering = Promise.all([recovering, recover(file)]) },
    })
    const { peers } = await control.request('listPeers', {})
    presence.connected(file.nodeId, peers)
    const mine = { file, control }
    current = mine
    // If the connection breaks in this moment, its `close` has begun to recover.
    if (following) await subscribe(mine).catch(() => undefined)
    if (current === mine) reached.resolve(mine)
    if (ended) control.close()
    log.info({ node: file.nodeId, pid: file.pid, adopted }, 'media node reached')
  }

  async function subscribe({ control }: Current): Promise<void> {
    const { overflowed } = await control.request('subscribe', {})
    if (overflowed) presence.reconcile(undefined)
  }

  async function recover(file: NodeFile): Promise<void> {
    // A connection that broke before it was of use is the business of whoever made it.
    if (ended || current?.file.nodeId !== file.nodeId) return
    current = undefined
    reached = Promise.withResolvers()
    const lostAt = Date.now()
    log.warn({ node: file.nodeId }, 'media node lost')
    for (let attempt = 0; !ended; attempt += 1) {
      try {
        const still = await findMediaProcess(options)
        if (still?.nodeId !== file.nodeId) presence.lost(lostAt)
        await bringUp()
        return
      } catch (error) {
        log.error({ attempt, err: error }, 'media node not reached')
        await wait(restartPause(attempt), undefined, { ref: false, signal: ending.signal }).catch(() => undefined)
      }
    }
  }

  async function node(): Promise<Current> {
    if (ended) throw new AppError('mediaUnavailable')
    const timeout = wait(COMMAND_PATIENCE_MS, undefined, { ref: false })
    const found = current ?? (await Promise.race([reached.promise, timeout]))
    if (!found) throw new AppError('mediaUnavailable')
    return found
  }

  const lastAlive = await lastSignOfLife(options.dataDir)
  // The sign of life of a node that died may be that much older than its death.
  const away = lastAlive !== undefined && Date.now() - lastAlive > graceMs + NODE_FILE_FRESH_MS
  const { adopted } = await bringUp()
  let firstReconcile: NodeJS.Timeout | undefined

  return {
    async grant({ room, peer, label, publish }) {
      const { file } = await node()
      const grant = await new SignJWT({ room, peer, label, publish, issuedAt: Date.now() })
        .setProtectedHeader({ alg: GRANT_ALGORITHM })
        .setAudience(file.nodeId)
        .setJti(randomUUID())
        .setExpirationTime(`${GRANT_LIFETIME_S} s`)
        .sign(secret)
      return { grant, path: `/media/${file.nodeId}` }
    },
    async setGrant(room, peer, publish) {
      await (await node()).control.request('setGrant', { room, peer, publish })
    },
    async closePeer(room, peer) {
      await (await node()).control.request('closePeer', { room, peer })
    },
    async closeRoom(room) {
      await (await node()).control.request('closeRoom', { room })
    },
    peers: presence.peers,
    async follow(follower) {
      presence.follow(follower)
      following = true
      // Nobody is in the new node yet: whoever was in the one of long ago has left it then, and may come anew.
      if (!adopted && away) presence.reconcile(lastAlive)
      if (current) await subscribe(current)
      if (adopted) presence.reconcile(undefined)
      // People of a node that is no more get their time to join this one before they count as gone.
      else if (!away) firstReconcile = setTimeout(() => presence.reconcile(lastAlive), graceMs).unref()
    },
    proxyUpgrade(request, socket, head) {
      const path = new URL(request.url ?? '', 'http://node').pathname
      if (!current || path !== `/media/${current.file.nodeId}`) return refuseUpgrade(socket, '404 Not Found')
      pipeUpgrade(current.file.signallingSocket, request, socket, head)
    },
    async state() {
      const id = current?.file.nodeId ?? ''
      const state = await current?.control.request('state', {}).catch(() => undefined)
      if (!state) return [{ id, state: current ? 'down' : 'starting', workers: 0, rooms: 0, peers: 0 }]
      const { workers, rooms, peers } = state
      return [{ id, state: workers.length > 0 ? 'up' : 'down', workers: workers.length, rooms, peers }]
    },
    release,
    async stop() {
      release()
      await recovering
      const file = current?.file ?? (await findMediaProcess(options))
      if (file) await endMediaProcess(file.pid)
    },
  }

  function release(): void {
    if (ended) return
    ended = true
    ending.abort()
    clearTimeout(firstReconcile)
    presence.close()
    current?.control.close()
  }
}
