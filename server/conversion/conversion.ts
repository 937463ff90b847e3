import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Comparison, PageWidth } from '../../protocol/conversion.ts'
import type { RenditionFacts, RenditionProblem } from '../../protocol/rendition.ts'
import type { Jobs } from '../platform/jobs.ts'
import { compareTexts } from './compare.ts'
import type { PageImages } from './images.ts'
import type { Stamp } from './stamp.ts'

/** What is known of a file's rendition. `pdfSha256`: the PDF that is read in the page; a PDF has one from the beginning. */
export interface RenditionState extends RenditionFacts { pdfSha256: string | null }

export interface FileOfKind { sha256: string, mediaType: string }

/** A file that is being made readable by this process; `attempts` counts this one too. */
export interface Claimed extends FileOfKind { claim: string, attempts: number }

/** What came of it. */
export type Rendered =
  | { status: 'ready', pdfSha256: string, texts: readonly string[], secrecyPage: number | null }
  | { status: 'failed' | 'unavailable', problem: RenditionProblem }

export interface ConversionStore {
  register(trx: Knex.Transaction, file: FileOfKind & { pdfSha256: string | null, at: Date }): Promise<void>
  states(db: Knex, sha256s: readonly string[]): Promise<Map<string, RenditionState>>
  /** Texts of the pages in order; empty for a file that was not rendered. */
  texts(db: Knex, sha256: string): Promise<string[]>
  /** Claims the file that waits longest, or one whose process no longer renews its claim. */
  claim(db: Knex, claim: string, times: { now: Date, until: Date }): Promise<Claimed | undefined>
  /** False once another process has taken over. */
  renew(db: Knex, claimed: Claimed, until: Date): Promise<boolean>
  /** Writes what came of it, with its texts; nothing where another process has taken over. */
  settle(db: Knex, claimed: Claimed, rendered: Rendered, at: Date): Promise<boolean>
  /** Lets a claimed file go without an attempt: the process ends. */
  release(db: Knex, claimed: Claimed): Promise<void>
  /** What waits for a program that has come meanwhile. */
  awaken(db: Knex, mediaTypes: readonly string[]): Promise<void>
  /** Settled files that followers were not told of, and which news that is. */
  untold(db: Knex, limit: number): Promise<{ sha256: string, news: number }[]>
  /** Nothing where there is later news. */
  markTold(db: Knex, told: { sha256: string, news: number }): Promise<void>
  /** Which of these files are read as the rendition of another one. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
  forget(trx: Knex.Transaction, sha256: string): Promise<void>
}

/** Is told at least once, and possibly again, once a file is settled; what it throws is tried again. */
export type SettledListener = (sha256: string, state: RenditionState) => Promise<void>

export const CONVERSION = 'conversion'

export interface ConversionDeps {
  db: Knex
  store: ConversionStore
  jobs: Jobs
  images: PageImages
  log: Pick<Logger, 'error'>
  now?: () => Date
}

/**
 * Files as they are read in the page. Everything here is keyed by content and asks nobody's permission: callers have asked
 * for that document.
 */
export function createConversion({ db, store, jobs, images, log, now = () => new Date() }: ConversionDeps) {
  const listeners = new Set<SettledListener>()

  /** The readable PDF of a settled file; undefined where there is none. */
  async function pdfOf(sha256: string): Promise<{ pdfSha256: string, pages: number } | undefined> {
    const state = (await store.states(db, [sha256])).get(sha256)
    return state?.status === 'ready' && state.pdfSha256 && state.pages ? { pdfSha256: state.pdfSha256, pages: state.pages } : undefined
  }

  return {
    /** In the transaction that attaches a file, also one that is known already: followers are told of it after the commit. */
    async register(trx: Knex.Transaction, { sha256, mediaType }: FileOfKind): Promise<void> {
      await store.register(trx, { sha256, mediaType, pdfSha256: mediaType === 'application/pdf' ? sha256 : null, at: now() })
      await jobs.wake(trx, CONVERSION)
    },

    /** What became of these files; those that were never registered are missing. One query. */
    statesOf: (source: Knex, sha256s: readonly string[]): Promise<Map<string, RenditionState>> => store.states(source, sha256s),

    /** From now on told of settled files. Gives the end of that. */
    onSettled(listener: SettledListener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** Tells what was not told yet; for the job. */
    async tellSettled(limit = 100): Promise<void> {
      for (const untold of await store.untold(db, limit)) {
        try {
          const state = (await store.states(db, [untold.sha256])).get(untold.sha256)
          if (state) for (const listener of listeners) await listener(untold.sha256, state)
          await store.markTold(db, untold)
        } catch (err) {
          log.error({ err, sha256: untold.sha256 }, 'not everybody was told of a file that is readable; they are told at the next look')
        }
      }
    },

    /** The text of each page, NFC; empty for a file that was not rendered. */
    textsOf: (source: Knex, sha256: string): Promise<string[]> => store.texts(source, sha256),

    /** What the texts of two files differ in; undefined where one of them has none. */
    async compare(source: Knex, before: string, after: string): Promise<Comparison | undefined> {
      const [first, second] = [await store.texts(source, before), await store.texts(source, after)]
      return [first, second].every((texts) => texts.some((text) => text.trim())) ? compareTexts(first, second) : undefined
    },

    /** A page as JPEG with the reader stamped onto it; undefined where the file is not ready or has no such page. */
    async pageImage(sha256: string, page: number, width: PageWidth, stamp: Stamp): Promise<Buffer | undefined> {
      const pdf = await pdfOf(sha256)
      return pdf && page >= 1 && page <= pdf.pages ? await images.pageImage(pdf.pdfSha256, page, width, stamp) : undefined
    },

    /** The PDF with the reader stamped onto each page, to be saved; undefined where the file is not ready. */
    async stampedPdf(sha256: string, stamp: Stamp): Promise<{ stream: Readable, bytes: number } | undefined> {
      const pdf = await pdfOf(sha256)
      return pdf && await images.stampedPdf(pdf.pdfSha256, stamp)
    },

    /** For the sweep of files that nobody knows. */
    knownFiles: (sha256s: readonly string[], source: Knex = db) => store.knownFiles(source, sha256s),

    /** With a file that is purged: its texts and what was made of it are no longer known, so its PDF is swept. */
    forget: (trx: Knex.Transaction, sha256: string): Promise<void> => store.forget(trx, sha256),
  }
}

export type Conversion = ReturnType<typeof createConversion>
