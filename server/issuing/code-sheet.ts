import pdfmake from 'pdfmake'
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { tinos } from './fonts.ts'

/** A sheet of codes to be printed, cut and handed out: three by four on A4. */
export interface CodeSheet {
  title: string
  /** Above each code, and under it. */
  head: string
  foot: string
  codes: readonly { link: string, caption: string | null }[]
}

const COLUMNS = 3
const ROWS = 4
/** In points. */
const CELL_HEIGHT = 190
const CODE_SIZE = 104

/** The sheet as PDF. Codes have medium correction of errors, as what is printed and folded needs. */
export function renderCodeSheet({ title, head, foot, codes }: CodeSheet): Promise<Buffer> {
  pdfmake.setFonts({ Tinos: tinos })
  const cell = (code: CodeSheet['codes'][number] | undefined): Content => code === undefined ? '' : {
    stack: [
      { text: short(head, 90), bold: true, fontSize: 9, alignment: 'center', margin: [0, 6, 0, 4] },
      { qr: code.link, fit: CODE_SIZE, eccLevel: 'M', alignment: 'center' },
      ...code.caption ? [{ text: short(code.caption, 60), fontSize: 9, alignment: 'center' as const, margin: [0, 4, 0, 0] as [number, number, number, number] }] : [],
      { text: foot, fontSize: 8, alignment: 'center', margin: [0, 3, 0, 0] },
    ],
  }
  const rows = Array.from({ length: Math.ceil(codes.length / COLUMNS) }, (_, row) => Array.from({ length: COLUMNS }, (_, column) => cell(codes[row * COLUMNS + column])))
  const pages = Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, page) => rows.slice(page * ROWS, (page + 1) * ROWS))
  const dashed = () => ({ dash: { length: 3, space: 3 } })
  const definition: TDocumentDefinitions = {
    pageSize: 'A4', pageMargins: [28, 36, 28, 28], language: 'vi-VN', displayTitle: true, info: { title },
    defaultStyle: { font: 'Tinos' },
    content: pages.map((page, index) => ({
      ...index > 0 ? { pageBreak: 'before' as const } : {},
      table: { widths: Array.from({ length: COLUMNS }, () => '*'), heights: CELL_HEIGHT, body: page },
      layout: { hLineWidth: () => 0.5, vLineWidth: () => 0.5, hLineStyle: dashed, vLineStyle: dashed },
    })),
  }
  return pdfmake.createPdf(definition).getBuffer()
}

const short = (text: string, most: number) => text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text
