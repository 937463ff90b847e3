import { renderCodeSheet, type CodeSheet } from './code-sheet.ts'
import { renderDocx } from './docx.ts'
import type { Paper } from './paper.ts'
import { preparePdf, type PreparedPdf, type ShownSignature } from './pdf-signature.ts'
import { renderPdf } from './pdf.ts'
import { renderWorkbook, type Sheet } from './workbook.ts'

export type PrintJob = { paper: Paper, format: 'docx' | 'pdf' } | { sheets: readonly Sheet[], format: 'xlsx' } | { codes: CodeSheet, format: 'codes' }
export interface SignatureJob { pdf: Uint8Array, shown: ShownSignature, format: 'signature' }

/** What a thread of the press does. */
export default function print(job: PrintJob | SignatureJob): Promise<Uint8Array | PreparedPdf> {
  switch (job.format) {
    case 'docx': return renderDocx(job.paper)
    case 'pdf': return renderPdf(job.paper)
    case 'xlsx': return renderWorkbook(job.sheets)
    case 'codes': return renderCodeSheet(job.codes)
    case 'signature': return preparePdf(job.pdf, job.shown)
  }
}
