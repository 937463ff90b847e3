import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { PresentPeer } from '../../protocol/media-control.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Journal } from '../journal/journal.ts'
import type { MediaNode } from '../platform/media-node.ts'
import { rightsOf, screensOf } from './rights.ts'

type Node = Pick<MediaNode, 'setRights' | 'mute' | 'closeProducers' | 'setScreenLimit' | 'closeLabel'>

export interface EnforcementDeps {
  journal: Pick<Journal, 'state'>
  /** Undefined where the server runs without a video room. */
  media: Node | undefined
  log: Pick<Logger, 'warn'>
}

/** Pauses before a failed attempt is made again, in ms. */
const PAUSES_MS = [100, 400, 1500]
/** How long who gave the order waits to see it carried out, in ms; it goes on after that. */
const PATIENCE_MS = 1000

/**
 * Carries out at the media node what was decided, after its commit: best effort, made again, logged. For each meeting one
 * thing after the other, and each by the state of its moment, so that what was decided last holds.
 */
export function createEnforcement({ journal, media, log }: EnforcementDeps) {
  const queues = new Map<string, Promise<void>>()

  async function attempt(meetingId: string, what: string, node: Node, act: (node: Node, state: MeetingState) => Promise<unknown>): Promise<void> {
    for (const pause of [...PAUSES_MS, undefined]) {
      try {
        await act(node, await journal.state(meetingId, meetingReducer))
        return
      } catch (err) {
        if (pause === undefined) return log.warn({ meetingId, what, err }, 'an order was not carried out at the media node')
        await wait(pause, undefined, { ref: false })
      }
    }
  }

  async function carryOut(meetingId: string, what: string, act: (node: Node, state: MeetingState) => Promise<unknown>): Promise<void> {
    if (!media) return
    const job = (queues.get(meetingId) ?? Promise.resolve()).then(() => attempt(meetingId, what, media, act)).finally(() => {
      if (queues.get(meetingId) === job) queues.delete(meetingId)
    })
    queues.set(meetingId, job)
    await Promise.race([job, wait(PATIENCE_MS, undefined, { ref: false })])
  }

  async function tellRights(node: Node, meetingId: string, state: MeetingState, concerns: (personId: string) => boolean): Promise<void> {
    const concerned = state.participants.filter(({ personId }) => concerns(personId))
    await Promise.all(concerned.map((person) => node.setRights(meetingId, person.personId, rightsOf(person, state.order))))
  }

  return {
    /** Tells the node what these persons may do now; without them, what everybody may. */
    rights(meetingId: string, personIds?: readonly string[]): Promise<void> {
      return carryOut(meetingId, 'rights', (node, state) => tellRights(node, meetingId, state, (id) => personIds?.includes(id) ?? true))
    },

    screens(meetingId: string): Promise<void> {
      return carryOut(meetingId, 'screens', (node, { order }) => node.setScreenLimit(meetingId, screensOf(order)))
    },

    mute(meetingId: string, whom: { label: string } | { except: string }): Promise<void> {
      return carryOut(meetingId, 'mute', (node) => node.mute(meetingId, whom))
    },

    endShare(meetingId: string, personId: string): Promise<void> {
      return carryOut(meetingId, 'endShare', (node) => node.closeProducers(meetingId, personId, ['screen', 'screenAudio']))
    },

    putOut(meetingId: string, personId: string): Promise<void> {
      return carryOut(meetingId, 'putOut', (node) => node.closeLabel(meetingId, personId))
    },

    /** What was decided while nobody could tell the node, for meetings that have somebody in their room. Labels are persons. */
    async again(peers: readonly Pick<PresentPeer, 'room' | 'label'>[]): Promise<void> {
      const rooms = Map.groupBy(peers, ({ room }) => room)
      await Promise.all([...rooms].map(([meetingId, there]) => carryOut(meetingId, 'again', async (node, state) => {
        const inside = new Set(there.map(({ label }) => label))
        await node.setScreenLimit(meetingId, screensOf(state.order))
        await tellRights(node, meetingId, state, (id) => inside.has(id))
        for (const { personId } of state.order.out) if (inside.has(personId)) await node.closeLabel(meetingId, personId)
      })))
    },

    /** Once everything that was decided so far has been carried out, or given up. */
    async settled(meetingId: string): Promise<void> {
      await queues.get(meetingId)
    },
  }
}

export type Enforcement = ReturnType<typeof createEnforcement>
