import writeXlsx, { type CellObject } from 'write-excel-file/node'
import type { ImportKind } from '../../protocol/organisation-import.ts'
import { importColumns } from './import-columns.ts'

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

/** An empty table with one example row, which is to be written over. CSV has a byte order mark, so that Excel reads it as UTF-8. */
export async function templateOf(kind: ImportKind, format: 'xlsx' | 'csv', language: 'vi' | 'en'): Promise<Buffer> {
  const headings = importColumns[kind].map((column) => column[language])
  const example = importColumns[kind].map(({ exampleVi, exampleEn }) => language === 'en' ? exampleEn ?? exampleVi : exampleVi)
  if (format === 'csv') return Buffer.from(`\ufeff${[headings, example].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`)
  const rows = [
    headings.map((value): CellObject => ({ value, type: String, fontWeight: 'bold' })),
    example.map((value): CellObject => ({ value, type: String })),
  ]
  const columns = headings.map((heading, index) => ({ width: Math.max(14, heading.length + 4, (example[index] ?? '').length + 2) }))
  return await writeXlsx(rows, { columns, stickyRowsCount: 1 }).toBuffer()
}
