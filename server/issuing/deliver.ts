import type { Response } from 'express'
import { renderDocx } from './docx.ts'
import { paperName, type Paper } from './paper.ts'
import { renderPdf } from './pdf.ts'

const formats = {
  docx: { render: renderDocx, type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
  pdf: { render: renderPdf, type: 'application/pdf' },
}

/** Answers with the paper as a file to save, under its Vietnamese name (RFC 6266 `filename*`). Nobody may keep or sniff it. */
export async function deliverPaper(res: Response, paper: Paper, format: keyof typeof formats): Promise<void> {
  const { render, type } = formats[format]
  const file = await render(paper)
  res.attachment(`${paperName(paper)}.${format}`)
  res.set({ 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store' })
  res.end(file)
}
