import { recordAbsence, reportHeadCount } from '../../protocol/attendance.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Attendance } from './attendance.ts'

export function mountAttendanceLive(command: MountCommand, attendance: Attendance): void {
  command(recordAbsence, async ({ input, caller }) => {
    await attendance.recordAbsence(input.meetingId, caller, input)
    return {}
  })

  command(reportHeadCount, async ({ input, caller }) => {
    await attendance.reportHeadCount(input.meetingId, caller, input)
    return {}
  })
}
