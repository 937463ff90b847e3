import type { BodyRole } from '../../protocol/bodies.ts'
import type { AttendedAs } from '../../protocol/attendance-record.ts'
import type { AttendanceStatus } from '../../protocol/roll.ts'
import type { StayMode } from '../../protocol/stays.ts'

/** Set words of attendance lists, which are official papers and so in Vietnamese, whatever language the interface shows. */
export const statusNames: Record<AttendanceStatus, string> = {
  inPerson: 'Có mặt trực tiếp', online: 'Có mặt trực tuyến', left: 'Đã rời', substitute: 'Có người dự thay',
  absentExcused: 'Vắng có lý do', absentUnexcused: 'Vắng không lý do', notChecked: 'Chưa điểm danh',
}

export const attendedNames: Record<AttendedAs, string> = {
  inPerson: 'Dự trực tiếp', online: 'Dự trực tuyến', substitute: statusNames.substitute,
  absentExcused: statusNames.absentExcused, absentUnexcused: statusNames.absentUnexcused,
}

export const modeNames: Record<StayMode, string> = { inPerson: 'Trực tiếp', online: 'Trực tuyến' }

export const roleNames: Record<BodyRole, string> = { chair: 'Chủ trì', clerk: 'Thư ký', member: 'Thành viên', guest: 'Khách mời' }

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
})

function partsOf(instant: string): Record<string, string> {
  return Object.fromEntries(clock.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]))
}

/** 08:05:30, as it was in Vietnam. */
export function secondOf(instant: string): string {
  const { hour, minute, second } = partsOf(instant)
  return `${hour}:${minute}:${second}`
}

/** 08/06/2026 */
export function dayOf(instant: string): string {
  const { day, month, year } = partsOf(instant)
  return `${day}/${month}/${year}`
}

/** Whole minutes, as people count them: half a minute and more is one. */
export const minutesOf = (ms: number) => Math.round(ms / 60_000)
