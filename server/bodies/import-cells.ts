import { z } from 'zod'
import type { Threshold } from '../../protocol/shares.ts'
import { foldText } from '../../protocol/fold.ts'
import type { ImportColumn, ImportProblem, ImportReason } from '../../protocol/organisation-import.ts'
import type { Cells } from './import-columns.ts'
import { isGarbled } from './table.ts'

const Day = z.iso.date()

/** Reads the cells of one row and notes what is wrong; a cell that is wrong reads as null. */
export interface RowReader {
  row: number
  problem(column: ImportColumn, reason: ImportReason, known?: string): null
  /** A text of at most so many signs; null where it is empty or wrong. */
  text(column: ImportColumn, max: number, required?: boolean): string | null
  /** `dd/MM/yyyy` or `yyyy-MM-dd`. */
  day(column: ImportColumn): string | null
  /** One of the words, with or without diacritics. */
  choice<T>(column: ImportColumn, words: Record<string, T>, otherwise: T | null): T | null
  whole(column: ImportColumn): number | null
  /** `2/3` is at least two thirds, `>1/2` more than half. */
  share(column: ImportColumn): Omit<Threshold, 'basis'> | null
}

export function createRowReader(row: number, cell: Cells, problems: ImportProblem[]): RowReader {
  const problem = (column: ImportColumn, reason: ImportReason, known?: string): null => {
    problems.push({ row, column, value: cell(column).slice(0, 200), reason, known: known ?? null })
    return null
  }
  const reader: RowReader = {
    row, problem,
    text(column, max, required = true) {
      const value = cell(column)
      if (value === '') return required ? problem(column, 'missing') : null
      if (isGarbled(value)) return problem(column, 'garbled')
      return value.length > max ? problem(column, 'tooLong') : value
    },

    day(column) {
      const value = cell(column)
      if (value === '') return null
      const [, d = '', m = '', y = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(value) ?? []
      const day = Day.safeParse(y ? `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : value)
      return day.data ?? problem(column, 'badDate')
    },

    choice(column, words, otherwise) {
      const value = foldText(cell(column)).replace(/\s+/g, ' ')
      if (value === '') return otherwise ?? problem(column, 'missing')
      const found = Object.entries(words).find(([word]) => foldText(word) === value)
      return found ? found[1] : problem(column, 'badChoice')
    },

    whole(column) {
      const value = cell(column)
      if (value === '') return null
      const number = Number(value)
      return Number.isInteger(number) && number >= 1 && number <= 10_000 ? number : problem(column, 'badNumber')
    },

    share(column) {
      const value = foldText(cell(column))
      if (value === '') return problem(column, 'missing')
      if (value === 'qua nua' || value === 'more than half') return { numerator: 1, denominator: 2, strict: true }
      const [, strict, above = '', below = ''] = /^(>?)\s*(\d{1,3})\s*\/\s*(\d{1,3})$/.exec(value) ?? []
      const share = { numerator: Number(above), denominator: Number(below), strict: strict === '>' }
      const reachable = share.numerator > 0 && (share.numerator < share.denominator || (share.numerator === share.denominator && !share.strict))
      return reachable ? share : problem(column, 'badShare')
    },
  }
  return reader
}
