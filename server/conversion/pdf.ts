import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { MAX_RENDERED_PAGES, type RenditionProblem } from '../../protocol/rendition.ts'
import { ProgramFailure, runProgram, type Bounds, type Run } from './programs.ts'
import type { PageSize } from './stamp.ts'

/** What is read of PDFs and made of them, by poppler and qpdf. */

const MB = 1024 ** 2
export const PDF_BOUNDS: Bounds = { wallMs: 120_000, memoryBytes: 2048 * MB, fileBytes: 1024 * MB }
/** A glance must be quick: files that keep a reader busy for longer are none. */
const GLANCE: Bounds = { ...PDF_BOUNDS, wallMs: 30_000 }
/** Of one page: more is no text that a person wrote. */
const MAX_TEXT = 200_000

type Place = Pick<Run, 'folder'> & { signal?: AbortSignal }

/** The file is no PDF that can be read, for this reason. */
export class UnreadablePdf extends Error {
  readonly problem: RenditionProblem

  constructor(problem: RenditionProblem, cause?: unknown) {
    super(`the PDF is ${problem}`, { cause })
    this.problem = problem
  }
}

/** Throws `UnreadablePdf` and `ProgramFailure`. */
export async function glanceAt(file: string, place: Place): Promise<{ pages: number, encrypted: boolean }> {
  const said = await runProgram('pdfinfo', [file], { ...place, bounds: GLANCE }).catch((error: unknown) => {
    if (!(error instanceof ProgramFailure) || error.reason !== 'status') throw error
    throw new UnreadablePdf(/incorrect password/i.test(error.message) ? 'encrypted' : 'broken', error)
  })
  const pages = Number(/^Pages:\s+(\d+)$/m.exec(said.toString())?.[1] ?? 0)
  if (pages < 1) throw new UnreadablePdf('broken')
  if (pages > MAX_RENDERED_PAGES) throw new UnreadablePdf('tooManyPages')
  return { pages, encrypted: /^Encrypted:\s+yes/m.test(said.toString()) }
}

/** What acts by itself, or carries something that is not seen: scripts, programs, sent forms, files within. qpdf writes names plainly. */
const ACTIVE = /\/S\s*\/(?:JavaScript|Launch|ImportData|SubmitForm|Rendition|GoToE|RichMediaExecute)\b|\/(?:JavaScript|EmbeddedFiles|EmbeddedFile|RichMedia|XFA)\b/
/** Longer than anything that is looked for, so that none is missed between two pieces. */
const OVERLAP = 64

/** Whether a PDF holds more than pages. True as well where that cannot be told. */
async function isActive(file: string, place: Place): Promise<boolean> {
  let found = false
  let rest = ''
  const args = ['--warning-exit-0', '--no-warn', '--decrypt', '--object-streams=disable', '--stream-data=preserve', file, '-']
  try {
    await runProgram('qpdf', args, {
      ...place, bounds: PDF_BOUNDS,
      onPrinted(chunk) {
        if (found) return
        const text = rest + chunk.toString('latin1')
        found = ACTIVE.test(text)
        rest = text.slice(-OVERLAP)
      },
    })
    return found
  } catch (error) {
    if (error instanceof ProgramFailure && error.reason === 'status') return true
    throw error
  }
}

/**
 * The PDF as it may be read and handed out: itself (`undefined`), or the path of a copy. One with scripts, programs, forms that
 * are sent or files inside is drawn anew page by page, which keeps what is seen and nothing else; a restricted one without a
 * password to open it loses the restriction, which every reader could ignore and our stamp could not. Throws as `glanceAt`.
 */
export async function harmless(file: string, encrypted: boolean, place: Place): Promise<string | undefined> {
  const copy = path.join(place.folder, 'harmless.pdf')
  if (await isActive(file, place)) {
    await runProgram('pdftocairo', ['-pdf', file, copy], { ...place, bounds: PDF_BOUNDS }).catch((error: unknown) => {
      throw error instanceof ProgramFailure && error.reason === 'status' ? new UnreadablePdf('broken', error) : error
    })
    return copy
  }
  if (!encrypted) return undefined
  await runProgram('qpdf', ['--warning-exit-0', '--no-warn', '--decrypt', file, copy], { ...place, bounds: PDF_BOUNDS })
  return copy
}

/** From here on a browser waits too long for the first page of a PDF whose pages lie all over it. */
const LARGE = { bytes: 4 * MB, pages: 100 }

/**
 * A copy of a large PDF that opens at once, or `undefined` for one that does anyway. Readers ask for every page's entry before they
 * show the first one; scanners write each beside its picture, so that the whole file is fetched for that. In the copy these entries
 * lie together and packed; pictures and text are the same bytes.
 */
export async function quickToOpen(file: string, pages: number, place: Place): Promise<string | undefined> {
  if ((await stat(file)).size < LARGE.bytes && pages < LARGE.pages) return undefined
  const copy = path.join(place.folder, 'quick.pdf')
  const args = ['--warning-exit-0', '--no-warn', '--stream-data=preserve', '--object-streams=generate', file, copy]
  try {
    await runProgram('qpdf', args, { ...place, bounds: PDF_BOUNDS })
    return copy
  } catch (error) {
    // What qpdf cannot write anew is read as it came, if slowly.
    if (error instanceof ProgramFailure && (error.reason === 'status' || error.reason === 'tooLarge')) return undefined
    throw error
  }
}

/** The text of each page, NFC, without anything that cannot be printed. */
export async function textsOf(file: string, pages: number, place: Place): Promise<string[]> {
  const out = path.join(place.folder, 'text.txt')
  try {
    await runProgram('pdftotext', ['-enc', 'UTF-8', '-eol', 'unix', file, out], { ...place, bounds: { ...PDF_BOUNDS, fileBytes: 128 * MB } })
    const texts = (await readFile(out, 'utf8')).split('\f')
    return Array.from({ length: pages }, (_, index) => clean(texts[index] ?? ''))
  } finally {
    await rm(out, { force: true })
  }
}

function clean(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed().replace(/(?!\n)\p{Cc}/gu, ' ').normalize('NFC').trimEnd()
}

/** The size of pages as they are seen, turned ones turned; of all of them, or of the one named. */
export async function pageSizes(file: string, place: Place, page?: number): Promise<PageSize[]> {
  const range = page === undefined ? [1, MAX_RENDERED_PAGES] : [page, page]
  const said = (await runProgram('pdfinfo', ['-f', String(range[0]), '-l', String(range[1]), file], { ...place, bounds: GLANCE })).toString()
  const turned = new Set([...said.matchAll(/^Page\s+(\d+) rot:\s+(90|270)$/gm)].map(([, one]) => one))
  return [...said.matchAll(/^Page\s+(\d+) size:\s+([\d.]+) x ([\d.]+) pts/gm)].map(([, one, first, second]) => {
    const [width, height] = [Number(first), Number(second)]
    return turned.has(one) ? { width: height, height: width } : { width, height }
  })
}

/** Higher than that for its width is no page that anybody reads, and would take all memory: it is drawn smaller. */
const MAX_HEIGHT = 6_000

/** One page drawn `width` pixels wide, as JPEG; the size that it has on paper beside it. `known`: that size, where it is known. */
export async function drawPage(
  file: string, page: number, width: number, place: Place, known?: PageSize,
): Promise<{ image: Buffer, size: PageSize }> {
  const [size] = known ? [known] : await pageSizes(file, place, page)
  if (!size) throw new ProgramFailure(`pdfinfo knows no page ${page}`, 'status')
  // By resolution: poppler takes widths of turned pages for heights.
  const resolution = 72 * Math.min(width / size.width, MAX_HEIGHT / size.height)
  const image = await runProgram('pdftoppm', [
    '-jpeg', '-jpegopt', 'quality=88', '-f', String(page), '-l', String(page), '-singlefile', '-cropbox', '-r', resolution.toFixed(4), file,
  ], { ...place, bounds: { ...GLANCE, memoryBytes: 1024 * MB }, printedBytes: 32 * MB })
  return { image, size }
}
