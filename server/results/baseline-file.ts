import type { Knex } from 'knex'
import { gapsOf, type BaselineColumn, type BaselineCount, type BaselineGap, type BaselineProblem } from '../../protocol/baselines.ts'
import { foldText } from '../../protocol/fold.ts'
import { isGarbled, readTable, unreadable, type Table } from '../bodies/table.ts'
import type { Sheet } from '../issuing/workbook.ts'

interface Column { column: BaselineColumn, vi: string, en: string, width: number, example: { vi: string | number, en: string | number }, optional?: true }

const columns: readonly Column[] = [
  { column: 'body', vi: 'Cơ quan', en: 'Body', width: 30, example: { vi: 'Ban Thường vụ Tỉnh uỷ', en: 'Ban Thường vụ Tỉnh uỷ' } },
  { column: 'kind', vi: 'Loại cuộc họp', en: 'Kind of meeting', width: 30, example: { vi: 'Hội nghị thường kỳ của cấp uỷ', en: 'Regular conference of a committee' }, optional: true },
  { column: 'month', vi: 'Tháng', en: 'Month', width: 10, example: { vi: 1, en: 1 } },
  { column: 'meetings', vi: 'Số cuộc họp', en: 'Meetings', width: 14, example: { vi: 4, en: 4 } },
  { column: 'online', vi: 'Trong đó trực tuyến', en: 'Of these online', width: 20, example: { vi: 1, en: 1 }, optional: true },
  { column: 'gap', vi: 'Lý do không có số liệu', en: 'Why there is no figure', width: 40, example: { vi: '', en: '' }, optional: true },
]

export interface BaselineNamesStore {
  /** Bodies and kinds as they may be written in a table: every body; each kind by its names and its code. */
  names(db: Knex): Promise<{ bodies: { id: string, name: string }[], kinds: { code: string, names: string[] }[] }>
}

const plain = (text: string) => foldText(text).replace(/[^a-z0-9]+/g, ' ').trim()

type Found = { id: string } | 'unknown' | 'ambiguous'

/**
 * By name: one that is written exactly so, else the only one that differs by case, tones or punctuation. Names that differ by their
 * tones alone are different bodies, so where several fit it is for the writer to say which.
 */
function finder(named: readonly { id: string, name: string }[]): (written: string) => Found {
  const exact = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim()
  const index = (of: (text: string) => string) => {
    const ids = new Map<string, Set<string>>()
    for (const { id, name } of named) ids.set(of(name), (ids.get(of(name)) ?? new Set()).add(id))
    return (written: string) => [...ids.get(of(written)) ?? []]
  }
  const ways = [index(exact), index((text) => exact(text).toLocaleLowerCase('vi')), index(plain)]
  return (written) => {
    for (const way of ways) {
      const [id, ...others] = way(written)
      if (id !== undefined) return others.length ? 'ambiguous' : { id }
    }
    return 'unknown'
  }
}

/** Where each column stands. Throws `importUnreadable`. */
function placesOf({ headings }: Table): Map<BaselineColumn, number> {
  const written = headings.map(plain)
  const places = new Map<BaselineColumn, number>()
  const missing: string[] = []
  for (const { column, vi, en, optional } of columns) {
    const found = written.flatMap((heading, index) => heading === plain(vi) || heading === plain(en) ? [index] : [])
    if (found.length > 1) throw unreadable('headings', { twice: headings[found[1] ?? 0] })
    if (found[0] !== undefined) places.set(column, found[0])
    else if (!optional) missing.push(vi)
  }
  if (missing.length > 0) throw unreadable('headings', { missing })
  return places
}

export function createBaselineFile({ db, store }: { db: Knex, store: BaselineNamesStore }) {
  return {
    /** What a table says and what is wrong with it; keeps nothing. Throws `importUnreadable`. */
    async read(bytes: Buffer): Promise<{ counts: BaselineCount[], gaps: BaselineGap[], problems: BaselineProblem[] }> {
      const table = await readTable(bytes)
      const places = placesOf(table)
      const { bodies, kinds } = await store.names(db)
      const [bodyOf, kindOf] = [finder(bodies), finder(kinds.flatMap(({ code, names }) => [code, ...names].map((name) => ({ id: code, name }))))]
      const counts: BaselineCount[] = []
      const problems: BaselineProblem[] = []
      const seen = new Set<string>()
      for (const { number: row, cells } of table.rows) {
        const cell = (column: BaselineColumn) => cells[places.get(column) ?? -1] ?? ''
        const before = problems.length
        const problem = (column: BaselineColumn, reason: BaselineProblem['reason']) => { problems.push({ row, column, value: cell(column).slice(0, 200), reason }) }
        const whole = (column: BaselineColumn, max: number): number | null => {
          if (cell(column) === '') return null
          const value = /^\d{1,6}$/.test(cell(column)) ? Number(cell(column)) : Number.NaN
          if (!(value <= max)) problem(column, 'badNumber')
          return value
        }
        const found = (column: 'body' | 'kind', of: Found): string | undefined => {
          if (typeof of === 'object') return of.id
          if (column === 'body') problem(column, cell(column) === '' ? 'missing' : of === 'unknown' ? 'unknownBody' : 'ambiguousBody')
          else problem(column, of === 'unknown' ? 'unknownKind' : 'ambiguousKind')
          return undefined
        }
        const bodyId = found('body', bodyOf(cell('body')))
        const kind = cell('kind') === '' ? 'none' : found('kind', kindOf(cell('kind')))
        const month = whole('month', 12)
        if (month === null || month < 1) problem('month', month === null ? 'missing' : 'badNumber')
        const [meetings, online, gap] = [whole('meetings', 10_000), whole('online', 10_000), cell('gap').slice(0, 300)]
        if (isGarbled(gap)) problem('gap', 'garbled')
        if (meetings === null && gap === '') problem('meetings', 'missing')
        if (meetings !== null && gap !== '') problem('gap', 'gapWithFigure')
        if ((online ?? 0) > (meetings ?? 0)) problem('online', 'onlineMore')
        if (problems.length > before || bodyId === undefined || kind === undefined || month === null) continue
        const key = `${bodyId} ${kind} ${month}`
        if (seen.has(key)) problem('month', 'repeated')
        else counts.push({ bodyId, kind, month, meetings, online: meetings === null ? null : online ?? 0, gap })
        seen.add(key)
      }
      return { counts, gaps: gapsOf(counts), problems: problems.slice(0, 500) }
    },

    template: (language: 'vi' | 'en'): Sheet[] => [{
      name: language === 'vi' ? 'Số liệu gốc' : 'Baseline', columns: columns.map((column) => ({ title: column[language], width: column.width })),
      rows: [columns.map(({ example }) => example[language])],
    }],
  }
}

export type BaselineFile = ReturnType<typeof createBaselineFile>
