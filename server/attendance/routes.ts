import {
  downloadAttendancePdf, downloadAttendanceXlsx, downloadOwnAttendance, getAttendanceHistory, getItemPresence, listOwnAttendance,
} from '../../protocol/attendance-record.ts'
import { checkInByCode, getCheckInCode } from '../../protocol/check-in.ts'
import { paperName } from '../issuing/paper.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { CheckIn } from './check-in.ts'
import type { History } from './history.ts'
import type { Lists } from './list.ts'
import { attendancePaper } from './paper.ts'
import type { Results } from './results.ts'
import { attendanceSheets, ownSheets } from './workbook.ts'

export interface AttendanceRoutes { checkIn: CheckIn, history: History, lists: Lists, results: Results, press: Pick<Press, 'deliver' | 'deliverWorkbook'> }

export function mountAttendance(route: MountRoute, { checkIn, history, lists, results, press }: AttendanceRoutes): void {
  route(getCheckInCode, ({ params, query, caller }) => checkIn.code(params.meetingId, caller, query.origin))
  route(checkInByCode, ({ params, body, caller }) => checkIn.byCode(params.meetingId, caller, body))
  route(getAttendanceHistory, ({ params, caller }) => history.of(params.meetingId, caller, params.personId))
  route(getItemPresence, ({ params, caller }) => history.items(params.meetingId, caller))
  route(downloadAttendancePdf, async ({ params, caller, res }) => {
    await press.deliver(res, attendancePaper(await lists.sheet(params.meetingId, caller)), 'pdf')
  })
  route(downloadAttendanceXlsx, async ({ params, caller, res }) => {
    const sheet = await lists.sheet(params.meetingId, caller)
    await press.deliverWorkbook(res, attendanceSheets(sheet), paperName(attendancePaper(sheet)))
  })
  route(listOwnAttendance, ({ query, caller }) => results.own(caller, query))
  route(downloadOwnAttendance, async ({ query, caller, res }) => {
    await press.deliverWorkbook(res, ownSheets(await results.ownYear(caller, query.year), query.year), `Tham dự họp năm ${query.year}`)
  })
}
