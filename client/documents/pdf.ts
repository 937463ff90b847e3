import type { PDFDocumentProxy } from 'pdfjs-dist'
import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { fetchFile, PART_BYTES } from './file-parts.ts'

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl

/** What reads a file beside the page; each file has one of its own, so that none suffers by another. */
let spare: pdfjs.PDFWorker | null = null

/** Starts what will read the next file. */
export function startWorker(): Promise<unknown> {
  spare ??= new pdfjs.PDFWorker()
  return spare.promise
}

/** Where the build puts what some files need besides themselves: fonts that are not embedded, character maps, decoders of scans. */
const data = (folder: string) => new URL(`/pdf/${folder}/`, location.origin).href

/** An address of this origin, which pages are fetched from as they are read, or the file itself, as it is kept on the device. */
export type PdfSource = string | Uint8Array<ArrayBuffer>

/** A PDF that is being opened. `destroy()` ends everything that it began. */
export interface OpenedPdf { promise: Promise<PDFDocumentProxy>, destroy(): Promise<void> }

/** `onChanged`: the server no longer gives the bytes that were begun with, and the file is to be opened anew. */
export async function openPdf(source: PdfSource, onChanged: () => void): Promise<OpenedPdf> {
  const worker = spare ?? new pdfjs.PDFWorker()
  spare = null
  const file = typeof source === 'string' ? await fetchFile(source, onChanged).catch((error: unknown) => {
    worker.destroy()
    throw error
  }) : source
  const task = pdfjs.getDocument({
    ...file instanceof Uint8Array ? { data: file } : { range: file },
    worker,
    rangeChunkSize: PART_BYTES,
    disableAutoFetch: true,
    disableStream: true,
    standardFontDataUrl: data('standard_fonts'),
    cMapUrl: data('cmaps'),
    wasmUrl: data('wasm'),
    // The content security policy allows no WebAssembly; the decoders come as scripts too.
    useWasm: false,
    enableXfa: false,
  })
  return {
    promise: task.promise,
    async destroy() {
      await task.destroy()
      worker.destroy()
    },
  }
}
