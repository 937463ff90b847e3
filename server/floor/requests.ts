import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { z } from 'zod'
import { MAX_REQUESTS, type requestFloor } from '../../protocol/floor.ts'
import type { SpeakRequest } from '../../protocol/floor-entries.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { JournalTx } from '../journal/journal.ts'
import { everyParticipant, requireOfficeOrPresiding, seesItem, type Access, type Permission } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { audienceOfSpeech, currentOf, hears, isThere, participantIn, type FloorDeps } from './speech.ts'

type Asked = Omit<z.output<typeof requestFloor.input>, 'meetingId' | 'key'>

/** Requests made, per person. */
const REQUESTS = { points: 20, duration: 60 }

/** One asks for oneself; the office, and who presides, put anybody down. */
const mayAskFor = (personId: string): Permission => (access) => {
  if (access.viewer.personId !== personId) requireOfficeOrPresiding(access)
}

/** Asking to speak, before the meeting and in it, and taking that back. */
export function createRequests({ access, people }: Pick<FloorDeps, 'access' | 'people'>) {
  const limiter = new RateLimiterMemory(REQUESTS)

  /** The same that was asked before: of a site, for the same of its people. */
  async function sameOf(tx: JournalTx, { floor }: MeetingState, { personId, itemId, kind, replyTo, speaker }: Asked): Promise<SpeakRequest | undefined> {
    const alike = floor.requests.filter((one) => one.personId === personId && one.itemId === itemId && one.kind === kind && one.replyTo === replyTo)
    const bodies = await tx.bodies(alike.map((one) => one.speaker))
    return alike.find((one) => (one.speaker ? bodies[one.speaker.$text] ?? null : null) === speaker)
  }

  return {
    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `meetingPostponed`,
     * `meetingCancelled`, `notParticipant`, `agendaItemNotFound`, `agendaItemDealtWith`, `agendaItemNotCurrent`,
     * `classifiedItem`, `proposalSecret`, `turnNotFound`, `notASite`, `notPresent`, `speakRequestsFull`, `tooManyRequests`.
     */
    async request(meetingId: string, caller: Caller, { key, ...input }: Asked & { key: string }): Promise<{ requestId: string }> {
      await limiter.consume(caller.personId).catch(tooManyRequests)
      const asked = { ...input, replyTo: input.kind === 'reply' ? input.replyTo : null }
      const { personId, itemId, kind, replyTo, topic, speaker } = asked
      const options = { key, fingerprint: ['floor:request', asked] }
      return await access.change(meetingId, caller, mayAskFor(personId), options, async (tx, found) => {
        requirePublished(found.meeting)
        requireUnstamped(topic, speaker)
        const state = await tx.state(meetingReducer)
        const person = participantIn(state, personId)
        requireOpenItem(found, state, person, itemId)
        requireTimely(state, asked, personId === caller.personId)
        if (speaker !== null && (await people([personId], tx.trx))[0]?.kind !== 'site') throw new AppError('notASite')
        const same = await sameOf(tx, state, asked)
        if (same) return { requestId: same.requestId }
        if (state.floor.requests.filter((one) => one.personId === personId).length >= MAX_REQUESTS) throw new AppError('speakRequestsFull', { limit: MAX_REQUESTS })
        const requestId = crypto.randomUUID()
        const data = {
          requestId, itemId, personId, kind, replyTo,
          topic: topic === null ? null : await tx.text(topic), speaker: speaker === null ? null : await tx.text(speaker),
        }
        tx.append({ kind: 'floor.requested', data, audience: audienceOfSpeech(itemId) })
        return { requestId }
      })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `meetingPostponed`,
     * `meetingCancelled`, `speakRequestNotFound`.
     */
    async withdraw(meetingId: string, caller: Caller, { key, requestIds }: { key: string, requestIds: readonly string[] }): Promise<void> {
      const options = { key, fingerprint: ['floor:withdraw', requestIds] }
      await access.change(meetingId, caller, everyParticipant, options, async (tx, found) => {
        requirePublished(found.meeting)
        const { floor } = meetingReducer.project(await tx.state(meetingReducer), found.viewer)
        const wanted = floor.requests.filter(({ requestId }) => requestIds.includes(requestId))
        if (!wanted.length) throw new AppError('speakRequestNotFound')
        for (const { personId } of wanted) mayAskFor(personId)(found)
        for (const { requestId, itemId } of wanted) tx.append({ kind: 'floor.withdrawn', data: { requestId }, audience: audienceOfSpeech(itemId) })
      })
    },
  }

  /** Throws `agendaItemNotFound` for what the caller or the person may not see, `classifiedItem`, `agendaItemDealtWith`. */
  function requireOpenItem(found: Access, state: MeetingState, person: Participant, itemId: string | null): void {
    if (!hears(person, state, itemId)) throw new AppError('agendaItemNotFound')
    if (itemId === null) return
    const item = state.agenda.find((one) => one.itemId === itemId)
    if (!item || !seesItem(found, itemId)) throw new AppError('agendaItemNotFound')
    if (item.classified) throw new AppError('classifiedItem')
    if (item.status === 'done' || item.status === 'deferred') throw new AppError('agendaItemDealtWith')
  }

  /**
   * What is of the moment is asked for in its moment, by who is there; whom the office puts down it has seen. Throws
   * `agendaItemNotCurrent`, `turnNotFound`, `notPresent`.
   */
  function requireTimely(state: MeetingState, { itemId, kind, replyTo, personId }: Asked, own: boolean): void {
    const ofNow = itemId === (currentOf(state)?.itemId ?? null)
    if (kind !== 'speak' && !(ofNow && state.status === 'live')) throw new AppError('agendaItemNotCurrent')
    const answers = state.floor.turns.some((turn) => turn.turnId === replyTo && turn.itemId === itemId && turn.personId !== personId)
    if (kind === 'reply' && !answers) throw new AppError('turnNotFound')
    if (own && (ofNow || itemId === null) && !isThere(state, personId)) throw new AppError('notPresent')
  }
}
