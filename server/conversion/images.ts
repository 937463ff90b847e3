import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import type { PageWidth } from '../../protocol/conversion.ts'
import { drawPage, pageSizes, PDF_BOUNDS } from './pdf.ts'
import { runProgram } from './programs.ts'
import type { ConvertedFiles } from './rendering.ts'
import { stampText, type PageSize, type Stamp, type Stamper } from './stamp.ts'
import { createTurns } from './turns.ts'
import type { WorkFolders } from './work-folders.ts'

/** What leaves the server for a reader: pages and copies with a stamp. Keyed by the readable PDF. */
export interface PageImages {
  /** A page as JPEG with the stamp on it. Throws `tooManyRequests` where too many wait. */
  pageImage(pdfSha256: string, page: number, width: PageWidth, stamp: Stamp): Promise<Buffer>
  /** The whole PDF with the stamp on each page; its file is gone with the stream. Throws `tooManyRequests`. */
  stampedPdf(pdfSha256: string, stamp: Stamp): Promise<{ stream: Readable, bytes: number }>
}

/** Pages without stamps that were drawn last: everybody turns the same pages in a meeting. */
const KEPT_BYTES = 64 * 1024 * 1024
const WAITING_PAGES = 120
const WAITING_COPIES = 12
/** Sizes of pages of one file that stamps are set for; further ones get that of the first, fitted. */
const MAX_SIZES = 20

export interface PageImagesDeps { files: Pick<ConvertedFiles, 'local'>, folders: WorkFolders, stamper: Stamper, lanes: number }

export function createPageImages({ files, folders, stamper, lanes }: PageImagesDeps): PageImages {
  const pageTurns = createTurns(lanes, WAITING_PAGES)
  // Whole copies take minutes of large scans, and must keep no page waiting.
  const copyTurns = createTurns(1, WAITING_COPIES)
  const drawn = new LRUCache<string, { image: Buffer, size: PageSize }, { pdfSha256: string, page: number, width: number }>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ image }) => image.byteLength,
    fetchMethod: (_key, _stale, { context: { pdfSha256, page, width } }) =>
      folders.within(async (folder) => drawPage(await files.local(pdfSha256), page, width, { folder })),
  })

  return {
    pageImage: (pdfSha256, page, width, stamp) => pageTurns(async () => {
      const { image, size } = await drawn.forceFetch(`${pdfSha256}/${page}/${width}`, { context: { pdfSha256, page, width } })
      const stamped = await stamper.onto(image, size, stampText(stamp))
      return await folders.within(async (folder) => {
        const file = path.join(folder, 'page.pdf')
        await writeFile(file, stamped)
        return (await drawPage(file, 1, width, { folder }, size)).image
      })
    }),

    stampedPdf: (pdfSha256, stamp) => copyTurns(async () => {
      const folder = await folders.make()
      try {
        const copy = await stampCopy(await files.local(pdfSha256), folder, (size) => stamper.overlay(size, stampText(stamp)))
        const { size: bytes } = await stat(copy)
        const stream = createReadStream(copy)
        stream.once('close', () => { void folders.drop(folder) })
        return { stream, bytes }
      } catch (error) {
        await folders.drop(folder)
        throw error
      }
    }),
  }
}

async function stampCopy(pdf: string, folder: string, overlay: (size: PageSize) => Promise<Uint8Array>): Promise<string> {
  const sizes = await pageSizes(pdf, { folder })
  const files = new Map<string, string>()
  /** Of each page, the file of its stamp. */
  const stamps: string[] = []
  for (const size of sizes) {
    const key = files.size < MAX_SIZES ? `${Math.round(size.width)}x${Math.round(size.height)}` : [...files.keys()][0] ?? ''
    let file = files.get(key)
    if (!file) {
      file = path.join(folder, `stamp-${key}.pdf`)
      await writeFile(file, await overlay(size))
      files.set(key, file)
    }
    stamps.push(file)
  }
  const [first = ''] = stamps
  const copy = path.join(folder, 'stamped.pdf')
  const over = files.size === 1 ? [first, '--repeat=1'] : [await inOrder(stamps, folder)]
  await runProgram('qpdf', ['--warning-exit-0', '--no-warn', pdf, '--linearize', '--overlay', ...over, '--', copy], { folder, bounds: PDF_BOUNDS })
  return copy
}

/** One file with a stamp for each page. */
async function inOrder(stamps: readonly string[], folder: string): Promise<string> {
  const [all, words] = [path.join(folder, 'stamps.pdf'), path.join(folder, 'stamps.txt')]
  await writeFile(words, ['--empty', '--pages', ...stamps.flatMap((file) => [file, '1']), '--', all].join('\n'))
  await runProgram('qpdf', [`@${words}`], { folder, bounds: PDF_BOUNDS })
  return all
}
