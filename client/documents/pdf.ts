import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { fetchFile, PART_BYTES } from './file-parts.ts'

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl

/** Has the browser keep the script that reads files beside the page, for the first file. */
export const fetchWorker = () => fetch(workerUrl)

/** Where the build puts what some files need besides themselves: fonts that are not embedded, character maps, decoders of scans. */
const data = (folder: string) => new URL(`/pdf/${folder}/`, location.origin).href

/** An address of this origin, which pages are fetched from as they are read, or the file itself, as it is kept on the device. */
export type PdfSource = string | Uint8Array<ArrayBuffer>

/**
 * Opens a PDF. `destroy()` of the task ends everything that it began. `onChanged`: the server no longer gives the bytes that were
 * begun with, and it is to be opened anew.
 */
export async function openPdf(source: PdfSource, onChanged: () => void) {
  const file = typeof source === 'string' ? await fetchFile(source, onChanged) : source
  return pdfjs.getDocument({
    ...file instanceof Uint8Array ? { data: file } : { range: file },
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
}
