import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { foldedWords } from '../../protocol/fold.ts'
import { PaperKind } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type IssueShare, type NumberSeries, type RegisterEntry, type RegisterFilter } from '../../protocol/issuing.ts'
import { symbolOf } from '../../protocol/bodies.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { officialYear } from './dates.ts'
import { refuseStamps, symbolKinds, type IssuingStore } from './issuing.ts'
import { pageOf, readPosition, type Position } from './positions.ts'
import { paperKinds } from './words.ts'
import type { Sheet } from './workbook.ts'

export interface RegisterQuery extends Omit<RegisterFilter, 'q'> {
  /** Folded words, each of which the abstract or the number holds. */
  words: readonly string[]
  /** The bodies of whose register it is. */
  bodyIds: readonly string[]
}

export interface PaperEntry { bodyId: string, kind: PaperKind, year: number, number: number, style: 'party' | 'state', symbol: string, abstract: string, issuedAt: Date, issuedBy: string, key: string, fingerprint: Buffer }

export interface RegisterStore {
  /** Where somebody is chair or clerk on a day, by name. */
  officeBodies(db: Knex, reader: { personId: string, on: Date }): Promise<{ id: string, name: string }[]>
  list(db: Knex, query: RegisterQuery, page: { after: Position | null, limit: number }): Promise<{ entry: RegisterEntry, position: Position }[]>
  /** By kind and number. */
  all(db: Knex, query: RegisterQuery): Promise<RegisterEntry[]>
  shares(db: Knex, reader: { personId: string, on: Date, all: boolean }, year: number | undefined): Promise<IssueShare[]>
  series(db: Knex, bodyId: string, year: number): Promise<NumberSeries[]>
  /** False where numbers were given, or the start is another than `before`. */
  startSeries(trx: Knex.Transaction, bodyId: string, kind: PaperKind, year: number, start: number, before: number): Promise<boolean>
  /** What somebody entered with this key. */
  entered(db: Knex, personId: string, key: string): Promise<{ paperId: string, written: string, fingerprint: Buffer } | null>
  insertEntry(trx: Knex.Transaction, entry: PaperEntry): Promise<string>
}

export interface RegisterDeps {
  db: Knex
  store: RegisterStore
  numbers: Pick<IssuingStore, 'takeNumber'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  now?: () => Date
}

/** Noon in Vietnam. */
const noonOf = (day: Day) => new Date(`${day}T05:00:00.000Z`)

/** The register of papers (sổ văn bản) of bodies, for their offices. */
export function createRegister({ db, store, numbers, bodies, now = () => new Date() }: RegisterDeps) {
  const readerOf = ({ personId }: Caller) => ({ personId, on: now() })

  /** Throws `bodyNotFound` for who is not of its office. */
  async function requireOffice(bodyId: string, caller: Caller): Promise<void> {
    if (!(await store.officeBodies(db, readerOf(caller))).some(({ id }) => id === bodyId)) throw new AppError('bodyNotFound')
  }

  function queryOf({ q, ...filter }: RegisterFilter, bodyIds: readonly string[]): RegisterQuery {
    return { ...filter, words: foldedWords(q), bodyIds }
  }

  async function seriesOf(bodyId: string, year: number): Promise<NumberSeries[]> {
    const known = await store.series(db, bodyId, year)
    return PaperKind.options.map((kind) => known.find((one) => one.kind === kind) ?? { kind, year, start: 1, last: null, next: 1 })
  }

  return {
    requireOffice,

    /** Throws `bodyNotFound`, `invalidCursor`. */
    async list(caller: Caller, filter: RegisterFilter, { after, limit }: { after: string | undefined, limit: number }) {
      const own = await store.officeBodies(db, readerOf(caller))
      if (filter.bodyId !== undefined && !own.some(({ id }) => id === filter.bodyId)) throw new AppError('bodyNotFound')
      const query = queryOf(filter, filter.bodyId === undefined ? own.map(({ id }) => id) : [filter.bodyId])
      const { rows, next } = pageOf(await store.list(db, query, { after: readPosition(after), limit: limit + 1 }), limit)
      return { bodies: own, papers: rows.map(({ entry }) => entry), next }
    },

    /** Throws `bodyNotFound`. */
    async workbook(caller: Caller, filter: RegisterFilter & { bodyId: string, year: number }): Promise<{ sheets: Sheet[], name: string }> {
      await requireOffice(filter.bodyId, caller)
      const entries = await store.all(db, queryOf(filter, [filter.bodyId]))
      return { sheets: [sheetOf(entries, filter.year)], name: `Sổ văn bản ${entries[0]?.body.name ?? ''} ${filter.year}`.replace(/\s+/g, ' ') }
    },

    shares: (caller: Caller, year: number | undefined) => store.shares(db, { ...readerOf(caller), all: caller.administrator }, year),

    /** Throws `bodyNotFound`. */
    async series(bodyId: string, year: number, caller: Caller): Promise<NumberSeries[]> {
      await requireOffice(bodyId, caller)
      return await seriesOf(bodyId, year)
    },

    /** Throws `bodyNotFound`, `numbersBegun` (details `last`), `numbersChanged` (details `start`). */
    async startSeries(
      bodyId: string, kind: PaperKind, year: number, caller: Caller, { start, before, reason }: { start: number, before: number, reason: string },
    ): Promise<NumberSeries> {
      await requireOffice(bodyId, caller)
      await db.transaction(async (trx) => {
        if (!await store.startSeries(trx, bodyId, kind, year, start, before)) {
          const known = (await store.series(trx, bodyId, year)).find((one) => one.kind === kind)
          throw known && known.last !== null ? new AppError('numbersBegun', { last: known.last }) : new AppError('numbersChanged', { start: known?.start ?? 1 })
        }
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: 'numbers.startSet', data: { kind, year, start, before, reason } })
      })
      const series = (await seriesOf(bodyId, year)).find((one) => one.kind === kind)
      if (!series) throw new Error('a series that was started is not there')
      return series
    },

    /** Throws `bodyNotFound`, `paperSecret`, `dateOutOfRange`, `idempotencyKeyReused`. */
    async enterOnPaper(
      bodyId: string, caller: Caller, { kind, abstract, on, key }: { kind: PaperKind, abstract: string, on: Day, key: string },
    ): Promise<{ paperId: string, written: string }> {
      await requireOffice(bodyId, caller)
      refuseStamps([abstract])
      const at = now()
      const earliest = `${officialYear(at.toISOString()) - 1}-01-01`
      if (on > localDay(at) || on < earliest) throw new AppError('dateOutOfRange', { earliest, latest: localDay(at) })
      const fingerprint = sha256(canonical([bodyId, kind, abstract, on]))
      const [body] = await bodies([bodyId])
      if (!body) throw new AppError('bodyNotFound')
      return await db.transaction(async (trx) => {
        const year = Number(on.slice(0, 4))
        // The number's lock is also that of the key: who repeats waits for the first.
        const number = await numbers.takeNumber(trx, bodyId, kind, year)
        const before = await store.entered(trx, caller.personId, key)
        if (before) throw new Repeated(before)
        const { style } = body.letterhead
        const symbol = symbolOf(body, symbolKinds[kind])
        const paperId = await store.insertEntry(trx, {
          bodyId, kind, year, number, style, symbol, abstract, issuedAt: on === localDay(at) ? at : noonOf(on), issuedBy: caller.personId, key, fingerprint,
        })
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: 'paper.enteredOnPaper', data: { paperId, kind, year, number } })
        return { paperId, written: writtenNumber(number, { style, symbol }) }
      }).catch((error: unknown) => {
        if (!(error instanceof Repeated)) throw error
        if (!error.before.fingerprint.equals(fingerprint)) throw new AppError('idempotencyKeyReused')
        return { paperId: error.before.paperId, written: error.before.written }
      })
    },
  }
}

/** Ends the transaction of a repeat, so that its number goes back. */
class Repeated extends Error {
  readonly before: { paperId: string, written: string, fingerprint: Buffer }

  constructor(before: Repeated['before']) {
    super('repeated')
    this.before = before
  }
}

const channels = { electronic: 'Điện tử', paper: 'Bản giấy' }
const statuses = { issued: 'Còn hiệu lực', recalled: 'Đã thu hồi', replaced: 'Đã thay thế' }

function sheetOf(entries: readonly RegisterEntry[], year: number): Sheet {
  return {
    name: `Sổ văn bản ${year}`,
    columns: [
      { title: 'Loại văn bản', width: 20 }, { title: 'Số', width: 8 }, { title: 'Số, ký hiệu', width: 18 }, { title: 'Ngày ban hành', width: 20 },
      { title: 'Trích yếu', width: 60 }, { title: 'Phát hành', width: 12 }, { title: 'Nơi nhận', width: 10 }, { title: 'Đã xác nhận', width: 12 },
      { title: 'Chữ ký số', width: 10 }, { title: 'Tình trạng', width: 16 }, { title: 'Thay thế bởi', width: 18 },
    ],
    rows: entries.map((one) => [
      paperKinds.vi[one.kind], one.number, one.written, new Date(one.issuedAt), one.abstract, channels[one.channel], one.recipients, one.confirmed,
      one.signatures, statuses[one.status], one.replacedBy?.written ?? null,
    ]),
  }
}

export type Register = ReturnType<typeof createRegister>
