import { setTimeout as wait } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { isCalled } from '../../protocol/agenda.ts'
import type { PresentPeer } from '../../protocol/media-control.ts'
import { GRANT_LIFETIME_S } from '../../protocol/media-grant.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Journal } from '../journal/journal.ts'
import type { MediaNode } from '../platform/media-node.ts'
import { rightsOf, screensOf } from './rights.ts'

type Node = Pick<MediaNode, 'setRights' | 'mute' | 'closeProducers' | 'setScreenLimit' | 'closeLabel' | 'closeRoom' | 'voidGrants'>

export interface EnforcementStore {
  /** Meetings, published or live, where something of the room's order was decided since. */
  orderedSince(db: Knex, at: Date): Promise<string[]>
}

export interface EnforcementDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  store: EnforcementStore
  /** Undefined where the server runs without a video room. */
  media: Node | undefined
  log: Pick<Logger, 'warn'>
}

/** Pauses before a failed attempt is made again, in ms. */
const PAUSES_MS = [100, 400, 1500]
/** How long who gave the order waits to see it carried out, in ms; it goes on after that. */
const PATIENCE_MS = 1000
/** How long who asks to come in waits for what was decided before, in ms. */
const ENTRANCE_PATIENCE_MS = 2000
/** What was decided longer ago, in ms, meets no grant of before it that could still be used. */
const HELD_GRANTS_MS = 2 * GRANT_LIFETIME_S * 1000

/**
 * Carries out at the media node what was decided, after its commit: best effort, made again, logged. For each meeting one
 * thing after the other, and each by the state of its moment, so that what was decided last holds.
 */
export function createEnforcement({ db, journal, store, media, log }: EnforcementDeps) {
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

  async function closeUncalled(node: Node, meetingId: string, { participants, agenda }: MeetingState, concerns: (personId: string) => boolean): Promise<void> {
    const uncalled = participants.filter((person) => concerns(person.personId) && !isCalled(agenda, person))
    await Promise.all(uncalled.map(({ personId }) => node.closeLabel(meetingId, personId)))
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
      const told = new Set<string>()
      return carryOut(meetingId, 'mute', (node) => node.mute(meetingId, whom, told))
    },

    endShare(meetingId: string, personId: string): Promise<void> {
      const told = new Set<string>()
      return carryOut(meetingId, 'endShare', (node) => node.closeProducers(meetingId, personId, ['screen', 'screenAudio'], told))
    },

    putOut(meetingId: string, personId: string): Promise<void> {
      return carryOut(meetingId, 'putOut', (node) => node.closeLabel(meetingId, personId))
    },

    /** Guests of single items whose item is over; not who was called in again meanwhile. */
    showOut(meetingId: string, personIds: readonly string[]): Promise<void> {
      return carryOut(meetingId, 'showOut', (node, state) => closeUncalled(node, meetingId, state, (id) => personIds.includes(id)))
    },

    /** After a change of who may come in: who holds a way in that is not used yet asks again. */
    voidGrants(meetingId: string): Promise<void> {
      return carryOut(meetingId, 'voidGrants', (node) => node.voidGrants(meetingId))
    },

    /**
     * What was decided while nobody could tell the node: for meetings that have somebody in their room, and those where
     * somebody may hold a grant of before. Labels are persons.
     */
    async again(peers: readonly Pick<PresentPeer, 'room'>[]): Promise<void> {
      if (!media) return
      const ordered = await store.orderedSince(db, new Date(Date.now() - HELD_GRANTS_MS))
      const rooms = new Set([...peers.map(({ room }) => room), ...ordered])
      await Promise.all([...rooms].map((meetingId) => carryOut(meetingId, 'again', async (node, state) => {
        const { status, order } = state
        if (status !== 'published' && status !== 'live') return await node.closeRoom(meetingId)
        if (order.rules.locked || order.rules.lobby) await node.voidGrants(meetingId)
        await node.setScreenLimit(meetingId, screensOf(order))
        for (const { personId } of order.out) await node.closeLabel(meetingId, personId)
        await closeUncalled(node, meetingId, state, () => true)
        await tellRights(node, meetingId, state, () => true)
      })))
    },

    /** Once everything that was decided so far has been carried out, or given up; or after a while, for a node that is sick. */
    async settled(meetingId: string): Promise<void> {
      await Promise.race([queues.get(meetingId), wait(ENTRANCE_PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

export type Enforcement = ReturnType<typeof createEnforcement>
