import type { Sheet } from '../issuing/workbook.ts'
import { ERASED, type AttendanceSheet, type ListPart } from './list.ts'
import type { OwnRow } from './results.ts'
import { attendedNames, minutesOf, modeNames, roleNames, statusNames } from './words.ts'

const partNames: Record<ListPart, string> = { summoned: 'Chính thức', substitutes: 'Dự thay', others: 'Mời dự, giúp việc', sites: 'Điểm cầu' }

/** The attendance list as a workbook: everybody, every stay to the second, and minutes per item. */
export function attendanceSheets({ lines, items }: AttendanceSheet): Sheet[] {
  const people: Sheet = {
    name: 'Danh sách',
    columns: [
      { title: 'STT', width: 6 }, { title: 'Họ và tên', width: 28 }, { title: 'Chức vụ, đơn vị', width: 40 }, { title: 'Thành phần', width: 18 },
      { title: 'Tình trạng', width: 20 }, { title: 'Đến lúc', width: 20 }, { title: 'Về lúc', width: 20 }, { title: 'Số lượt', width: 8 },
      { title: 'Phút có mặt', width: 12 }, { title: 'Ghi chú', width: 40 },
    ],
    rows: lines.map((line, index) => [
      index + 1, line.name, line.office, partNames[line.part], statusNames[line.status], moment(line.stays[0]?.from), moment(line.stays.at(-1)?.to),
      line.stays.length, minutesOf(line.presentMs), line.note || null,
    ]),
  }
  const stays: Sheet = {
    name: 'Lượt có mặt',
    columns: [
      { title: 'Họ và tên', width: 28 }, { title: 'Hình thức', width: 14 }, { title: 'Đến lúc', width: 20 }, { title: 'Về lúc', width: 20 },
      { title: 'Số giây', width: 10 },
    ],
    rows: lines.flatMap((line) => line.stays.map(({ from, to, mode }) => [
      line.name, modeNames[mode], new Date(from), new Date(to), Math.round((Date.parse(to) - Date.parse(from)) / 1000),
    ])),
  }
  const perItem: Sheet = {
    name: 'Theo nội dung',
    columns: [
      { title: 'Họ và tên', width: 28 },
      ...items.map(({ number, title, ms }) => ({ title: `${number}. ${title} (${minutesOf(ms)} phút)`, width: 24 })),
    ],
    rows: lines.map((line) => [line.name, ...items.map(({ present }) => minutesOf(present.get(line.participant.personId) ?? 0))]),
  }
  return [people, stays, perItem]
}

const moment = (instant: string | undefined) => instant === undefined ? null : new Date(instant)

/** A person's year as a workbook, latest meeting first. */
export function ownSheets(rows: readonly OwnRow[], year: number): Sheet[] {
  return [{
    name: `Năm ${year}`,
    columns: [
      { title: 'Khai mạc', width: 20 }, { title: 'Bế mạc', width: 20 }, { title: 'Cuộc họp', width: 60 }, { title: 'Cơ quan', width: 32 },
      { title: 'Vai trò', width: 14 }, { title: 'Tình trạng', width: 20 }, { title: 'Phút có mặt', width: 12 }, { title: 'Phút họp', width: 10 },
    ],
    rows: rows.map(({ openedAt, closedAt, title, bodyName, role, state, presentMs }) => [
      openedAt, closedAt, title ?? ERASED, bodyName, roleNames[role], attendedNames[state], minutesOf(presentMs),
      minutesOf(closedAt.getTime() - openedAt.getTime()),
    ]),
  }]
}
