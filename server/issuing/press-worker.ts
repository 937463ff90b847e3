import { renderDocx } from './docx.ts'
import type { Paper } from './paper.ts'
import { renderPdf } from './pdf.ts'

export interface PrintJob { paper: Paper, format: 'docx' | 'pdf' }

const render = { docx: renderDocx, pdf: renderPdf }

/** What a thread of the press does. */
export default function print({ paper, format }: PrintJob): Promise<Uint8Array> {
  return render[format](paper)
}
