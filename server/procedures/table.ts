import writeXlsx, { type CellObject } from 'write-excel-file/node'
import { Day } from '../../protocol/calendar.ts'
import { foldText } from '../../protocol/fold.ts'
import { PROCEDURES_FORMAT, type ProcedureFile, type ProcedureProblem, type ProcedureReason } from '../../protocol/procedure-file.ts'
import type { ProcedureGroup } from '../../protocol/procedures.ts'
import { isGarbled, unreadable, type Table } from '../bodies/table.ts'

/** A list of procedures as a table: a row a step, the columns of the procedure filled in on its first row. */
const columns = [
  { column: 'code', vi: 'Mã quy trình', en: 'Code', required: true, example: 'QT-TC-01' },
  { column: 'name', vi: 'Tên quy trình', en: 'Procedure', required: true, example: 'Lập dự toán kinh phí hằng năm' },
  { column: 'group', vi: 'Nhóm', en: 'Group', required: true, example: 'Quản trị tài chính Đảng' },
  { column: 'basis', vi: 'Căn cứ', en: 'Legal basis', required: true, example: 'Quy chế quản lý tài chính' },
  { column: 'since', vi: 'Hiệu lực từ', en: 'In force from', required: false, example: '01/01/2027' },
  { column: 'step', vi: 'Tên bước', en: 'Step', required: true, example: 'Lập dự toán' },
  { column: 'responsible', vi: 'Trách nhiệm', en: 'Responsible', required: true, example: 'đơn vị lập hồ sơ' },
  { column: 'days', vi: 'Số ngày làm việc', en: 'Working days', required: true, example: '5' },
  { column: 'output', vi: 'Kết quả', en: 'Output', required: true, example: 'Dự toán' },
] as const
type Column = typeof columns[number]['column']

const roles = {
  starter: ['đơn vị lập hồ sơ', 'đơn vị trình', 'starting unit'], office: ['văn phòng', 'office'], chair: ['chủ trì', 'chair'], members: ['thành viên', 'members'],
} as const

/** An empty table with one example, which is to be written over. */
export async function tableTemplate(language: 'vi' | 'en'): Promise<Buffer> {
  const cells = (values: readonly string[], bold: boolean) => values.map((value): CellObject => ({ value, type: String, ...bold ? { fontWeight: 'bold' as const } : {} }))
  return await writeXlsx([cells(columns.map((one) => one[language]), true), cells(columns.map(({ example }) => example), false)], {
    columns: columns.map((one) => ({ width: Math.max(16, one.example.length + 4) })), stickyRowsCount: 1,
  }).toBuffer()
}

const plain = (text: string) => foldText(text).replace(/[^a-z0-9]+/g, ' ').trim()

/** What a table says, as a file; `row` and `heading` say where a place of it was written. */
export interface TableFile {
  file: ProcedureFile
  problems: ProcedureProblem[]
  rowOf(procedure: number, step: number | null): number | null
}

type Draft = { code: string, rows: number[], version: { since: string, name: string, groupId: string, basis: string, steps: ProcedureFile['procedures'][number]['versions'][number]['content']['steps'] } }

/** Reads a table. Throws `importUnreadable` where a heading that is needed is missing or stands twice. */
export function fileOfTable({ headings, rows }: Table, groups: readonly ProcedureGroup[], today: Day): TableFile {
  const written = headings.map(plain)
  const places = new Map<Column, number>()
  const missing: string[] = []
  for (const { column, vi, en, required } of columns) {
    const found = written.flatMap((heading, index) => heading === plain(vi) || heading === plain(en) ? [index] : [])
    if (found.length > 1) throw unreadable('headings', { twice: headings[found[1] ?? 0] })
    if (found[0] !== undefined) places.set(column, found[0])
    else if (required) missing.push(vi)
  }
  if (missing.length > 0) throw unreadable('headings', { missing })

  const problems: ProcedureProblem[] = []
  const drafts = new Map<string, Draft>()
  for (const { number: row, cells } of rows) {
    const cell = (column: Column) => cells[places.get(column) ?? -1] ?? ''
    const wrong = (column: Column, reason: ProcedureReason, message = cell(column).slice(0, 200)) => {
      problems.push({ place: headings[places.get(column) ?? -1] ?? column, row, reason, message })
    }
    const text = (column: Column) => {
      if (cell(column) === '') wrong(column, 'missing')
      else if (isGarbled(cell(column))) wrong(column, 'garbled')
      return cell(column)
    }
    const code = text('code').toUpperCase()
    let draft = drafts.get(code)
    if (!draft) {
      const group = groups.find(({ id, name }) => [id, name.vi, name.en].some((one) => plain(one) === plain(cell('group'))))
      if (!group) wrong('group', cell('group') === '' ? 'missing' : 'unknownGroup')
      const [, d = '', m = '', y = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(cell('since')) ?? []
      const since = cell('since') === '' ? today : y ? `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : cell('since')
      if (!Day.safeParse(since).success) wrong('since', 'badDate')
      draft = { code, rows: [], version: { since, groupId: group?.id ?? '', name: text('name'), basis: text('basis'), steps: [] } }
      drafts.set(code, draft)
    } else if (cell('name') !== '' && cell('name') !== draft.version.name) wrong('name', 'differs')
    const days = Number(cell('days'))
    if (cell('days') === '') wrong('days', 'missing')
    else if (!Number.isInteger(days) || days < 1) wrong('days', 'badNumber')
    const responsible = text('responsible')
    const role = (Object.keys(roles) as (keyof typeof roles)[]).find((one) => roles[one].some((word) => plain(word) === plain(responsible)))
    draft.rows.push(row)
    draft.version.steps.push({
      id: `buoc-${draft.version.steps.length + 1}`, name: text('step'), responsible: role ? { kind: 'role', role } : { kind: 'unit', unit: responsible },
      days, output: text('output'), note: '',
    })
  }
  const all = [...drafts.values()]
  return {
    problems, rowOf: (procedure, step) => all[procedure]?.rows[step ?? 0] ?? null,
    file: {
      format: PROCEDURES_FORMAT, formatVersion: 1, groups: groups.map(({ id, name, intended }) => ({ id, name, intended })),
      procedures: all.map(({ code, version: { since, name, groupId, basis, steps } }) => ({
        code, versions: [{
          version: 1, since, until: null, reason: 'Nhập từ bảng',
          content: { groupId, name, purpose: '', basis: [{ text: basis, verified: false }], units: [], follows: [], steps, forms: [] },
        }],
      })),
    },
  }
}
