import type { RenditionProblem } from '../../protocol/rendition.ts'
import type { KeptFile } from '../platform/files.ts'
import type { FileOfKind, Rendered } from './conversion.ts'
import { OFFICE_BOUNDS, OFFICE_TYPES, officeToPdf } from './office.ts'
import { glanceAt, harmless, quickToOpen, textsOf, UnreadablePdf } from './pdf.ts'
import { findProgram, ProgramFailure, type Bounds } from './programs.ts'
import { secrecyMarkedPage } from './secrecy-marks.ts'
import type { WorkFolders } from './work-folders.ts'

/** Files as conversions need them. */
export interface ConvertedFiles {
  /** A path on this disk to read the kept file from. */
  local(sha256: string): Promise<string>
  /** Moves a file of this disk to those that are kept. */
  keepFile(path: string): Promise<KeptFile>
}

const PDF = 'application/pdf'
const PDF_PROGRAMS = ['pdfinfo', 'pdftotext', 'pdftocairo', 'pdftoppm', 'qpdf']
const OFFICE = 'soffice.bin'

/** The programs that are not installed. */
export async function missingPrograms(): Promise<string[]> {
  const looked = await Promise.all([...PDF_PROGRAMS, OFFICE].map(async (name) => await findProgram(name) ? [] : [name]))
  return looked.flat()
}

/** The kinds of files whose programs are installed. */
export async function renderableTypes(): Promise<string[]> {
  const missing = await missingPrograms()
  if (missing.some((name) => name !== OFFICE)) return []
  return missing.length > 0 ? [PDF] : [PDF, ...Object.keys(OFFICE_TYPES)]
}

export function createRendering({ files, folders, officeBounds = OFFICE_BOUNDS }: { files: ConvertedFiles, folders: WorkFolders, officeBounds?: Bounds }) {
  async function render({ sha256, mediaType }: FileOfKind, folder: string, signal: AbortSignal): Promise<Rendered> {
    const place = { folder, signal }
    const source = await files.local(sha256)
    const converted = mediaType === PDF ? source : await officeToPdf(source, mediaType, { ...place, bounds: officeBounds })
    const { pages, encrypted } = await glanceAt(converted, place)
    const readable = mediaType === PDF ? await harmless(converted, encrypted, place) : converted
    const texts = await textsOf(readable ?? converted, pages, place)
    const kept = await quickToOpen(readable ?? converted, pages, place) ?? readable
    return { status: 'ready', texts, secrecyPage: secrecyMarkedPage(texts), pdfSha256: kept ? (await files.keepFile(kept)).sha256 : sha256 }
  }

  /** Makes a file readable. What is wrong with the file is the answer; throws what is wrong with us, and once the signal is given. */
  return async function renderFile(file: FileOfKind, signal: AbortSignal): Promise<Rendered> {
    if (file.mediaType !== PDF && !OFFICE_TYPES[file.mediaType]) return { status: 'failed', problem: 'typeUnknown' }
    if (!(await renderableTypes()).includes(file.mediaType)) return { status: 'unavailable', problem: 'programMissing' }
    try {
      return await folders.within((folder) => render(file, folder, signal))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof UnreadablePdf) return { status: 'failed', problem: error.problem }
      if (!(error instanceof ProgramFailure)) throw error
      if (error.reason === 'missing') return { status: 'unavailable', problem: 'programMissing' }
      return { status: 'failed', problem: PROBLEMS[error.reason] }
    }
  }
}

export type RenderFile = ReturnType<typeof createRendering>

const PROBLEMS = {
  status: 'broken', tookTooLong: 'tookTooLong', crashed: 'crashed', tooLarge: 'tooLarge',
} as const satisfies Record<Exclude<ProgramFailure['reason'], 'missing'>, RenditionProblem>
