import pdfmake from 'pdfmake'
import '../../server/issuing/pdf.ts' // sets the fonts that pdfmake may open

/** A real PDF with one line of text a page. */
export async function pdfOf(pages: string[]): Promise<Buffer> {
  return await pdfmake.createPdf({
    defaultStyle: { font: 'Tinos', fontSize: 20 },
    content: pages.map((text, index) => ({ text, ...(index === 0 ? {} : { pageBreak: 'before' as const }) })),
  }).getBuffer()
}
