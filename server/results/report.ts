import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import type { RecipientChoice } from '../../protocol/issuing.ts'
import type { Month, Results } from '../../protocol/results.ts'
import type { ReportDraft } from '../../protocol/results-report.ts'
import type { Issued, IssuedAs, NewPaper } from '../issuing/issuing.ts'
import type { Paper } from '../issuing/paper.ts'
import { ofBody, type PaperTx } from '../issuing/paper-tx.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { lastEnded } from './period.ts'
import type { Readers } from './readers.ts'
import { reportText, type ReportText } from './report-text.ts'
import type { Wanted } from './results.ts'

/** A report that was issued, with the figures that it was made of. */
export interface NewReport { paperId: string, bodyId: string, from: Month, to: Month, figures: Results, sha256: string, byId: string, key: string, at: Date }

export interface ReportsStore {
  /** Who leads the body on that day, as a report names them. */
  signer(db: Knex, bodyId: string, on: Date): Promise<{ personId: string, name: string, office: string } | undefined>
  /** Holds the key until the end of the transaction; the report that it issued, if there is one. */
  byKey(trx: Knex.Transaction, byId: string, key: string): Promise<{ paperId: string, sha256: string } | undefined>
  insert(trx: Knex.Transaction, report: NewReport): Promise<void>
  /** Of the body over any of these months, the latest ten. */
  over(db: Knex, bodyId: string, period: { from: Month, to: Month }): Promise<{ paperId: string, from: Month, to: Month }[]>
}

export interface ReportsDeps {
  db: Knex
  store: ReportsStore
  readers: Readers
  results: { get(caller: Caller, wanted: Wanted): Promise<Results> }
  issuing: {
    draft(source: Knex, wanted: Pick<NewPaper, 'bodyId' | 'kind' | 'abstract' | 'content' | 'recipients'>, at: Date): Promise<Paper>
    issue(tx: PaperTx, wanted: NewPaper): Promise<Issued>
    latest(source: Knex, paperIds: readonly string[]): Promise<Map<string, IssuedAs>>
    usualOf(source: Knex, bodyId: string, kind: 'report'): Promise<ReportDraft['usual']>
  }
  now: () => Date
}

export type WantedReport = Wanted & { bodyId: string }
export type ReportToIssue = WantedReport & { key: string, sha256: string, recipients: readonly RecipientChoice[] }

interface Made { figures: Results, text: ReportText, sha256: string, mayIssue: boolean }

/** The report of results: read by whoever may see them, issued as a paper of the body by who leads it or is its office. */
export function createReports({ db, store, readers, results, issuing, now }: ReportsDeps) {
  /** Throws `forbiddenForResults`, `bodyNotFound`, `periodNotBegun`, and `baselineBroken`: nobody is to sign what was tampered with. */
  async function make(caller: Caller, wanted: WantedReport, at: Date): Promise<Made> {
    const { ownIds } = await readers.reading(caller, wanted.bodyId)
    if (wanted.from > localDay(at).slice(0, 7)) throw new AppError('periodNotBegun')
    const figures = await results.get(caller, wanted)
    if (figures.headline?.intact === false) throw new AppError('baselineBroken', { baselineId: figures.headline.baselineId })
    const text = reportText(figures, { day: localDay(at), ended: lastEnded(wanted, at) !== undefined })
    return { figures, text, sha256: sha256(canonical(figures)).toString('hex'), mayIssue: ownIds.includes(wanted.bodyId) }
  }

  async function paperOf(source: Knex, bodyId: string, { abstract, blocks }: ReportText, at: Date) {
    const signer = await store.signer(source, bodyId, at)
    return { bodyId, kind: 'report' as const, abstract, content: { blocks, chairId: signer?.personId ?? null, clerkId: null, chairOffice: signer?.office ?? '' } }
  }

  return {
    /** Throws what `make` does. */
    async draft(caller: Caller, wanted: WantedReport): Promise<ReportDraft> {
      const at = now()
      const { figures, text, sha256: hash, mayIssue } = await make(caller, wanted, at)
      const [signer, before, usual] = await Promise.all([
        store.signer(db, wanted.bodyId, at), store.over(db, wanted.bodyId, wanted),
        mayIssue ? issuing.usualOf(db, wanted.bodyId, 'report') : [],
      ])
      const papers = await issuing.latest(db, before.map(({ paperId }) => paperId))
      return {
        body: { id: wanted.bodyId, name: figures.body?.name ?? '' }, ...text, sha256: hash, usual, mayIssue,
        signer: signer ? { name: signer.name, office: signer.office } : null,
        issued: before.flatMap(({ paperId, from, to }) => {
          const paper = papers.get(paperId)
          return paper ? [{ paperId, written: paper.written, from, to, at: paper.at, status: paper.status }] : []
        }),
      }
    },

    /** The paper as it would be issued now, marked as a draft. Throws what `make` does. */
    async preview(caller: Caller, wanted: WantedReport): Promise<Paper> {
      const at = now()
      const { text } = await make(caller, wanted, at)
      return await issuing.draft(db, await paperOf(db, wanted.bodyId, text, at), at)
    },

    /** Throws what `make` does, `forbiddenForPaper`, `reportChanged` (details `sha256`), `idempotencyKeyReused`, and what issuing does. */
    async issue(caller: Caller, { key, sha256: read, recipients, ...wanted }: ReportToIssue): Promise<{ paperId: string, number: string }> {
      const at = now()
      const { figures, text, sha256: hash, mayIssue } = await make(caller, wanted, at)
      if (!mayIssue) throw new AppError('forbiddenForPaper')
      return await db.transaction(async (trx) => {
        const done = await store.byKey(trx, caller.personId, key)
        // First of all: once a report of this month is issued, its own number is among the figures.
        if (done) {
          if (done.sha256 !== read) throw new AppError('idempotencyKeyReused')
          return { paperId: done.paperId, number: (await issuing.latest(trx, [done.paperId])).get(done.paperId)?.written ?? '' }
        }
        if (hash !== read) throw new AppError('reportChanged', { sha256: hash })
        const paper = await paperOf(trx, wanted.bodyId, text, at)
        const { paperId, written } = await ofBody(trx, { bodyId: wanted.bodyId, actorId: caller.personId, at },
          (tx) => issuing.issue(tx, { ...paper, recipients }))
        await store.insert(trx, { paperId, bodyId: wanted.bodyId, from: wanted.from, to: wanted.to, figures, sha256: hash, byId: caller.personId, key, at })
        return { paperId, number: written }
      })
    },
  }
}

export type Reports = ReturnType<typeof createReports>
