import type { Logger } from 'pino'
import type { ControlEvent, PresentPeer } from '../../protocol/media-control.ts'
import { isDatabaseUnavailable } from './database.ts'
import { AppError } from './error.ts'

/** Whoever keeps presence. Each may be called again with what was told before, and take it as no change then. */
export interface PresenceFollower {
  /** A peer came, was cut off, came back or left. Resolve when it is stored: a failure is told again. */
  event(event: ControlEvent): Promise<void>
  /**
   * Everyone who is in any room: whoever is thought present beyond these has left, at `lostAt` (ms) if that is known.
   * Told once after the start, when peers have had time to come back, and whenever reports may have been lost.
   */
  reconcile(peers: PresentPeer[], lostAt: number | undefined): Promise<void>
  /** A node was reached again that has these peers: of what was decided meanwhile it was told nothing. */
  reached?(peers: PresentPeer[]): Promise<void>
}

const keyOf = ({ room, peer }: { room: string; peer: string }) => JSON.stringify([room, peer])
const ATTEMPTS = 8
const isAway = (error: unknown) => isDatabaseUnavailable(error) || (error instanceof AppError && error.code === 'databaseUnavailable')
/** How long the peers of a dead node count as present while there is no other node, beyond their grace, in ms. */
const RESTART_PATIENCE_MS = 60_000
const pauseAfter = (attempt: number) => Math.min(15_000, 250 * 2 ** attempt)

export interface Presence {
  peers(room?: string): PresentPeer[]
  /** The node that has a peer, or had it until it died. */
  nodeOf(room: string, peer: string): string | undefined
  /** How many peers a node has, of one room or of all. */
  load(nodeId: string, room?: string): number
  /** The nodes that have peers of a room. */
  nodesOf(room: string): string[]
  /** A node was reached that has these peers. Gives those that have joined another reached node since: it is to let go of them. */
  connected(nodeId: string, peers: PresentPeer[]): PresentPeer[]
  /** A node is gone since `at`: its peers have the grace to join another one, counted from when there is one. */
  lost(nodeId: string, at: number): void
  report(nodeId: string, event: ControlEvent, confirm: () => void): void
  follow(follower: PresenceFollower): void
  reconcile(lostAt: number | undefined): void
  close(): void
}

type Held = PresentPeer & { nodeId: string }
type Missing = Held & { cutAt: number, timer: NodeJS.Timeout }

/**
 * Who is in the rooms, as the nodes report it, passed on to the follower in order and one at a time. The death of a node
 * is bridged: a peer that joins another one within the grace was cut and resumed, one that does not has left when it died.
 */
export function createPresence({ graceMs, log }: { graceMs: number; log: Logger }): Presence {
  const present = new Map<string, Held>()
  /** Peers of dead nodes that are waited for. */
  const missing = new Map<string, Missing>()
  const nodes = new Set<string>()
  let follower: PresenceFollower | undefined
  let queue = Promise.resolve()
  let closed = false

  /**
   * Later ones wait, so that order holds. What is refused for a minute is given up, and mended by `reconcile` afterwards;
   * a database that is away is waited for.
   */
  function tell(what: string, act: (follower: PresenceFollower) => Promise<void>, done: () => void = () => undefined): void {
    queue = queue.then(async () => {
      for (let attempt = 0, refusals = 0; refusals < ATTEMPTS && !closed; attempt += 1) {
        try {
          if (follower) await act(follower)
          return done()
        } catch (error) {
          if (!isAway(error)) refusals += 1
          log.error({ what, attempt, err: error }, 'presence not stored')
          await new Promise((resolve) => { setTimeout(resolve, pauseAfter(attempt)).unref() })
        }
      }
      if (!closed) reconcile(undefined)
    })
  }

  const all = () => [...present.values(), ...missing.values()]
  const shown = ({ room, peer, label, joinedAt, cutAt }: Held): PresentPeer => ({ room, peer, label, joinedAt, cutAt })

  function reconcile(lostAt: number | undefined): void {
    tell('reconcile', (to) => to.reconcile(all().map(shown), lostAt))
  }

  function found(key: string): boolean {
    clearTimeout(missing.get(key)?.timer)
    return missing.delete(key)
  }

  /** What the follower is told; undefined where it is of a node that the peer has left for another one. */
  function apply(nodeId: string, event: ControlEvent): ControlEvent | undefined {
    const { room, peer, at } = event
    const key = keyOf(event)
    const known = present.get(key)
    if (event.event === 'peerJoined') {
      const awaited = found(key) || (known !== undefined && known.nodeId !== nodeId)
      present.set(key, { room, peer, label: event.label, joinedAt: at, cutAt: null, nodeId })
      return awaited ? { event: 'peerResumed', room, peer, at } : event
    }
    if (known && known.nodeId !== nodeId) return undefined
    if (event.event === 'peerLeft') present.delete(key)
    else if (known) known.cutAt = event.event === 'peerCut' ? at : null
    return event
  }

  function awaitReturn(one: Held, cutAt: number): void {
    const timer = setTimeout(() => {
      missing.delete(keyOf(one))
      tell('peerLeft', (to) => to.event({ event: 'peerLeft', room: one.room, peer: one.peer, at: cutAt, reason: 'timedOut' }))
    }, nodes.size > 0 ? graceMs : graceMs + RESTART_PATIENCE_MS).unref()
    missing.set(keyOf(one), { ...one, cutAt, timer })
  }

  return {
    peers: (room) => all().filter((one) => room === undefined || one.room === room).map(shown),
    nodeOf: (room, peer) => (present.get(keyOf({ room, peer })) ?? missing.get(keyOf({ room, peer })))?.nodeId,
    load: (nodeId, room) => [...present.values()].filter((one) => one.nodeId === nodeId && (room ?? one.room) === one.room).length,
    nodesOf: (room) => [...new Set([...present.values()].flatMap((one) => (one.room === room ? one.nodeId : [])))],
    connected(nodeId, peers) {
      for (const [key, one] of present) if (one.nodeId === nodeId) present.delete(key)
      const movedOn = peers.filter((one) => (present.get(keyOf(one))?.joinedAt ?? 0) > one.joinedAt)
      for (const one of peers) {
        if (movedOn.includes(one)) continue
        found(keyOf(one))
        present.set(keyOf(one), { ...one, nodeId })
      }
      const first = nodes.size === 0
      nodes.add(nodeId)
      tell('reached', async (to) => to.reached?.(peers))
      // Until now there was nowhere to come back to.
      if (first) for (const one of [...missing.values()]) if (found(keyOf(one))) awaitReturn(one, one.cutAt)
      return movedOn
    },
    lost(nodeId, at) {
      if (!nodes.delete(nodeId)) return
      for (const [key, one] of present) {
        if (one.nodeId !== nodeId) continue
        present.delete(key)
        awaitReturn(one, one.cutAt ?? at)
        if (one.cutAt === null) tell('peerCut', (to) => to.event({ event: 'peerCut', room: one.room, peer: one.peer, at }))
      }
    },
    report(nodeId, event, confirm) {
      const told = apply(nodeId, event)
      if (!told) return confirm()
      tell(told.event, (to) => to.event(told), confirm)
    },
    follow: (given) => { follower = given },
    reconcile,
    close() {
      closed = true
      for (const { timer } of missing.values()) clearTimeout(timer)
    },
  }
}
