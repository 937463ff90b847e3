import { PDFDataRangeTransport } from 'pdfjs-dist'

/** Bytes asked for at a time: pages that nobody looks at are not fetched. */
export const PART_BYTES = 262_144
/** Pauses before a part is asked for again; the last for every later time. */
const TRY_AGAIN_MS = [300, 1000, 3000, 10_000]

/**
 * Parts of a file, fetched as they are read and asked for again where the line is cut: pdf.js itself would wait for ever. All of
 * them are of the same bytes. The server reads a large file from another copy once it has made one; then `onChanged` is told.
 */
class FileParts extends PDFDataRangeTransport {
  private url: string
  private etag: string | null
  private onChanged: () => void
  private ended = new AbortController()

  constructor(url: string, { length, first, etag }: { length: number, first: Uint8Array, etag: string | null }, onChanged: () => void) {
    super(length, first)
    this.url = url
    this.etag = etag
    this.onChanged = onChanged
  }

  override requestDataRange(begin: number, end: number): void {
    void this.fetchPart(begin, end)
  }

  override abort(): void {
    this.ended.abort()
  }

  private async fetchPart(begin: number, end: number): Promise<void> {
    for (let tries = 0; !this.ended.signal.aborted; tries += 1) {
      try {
        const response = await fetch(this.url, {
          headers: { range: `bytes=${begin}-${end - 1}`, ...(this.etag ? { 'if-match': this.etag } : {}) }, signal: this.ended.signal,
        })
        if (response.status === 206) return this.onDataRange(begin, new Uint8Array(await response.arrayBuffer()))
        // Another copy, or no longer to be read by this person: opening it anew tells which.
        if (response.status >= 400 && response.status < 500) {
          this.ended.abort()
          return this.onChanged()
        }
      } catch {
        // The line is cut, or the document was closed.
      }
      await new Promise((resolve) => { setTimeout(resolve, TRY_AGAIN_MS[Math.min(tries, TRY_AGAIN_MS.length - 1)]) })
    }
  }
}

/** The file at an address of this origin: itself where it is small, else its parts. Rejects where it is not to be had. */
export async function fetchFile(url: string, onChanged: () => void): Promise<Uint8Array<ArrayBuffer> | PDFDataRangeTransport> {
  const response = await fetch(url, { headers: { range: `bytes=0-${PART_BYTES - 1}` } })
  if (!response.ok) throw new Error(`The file was not given: ${response.status}`)
  const first = new Uint8Array(await response.arrayBuffer())
  const length = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? first.length)
  return first.length >= length ? first : new FileParts(url, { length, first, etag: response.headers.get('etag') }, onChanged)
}
