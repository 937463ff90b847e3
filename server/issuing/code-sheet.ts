import pdfmake from 'pdfmake'
import type { CanvasRect, Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import QRCode from 'qrcode'
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
const CELL_HEIGHT = 182
const CODE_SIZE = 112

/** A code as its dark runs: half the drawing of pdfmake's own, in half the time. */
function drawn(link: string): CanvasRect[] {
  const { size, data } = QRCode.create(link, { errorCorrectionLevel: 'M' }).modules
  const unit = CODE_SIZE / size
  const runs: CanvasRect[] = []
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = x
      while (x < size && data[y * size + x]) x += 1
      // A hair wider than it is, or viewers show seams.
      if (x > from) runs.push({ type: 'rect', x: from * unit, y: y * unit, w: (x - from) * unit + 0.05, h: unit + 0.05, color: '#000', lineWidth: 0 })
    }
  }
  return runs
}

/** The sheet as PDF. Codes have medium correction of errors, as what is printed and folded needs. */
export function renderCodeSheet({ title, head, foot, codes }: CodeSheet): Promise<Buffer> {
  pdfmake.setFonts({ Tinos: tinos })
  const cell = (code: CodeSheet['codes'][number] | undefined): Content => code === undefined ? '' : {
    stack: [
      { text: short(head, 90), bold: true, fontSize: 9, alignment: 'center', margin: [4, 6, 4, 4] },
      { canvas: drawn(code.link), alignment: 'center' },
      { text: code.caption ? short(code.caption, 60) : '', fontSize: 10, alignment: 'center', margin: [0, 5, 0, 0] },
      { text: foot, fontSize: 8.5, alignment: 'center', margin: [0, 2, 0, 0] },
    ],
  }
  const rows = Array.from({ length: Math.ceil(codes.length / COLUMNS) }, (_, row) =>
    Array.from({ length: COLUMNS }, (_, column) => cell(codes[row * COLUMNS + column])))
  const pages = Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, page) => rows.slice(page * ROWS, (page + 1) * ROWS))
  const dashed = () => ({ dash: { length: 3, space: 3 } })
  const definition: TDocumentDefinitions = {
    pageSize: 'A4', pageMargins: [28, 28, 28, 28], language: 'vi-VN', displayTitle: true, info: { title },
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
