import pdfmake from 'pdfmake'
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js'
import '../issuing/pdf.ts' // sets the fonts that pdfmake may open
import type { PageSize } from './stamp.ts'

/** `picture`: a JPEG as data URL that fills the page; null: the stamp alone. */
export interface StampJob { size: PageSize, text: string, picture: string | null }

/** Of the page's shorter side. */
const LINE = 0.02
const DIAGONAL = 0.8

/** The stamp: across the page, faint enough to read through, and whole in a line above and below. */
export default async function stamp({ size: { width, height }, text, picture }: StampJob): Promise<Uint8Array> {
  const fontSize = Math.min(width, height) * LINE
  const margin = fontSize * 0.6
  const line = (y: number) => [
    { canvas: [{ type: 'rect' as const, x: 0, y: 0, w: width, h: fontSize * 1.5, color: '#ffffff', fillOpacity: 0.75 }], absolutePosition: { x: 0, y } },
    { text, fontSize, color: '#7a1f1f', alignment: 'center' as const, absolutePosition: { x: margin, y: y + fontSize * 0.15 } },
  ]
  const definition: TDocumentDefinitions = {
    pageSize: { width, height },
    pageMargins: [margin, 0, margin, 0],
    defaultStyle: { font: 'Tinos' },
    ...(picture === null ? {} : { background: [{ image: picture, width, height, absolutePosition: { x: 0, y: 0 } }] }),
    watermark: { text, color: '#7a1f1f', opacity: 0.12, bold: true, fontSize: diagonalSize({ width, height }, text) },
    content: [...line(0), ...line(height - fontSize * 1.5)],
  }
  return await pdfmake.createPdf(definition).getBuffer()
}

/** As large as the diagonal has room for, and no larger than a headline. */
function diagonalSize({ width, height }: PageSize, text: string): number {
  const room = Math.hypot(width, height) * DIAGONAL
  return Math.max(4, Math.min(room / (text.length * 0.5), Math.min(width, height) * 0.09))
}
