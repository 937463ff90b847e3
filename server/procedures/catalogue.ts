import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { Person } from '../../protocol/identity.ts'
import { changedParts, cycleIn, inForceOn, type ProcedureContent, type VersionTerms } from '../../protocol/procedure-rules.ts'
import { textsIn } from './texts.ts'
import { MAX_PROCEDURES, type ProcedureDetail, type ProcedureGroup, type ProcedureSummary, type VersionMeta } from '../../protocol/procedures.ts'
import type { UnitName } from '../../protocol/units.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'

/** A version as it is kept; it never changes. */
export interface KeptVersion { version: number, content: ProcedureContent, since: Day, until: Day | null, reason: string, actorId: string | null, at: Date }
export interface KeptProcedure { id: string, code: string, versions: KeptVersion[] }
export interface NewVersion { version: number, content: ProcedureContent, since: Day, until: Day | null, reason: string }

export interface CatalogueStore {
  groups(db: Knex): Promise<ProcedureGroup[]>
  /** By code, each by the version in force on the day, or the next or last one. One query. */
  summaries(db: Knex, personId: string, on: Day): Promise<ProcedureSummary[]>
  /** With every version, oldest first. */
  procedure(db: Knex, procedureId: string): Promise<KeptProcedure | undefined>
  procedures(db: Knex): Promise<KeptProcedure[]>
  /** What each follows by its latest version, by code. */
  follows(db: Knex): Promise<Map<string, readonly string[]>>
  byCodes(db: Knex, codes: readonly string[], on: Day): Promise<{ id: string, code: string, name: string }[]>
  unitNames(db: Knex, ids: readonly string[]): Promise<UnitName[]>
  /** The person's unit of that day with those that went into it. */
  unitsOf(db: Knex, personId: string, on: Day): Promise<string[]>
  /** Nothing else changes the catalogue until the end of the transaction. */
  lock(trx: Knex.Transaction): Promise<void>
  /** Undefined where the code is taken. */
  insert(trx: Knex.Transaction, code: string): Promise<string | undefined>
  insertVersions(trx: Knex.Transaction, procedureId: string, versions: readonly NewVersion[], actorId: string, action: string): Promise<void>
}

export interface CatalogueDeps {
  db: Knex
  store: CatalogueStore
  people(ids: readonly string[]): Promise<Person[]>
  now: () => Date
}

/** The latest that has begun, or the next one. */
export function shownOn(versions: readonly KeptVersion[], on: Day): KeptVersion {
  const [next] = versions.toSorted((a, b) => a.since < b.since ? -1 : a.since > b.since ? 1 : b.version - a.version)
  const shown = versions.filter(({ since }) => since <= on).at(-1) ?? next
  if (!shown) throw new Error('a procedure without a version')
  return shown
}

/** The catalogue: read by everybody, written by administrators in versions that never change. */
export function createCatalogue({ db, store, people, now }: CatalogueDeps) {
  const today = () => localDay(now())

  async function find(procedureId: string, source: Knex = db): Promise<KeptProcedure> {
    const found = await store.procedure(source, procedureId)
    if (!found) throw new AppError('procedureNotFound')
    return found
  }

  async function metas(versions: readonly KeptVersion[]): Promise<VersionMeta[]> {
    const known = new Map((await people([...new Set(versions.flatMap(({ actorId }) => actorId ?? []))])).map((person) => [person.id, person]))
    return versions.map(({ version, since, until, reason, actorId, at }) => (
      { version, since, until, reason, author: actorId === null ? null : known.get(actorId) ?? null, at: at.toISOString() }
    )).toReversed()
  }

  /** Throws `dateOutOfRange`, `procedureGroupNotFound`, `unitNotFound`, `procedureUnknown`, `procedureCycle`, `proposalSecret`. */
  async function requireSound(trx: Knex.Transaction, code: string, content: ProcedureContent, terms: VersionTerms): Promise<void> {
    requireUnstamped(...textsIn(content), terms.reason)
    if (terms.since < today()) throw new AppError('dateOutOfRange', { earliest: today(), latest: null })
    if (terms.until !== null && terms.until < terms.since) throw new AppError('dateOutOfRange', { earliest: terms.since, latest: null })
    if (!(await store.groups(trx)).some(({ id }) => id === content.groupId)) throw new AppError('procedureGroupNotFound')
    const named = unitsIn(content)
    if ((await store.unitNames(trx, named)).length !== named.length) throw new AppError('unitNotFound')
    const follows = new Map(await store.follows(trx)).set(code, content.follows)
    const unknown = content.follows.find((other) => !follows.has(other))
    if (unknown !== undefined) throw new AppError('procedureUnknown', { code: unknown })
    const cycle = cycleIn(follows)
    if (cycle) throw new AppError('procedureCycle', { codes: cycle })
  }

  return {
    async list({ personId }: Caller): Promise<{ groups: ProcedureGroup[], procedures: ProcedureSummary[] }> {
      const [groups, procedures] = await Promise.all([store.groups(db), store.summaries(db, personId, today())])
      return { groups, procedures }
    },

    /** Throws `procedureNotFound`, also for a version that there is not. */
    async get({ personId }: Caller, procedureId: string, wanted: number | undefined): Promise<ProcedureDetail> {
      const { id, code, versions } = await find(procedureId)
      const shown = wanted === undefined ? shownOn(versions, today()) : versions.find(({ version }) => version === wanted)
      if (!shown) throw new AppError('procedureNotFound')
      const inForce = inForceOn(versions, today())
      const [history, follows, units, own] = await Promise.all([
        metas(versions), store.byCodes(db, shown.content.follows, today()), store.unitNames(db, unitsIn(shown.content)), store.unitsOf(db, personId, today()),
      ])
      return {
        id, code, version: shown.version, since: shown.since, until: shown.until, content: shown.content, inForce: inForce?.version === shown.version,
        startable: inForce !== undefined && own.length > 0 && appliedBy(inForce.content, own), versions: history, follows, units,
      }
    },

    /** The version in force today, for whoever starts it. Throws `procedureNotFound`. */
    async inForce(trx: Knex, procedureId: string): Promise<{ code: string, version: KeptVersion }> {
      const { code, versions } = await find(procedureId, trx)
      const version = inForceOn(versions, today())
      if (!version) throw new AppError('procedureNotFound')
      return { code, version }
    },

    /** Throws `procedureCodeTaken`, `proceduresFull` and what `requireSound` does. */
    add: ({ personId }: Caller, { code, content, terms }: { code: string, content: ProcedureContent, terms: VersionTerms }) => db.transaction(async (trx) => {
      await store.lock(trx)
      const follows = await store.follows(trx)
      if (follows.has(code)) throw new AppError('procedureCodeTaken')
      if (follows.size >= MAX_PROCEDURES) throw new AppError('proceduresFull', { limit: MAX_PROCEDURES })
      await requireSound(trx, code, content, terms)
      const procedureId = await store.insert(trx, code)
      if (procedureId === undefined) throw new AppError('procedureCodeTaken')
      await store.insertVersions(trx, procedureId, [{ version: 1, content, ...terms }], personId, 'procedure.added')
      return { procedureId, version: 1 }
    }),

    /** Throws `procedureNotFound`, `procedureChanged`, `procedureSinceTooEarly` and what `requireSound` does. */
    async save({ personId }: Caller, procedureId: string, { version, content, terms }: { version: number, content: ProcedureContent, terms: VersionTerms }) {
      // Who saved meanwhile is looked up after the transaction, which must not wait for a second connection.
      let theirs: { latest: KeptVersion, base: KeptVersion } | undefined
      const saved = await db.transaction(async (trx) => {
        await store.lock(trx)
        const { code, versions } = await find(procedureId, trx)
        const latest = versions.at(-1)
        if (!latest) throw new Error('a procedure without a version')
        if (latest.version !== version) {
          theirs = { latest, base: versions.find((one) => one.version === version) ?? latest }
          return undefined
        }
        await requireSound(trx, code, content, terms)
        // What has begun keeps its first day; one that has not may be replaced before it does.
        if (latest.since <= today() && terms.since <= latest.since) throw new AppError('procedureSinceTooEarly', { since: latest.since })
        await store.insertVersions(trx, procedureId, [{ version: version + 1, content, ...terms }], personId, 'procedure.versionSaved')
        return { procedureId, version: version + 1 }
      })
      if (saved) return saved
      if (!theirs) throw new Error('neither saved nor changed')
      const [meta] = await metas([theirs.latest])
      throw new AppError('procedureChanged', { meta, content: theirs.latest.content, parts: changedParts(theirs.base.content, theirs.latest.content) })
    },
  }
}

export type Catalogue = ReturnType<typeof createCatalogue>

export const appliedBy = ({ units }: Pick<ProcedureContent, 'units'>, own: readonly string[]): boolean => units.length === 0 || units.some((id) => own.includes(id))

/** Every unit that a content names, once. */
export function unitsIn({ units, steps }: ProcedureContent): string[] {
  return [...new Set([...units, ...steps.flatMap(({ responsible }) => responsible.kind === 'unit' ? [responsible.unit] : [])])]
}
