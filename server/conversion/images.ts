import type { Readable } from 'node:stream'
import type { PageWidth } from '../../protocol/conversion.ts'
import type { Stamp } from './stamp.ts'

/** What leaves the server for a reader: pages and copies with a stamp. Keyed by the readable PDF. */
export interface PageImages {
  /** A page as JPEG with the stamp on it. Throws `AppError('tooManyRequests')` where too many wait. */
  pageImage(pdfSha256: string, page: number, width: PageWidth, stamp: Stamp): Promise<Buffer>
  /** The whole PDF with the stamp on each page; its file is gone with the stream. */
  stampedPdf(pdfSha256: string, stamp: Stamp): Promise<{ stream: Readable, bytes: number }>
}
