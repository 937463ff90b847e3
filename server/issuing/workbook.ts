import writeXlsx from 'write-excel-file/node'

/** Spreadsheets know no time zones: an instant is written as the clock in Vietnam showed it. */
const ZONE_MS = 7 * 3600_000

/** A date is an instant. */
export type CellValue = string | number | Date | null

export interface Sheet {
  name: string
  /** `width` in characters. */
  columns: readonly { title: string, width: number }[]
  rows: readonly (readonly CellValue[])[]
}

function cellOf(value: CellValue) {
  if (value === null) return null
  if (typeof value === 'number') return { value, type: Number }
  if (value instanceof Date) {
    return { value: new Date(value.getTime() + ZONE_MS), type: Date, format: 'dd/mm/yyyy hh:mm:ss', align: 'left' as const }
  }
  // As text, so that a name that begins with "=" is a name.
  return { value, type: String, wrap: true, alignVertical: 'top' as const }
}

/** Tables as XLSX, each with a head that stays in sight. */
export async function renderWorkbook(sheets: readonly Sheet[]): Promise<Buffer> {
  return await writeXlsx(sheets.map(({ name, columns, rows }) => ({
    sheet: name, stickyRowsCount: 1, columns: columns.map(({ width }) => ({ width })),
    data: [columns.map(({ title }) => ({ value: title, type: String, fontWeight: 'bold' as const })), ...rows.map((row) => row.map(cellOf))],
  }))).toBuffer()
}
