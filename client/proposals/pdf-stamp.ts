import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { stampIn } from '../../protocol/secrecy.ts'

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl

/** A stamp stands on the first page; a few more, since files are put together of several papers. */
const PAGES = 5

/**
 * The stamp of a degree of secrecy that a PDF seems to carry, read here in the browser before anything of the file is sent; null
 * where there is none, or where the file has no text to read, as a scan. Rejects where it could not be looked into.
 */
export async function stampInPdf(file: File): Promise<string | null> {
  const task = pdfjs.getDocument({ data: new Uint8Array(await file.arrayBuffer()), useWasm: false, enableXfa: false })
  try {
    const pdf = await task.promise
    for (let number = 1; number <= Math.min(PAGES, pdf.numPages); number += 1) {
      const { items } = await (await pdf.getPage(number)).getTextContent()
      const text = items.map((item) => 'str' in item ? item.str + (item.hasEOL ? '\n' : '') : '').join('')
      const stamp = stampIn(text)
      if (stamp) return stamp
    }
    return null
  } catch (error) {
    // What is no PDF is refused by the server, which says so; a locked one cannot be read here.
    if (error instanceof pdfjs.InvalidPDFException || error instanceof pdfjs.PasswordException) return null
    throw error
  } finally {
    await task.destroy()
  }
}
