import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { SignJWT } from 'jose'
import type { Logger } from 'pino'
import type { Health } from '../../protocol/health.ts'
import {
  NODE_FILE_FRESH_MS, type ControlInput, type ControlMethod, type ControlOutput, type PresentPeer,
  type RecordingRefusal, type RunningRecording,
} from '../../protocol/media-control.ts'
import type { GrantClaims, MediaRights, MediaSource } from '../../protocol/media-grant.ts'
import { GRANT_ALGORITHM, GRANT_LIFETIME_S } from '../../protocol/media-grant.ts'
import { AppError } from './error.ts'
import { createMediaEvents } from './media-events.ts'
import { createMediaLinks } from './media-links.ts'
import { keepLocalNode } from './media-local.ts'
import { createMediaNodes, type ReachedNode } from './media-nodes.ts'
import { createPresence, type PresenceFollower } from './media-presence.ts'
import { lastSignOfLife, type MediaProcessOptions } from './media-process.ts'
import { pipeUpgrade, refuseUpgrade } from './media-proxy.ts'
import { createRegistration } from './media-registration.ts'

export interface MediaNodeOptions extends Omit<MediaProcessOptions, 'graceMs'> {
  /** How long a peer outlives its signalling, or its node, in ms. */
  graceMs?: number
  /** Peers a worker takes before a room goes on at another node. */
  peersAWorker?: number
  log: Logger
}

/**
 * What a peer may do in a room. Ids and label are opaque to the node; the label is shown to the other peers. `decidedAt` (ms):
 * what the rights were read from; what the node was told after that holds against the grant. Now, if left out.
 */
export type GrantRequest = Pick<GrantClaims, 'room' | 'peer' | 'label' | 'rights' | 'silent' | 'stayMs'> & { decidedAt?: number }

/**
 * The media nodes: the one of this machine, and those of others that registered. Commands fail with mediaUnavailable while
 * no node is reached. `label` names a person: all devices that carry it.
 */
export interface MediaNode {
  /** Signs a way in, good for one join within 60 s, and says at which path of this origin. */
  grant(request: GrantRequest): Promise<{ grant: string; path: string }>
  /** Replaces what a label's peers may do, at once, whether they have joined or only hold a grant. */
  setRights(room: string, label: string, rights: MediaRights): Promise<void>
  /**
   * Mutes the microphones of one label, or everybody's but that one's; each unmutes by themselves. `told`: the nodes that
   * did it already, for a further attempt: done twice it would undo what a person did since.
   */
  mute(room: string, whom: { label: string } | { except: string }, told?: Set<string>): Promise<void>
  /** Closes what a label's peers send of these sources. `told` as above. */
  closeProducers(room: string, label: string, sources: MediaSource[], told?: Set<string>): Promise<void>
  /** How many may share a screen at once. */
  setScreenLimit(room: string, screens: number): Promise<void>
  /** Takes a peer out and tells it why, `removed` unless said; grants that it holds are void. */
  closePeer(room: string, peer: string, reason?: 'removed' | 'replaced'): Promise<void>
  /** Takes all peers of a label out; grants that they hold are void. */
  closeLabel(room: string, label: string): Promise<void>
  closeRoom(room: string): Promise<void>
  /** Nobody comes into the room by a grant of before; who is there stays. */
  voidGrants(room: string): Promise<void>
  /**
   * The recording commands of `media-control.ts`, carried out by the node of this machine, which shares its folders with
   * us; what peers of other nodes send it has by the links of the room.
   */
  checkRecording(folder: string): Promise<RecordingRefusal | null>
  /** Whether the node that records has somebody of this room, or will have: nobody is in the room yet. */
  reachesRecorder(room: string): boolean
  startRecording(recording: ControlInput<'startRecording'>): Promise<RecordingRefusal | null>
  stopRecording(recordingId: string): Promise<void>
  /** What it records; undefined while it is not reached. */
  recordings(): Promise<RunningRecording[] | undefined>
  /** Who is in the rooms, those with lost signalling (`cutAt`) among them. Kept up to date from `follow` on. */
  peers(room?: string): PresentPeer[]
  /** Begins to pass presence on. Call it once. */
  follow(follower: PresenceFollower): Promise<void>
  /** Serves an upgrade of `/media/<node>`. The caller has checked its origin and session. */
  proxyUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Serves an upgrade of `/media-nodes`, by which a node of another machine registers. */
  register(request: IncomingMessage, socket: Duplex, head: Buffer): void
  state(): Promise<Health['mediaNodes']>
  /** Lets go of the nodes, which live on for the next server. */
  release(): void
  /**
   * Ends the node of this machine: its process, its workers, everybody's media; lets go of the others. Presence is not
   * reported as ended by this: see `reconcile`.
   */
  stop(): Promise<void>
}

/** How long a command waits for a node that is being reached again, in ms. */
const COMMAND_PATIENCE_MS = 5_000
/** How often it looks meanwhile, in ms. */
const COMMAND_PAUSE_MS = 50

/**
 * Adopts the node that lives on DATA_DIR, or starts one, and takes those that register. From then on a lost connection is
 * made again, and a node that died is replaced. Errors: those of startMediaProcess.
 */
export async function startMediaNode({ log, graceMs = 90_000, peersAWorker, ...given }: MediaNodeOptions): Promise<MediaNode> {
  const options: MediaProcessOptions = { ...given, graceMs }
  const secret = Buffer.from((await readFile(options.grantSecretFile, 'utf8')).trim(), 'hex')
  const presence = createPresence({ graceMs, log })
  const nodes = createMediaNodes(presence, peersAWorker)
  const links = createMediaLinks({ nodes, nodesOf: presence.nodesOf, log })
  let following = false
  let ended = false

  const events = createMediaEvents({ presence, nodes, links })

  async function reached(node: ReachedNode): Promise<void> {
    const { peers } = await node.control.request('listPeers', {})
    for (const { room, peer } of presence.connected(node.id, peers)) events.takeOut(node.control, room, peer)
    nodes.add(events.drained(node))
    // If the connection breaks in this moment, whoever keeps the node begins to recover it.
    if (following) await subscribe(node).catch(() => undefined)
    await links.adopt(node).catch(() => undefined)
  }

  async function subscribe({ control }: ReachedNode): Promise<void> {
    const { overflowed } = await control.request('subscribe', {})
    if (overflowed) presence.reconcile(undefined)
  }

  function unreached(nodeId: string): void {
    const node = nodes.get(nodeId)
    if (node) nodes.remove(node)
    links.lost(nodeId)
  }

  const registration = createRegistration({
    secret, log,
    events: events.of,
    reached,
    lost: unreached,
    died: presence.lost,
  })

  async function whenReached<T>(find: () => T | undefined): Promise<T> {
    for (let waited = 0; !ended; waited += COMMAND_PAUSE_MS) {
      const found = find()
      if (found) return found
      if (waited >= COMMAND_PATIENCE_MS) break
      await wait(COMMAND_PAUSE_MS, undefined, { ref: false })
    }
    throw new AppError('mediaUnavailable')
  }

  async function tell<M extends ControlMethod>(method: M, data: ControlInput<M>, told?: Set<string>): Promise<void> {
    await whenReached(() => nodes.all()[0])
    await nodes.tell(method, data, told)
  }
  const now = () => ({ at: Date.now() })

  let localId = ''
  async function askLocal<M extends ControlMethod>(method: M, data: ControlInput<M>): Promise<ControlOutput<M>> {
    return await (await whenReached(() => nodes.get(localId))).control.request(method, data)
  }

  const lastAlive = await lastSignOfLife(options.dataDir)
  // The sign of life of a node that died may be that much older than its death.
  const away = lastAlive !== undefined && Date.now() - lastAlive > graceMs + NODE_FILE_FRESH_MS
  const local = await keepLocalNode({
    process: options, log,
    events: ({ nodeId }) => events.of(nodeId),
    reached: ({ nodeId: id, signallingSocket }, control) => {
      localId = id
      return reached({
        id, control, workers: options.workers, draining: false,
        lead: (request, socket, head) => pipeUpgrade({ path: signallingSocket }, request, socket, head),
      })
    },
    lost: ({ nodeId }) => unreached(nodeId),
    died: ({ nodeId }, at) => presence.lost(nodeId, at),
  })
  let firstReconcile: NodeJS.Timeout | undefined

  return {
    async grant({ decidedAt = Date.now(), ...claims }) {
      const node = await whenReached(() => nodes.choose(claims.room, claims.peer))
      const grant = await new SignJWT({ ...claims, issuedAt: decidedAt })
        .setProtectedHeader({ alg: GRANT_ALGORITHM })
        .setAudience(node.id)
        .setJti(randomUUID())
        .setExpirationTime(`${GRANT_LIFETIME_S} s`)
        .sign(secret)
      return { grant, path: `/media/${node.id}` }
    },
    setRights: (room, label, rights) => tell('setRights', { room, label, rights, ...now() }),
    mute: (room, whom, told) => tell('mute', { room, ...whom }, told),
    closeProducers: (room, label, sources, told) => tell('closeProducers', { room, label, sources }, told),
    setScreenLimit: (room, screens) => tell('setScreenLimit', { room, screens }),
    closePeer: (room, peer, reason = 'removed') => tell('closePeer', { room, peer, reason, ...now() }),
    closeLabel: (room, label) => tell('closeLabel', { room, label, ...now() }),
    closeRoom: (room) => tell('closeRoom', { room, ...now() }),
    voidGrants: (room) => tell('voidGrants', { room, ...now() }),
    checkRecording: async (folder) => (await askLocal('checkRecording', { folder })).refused,
    reachesRecorder(room) {
      const having = presence.nodesOf(room)
      return having.length === 0 || having.includes(localId)
    },
    startRecording: async (recording) => (await askLocal('startRecording', recording)).refused,
    stopRecording: async (recordingId) => void await askLocal('stopRecording', { recordingId }),
    recordings: async () => (await nodes.get(localId)?.control.request('listRecordings', {}).catch(() => undefined))?.recordings,
    peers: presence.peers,
    async follow(follower) {
      presence.follow(follower)
      following = true
      // Nobody is in the new node yet: whoever was in the one of long ago has left it then, and may come anew.
      if (!local.adopted && away) presence.reconcile(lastAlive)
      for (const node of nodes.all()) await subscribe(node)
      if (local.adopted) presence.reconcile(undefined)
      // People of a node that is no more get their time to join this one before they count as gone.
      else if (!away) firstReconcile = setTimeout(() => presence.reconcile(lastAlive), graceMs).unref()
    },
    proxyUpgrade(request, socket, head) {
      const path = new URL(request.url ?? '', 'http://node').pathname
      const node = path.startsWith('/media/') ? nodes.get(path.slice('/media/'.length)) : undefined
      if (node) node.lead(request, socket, head)
      else refuseUpgrade(socket, '404 Not Found')
    },
    register: registration.take,
    async state() {
      if (nodes.all().length === 0) return [{ id: '', state: 'starting', workers: 0, rooms: 0, peers: 0 }]
      return await Promise.all(nodes.all().map(async ({ id, control, draining }) => {
        const state = await control.request('state', {}).catch(() => undefined)
        if (!state) return { id, state: 'down' as const, workers: 0, rooms: 0, peers: 0 }
        const { workers, rooms, peers } = state
        return { id, state: workers.length === 0 ? 'down' : draining ? 'draining' : 'up', workers: workers.length, rooms, peers }
      }))
    },
    release,
    async stop() {
      release()
      await local.stop()
    },
  }

  function release(): void {
    if (ended) return
    ended = true
    clearTimeout(firstReconcile)
    presence.close()
    registration.close()
    local.release()
  }
}
