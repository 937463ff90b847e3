import type { Knex } from 'knex'
import { addDays, isWorkingDay, localDay, startOfDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { DatedRate } from '../costs/meetings.ts'
import type { MeetingMode } from '../../protocol/replay-year.ts'
import type { KnownYear, SimulationMaterial } from '../../protocol/simulating.ts'
import { TriageFacts, type TriageRule } from '../../protocol/triage-rules.ts'
import type { Caller } from '../platform/contract.ts'
import type { Readers } from '../results/readers.ts'

/** A matter of a year, as it was when its way was to be found. */
export interface YearMatter {
  bodyId: string
  at: Date
  /** As triage knew it when it was decided first; null: it never was, and `said` by its unit and its office is all that is known. */
  facts: unknown
  said: Pick<TriageFacts, 'asks' | 'urgency' | 'disagreement' | 'wantsMeeting' | 'legal' | 'cautions' | 'secret' | 'minutes'>
  proposedOn: Day | null
  /** How its first decision ended, where it was for no meeting. */
  outcome: { way: string, kind: 'decided' | 'rebound' } | null
}

export interface YearSitting { bodyId: string, startsAt: Date, minutes: number, mode: MeetingMode }

type Members = KnownYear['bodies'][number]['terms'][number]['members'][number]
type Span = { first: Day, last: Day }
type SimulationRate = KnownYear['rates'][number]

export interface KnownYearStore {
  /** Years in which matters of these bodies were accepted, the latest first. */
  years(db: Knex, bodyIds: readonly string[]): Promise<number[]>
  matters(db: Knex, bodyIds: readonly string[], span: { start: Date, end: Date }): Promise<YearMatter[]>
  /** Of kinds that are regular: those that were held, and those still planned. */
  sittings(db: Knex, bodyIds: readonly string[], span: { start: Date, end: Date, now: Date }): Promise<YearSitting[]>
  /** Incumbents who may vote, by unit, with the way to their body's seat: on the first day, and on each on which any of it changed. */
  members(db: Knex, bodyIds: readonly string[], span: Span): Promise<{ day: Day, members: (Members & { bodyId: string })[] }[]>
  quotaPercent(db: Knex, on: Day): Promise<number>
}

export interface KnownYearDeps {
  db: Knex
  store: KnownYearStore
  readers: Pick<Readers, 'reading'>
  /** Versions in force on a day, or on any until `last`, of these bodies and the common ones. */
  rules(db: Knex, bodyIds: readonly string[], on: Day, last?: Day): Promise<TriageRule[]>
  rates(db: Knex): Promise<DatedRate[]>
  calendar(from: Day, to: Day): Promise<WorkingCalendar>
  now: () => Date
}

/** So far into the next year sittings are looked for that the year's last matters could wait for. */
const DAYS_AFTER = 90

/** What the simulator is given. */
export function createKnownYears({ db, store, readers, rules, rates, calendar, now }: KnownYearDeps) {
  return {
    /** Throws `forbiddenForResults`. */
    async material(caller: Caller): Promise<SimulationMaterial> {
      const { bodyIds } = await readers.reading(caller)
      const today = localDay(now())
      const [known, paid, quotaPercent, years] = await Promise.all([
        rules(db, bodyIds, today), rates(db), store.quotaPercent(db, today), store.years(db, bodyIds),
      ])
      return { rules: known, rates: within(paid, { first: today, last: today }).map(({ since: _, until: __, ...rate }) => rate), quotaPercent, years }
    },

    /** Throws `forbiddenForResults`. */
    async year(caller: Caller, year: number): Promise<KnownYear> {
      const { bodies, bodyIds } = await readers.reading(caller)
      const [first, last] = [`${year}-01-01`, `${year}-12-31`]
      const [span, after] = [{ first, last }, addDays(last, DAYS_AFTER)]
      const [start, end] = [startOfDay(first), startOfDay(addDays(last, 1))]
      const [matters, sittings, changes, known, days, paid, quotaPercent] = await Promise.all([
        store.matters(db, bodyIds, { start, end }), store.sittings(db, bodyIds, { start, end: startOfDay(addDays(after, 1)), now: now() }),
        store.members(db, bodyIds, span), rules(db, bodyIds, first, last), calendar(first, after), rates(db), store.quotaPercent(db, last),
      ])
      const inForce = within(paid, span)
      const index = new Map(bodies.map(({ id }, place) => [id, place]))
      const dates = workingDays(first, after, days)
      /** What happens on a day off counts as on the working day before it. */
      const dayOf = (day: Day) => Math.max(0, dates.findLastIndex((date) => date <= day))
      const thresholdOn = (day: Day) => within(inForce, { first: day, last: day }).find(({ item }) => item === 'threshold')?.likely ?? 0
      return {
        days: dates.filter((date) => date <= last).length, dates, rules: known, quotaPercent,
        rates: inForce,
        bodies: bodies.map(({ id, name }) => ({
          id, name,
          terms: changes.map(({ day, members }) => {
            const own = members.filter(({ bodyId }) => bodyId === id).map(({ bodyId: _, ...group }) => group)
            // A change on a day off is one on the next working day.
            return { from: dates.filter((date) => date < day).length, members: own, travellers: travellersOf(own, thresholdOn(day)) }
          }),
          sittings: sittings.filter(({ bodyId }) => bodyId === id).map(({ startsAt, minutes, mode }) => ({ day: dayOf(localDay(startsAt)), minutes, mode })),
        })),
        matters: matters.map((matter) => knownMatter(matter, index.get(matter.bodyId) ?? 0, dayOf(localDay(matter.at)), days)),
      }
    },
  }
}

function within(rates: readonly DatedRate[], { first, last }: Span): SimulationRate[] {
  return rates.filter(({ since, until }) => since <= last && (until === null || first <= until))
    .map(({ id, item, low, likely, high, since, until }) => ({ id, item, low, likely, high, since, until }))
}

/** Who lives so far away that the way is paid; null where no way is known. */
function travellersOf(members: readonly Pick<Members, 'inPerson' | 'kilometres'>[], threshold: number): number | null {
  const known = members.filter(({ kilometres }) => kilometres !== null)
  return known.length ? known.reduce((all, { inPerson, kilometres }) => all + (kilometres!.likely >= threshold ? inPerson : 0), 0) : null
}

function workingDays(from: Day, to: Day, days: WorkingCalendar): Day[] {
  const found: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) if (isWorkingDay(day, days)) found.push(day)
  return found
}

function knownMatter({ facts, said, at, proposedOn, outcome }: YearMatter, body: number, day: number, days: WorkingCalendar): KnownYear['matters'][number] {
  const { asks, urgency, disagreement, wantsMeeting, legal, cautions, secret, minutes } = TriageFacts.safeParse(facts).data ?? said
  const wished = proposedOn === null ? null : workingDaysBetween(localDay(at), proposedOn, days)
  return {
    body, day, asks, urgency, disagreement, wantsMeeting, legal, cautions, secret, minutes,
    // A wish that had passed set no limit.
    daysLeft: wished !== null && wished < 0 ? null : wished,
    failsInWriting: outcome?.way === 'write' ? outcome.kind === 'rebound' : null, comesBack: outcome?.way === 'delegate' ? outcome.kind === 'rebound' : null,
    onlineByHabit: null,
  }
}

export type KnownYears = ReturnType<typeof createKnownYears>
