import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { stampIn } from '../../protocol/secrecy.ts'

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl

/** A stamp stands on the first page; a few more, since files are put together of several papers. */
const PAGES = 5

/** Smaller files are read as they are, in one go. */
const WHOLE_BYTES = 8 * 1024 ** 2

/** Reads what is looked at alone: a scan of some hundred megabytes does not fit into a tablet's memory. */
class PartsOfFile extends pdfjs.PDFDataRangeTransport {
  private file: File

  constructor(file: File) {
    super(file.size, null)
    this.file = file
  }

  override requestDataRange(begin: number, end: number): void {
    void this.file.slice(begin, end).arrayBuffer().then((part) => { this.onDataRange(begin, new Uint8Array(part)) })
  }
}

/**
 * The stamp of a degree of secrecy that a PDF seems to carry, read here in the browser before anything of the file is sent; null
 * where there is none, or where the file has no text to read, as a scan. Rejects where it could not be looked into.
 */
export async function stampInPdf(file: File): Promise<string | null> {
  if (!(await file.slice(0, 1024).text()).includes('%PDF-')) return null
  const source = file.size > WHOLE_BYTES ? { range: new PartsOfFile(file) } : { data: new Uint8Array(await file.arrayBuffer()) }
  const task = pdfjs.getDocument({ ...source, useWasm: false, enableXfa: false, disableAutoFetch: true, disableStream: true })
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
