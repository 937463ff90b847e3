import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { runningTurn, type SpeakRequest } from '../../protocol/floor-entries.ts'
import type { FloorRule } from '../../protocol/floor-rules.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { isOut, leadsRoom } from '../../protocol/order.ts'
import { nextOf, queueOf } from '../../protocol/speaking.ts'
import type { startTurn } from '../../protocol/turns.ts'
import type { JournalTx } from '../journal/journal.ts'
import { everyParticipant, requirePresiding } from '../meetings/access.ts'
import { requireLive } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { CutOff } from './cut-off.ts'
import { appendEnd, audienceOfSpeech, currentOf, hears, isThere, participantIn, type FloorDeps, type RuleOf } from './speech.ts'

export interface TurnsDeps extends Pick<FloorDeps, 'access' | 'enforcement'> { ruleOf: RuleOf, cutOff: Pick<CutOff, 'watch'> }

type Who = z.output<typeof startTurn.input>['who']

/** Giving the floor, giving it more time, and taking it back. */
export function createTurns({ access, enforcement, ruleOf, cutOff }: TurnsDeps) {
  /**
   * Who is to speak, and the request that this takes up. Throws `speakRequestNotFound`, `agendaItemNotCurrent`, and
   * `notParticipant` for who may not be in the room now.
   */
  function chosen(state: MeetingState, queue: readonly SpeakRequest[], who: Who): { personId: string, request: SpeakRequest | undefined } {
    if ('requestId' in who) {
      const request = state.floor.requests.find(({ requestId }) => requestId === who.requestId)
      if (!request) throw new AppError('speakRequestNotFound')
      if (!queue.includes(request)) throw new AppError('agendaItemNotCurrent')
      return { personId: request.personId, request }
    }
    const { personId } = who
    if (!hears(participantIn(state, personId), state, currentOf(state)?.itemId ?? null)) throw new AppError('notParticipant')
    return { personId, request: queue.find((request) => request.personId === personId) }
  }

  /** Whether the right to send sound and picture is to come with the turn: who leads the room has it anyway. */
  function grant(tx: JournalTx, { order, participants }: MeetingState, personId: string): boolean {
    const role = participants.find((one) => one.personId === personId)?.role
    if (leadsRoom({ personId, role }, order)) return false
    // Who was invited before is told anew, and keeps what they had.
    tx.append({ kind: 'order.invitedToSpeak', data: { personId, on: true }, audience: { scope: 'meeting' } })
    return !order.invited.includes(personId)
  }

  async function begin(tx: JournalTx, who: Who, rule: FloorRule): Promise<{ turnId: string, personId: string, concerned: string[] }> {
    const before = await tx.state(meetingReducer)
    const current = currentOf(before)
    if (current?.classified) throw new AppError('classifiedItem')
    const itemId = current?.itemId ?? null
    const queue = queueOf(before.floor, itemId, rule)
    const { personId, request } = chosen(before, queue, who)
    if (isOut(before.order, personId)) throw new AppError('notPresent')
    const running = runningTurn(before.floor)
    const silenced = running ? appendEnd(tx, running, 'next') : []
    const first = nextOf(queue, (id) => isThere(before, id))
    const grants = grant(tx, await tx.state(meetingReducer), personId)
    const turnId = randomUUID()
    tx.append({
      kind: 'floor.turnStarted', audience: audienceOfSpeech(itemId),
      data: {
        turnId, requestId: request?.requestId ?? null, itemId, personId, kind: request?.kind ?? 'speak', replyTo: request?.replyTo ?? null,
        topic: request?.topic ?? null, speaker: request?.speaker ?? null, limitS: rule.secondsPerTurn,
        outOfOrder: first !== undefined && first.requestId !== request?.requestId, grants,
      },
    })
    return { turnId, personId, concerned: [...silenced, personId] }
  }

  return {
    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `notParticipant`, `speakRequestNotFound`,
     * `agendaItemNotCurrent`, `classifiedItem`, `notPresent` for who was put out, and `floorChanged` (details `turnId`) where
     * another turn than `after` goes on.
     */
    async startTurn(meetingId: string, caller: Caller, { key, who, after }: { key: string, who: Who, after: string | null }): Promise<{ turnId: string }> {
      const { meeting: { bodyId } } = await access.accessTo(meetingId, caller)
      const rule = await ruleOf(bodyId)
      const options = { key, fingerprint: ['floor:startTurn', who, after] }
      const { turnId, concerned } = await access.change(meetingId, caller, requirePresiding, options, async (tx, { meeting }) => {
        requireLive(meeting)
        const going = runningTurn((await tx.state(meetingReducer)).floor)?.turnId ?? null
        if (going !== after) throw new AppError('floorChanged', { turnId: going })
        return await begin(tx, who, rule)
      })
      await enforcement.rights(meetingId, concerned)
      if (rule.cutsOff) cutOff.watch({ meetingId, bodyId })
      return { turnId }
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `turnNotFound` also for one that is over,
     * `turnNotTimed`, and `floorChanged` (details `limitS`) where its limit is another one.
     */
    async extendTurn(
      meetingId: string, caller: Caller, { key, turnId, seconds, limitS }: { key: string, turnId: string, seconds: number, limitS: number },
    ): Promise<{ limitS: number }> {
      const options = { key, fingerprint: ['floor:extendTurn', turnId, seconds, limitS] }
      const { bodyId, ...extended } = await access.change(meetingId, caller, requirePresiding, options, async (tx, { meeting }) => {
        requireLive(meeting)
        const turn = runningTurn((await tx.state(meetingReducer)).floor)
        if (turn?.turnId !== turnId) throw new AppError('turnNotFound')
        if (turn.limitS === null) throw new AppError('turnNotTimed')
        if (turn.limitS !== limitS) throw new AppError('floorChanged', { limitS: turn.limitS })
        tx.append({ kind: 'floor.turnExtended', data: { turnId, seconds, limitS: limitS + seconds }, audience: audienceOfSpeech(turn.itemId) })
        return { limitS: limitS + seconds, bodyId: meeting.bodyId }
      })
      cutOff.watch({ meetingId, bodyId })
      return extended
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `turnNotFound`. */
    async endTurn(meetingId: string, caller: Caller, { key, turnId }: { key: string, turnId: string }): Promise<void> {
      const options = { key, fingerprint: ['floor:endTurn', turnId] }
      const { concerned } = await access.change(meetingId, caller, everyParticipant, options, async (tx, found) => {
        requireLive(found.meeting)
        const { floor } = meetingReducer.project(await tx.state(meetingReducer), found.viewer)
        const turn = floor.turns.find((one) => one.turnId === turnId)
        if (!turn) throw new AppError('turnNotFound')
        if (turn.personId !== caller.personId) requirePresiding(found)
        return { concerned: turn.until === null ? appendEnd(tx, turn, 'ended') : [] }
      })
      if (concerned.length) await enforcement.rights(meetingId, concerned)
    },

    /**
     * A step of every command that changes what is dealt with, or for whom: a turn ends with its item and with its speaker's right
     * to be there, and guests who may not see an item any more ask for nothing on it. Gives whose rights are to be told to the media node after the commit.
     */
    async followAgenda(tx: JournalTx): Promise<string[]> {
      const state = await tx.state(meetingReducer)
      for (const { requestId, personId, itemId } of state.floor.requests) {
        const person = state.participants.find((one) => one.personId === personId)
        if (person && !hears(person, state, itemId)) tx.append({ kind: 'floor.withdrawn', data: { requestId }, audience: audienceOfSpeech(itemId) })
      }
      const running = runningTurn(state.floor)
      if (!running) return []
      if (running.itemId !== (currentOf(state)?.itemId ?? null)) return appendEnd(tx, running, 'item')
      const speaker = state.participants.find((one) => one.personId === running.personId)
      return speaker && hears(speaker, state, running.itemId) ? [] : appendEnd(tx, running, 'putOut')
    },

    /** A step of closing the meeting. */
    async endWithMeeting(tx: JournalTx): Promise<void> {
      const running = runningTurn((await tx.state(meetingReducer)).floor)
      if (running) appendEnd(tx, running, 'meeting')
    },
  }
}
