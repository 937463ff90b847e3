import { recordAbsence, reportHeadCount } from '../../protocol/attendance.ts'
import { checkIn, checkOut, correctAttendance, withdrawCheckIn } from '../../protocol/check-in.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Attendance } from './attendance.ts'
import type { CheckIn } from './check-in.ts'
import type { Corrections } from './corrections.ts'

export interface AttendanceLive { attendance: Attendance, checkIn: CheckIn, corrections: Corrections }

export function mountAttendanceLive(command: MountCommand, domain: AttendanceLive): void {
  const { attendance } = domain
  command(recordAbsence, async ({ input, caller }) => {
    await attendance.recordAbsence(input.meetingId, caller, input)
    return {}
  })

  command(reportHeadCount, async ({ input, caller }) => {
    await attendance.reportHeadCount(input.meetingId, caller, input)
    return {}
  })

  command(checkIn, ({ input, caller }) => domain.checkIn.checkIn(input.meetingId, caller, input))
  command(checkOut, ({ input, caller }) => domain.checkIn.checkOut(input.meetingId, caller, input))
  command(withdrawCheckIn, async ({ input, caller }) => {
    await domain.checkIn.withdraw(input.meetingId, caller, input)
    return {}
  })

  command(correctAttendance, async ({ input, caller }) => {
    await domain.corrections.correct(input.meetingId, caller, input)
    return {}
  })
}
