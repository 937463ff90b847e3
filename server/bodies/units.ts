import { addDays, localDay, type Day } from '../../protocol/calendar.ts'
import { hasEnded, withSubordinates, type HistoryEntry, type Unit, type UnitName } from '../../protocol/units.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { FIRST_DAY, requireWithin } from './spans.ts'

export interface UnitFields { name: string, code: string | null }
/** A unit as its row stands. */
export interface UnitRecord extends UnitFields { id: string, superiorId: string | null, since: Day, until: Day | null, version: number }
export type UnitChange = Partial<Pick<UnitRecord, 'name' | 'code' | 'superiorId' | 'until'>>

/** What the audit says of a unit. */
export interface UnitAudit { unitId: string | null, action: string, data: object }

/** Changes of one transaction, which no other change of units runs beside. */
export interface UnitsTx {
  /** All units, the ended included. */
  all(): Promise<UnitRecord[]>
  /** Throws `unitNameTaken`. */
  insert(units: readonly Omit<UnitRecord, 'id' | 'version' | 'until'>[]): Promise<UnitRecord[]>
  /** Raises their version. Throws `unitNameTaken`. */
  update(ids: readonly string[], change: UnitChange): Promise<void>
  succeed(kind: 'merger' | 'split', pairs: readonly { predecessorId: string, successorId: string }[], since: Day): Promise<void>
  /** People of these units work in another from `since` on; in none where that is null. Only those named, where ids are given. */
  passPeople(from: readonly string[], to: string | null, since: Day, only?: readonly string[]): Promise<number>
  /** Since when a person has worked where they were last; null: nowhere yet. Undefined where nobody has that id. */
  worksSince(personId: string): Promise<Day | null | undefined>
  /** Where people work from a day on, which is not before they came where they were last. */
  assign(work: readonly { personId: string, unitId: string | null, since: Day }[]): Promise<void>
  audit(actorId: string | null, ...records: (UnitAudit & { subjectId?: string })[]): Promise<void>
}

export interface UnitsStore {
  /** By name; `ended` includes those that ended before the day. A constant number of queries. */
  units(on: Day, ended: boolean): Promise<Unit[]>
  names(ids: readonly string[]): Promise<UnitName[]>
  unitOf(personId: string, on: Day): Promise<UnitName | null>
  history(unitId: string): Promise<HistoryEntry[]>
  change<T>(work: (tx: UnitsTx) => Promise<T>): Promise<T>
}

type Into = ({ kind: 'new', superiorId: string | null } & UnitFields) | { kind: 'existing', unitId: string, version: number }

/** Units and who works where. Days that are given are today or past, except the last day of a unit. */
export function createUnits({ store, now = () => new Date() }: { store: UnitsStore, now?: () => Date }) {
  const today = () => localDay(now())

  /** The unit, as it can be changed. Throws `unitNotFound`, `unitEnded`, and `unitChanged` where another version was seen. */
  function lively(all: readonly UnitRecord[], unitId: string, version?: number): UnitRecord {
    const unit = all.find(({ id }) => id === unitId)
    if (!unit) throw new AppError('unitNotFound')
    if (hasEnded(unit, today())) throw new AppError('unitEnded', { until: unit.until })
    if (version !== undefined && unit.version !== version) throw new AppError('unitChanged', { unit })
    return unit
  }

  function requireSuperior(all: readonly UnitRecord[], superiorId: string | null, since: Day): void {
    if (superiorId !== null) requireWithin(since, lively(all, superiorId).since, today())
  }

  async function shown(unitId: string): Promise<Unit> {
    const unit = (await store.units(today(), true)).find(({ id }) => id === unitId)
    if (!unit) throw new AppError('unitNotFound')
    return unit
  }

  const current = (all: readonly UnitRecord[]) => all.filter((unit) => !hasEnded(unit, today()))

  /** The units under these pass to another. */
  async function passUnits(tx: UnitsTx, all: readonly UnitRecord[], from: readonly string[], to: string): Promise<void> {
    const under = current(all).filter(({ id, superiorId }) => superiorId !== null && from.includes(superiorId) && !from.includes(id))
    await tx.update(under.map(({ id }) => id), { superiorId: to })
  }

  return {
    /** By name. */
    list: (ended: boolean) => store.units(today(), ended),
    /** Unknown ids are left out. */
    names: store.names,
    /** Where a person works today. */
    unitOf: (personId: string) => store.unitOf(personId, today()),

    /** Newest first. Throws `unitNotFound`. */
    async history(unitId: string): Promise<HistoryEntry[]> {
      const entries = await store.history(unitId)
      if (entries.length === 0) await shown(unitId)
      return entries
    },

    async add({ personId }: Pick<Caller, 'personId'> | { personId: null }, { superiorId, since, ...fields }: UnitFields & { superiorId: string | null, since: Day }): Promise<Unit> {
      const id = await store.change(async (tx) => {
        const all = await tx.all()
        requireWithin(since, FIRST_DAY, today())
        requireSuperior(all, superiorId, since)
        const [unit] = await tx.insert([{ ...fields, superiorId, since }])
        if (!unit) throw new Error('the unit was not inserted')
        await tx.audit(personId, { unitId: unit.id, action: 'unit.added', data: { ...fields, superiorId, since } })
        return unit.id
      })
      return await shown(id)
    },

    async rename({ personId }: Caller, unitId: string, { on, version, ...fields }: UnitFields & { on: Day, version: number }): Promise<Unit> {
      await store.change(async (tx) => {
        const unit = lively(await tx.all(), unitId, version)
        requireWithin(on, unit.since, today())
        await tx.update([unitId], fields)
        await tx.audit(personId, { unitId, action: 'unit.renamed', data: { from: { name: unit.name, code: unit.code }, to: fields, on } })
      })
      return await shown(unitId)
    },

    /** Throws `unitCycle` for a place under the unit itself. */
    async move({ personId }: Caller, unitId: string, { superiorId, on, version }: { superiorId: string | null, on: Day, version: number }): Promise<Unit> {
      await store.change(async (tx) => {
        const all = await tx.all()
        const unit = lively(all, unitId, version)
        requireWithin(on, unit.since, today())
        if (superiorId !== null && withSubordinates(all, unitId).has(superiorId)) throw new AppError('unitCycle')
        requireSuperior(all, superiorId, on)
        await tx.update([unitId], { superiorId })
        await tx.audit(personId, { unitId, action: 'unit.moved', data: { from: unit.superiorId, to: superiorId, on } })
      })
      return await shown(unitId)
    },

    /** Throws `unitNotEmpty` while units stand under it. */
    async end({ personId }: Caller, unitId: string, { until, version }: { until: Day, version: number }): Promise<Unit> {
      await store.change(async (tx) => {
        const all = await tx.all()
        const unit = lively(all, unitId, version)
        requireWithin(until, unit.since, null)
        const under = current(all).filter(({ superiorId }) => superiorId === unitId).length
        if (under > 0) throw new AppError('unitNotEmpty', { units: under })
        await tx.update([unitId], { until })
        const people = await tx.passPeople([unitId], null, addDays(until, 1))
        await tx.audit(personId, { unitId, action: 'unit.ended', data: { until, people } })
      })
      return await shown(unitId)
    },

    /** Throws `unitCycle` where the unit that they go into stands under one of them. */
    async merge({ personId }: Caller, { units, into, on }: { units: readonly { unitId: string, version: number }[], into: Into, on: Day }): Promise<Unit> {
      const successorId = await store.change(async (tx) => {
        const all = await tx.all()
        const from = units.map(({ unitId, version }) => lively(all, unitId, version))
        const gone = new Set(from.flatMap(({ id }) => [...withSubordinates(all, id)]))
        const base = into.kind === 'new' ? into.superiorId : lively(all, into.unitId, into.version).id
        if (base !== null && gone.has(base)) throw new AppError('unitCycle')
        requireSuperior(all, base, on)
        // Each has at least one whole day behind it.
        for (const unit of from) requireWithin(on, addDays(unit.since, 1), today())
        const ids = from.map(({ id }) => id)
        // They end first: the new one may take the name of one of them.
        await tx.update(ids, { until: addDays(on, -1) })
        const [made] = into.kind === 'new' ? await tx.insert([{ name: into.name, code: into.code, superiorId: into.superiorId, since: on }]) : []
        const to = made?.id ?? base
        if (to === null) throw new Error('the unit was not inserted')
        await passUnits(tx, all, ids, to)
        await tx.succeed('merger', ids.map((predecessorId) => ({ predecessorId, successorId: to })), on)
        const people = await tx.passPeople(ids, to, on)
        await tx.audit(personId,
          ...ids.map((unitId) => ({ unitId, action: 'unit.mergedInto', data: { successor: to, on } })),
          { unitId: to, action: made ? 'unit.madeByMerger' : 'unit.grownByMerger', data: { predecessors: ids, on, people } })
        return to
      })
      return await shown(successorId)
    },

    /** The first of the parts takes what no other is given. */
    async split(
      { personId }: Caller, unitId: string,
      { parts, on, version }: { parts: readonly (UnitFields & { people: readonly string[] })[], on: Day, version: number },
    ): Promise<Unit[]> {
      const ids = await store.change(async (tx) => {
        const all = await tx.all()
        const unit = lively(all, unitId, version)
        requireWithin(on, addDays(unit.since, 1), today())
        await tx.update([unitId], { until: addDays(on, -1) })
        const made = await tx.insert(parts.map(({ name, code }) => ({ name, code, superiorId: unit.superiorId, since: on })))
        const [heir] = made
        if (!heir || made.length < parts.length) throw new Error('the units were not inserted')
        for (const [index, { people }] of parts.entries()) {
          const to = made[index]
          if (to && to !== heir && people.length > 0) await tx.passPeople([unitId], to.id, on, people)
        }
        await tx.passPeople([unitId], heir.id, on)
        await passUnits(tx, all, [unitId], heir.id)
        await tx.succeed('split', made.map(({ id }) => ({ predecessorId: unitId, successorId: id })), on)
        await tx.audit(personId,
          { unitId, action: 'unit.splitInto', data: { successors: made.map(({ id }) => id), on } },
          ...made.map(({ id }) => ({ unitId: id, action: 'unit.madeBySplit', data: { predecessor: unitId, on } })))
        return made.map(({ id }) => id)
      })
      const units = new Map((await store.units(today(), false)).map((unit) => [unit.id, unit]))
      return ids.flatMap((id) => units.get(id) ?? [])
    },

    /** Throws `personNotFound`, `unitNotFound`, `unitEnded`, `dateOutOfRange`. */
    async assign({ personId: actorId }: Pick<Caller, 'personId'> | { personId: null }, personId: string, unitId: string | null, since: Day): Promise<void> {
      await store.change(async (tx) => {
        const unit = unitId === null ? null : lively(await tx.all(), unitId)
        const worksSince = await tx.worksSince(personId)
        if (worksSince === undefined) throw new AppError('personNotFound')
        const earliest = [unit?.since ?? FIRST_DAY, worksSince ?? FIRST_DAY].toSorted().at(-1) ?? FIRST_DAY
        requireWithin(since, earliest, today())
        await tx.assign([{ personId, unitId, since }])
        await tx.audit(actorId, { unitId, subjectId: personId, action: unitId === null ? 'unit.left' : 'unit.joined', data: { since } })
      })
    },
  }
}

export type Units = ReturnType<typeof createUnits>
