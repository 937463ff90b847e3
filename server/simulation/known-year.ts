import type { Knex } from 'knex'
import { addDays, isWorkingDay, localDay, startOfDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { DatedRate } from '../costs/meetings.ts'
import type { KnownYear, SimulationMaterial } from '../../protocol/simulating.ts'
import { TriageFacts, type TriageRule } from '../../protocol/triage-rules.ts'
import type { Caller } from '../platform/contract.ts'
import type { Readers } from '../results/readers.ts'

/** A matter of a year, as it was when its way was to be found. */
export interface YearMatter {
  bodyId: string
  at: Date
  /** As triage knew it when it was decided first; null: it never was, and `said` is all that is known. */
  facts: unknown
  said: Pick<TriageFacts, 'asks' | 'urgency' | 'disagreement' | 'wantsMeeting'>
  proposedOn: Day | null
  /** How its first decision ended, where it was for no meeting. */
  outcome: { way: string, kind: 'decided' | 'rebound' } | null
}

export interface YearSitting { bodyId: string, startsAt: Date, minutes: number, online: boolean }

export interface KnownYearStore {
  /** Years in which matters of these bodies were accepted, the latest first. */
  years(db: Knex, bodyIds: readonly string[]): Promise<number[]>
  matters(db: Knex, bodyIds: readonly string[], span: { start: Date, end: Date }): Promise<YearMatter[]>
  /** Planned by the calendar, drafts aside. */
  sittings(db: Knex, bodyIds: readonly string[], span: { start: Date, end: Date }): Promise<YearSitting[]>
  /** Incumbents who may vote, by unit, with the way to their body's seat. */
  members(db: Knex, bodyIds: readonly string[], on: Day): Promise<(KnownYear['bodies'][number]['members'][number] & { bodyId: string })[]>
  quotaPercent(db: Knex, on: Day): Promise<number>
}

export interface KnownYearDeps {
  db: Knex
  store: KnownYearStore
  readers: Pick<Readers, 'reading'>
  rules(db: Knex, bodyIds: readonly string[], on: Day): Promise<TriageRule[]>
  rates(db: Knex): Promise<DatedRate[]>
  calendar(from: Day, to: Day): Promise<WorkingCalendar>
  now: () => Date
}

/** What the simulator is given. */
export function createKnownYears({ db, store, readers, rules, rates, calendar, now }: KnownYearDeps) {
  async function inForce(): Promise<DatedRate[]> {
    const today = localDay(now())
    return (await rates(db)).filter(({ since, until }) => since <= today && (until === null || today <= until))
  }

  return {
    /** Throws `forbiddenForResults`. */
    async material(caller: Caller): Promise<SimulationMaterial> {
      const { bodyIds } = await readers.reading(caller)
      const today = localDay(now())
      const [known, paid, quotaPercent, years] = await Promise.all([
        rules(db, bodyIds, today), inForce(), store.quotaPercent(db, today), store.years(db, bodyIds),
      ])
      return { rules: known, rates: paid.map(({ id, item, low, likely, high }) => ({ id, item, low, likely, high })), quotaPercent, years }
    },

    /** Throws `forbiddenForResults`. */
    async year(caller: Caller, year: number): Promise<KnownYear> {
      const { bodies, bodyIds } = await readers.reading(caller)
      const [first, last] = [`${year}-01-01`, `${year}-12-31`]
      const span = { start: startOfDay(first), end: startOfDay(addDays(last, 1)) }
      const [matters, sittings, members, days, paid] = await Promise.all([
        store.matters(db, bodyIds, span), store.sittings(db, bodyIds, span), store.members(db, bodyIds, localDay(now())), calendar(first, last), inForce(),
      ])
      const threshold = paid.find(({ item }) => item === 'threshold')?.likely ?? 0
      const index = new Map(bodies.map(({ id }, place) => [id, place]))
      const dayOf = (at: Date) => Math.max(0, workingDaysBetween(addDays(first, -1), localDay(at), days) - 1)
      return {
        days: countWorkingDays(first, last, days),
        bodies: bodies.map(({ id, name }) => {
          const own = members.filter(({ bodyId }) => bodyId === id)
          return {
            id, name, members: own.map(({ unit, inPerson, online, kilometres }) => ({ unit, inPerson, online, kilometres })),
            travellers: travellersOf(own, threshold),
            sittings: sittings.filter(({ bodyId }) => bodyId === id).map(({ startsAt, minutes, online }) => ({ day: dayOf(startsAt), minutes, online })),
          }
        }),
        matters: matters.map((matter) => knownMatter(matter, index.get(matter.bodyId) ?? 0, dayOf(matter.at), days)),
      }
    },
  }
}

/** Who lives so far away that the way is paid; null where no way is known. */
function travellersOf(members: readonly Pick<KnownYear['bodies'][number]['members'][number], 'inPerson' | 'kilometres'>[], threshold: number): number | null {
  const known = members.filter(({ kilometres }) => kilometres !== null)
  return known.length ? known.reduce((all, { inPerson, kilometres }) => all + (kilometres!.likely >= threshold ? inPerson : 0), 0) : null
}

function countWorkingDays(from: Day, to: Day, days: WorkingCalendar): number {
  let count = 0
  for (let day = from; day <= to; day = addDays(day, 1)) count += Number(isWorkingDay(day, days))
  return count
}

function knownMatter({ facts, said, at, proposedOn, outcome }: YearMatter, body: number, day: number, days: WorkingCalendar): KnownYear['matters'][number] {
  const known = TriageFacts.safeParse(facts).data
  const wished = proposedOn === null ? null : workingDaysBetween(localDay(at), proposedOn, days)
  return {
    body, day, ...said, legal: known?.legal ?? 'none', cautions: known?.cautions ?? [], secret: known?.secret ?? false, minutes: known?.minutes ?? 20,
    ...known && { asks: known.asks, urgency: known.urgency, disagreement: known.disagreement, wantsMeeting: known.wantsMeeting },
    // A wish that had passed set no limit.
    daysLeft: wished !== null && wished < 0 ? null : wished,
    failsInWriting: outcome?.way === 'write' ? outcome.kind === 'rebound' : null, comesBack: outcome?.way === 'delegate' ? outcome.kind === 'rebound' : null,
    onlineByHabit: null,
  }
}

export type KnownYears = ReturnType<typeof createKnownYears>
