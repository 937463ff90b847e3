import { isInRoom, type AttendanceState } from '../../protocol/attendance.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { Stay } from '../../protocol/stays.ts'
import { canonical } from '../journal/chain.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface CorrectionsDeps {
  access: Pick<MeetingAccess, 'change'>
  /** Keeps what a closed meeting comes to for each person. */
  keepResults(tx: JournalTx): Promise<void>
}

export interface Correction { key: string, personId: string, known: readonly Stay[], stays: readonly Stay[], reason: string }

/** What the clerk puts right: an entry beside those that it corrects, with its reason. */
export function createCorrections({ access, keepResults }: CorrectionsDeps) {
  return {
    /**
     * States all stays of a person up to now; what is so already is not recorded. Throws `meetingNotFound`,
     * `forbiddenInMeeting`, `meetingNotPublished`, `notParticipant`, `minutesPublished`, `attendanceChanged` (details `stays`:
     * as they are now), `staysInvalid` (details `reason`).
     */
    async correct(meetingId: string, caller: Caller, { key, personId, known, stays, reason }: Correction): Promise<void> {
      const options = { key, fingerprint: ['attendance:correct', personId, known, stays, reason] }
      await access.change(meetingId, caller, requireOffice, options, async (tx, { meeting }) => {
        const { participants, attendance, status, closedAt, minutesNumber } = await tx.state(meetingReducer)
        if (status !== 'published' && status !== 'live' && status !== 'closed') throw new AppError('meetingNotPublished')
        if (!participants.some((participant) => participant.personId === personId)) throw new AppError('notParticipant')
        if (minutesNumber !== null) throw new AppError('minutesPublished')
        const present = attendance.stays[personId] ?? []
        if (canonical([...known]) !== canonical(present)) throw new AppError('attendanceChanged', { stays: present })
        const problem = problemOf(stays, closedAt ?? tx.at.toISOString())
          ?? openProblem(stays, attendance, personId, { closed: closedAt !== null, hall: meeting.mode !== 'online' })
        if (problem) throw new AppError('staysInvalid', { reason: problem })
        if (canonical([...stays]) === canonical(present)) return
        tx.append({ kind: 'attendance.corrected', data: { personId, stays }, audience: { scope: 'meeting' } })
        const text = await tx.text(reason)
        tx.append({ kind: 'attendance.correctionReason', data: { personId, reason: text }, audience: { scope: 'office' } })
        if (closedAt !== null) await keepResults(tx)
      })
    },
  }
}

export type Corrections = ReturnType<typeof createCorrections>

type StaysProblem = 'order' | 'overlap' | 'future' | 'open'

/** Stays that could not have been, up to this instant: they end before they begin, overlap, or are to come. */
function problemOf(stays: readonly Stay[], upTo: string): StaysProblem | undefined {
  for (const [index, { from, to }] of stays.entries()) {
    const next = stays[index + 1]
    if (to !== null && to <= from) return 'order'
    if (from > upTo || (to !== null && to > upTo)) return 'future'
    if (next && (to === null || next.from < to)) return 'overlap'
  }
  return undefined
}

/** An open stay goes on where somebody still is: by a device in the room, or in a hall that there is; never after the closing. */
function openProblem(
  stays: readonly Stay[], attendance: AttendanceState, personId: string, { closed, hall }: { closed: boolean, hall: boolean },
): StaysProblem | undefined {
  const open = stays.at(-1)
  if (!open || open.to !== null) return undefined
  const possible = open.mode === 'online' ? isInRoom(attendance, personId) : hall
  return closed || !possible ? 'open' : undefined
}
