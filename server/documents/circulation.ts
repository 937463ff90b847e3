import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { DocumentState } from '../../protocol/document-entries.ts'
import type { Circulation } from '../../protocol/documents.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Conversion, RenditionState } from '../conversion/conversion.ts'
import { canonical } from '../journal/chain.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOffice, type Meeting, type MeetingAccess, type Permission } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files } from '../platform/files.ts'
import { requireDocument } from './present.ts'
import { retell, tellDocument, tellGone } from './telling.ts'

/** Changes are made under the lock of the meeting's journal. */
export interface CirculationStore {
  setCirculation(trx: Knex.Transaction, documentId: string, circulation: Circulation): Promise<void>
  setWithdrawn(trx: Knex.Transaction, documentId: string, at: Date): Promise<void>
  setQuarantined(trx: Knex.Transaction, documentId: string, at: Date): Promise<void>
  /** Null: it is read again. */
  setExpired(trx: Knex.Transaction, documentId: string, at: Date | null): Promise<void>
  /** As `setExpired` now; false, and nothing is written, where its time is not over or it was told already. */
  expire(trx: Knex.Transaction, documentId: string, now: Date): Promise<boolean>
  /** Forgets the files of a document, the text that is written of it, who read them, and readers' own notes on it. */
  purge(trx: Knex.Transaction, documentId: string, at: Date): Promise<void>
  /** What was quoted from it and said about it, as far as it was not erased: ids of texts. */
  textsAbout(trx: Knex.Transaction, documentId: string): Promise<string[]>
  /** Which of these files no document has that is neither purged nor removed. */
  unused(trx: Knex.Transaction, sha256s: readonly string[]): Promise<string[]>
  /** Documents whose time is over and whose readers were not told yet. */
  due(db: Knex, now: Date, limit: number): Promise<{ meetingId: string, documentId: string }[]>
  /** The meetings of documents with this file. */
  meetingsOf(db: Knex, sha256: string): Promise<string[]>
}

export interface CirculationDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  access: MeetingAccess
  store: CirculationStore
  conversion: Pick<Conversion, 'forget' | 'statesOf' | 'knownFiles'>
  /** Which of these files belong to something else than a meeting's documents. */
  knownElsewhere(source: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
  /** What these files are part of elsewhere and must be asked about no longer, in the transaction of a quarantine. */
  stopElsewhere(trx: Knex.Transaction, sha256s: readonly string[], at: Date): Promise<void>
  files: Pick<Files, 'remove'>
  log: Pick<Logger, 'error'>
  now?: (() => Date) | undefined
}

/** Purging takes more than the office: the chair answers for it. */
const requireChair: Permission = ({ role }) => {
  if (role !== 'chair') throw new AppError('forbiddenInMeeting', { role })
}
const may = { set: requireOffice, withdraw: requireOffice, quarantine: requireOffice, purge: requireChair }

const circulationOf = ({ parts, download, expiresHours }: DocumentState): Circulation => ({ parts: [...parts].sort(), download, expiresHours })
const sorted = ({ parts, ...rest }: Circulation): Circulation => ({ ...rest, parts: [...parts].sort() })

/** Who reads documents and how long; how they are stopped. */
export function createCirculation(deps: CirculationDeps) {
  const { db, journal, access, store, conversion, knownElsewhere, stopElsewhere, files, log, now = () => new Date() } = deps
  async function find(tx: JournalTx, documentId: string): Promise<{ document: DocumentState, known: MeetingState }> {
    const known = await tx.state(meetingReducer)
    const document = known.documents.find((one) => one.documentId === documentId)
    if (!document) throw new AppError('documentNotFound')
    return { document, known }
  }

  /** What was made of them goes too. Gives the files that are to be deleted, once that is committed. */
  async function forgetFiles(trx: Knex.Transaction, sha256s: readonly string[]): Promise<string[]> {
    const others = await knownElsewhere(trx, sha256s)
    const gone = sha256s.filter((sha256) => !others.has(sha256))
    const made = [...(await conversion.statesOf(trx, gone)).values()].flatMap(({ pdfSha256 }) => pdfSha256 ?? [])
    for (const sha256 of gone) await conversion.forget(trx, sha256)
    // What was made of one may have been attached as a document of its own, or be what is read of another.
    const files = [...new Set([...gone, ...made])]
    const [unused, kept, read] = [await store.unused(trx, files), await knownElsewhere(trx, files), await conversion.knownFiles(files, trx)]
    return unused.filter((sha256) => !kept.has(sha256) && !read.has(sha256))
  }

  /** As `ENDED_AT` of readable.ts has it. */
  function isOver(hours: number | null, { status, closedAt, startsAt, plannedMinutes }: Meeting): boolean {
    const ended = closedAt?.getTime() ?? (status === 'cancelled' ? startsAt.getTime() + plannedMinutes * 60_000 : null)
    return hours !== null && ended !== null && ended + hours * 3600_000 <= now().getTime()
  }

  return {
    /** Throws as `documents.setCirculation` of the contract says. */
    async set(meetingId: string, documentId: string, caller: Caller, { was, ...wanted }: Circulation & { was: Circulation }): Promise<void> {
      await access.change(meetingId, caller, may.set, {}, async (tx, { meeting }) => {
        const { document, known } = await find(tx, documentId)
        if (document.withdrawn || (document.held && document.held !== 'expired')) throw new AppError('documentNotFound')
        const [before, after] = [circulationOf(document), sorted(wanted)]
        if (canonical(before) === canonical(after)) return
        if (canonical(before) !== canonical(sorted(was))) throw new AppError('documentChanged', { circulation: before })
        await store.setCirculation(tx.trx, documentId, after)
        const { itemId } = document
        const held = isOver(after.expiresHours, meeting) ? 'expired' as const : null
        if (held !== document.held) await store.setExpired(tx.trx, documentId, held && tx.at)
        if (canonical(before.parts) !== canonical(after.parts) || held !== document.held) {
          return retell(tx, meeting, known, document, { ...document, ...after, held })
        }
        const { audience } = document
        if (before.download !== after.download) tx.append({ kind: 'documents.downloadSet', data: { documentId, itemId, download: after.download }, audience })
        if (before.expiresHours !== after.expiresHours) {
          tx.append({ kind: 'documents.expirySet', data: { documentId, itemId, expiresHours: after.expiresHours }, audience })
        }
      })
    },

    /** Throws as `documents.withdraw` of the contract says. */
    async withdraw(meetingId: string, documentId: string, caller: Caller, reason: string): Promise<void> {
      await access.change(meetingId, caller, may.withdraw, {}, async (tx) => {
        const document = requireDocument((await tx.state(meetingReducer)).documents, documentId)
        await store.setWithdrawn(tx.trx, documentId, tx.at)
        const data = { documentId, itemId: document.itemId, reason: await tx.text(reason) }
        tx.append({ kind: 'documents.withdrawn', data, audience: document.audience })
      })
    },

    /** Throws as `documents.quarantine` of the contract says. */
    async quarantine(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.quarantine, {}, async (tx, { meeting }) => {
        const { document } = await find(tx, documentId)
        if (document.held === 'quarantined' || document.held === 'purged') return
        await store.setQuarantined(tx.trx, documentId, tx.at)
        tellGone(tx, document)
        tellDocument(tx, meeting, { ...document, held: 'quarantined' })
        await stopElsewhere(tx.trx, document.versions.map(({ sha256 }) => sha256), tx.at)
      })
    },

    /** Throws as `documents.purge` of the contract says. */
    async purge(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      const gone = await access.change(meetingId, caller, may.purge, {}, async (tx, { meeting }) => {
        const { document } = await find(tx, documentId)
        if (document.held === 'purged') return []
        if (document.held !== 'quarantined') throw new AppError('documentNotQuarantined')
        const sha256s = [...new Set(document.versions.map(({ sha256 }) => sha256))]
        await store.purge(tx.trx, documentId, tx.at)
        tellGone(tx, document)
        tellDocument(tx, meeting, { ...document, held: 'purged' })
        const texts = [document.name.$text, ...await store.textsAbout(tx.trx, documentId)]
        for (const textId of texts) await tx.eraseText(textId, { scope: 'office' })
        return await forgetFiles(tx.trx, await store.unused(tx.trx, sha256s))
      })
      for (const sha256 of gone) await files.remove(sha256)
    },

    /** Tells the readers of documents whose time is over that these went; gives how many. The law of reading knows before. */
    async expireDue(): Promise<number> {
      let told = 0
      for (const { meetingId, documentId } of await store.due(db, now(), 100)) {
        await journal.run(meetingId, { actorId: null }, async (tx) => {
          // Given more time meanwhile, it stays.
          if (!await store.expire(tx.trx, documentId, now())) return
          told += 1
          const { documents, status } = await tx.state(meetingReducer)
          const document = documents.find((one) => one.documentId === documentId)
          if (!document || document.held || document.withdrawn) return
          tellGone(tx, document)
          tellDocument(tx, { status }, { ...document, held: 'expired' })
        }).catch((err: unknown) => { log.error({ err, meetingId }, 'not told yet that a document has expired; it is tried again') })
      }
      return told
    },

    /** A file was made readable, or was not: those who may read its documents are told. The same again tells nothing. */
    async tellRendered(sha256: string, state: RenditionState): Promise<void> {
      const { pdfSha256: _, ...rendition } = state
      if (rendition.status === 'waiting' || rendition.status === 'running') return
      for (const meetingId of await store.meetingsOf(db, sha256)) {
        await journal.run(meetingId, { actorId: null }, async (tx) => {
          for (const { documentId, versions } of (await tx.state(meetingReducer)).documents) {
            for (const { number, audience, ...version } of versions) {
              if (version.sha256 !== sha256 || canonical(version.rendition) === canonical(rendition)) continue
              tx.append({ kind: 'documents.rendered', data: { documentId, number, rendition }, audience })
            }
          }
        })
      }
    },
  }
}

export type CirculationRules = ReturnType<typeof createCirculation>
