import { recordAbsence } from '../../protocol/attendance.ts'
import { enterRoom } from '../../protocol/room.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Attendance } from './attendance.ts'

export function mountAttendanceLive(command: MountCommand, attendance: Attendance): void {
  command(enterRoom, async ({ input, caller }) => ({
    outcome: 'enter' as const, ...await attendance.enter(input.meetingId, caller, input.deviceId), iceServers: [],
  }))

  command(recordAbsence, async ({ input, caller }) => {
    await attendance.recordAbsence(input.meetingId, caller, input)
    return {}
  })
}
