import { foldText } from '../../protocol/fold.ts'
import type { ImportColumn, ImportKind } from '../../protocol/organisation-import.ts'
import { unreadable, type Table } from './table.ts'

interface ColumnSpec { column: ImportColumn, vi: string, en: string, required: boolean, exampleVi: string, exampleEn?: string }

const spec = (column: ImportColumn, vi: string, en: string, exampleVi: string, options: { optional?: true, exampleEn?: string } = {}): ColumnSpec => ({
  column, vi, en, exampleVi, required: !options.optional, ...(options.exampleEn === undefined ? {} : { exampleEn: options.exampleEn }),
})

const optional = { optional: true } as const
const username = spec('username', 'Tên đăng nhập', 'User name', 'nguyen.van.an')
const since = spec('since', 'Từ ngày', 'Since', '01/01/2026', optional)

/** The tables that can be imported, their columns and an example of each. */
export const importColumns: Record<ImportKind, readonly ColumnSpec[]> = {
  people: [
    username,
    spec('fullName', 'Họ và tên', 'Full name', 'Nguyễn Văn An'),
    spec('office', 'Chức vụ', 'Office', 'Chuyên viên Phòng Tổng hợp'),
    spec('personKind', 'Loại', 'Kind', 'người', { ...optional, exampleEn: 'person' }),
    spec('unit', 'Đơn vị', 'Unit', 'Văn phòng Tỉnh uỷ', optional),
    since,
  ],
  bodies: [
    spec('body', 'Cơ quan', 'Body', 'Hội đồng tư vấn'),
    spec('bodyKind', 'Loại cơ quan', 'Kind of body', 'hội đồng', { ...optional, exampleEn: 'council' }),
    spec('unit', 'Đơn vị', 'Unit', '', optional),
    spec('since', 'Từ ngày', 'Since', '01/01/2026', optional),
    spec('style', 'Thể thức', 'Style', 'nhà nước', { exampleEn: 'state' }),
    spec('superior', 'Cơ quan cấp trên', 'Superior body', 'UBND TỈNH', optional),
    spec('issuer', 'Cơ quan ban hành', 'Issuer', 'HỘI ĐỒNG TƯ VẤN'),
    spec('minutesSymbol', 'Ký hiệu biên bản', 'Minutes symbol', 'BB-HĐTV'),
    spec('place', 'Địa danh', 'Place', 'Bình Sơn'),
    spec('quorum', 'Túc số', 'Quorum', '2/3'),
    spec('quorumBasis', 'Căn cứ túc số', 'Quorum basis', 'Quy chế làm việc'),
    spec('majority', 'Tỉ lệ thông qua', 'Majority', '>1/2'),
    spec('majorityBase', 'Tính trên', 'Counted against', 'đương nhiệm', { exampleEn: 'incumbents' }),
    spec('majorityBasis', 'Căn cứ tỉ lệ thông qua', 'Majority basis', 'Quy chế làm việc'),
  ],
  members: [
    spec('body', 'Cơ quan', 'Body', 'Hội đồng tư vấn'),
    username,
    spec('role', 'Vai trò', 'Role', 'thành viên', { exampleEn: 'member' }),
    spec('office', 'Chức danh trong cơ quan', 'Office in the body', 'Uỷ viên'),
    spec('voting', 'Quyền biểu quyết', 'Votes', 'có', { exampleEn: 'yes' }),
    spec('rank', 'Thứ tự', 'Rank', '1', optional),
    since,
    spec('until', 'Đến ngày', 'Until', '', optional),
  ],
}

/** A cell by its column; empty where the file has no such column. */
export type Cells = (column: ImportColumn) => string

const plain = (heading: string) => foldText(heading).replace(/[^a-z0-9]+/g, ' ').trim()

/** The rows by column. Throws `importUnreadable` where a heading that is needed is missing or stands twice. */
export function rowsOf(kind: ImportKind, { headings, rows }: Table): { number: number, cell: Cells, has: (column: ImportColumn) => boolean }[] {
  const written = headings.map(plain)
  const places = new Map<ImportColumn, number>()
  const missing: string[] = []
  for (const { column, vi, en, required } of importColumns[kind]) {
    const found = written.flatMap((heading, index) => heading === plain(vi) || heading === plain(en) ? [index] : [])
    if (found.length > 1) throw unreadable('headings', { twice: headings[found[1] ?? 0] })
    if (found[0] !== undefined) places.set(column, found[0])
    else if (required) missing.push(vi)
  }
  if (missing.length > 0) throw unreadable('headings', { missing })
  return rows.map(({ number, cells }) => ({
    number,
    cell: (column) => cells[places.get(column) ?? -1] ?? '',
    has: (column) => places.has(column),
  }))
}
