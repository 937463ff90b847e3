import { renderDocx } from './docx.ts'
import type { Paper } from './paper.ts'
import { renderPdf } from './pdf.ts'
import { renderWorkbook, type Sheet } from './workbook.ts'

export type PrintJob = { paper: Paper, format: 'docx' | 'pdf' } | { sheets: readonly Sheet[], format: 'xlsx' }

/** What a thread of the press does. */
export default function print(job: PrintJob): Promise<Uint8Array> {
  switch (job.format) {
    case 'docx': return renderDocx(job.paper)
    case 'pdf': return renderPdf(job.paper)
    case 'xlsx': return renderWorkbook(job.sheets)
  }
}
