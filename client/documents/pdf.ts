import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl

/** Has the browser keep the script that reads files beside the page, for the first file. */
export const fetchWorker = () => fetch(workerUrl)

/** Where the build puts what some files need besides themselves: fonts that are not embedded, character maps, decoders of scans. */
const data = (folder: string) => new URL(`/pdf/${folder}/`, location.origin).href

/** Bytes asked for at a time: pages that nobody looks at are not fetched. */
const RANGE_BYTES = 262_144

/** An address of this origin, which pages are fetched from as they are read, or the file itself, as it is kept on the device. */
export type PdfSource = string | Uint8Array<ArrayBuffer>

/** Opens a PDF. `destroy()` of the task ends everything that it began. */
export function openPdf(source: PdfSource) {
  return pdfjs.getDocument({
    ...typeof source === 'string' ? { url: source, withCredentials: true } : { data: source },
    rangeChunkSize: RANGE_BYTES,
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
