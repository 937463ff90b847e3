import type { Knex } from 'knex'
import QRCode from 'qrcode'
import { isInHall, type AttendanceState, type CheckInWay } from '../../protocol/attendance.ts'
import { CHECK_IN_BEFORE_MS, WITHDRAW_WITHIN_MS } from '../../protocol/check-in.ts'
import type { Person } from '../../protocol/identity.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { JournalTx } from '../journal/journal.ts'
import { everyParticipant, requireOffice, requireOfficeOrPresiding, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { CheckInCodes } from './codes.ts'

export interface CheckInDeps {
  access: MeetingAccess
  codes: CheckInCodes
  /** The server's own addresses; the first where a browser did not say by which it came. */
  origins: readonly string[]
  people(ids: readonly string[], trx: Knex): Promise<Person[]>
  now?: () => Date
}

interface Roll { key: string, personIds: readonly string[] }

const everybody = { scope: 'meeting' } as const

/**
 * Presence in the hall, from twelve hours before the meeting to its closing: said by each person with the code that is shown
 * there, or seen by the clerk. The closing ends it for who did not leave before.
 */
export function createCheckIn({ access, codes, origins, people, now = () => new Date() }: CheckInDeps) {
  /** Throws `notParticipant`, `siteNotInHall`. */
  async function requirePeople(tx: JournalTx, personIds: readonly string[]): Promise<void> {
    const { participants } = await tx.state(meetingReducer)
    const known = new Set(participants.map(({ personId }) => personId))
    if (personIds.some((id) => !known.has(id))) throw new AppError('notParticipant')
    if ((await people(personIds, tx.trx)).some(({ kind }) => kind === 'site')) throw new AppError('siteNotInHall')
  }

  function enter(tx: JournalTx, personId: string, how: CheckInWay): void {
    tx.append({ kind: 'attendance.checkedIn', data: { personId, how }, audience: everybody })
  }

  function leave(tx: JournalTx, personId: string, how: CheckInWay): void {
    tx.append({ kind: 'attendance.checkedOut', data: { personId, how }, audience: everybody })
  }

  /** A step of the clerk's roll call; `command` gets the list and each person once. */
  async function callRoll<T>(
    name: string, meetingId: string, caller: Caller, { key, personIds }: Roll, command: (tx: JournalTx, meeting: Meeting, ids: readonly string[]) => Promise<T>,
  ): Promise<T> {
    return await access.change(meetingId, caller, requireOffice, { key, fingerprint: [name, personIds] }, async (tx, { meeting }) => {
      requirePublished(meeting)
      return await command(tx, meeting, [...new Set(personIds)])
    })
  }

  return {
    /**
     * What the screen in the hall shows. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`,
     * `noHall`, `checkInNotOpen`.
     */
    async code(meetingId: string, caller: Caller, askedOrigin: string | undefined) {
      const found = await access.accessTo(meetingId, caller)
      requireOfficeOrPresiding(found)
      requireHall(found.meeting, now())
      const { code, changesAt, takenUntil } = codes.current(meetingId)
      const origin = origins.find((one) => one === askedOrigin) ?? origins[0] ?? ''
      const link = `${origin}/meetings/${meetingId}/present?code=${code}`
      const svg = await QRCode.toString(link, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 })
      return { svg, link, changesAt: changesAt.toISOString(), takenUntil: takenUntil.toISOString() }
    },

    /**
     * The caller says by a code that they are in the hall, or leave it. A code that was shown before they last left, or came,
     * is a picture of it and no longer theirs. Throws `meetingNotFound`, `meetingNotPublished`, `meetingClosed`, `noHall`,
     * `siteNotInHall`, `checkInNotOpen`, `checkInCodeInvalid`, `checkInCodeExpired`, `checkInCodeUsed`.
     */
    async byCode(meetingId: string, caller: Caller, { key, code, going }: { key: string, code: string, going: 'in' | 'out' }) {
      const { personId } = caller
      const options = { key, fingerprint: ['attendance.checkInByCode', code, going] }
      return await access.change(meetingId, caller, everyParticipant, options, async (tx, { meeting }) => {
        requireHall(meeting, tx.at)
        const shownAt = codes.shownAt(meetingId, code).toISOString()
        await requirePeople(tx, [personId])
        const { attendance } = await tx.state(meetingReducer)
        const inHall = isInHall(attendance, personId)
        if (inHall === (going === 'in')) return { inHall, since: inHall ? lastInHall(attendance, personId)?.from ?? null : null }
        const last = lastInHall(attendance, personId)
        if (last && shownAt < (last.to ?? last.from)) throw new AppError('checkInCodeUsed')
        if (inHall) leave(tx, personId, 'code')
        else enter(tx, personId, 'code')
        return { inHall: !inHall, since: inHall ? null : tx.at.toISOString() }
      })
    },

    /**
     * The clerk saw these people. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`,
     * `notParticipant`, `noHall`, `siteNotInHall`, `checkInNotOpen`.
     */
    async checkIn(meetingId: string, caller: Caller, roll: Roll): Promise<{ personIds: string[] }> {
      return await callRoll('attendance:checkIn', meetingId, caller, roll, async (tx, meeting, ids) => {
        requireHall(meeting, tx.at)
        await requirePeople(tx, ids)
        const { attendance } = await tx.state(meetingReducer)
        const personIds = ids.filter((id) => !isInHall(attendance, id))
        for (const personId of personIds) enter(tx, personId, 'rollCall')
        return { personIds }
      })
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `notParticipant`. */
    async checkOut(meetingId: string, caller: Caller, roll: Roll): Promise<{ personIds: string[] }> {
      return await callRoll('attendance:checkOut', meetingId, caller, roll, async (tx, _meeting, ids) => {
        await requirePeople(tx, ids)
        const { attendance } = await tx.state(meetingReducer)
        const personIds = ids.filter((id) => isInHall(attendance, id))
        for (const personId of personIds) leave(tx, personId, 'rollCall')
        return { personIds }
      })
    },

    /**
     * Takes back what the clerk has just done by mistake; who is not in the hall stays out of it. Throws `meetingNotFound`,
     * `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `notParticipant`, `checkInSettled`.
     */
    async withdraw(meetingId: string, caller: Caller, roll: Roll): Promise<void> {
      await callRoll('attendance:withdrawCheckIn', meetingId, caller, roll, async (tx, _meeting, ids) => {
        await requirePeople(tx, ids)
        const { attendance } = await tx.state(meetingReducer)
        const inHall = ids.filter((id) => isInHall(attendance, id))
        const since = inHall.map((id) => Date.parse(lastInHall(attendance, id)?.from ?? ''))
        if (since.some((from) => tx.at.getTime() - from > WITHDRAW_WITHIN_MS)) throw new AppError('checkInSettled')
        for (const personId of inHall) tx.append({ kind: 'attendance.checkInWithdrawn', data: { personId }, audience: everybody })
      })
    },
  }
}

export type CheckIn = ReturnType<typeof createCheckIn>

/** Throws `meetingNotPublished`, `meetingClosed`, `noHall` where all are online, `checkInNotOpen` (details `opensAt`) days before. */
function requireHall(meeting: Meeting, at: Date): void {
  requirePublished(meeting)
  if (meeting.mode === 'online') throw new AppError('noHall')
  const opensAt = new Date(meeting.startsAt.getTime() - CHECK_IN_BEFORE_MS)
  if (meeting.status !== 'live' && at < opensAt) throw new AppError('checkInNotOpen', { opensAt: opensAt.toISOString() })
}

/** The last time that somebody was in the hall, also as the clerk corrected it. */
function lastInHall({ told, stays }: AttendanceState, personId: string) {
  return told[personId]?.inPerson.at(-1) ?? stays[personId]?.findLast(({ mode }) => mode === 'inPerson')
}
