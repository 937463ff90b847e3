import type { Logger } from 'pino'
import type { ControlEvent, PresentPeer } from '../../protocol/media-control.ts'
import { isDatabaseUnavailable } from './database.ts'
import { AppError } from './error.ts'

/** Whoever keeps presence. Both may be called again with what was told before, and take it as no change then. */
export interface PresenceFollower {
  /** A peer came, was cut off, came back or left. Resolve when it is stored: a failure is told again. */
  event(event: ControlEvent): Promise<void>
  /**
   * Everyone who is in any room: whoever is thought present beyond these has left, at `lostAt` (ms) if that is known.
   * Told once after the start, when peers have had time to come back, and whenever reports may have been lost.
   */
  reconcile(peers: PresentPeer[], lostAt: number | undefined): Promise<void>
}

const keyOf = ({ room, peer }: { room: string; peer: string }) => JSON.stringify([room, peer])
const ATTEMPTS = 8
const isAway = (error: unknown) => isDatabaseUnavailable(error) || (error instanceof AppError && error.code === 'databaseUnavailable')
/** How long the peers of a dead node count as present while no other node can be started, beyond their grace, in ms. */
const RESTART_PATIENCE_MS = 60_000
const pauseAfter = (attempt: number) => Math.min(15_000, 250 * 2 ** attempt)

export interface Presence {
  peers(room?: string): PresentPeer[]
  /** A node was reached that has these peers. */
  connected(nodeId: string, peers: PresentPeer[]): void
  /** The node's process is gone since `at`: its peers have the grace to join the next one, counted from when it is there. */
  lost(at: number): void
  report(event: ControlEvent, confirm: () => void): void
  follow(follower: PresenceFollower): void
  reconcile(lostAt: number | undefined): void
  close(): void
}

/**
 * Who is in the rooms, as the node reports it, passed on to the follower in order and one at a time. The death of a node
 * is bridged: a peer that joins the next one within the grace was cut and resumed, one that does not has left when it died.
 */
export function createPresence({ graceMs, log }: { graceMs: number; log: Logger }): Presence {
  let present = new Map<string, PresentPeer>()
  /** Peers of a dead node that are waited for, by when they were lost. */
  const missing = new Map<string, PresentPeer & { cutAt: number }>()
  let givingUp: NodeJS.Timeout | undefined
  let nodeId: string | undefined
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

  function reconcile(lostAt: number | undefined): void {
    tell('reconcile', (to) => to.reconcile([...present.values(), ...missing.values()], lostAt))
  }

  function apply(event: ControlEvent): ControlEvent {
    const key = keyOf(event)
    const known = present.get(key)
    switch (event.event) {
      case 'peerJoined': {
        const awaited = missing.delete(key)
        present.set(key, { room: event.room, peer: event.peer, label: event.label, joinedAt: event.at, cutAt: null })
        return awaited ? { event: 'peerResumed', room: event.room, peer: event.peer, at: event.at } : event
      }
      case 'peerCut':
        if (known) known.cutAt = event.at
        return event
      case 'peerResumed':
        if (known) known.cutAt = null
        return event
      case 'peerLeft':
        present.delete(key)
        return event
    }
  }

  function giveUpAfter(ms: number): void {
    clearTimeout(givingUp)
    givingUp = setTimeout(() => {
      for (const [key, { room, peer, cutAt }] of missing) {
        missing.delete(key)
        tell('peerLeft', (to) => to.event({ event: 'peerLeft', room, peer, at: cutAt, reason: 'timedOut' }))
      }
    }, ms).unref()
  }

  return {
    peers: (room) => [...present.values(), ...missing.values()].filter((one) => room === undefined || one.room === room),
    connected(id, peers) {
      present = new Map(peers.map((one) => [keyOf(one), one]))
      for (const key of present.keys()) missing.delete(key)
      if (nodeId === undefined) giveUpAfter(graceMs)
      nodeId = id
    },
    lost(at) {
      if (nodeId === undefined) return
      nodeId = undefined
      for (const [key, one] of present) {
        missing.set(key, { ...one, cutAt: one.cutAt ?? at })
        if (one.cutAt === null) tell('peerCut', (to) => to.event({ event: 'peerCut', room: one.room, peer: one.peer, at }))
      }
      present.clear()
      giveUpAfter(graceMs + RESTART_PATIENCE_MS)
    },
    report(event, confirm) {
      const told = apply(event)
      tell(told.event, (to) => to.event(told), confirm)
    },
    follow: (given) => { follower = given },
    reconcile,
    close() {
      closed = true
      clearTimeout(givingUp)
    },
  }
}
