import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { canonicalBaseline, gapsOf, type Baseline, type BaselineCount, type BaselineGap } from '../../protocol/baselines.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Readers } from './readers.ts'

export type BaselineRow = Omit<Baseline, 'meetings'>
/** What results compare with; `intact`: its hash is that of its figures, reckoned when they were read. */
export interface BaselineFigures {
  id: string, year: number, version: number, sha256: string, intact: boolean, counts: readonly BaselineCount[]
}

/** A version as a reader sees it; `intact`: its hash is that of its figures. */
interface ShownBaseline { baseline: Baseline, counts: BaselineCount[], gaps: BaselineGap[], intact: boolean | null, bodies: { id: string, name: string }[] }

export interface BaselinesStore {
  /** The latest year and version first, with the meetings of these bodies; of everything for null. */
  list(db: Knex, bodyIds: readonly string[] | null): Promise<Baseline[]>
  find(db: Knex, id: string): Promise<BaselineRow | undefined>
  /** As `find`, locked until the transaction ends. */
  lock(trx: Knex.Transaction, id: string): Promise<BaselineRow | undefined>
  counts(db: Knex, id: string): Promise<BaselineCount[]>
  /** Undefined where the year has a draft. The version is the next, with the figures of the one before. */
  begin(trx: Knex.Transaction, draft: { year: number, reason: string, source: string, byId: string }): Promise<BaselineRow | undefined>
  draftOf(db: Knex, year: number): Promise<string | undefined>
  put(trx: Knex.Transaction, id: string, draft: { reason: string, source: string, counts: readonly BaselineCount[] }): Promise<void>
  freeze(trx: Knex.Transaction, id: string, frozen: { byId: string, at: Date, sha256: string }): Promise<void>
  unknown(db: Knex, counts: readonly BaselineCount[]): Promise<'body' | 'kind' | null>
  bodyNames(db: Knex, ids: readonly string[]): Promise<{ id: string, name: string }[]>
  /** The highest frozen version of the year; without one, of the latest year before `before`. */
  latest(db: Knex, year: number | undefined, before: number): Promise<BaselineRow | undefined>
}

const meetingsOf = (counts: readonly BaselineCount[]) => counts.reduce((all, { meetings }) => all + (meetings ?? 0), 0)
export const hashOf = (baseline: Pick<BaselineRow, 'year' | 'version' | 'reason' | 'source'>, counts: readonly BaselineCount[]): string =>
  createHash('sha256').update(canonicalBaseline({ ...baseline, counts })).digest('hex')

/** What results are compared with. Frozen versions never change; the database holds that too. */
export function createBaselines({ db, store, readers, now }: { db: Knex, store: BaselinesStore, readers: Readers, now: () => Date }) {
  /** A draft under its lock. Throws `baselineNotFound`, `baselineFrozen`, `baselineChanged`. */
  async function drafting<T>(id: string, revision: number, work: (trx: Knex.Transaction, draft: BaselineRow) => Promise<T>): Promise<T> {
    return await db.transaction(async (trx) => {
      const draft = await store.lock(trx, id)
      if (!draft) throw new AppError('baselineNotFound')
      if (draft.frozenAt !== null) throw new AppError('baselineFrozen')
      if (draft.revision !== revision) throw new AppError('baselineChanged', { revision: draft.revision })
      return await work(trx, draft)
    })
  }

  async function shown(source: Knex, id: string): Promise<{ baseline: Baseline, counts: BaselineCount[] }> {
    const [row, counts] = [await store.find(source, id), await store.counts(source, id)]
    if (!row) throw new Error('a baseline is gone')
    return { baseline: { ...row, meetings: meetingsOf(counts) }, counts }
  }

  return {
    /** Throws `forbiddenForResults`. */
    async list(caller: Caller): Promise<{ baselines: Baseline[] }> {
      const { bodyIds } = await readers.reading(caller)
      const baselines = await store.list(db, caller.administrator ? null : bodyIds)
      return { baselines: baselines.filter(({ frozenAt }) => caller.administrator || frozenAt !== null) }
    },

    /** Throws `forbiddenForResults`, `baselineNotFound`. */
    async get(id: string, caller: Caller): Promise<ShownBaseline> {
      const { bodyIds } = await readers.reading(caller)
      const row = await store.find(db, id)
      if (!row || (row.frozenAt === null && !caller.administrator)) throw new AppError('baselineNotFound')
      const all = await store.counts(db, id)
      const counts = caller.administrator ? all : all.filter(({ bodyId }) => bodyIds.includes(bodyId))
      return {
        baseline: { ...row, meetings: meetingsOf(counts) }, counts, gaps: gapsOf(counts),
        bodies: await store.bodyNames(db, [...new Set(counts.map(({ bodyId }) => bodyId))]),
        intact: row.sha256 === null ? null : row.sha256 === hashOf(row, all),
      }
    },

    /** Throws `baselineDraftThere`. */
    async begin(caller: Caller, wanted: { year: number, reason: string, source: string }): Promise<{ baseline: Baseline }> {
      return await db.transaction(async (trx) => {
        const row = await store.begin(trx, { ...wanted, byId: caller.personId })
        if (!row) throw new AppError('baselineDraftThere', { baselineId: await store.draftOf(trx, wanted.year) })
        const { id: baselineId, year, version } = row
        await writeAudit(trx, { actorId: caller.personId, subjectId: caller.personId, action: 'baseline.begun', data: { baselineId, year, version } })
        return { baseline: (await shown(trx, baselineId)).baseline }
      })
    },

    /** Throws what `drafting` does, `bodyNotFound`, `meetingKindNotFound`. */
    save: (id: string, caller: Caller, { revision, ...draft }: { revision: number, reason: string, source: string, counts: readonly BaselineCount[] }) =>
      drafting(id, revision, async (trx) => {
        const unknown = await store.unknown(trx, draft.counts)
        if (unknown) throw new AppError(unknown === 'body' ? 'bodyNotFound' : 'meetingKindNotFound')
        await store.put(trx, id, draft)
        const { baseline, counts } = await shown(trx, id)
        await writeAudit(trx, { actorId: caller.personId, subjectId: caller.personId, action: 'baseline.saved', data: { baselineId: id, revision: baseline.revision, meetings: baseline.meetings } })
        return { baseline, gaps: gapsOf(counts) }
      }),

    /** Throws what `drafting` does, `baselineGaps`. */
    freeze: (id: string, caller: Caller, revision: number) =>
      drafting(id, revision, async (trx, draft) => {
        const counts = await store.counts(trx, id)
        const gaps = gapsOf(counts)
        if (gaps.length > 0 || counts.length === 0) throw new AppError('baselineGaps', { gaps })
        const sha256 = hashOf(draft, counts)
        await store.freeze(trx, id, { byId: caller.personId, at: now(), sha256 })
        await writeAudit(trx, { actorId: caller.personId, subjectId: caller.personId, action: 'baseline.frozen', data: { baselineId: id, year: draft.year, version: draft.version, sha256 } })
        return { baseline: (await shown(trx, id)).baseline }
      }),

    /** Of the year, or of the latest one before `before`; null: none is frozen. */
    async figuresFor(source: Knex, year: number | undefined, before: number): Promise<BaselineFigures | null> {
      const row = await store.latest(source, year, before)
      if (!row?.sha256) return null
      const counts = await store.counts(source, row.id)
      return { id: row.id, year: row.year, version: row.version, sha256: row.sha256, intact: row.sha256 === hashOf(row, counts), counts }
    },
  }
}

export type Baselines = ReturnType<typeof createBaselines>
