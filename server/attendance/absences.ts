import type { AttendanceState } from '../../protocol/attendance.ts'
import type { JournalTx } from '../journal/journal.ts'

/**
 * The one rule of an absence that is told ahead, by an answer to the invitation or by a report of absence. An empty reason
 * takes it back; the reason that stands already writes nothing. Returns whether something was written.
 */
export async function tellAbsence(tx: JournalTx, attendance: Pick<AttendanceState, 'excused' | 'reasons'>, personId: string, reason: string): Promise<boolean> {
  const excused = reason !== ''
  const standing = attendance.reasons[personId]
  const unchanged = excused
    ? standing !== undefined && (await tx.bodies(standing))[standing.$text] === reason
    : !attendance.excused.includes(personId)
  if (unchanged) return false
  tx.append({ kind: 'attendance.absenceRecorded', data: { personId, excused }, audience: { scope: 'meeting' } })
  const text = excused ? await tx.text(reason) : null
  tx.append({ kind: 'attendance.absenceReason', data: { personId, reason: text }, audience: { scope: 'office' } })
  return true
}
