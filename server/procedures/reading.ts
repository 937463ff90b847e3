import type { Knex } from 'knex'
import { addDays, isWorkingDay, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { foldedWords } from '../../protocol/fold.ts'
import type { Person } from '../../protocol/identity.ts'
import { idsOf } from '../../protocol/procedure-forms.ts'
import type { InstanceDetail, InstanceEvent, InstanceState, InstanceSummary, InstanceView, StepDelay, StepRun } from '../../protocol/procedure-instances.ts'
import type { UnitName } from '../../protocol/units.ts'
import type { Caller } from '../platform/contract.ts'
import { actsOf, daysOf, type InstanceAccessTo } from './access.ts'
import { unitsIn, type CatalogueStore } from './catalogue.ts'
import type { InstancesStore } from './instances.ts'

/** Who reads, on which day, and the latest working day by then: what was due on it or after is not late yet. */
export interface Reader { personId: string, on: Day, worked: Day }
export interface Filter { view: InstanceView, procedureId: string | undefined, words: readonly string[] }
export interface KeptRun extends Omit<StepRun, 'tookDays' | 'lateDays'> { tookDays: number | null, lateDays: number | null }
export interface Delay { id: string, code: string, name: string, version: number, step: StepDelay }

export interface ReadingStore {
  /** Latest step first, then by id. One query; `lateDays` is still to be counted. */
  list(db: Knex, reader: Reader, filter: Filter & {
    state: InstanceState | undefined, late: boolean, before: { at: Date, id: string } | undefined, limit: number,
  }): Promise<InstanceSummary[]>
  counts(db: Knex, reader: Reader, filter: Filter): Promise<{ running: number, late: number, ended: number, cancelled: number, waiting: number }>
  summary(db: Knex, instanceId: string): Promise<InstanceSummary | undefined>
  runs(db: Knex, instanceId: string): Promise<KeptRun[]>
  events(db: Knex, instanceId: string): Promise<InstanceEvent[]>
  /** By procedure, version and step. One query. */
  delays(db: Knex, reader: Reader, from: Day, to: Day): Promise<Delay[]>
  bodies(db: Knex, on: Day): Promise<UnitName[]>
}

export interface ReadingDeps {
  db: Knex
  access: InstanceAccessTo
  store: ReadingStore & Pick<InstancesStore, 'content' | 'forms' | 'unitOf'> & Pick<CatalogueStore, 'unitNames'>
  people(ids: readonly string[]): Promise<Person[]>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  now: () => Date
}

/** No holidays are longer, in days. */
const LONGEST_REST = 30

/** Sorts after every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What may be read of instances. Every reading takes as many queries, however much there is. */
export function createReading({ db, access, store, people, calendar, now }: ReadingDeps) {
  async function readerOf({ personId }: Caller): Promise<Reader> {
    const on = localDay(now())
    return { personId, on, worked: lastWorkingDay(on, await calendar(addDays(on, -LONGEST_REST), on, db)) }
  }

  /** The working days by which last days are past. */
  async function counted(summaries: InstanceSummary[], today: Day): Promise<InstanceSummary[]> {
    const earliest = summaries.reduce((first, { dueOn }) => dueOn !== null && dueOn < first ? dueOn : first, today)
    if (earliest === today) return summaries
    const days = await calendar(earliest, today, db)
    return summaries.map((one) => ({ ...one, lateDays: one.dueOn === null ? 0 : daysOf(one.since, one.dueOn, today, days).lateDays }))
  }

  return {
    async starting({ personId }: Caller) {
      const on = localDay(now())
      const [unit, bodies] = await Promise.all([store.unitOf(db, personId, on), store.bodies(db, on)])
      return { unit: unit ?? null, bodies }
    },

    async list(caller: Caller, { view, state, late, procedureId, search, before, limit }: {
      view: InstanceView, state?: InstanceState | undefined, late: boolean, procedureId?: string | undefined
      search?: string | undefined, before?: string | undefined, limit: number,
    }) {
      const reader = await readerOf(caller)
      const filter = { view, procedureId, words: foldedWords(search ?? '') }
      const [at, id] = before?.split('~') ?? []
      const [rows, { waiting, ...counts }] = await Promise.all([
        store.list(db, reader, { ...filter, state, late, limit: limit + 1, before: at === undefined ? undefined : { at: new Date(at), id: id ?? LAST_ID } }),
        store.counts(db, reader, filter),
      ])
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return { instances: await counted(page, reader.on), next: rows.length > page.length && last ? `${last.since}~${last.id}` : null, counts, waiting }
    },

    /** Throws `instanceNotFound`. */
    async get(instanceId: string, caller: Caller): Promise<InstanceDetail> {
      const found = await access.accessTo(instanceId, caller)
      const on = localDay(now())
      const [summary, content, forms, kept, events] = await Promise.all([
        store.summary(db, instanceId), store.content(db, instanceId), store.forms(db, instanceId),
        store.runs(db, instanceId), store.events(db, instanceId),
      ])
      if (!summary) throw new Error('an instance without a summary')
      const days = await calendar(localDay(summary.startedAt), on, db)
      const filledBy = (kind: 'person' | 'unit') => forms.flatMap(({ formId, values }) => {
        const form = content.forms.find(({ id }) => id === formId)
        return form ? idsOf(form.fields, values, kind) : []
      })
      const [known, units, [late]] = await Promise.all([
        people([...new Set([...events.flatMap(({ actorId, personId }) => [actorId, personId]), ...forms.map(({ savedBy }) => savedBy), ...filledBy('person')]
          .filter((id) => id !== null))]),
        store.unitNames(db, [...new Set([...unitsIn(content), ...filledBy('unit')])]),
        counted([summary], on),
      ])
      return {
        ...late ?? summary, sides: [...found.sides], may: actsOf(found), version: found.instance.version, content, forms, events, people: known, units,
        runs: kept.map(({ tookDays, lateDays, ...run }): StepRun => {
          const soFar = daysOf(run.beganAt, run.dueOn, on, days)
          return { ...run, tookDays: tookDays ?? soFar.tookDays, lateDays: lateDays ?? soFar.lateDays }
        }),
      }
    },

    async delays(caller: Caller, { from, to }: { from: Day, to: Day }) {
      const rows = await store.delays(db, await readerOf(caller), from, addDays(to, 1))
      const byVersion = Map.groupBy(rows, ({ id, version }) => `${id} ${version}`)
      return { procedures: [...byVersion.values()].flatMap((all) => all[0] ? [{
        id: all[0].id, code: all[0].code, name: all[0].name, version: all[0].version, steps: all.map(({ step }) => step),
      }] : []) }
    },
  }
}

export type Reading = ReturnType<typeof createReading>

/** The day itself where it is worked. */
export function lastWorkingDay(on: Day, calendar: WorkingCalendar): Day {
  let day = on
  while (!isWorkingDay(day, calendar) && day > addDays(on, -LONGEST_REST)) day = addDays(day, -1)
  return day
}
