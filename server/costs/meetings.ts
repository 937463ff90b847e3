import { setImmediate } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { meetingCost, savedBy, sum, type CostFacts, type CostItem, type CostSide, type CostWay, type Estimate, type Rate, type RateBook } from '../../protocol/costs.ts'

/** What one closed meeting is reckoned from. */
export interface MeetingFacts extends CostFacts { meetingId: string, body: { id: string, name: string }, day: Day }
export interface DatedRate extends Rate { since: Day, until: Day | null }

export interface CostMeetingsStore {
  /** Of the bodies' closed meetings that were opened in the span, or of these meetings alone. Three queries, whatever their number. */
  facts(db: Knex, of: { bodyIds: readonly string[], start: Date, end: Date } | { meetingIds: readonly string[] }): Promise<MeetingFacts[]>
  /** All that are in force on some day, none that was withdrawn. */
  rates(db: Knex): Promise<DatedRate[]>
}

export interface ReckonedMeeting { meetingId: string, body: { id: string, name: string }, day: Day, inPerson: CostSide, held: CostSide, online: CostSide }

/** What is read, all of one moment, before anything is reckoned of it. */
export interface CostMaterial { meetings: readonly MeetingFacts[], rates: readonly DatedRate[] }

/** A meeting's sums: its entries are reckoned again where they are asked for. */
export interface MeetingSums {
  cash: Record<CostWay, Estimate>, saved: Estimate, salary: Estimate, unknownWays: number
  byItem: readonly { item: CostItem, inPerson: Estimate, held: Estimate }[]
  unknown: CostSide['unknown']
}

/** Sums of so many meetings are kept in mind; about 2 kB each. */
const KEPT = 2000
/** After so many that were reckoned anew, whoever else waits for the server comes first. */
const IN_ONE_GO = 50

const inForce = (rates: readonly DatedRate[], day: Day) => rates.filter(({ since, until }) => since <= day && (until === null || day <= until))

/** The rates of a day. */
export function bookOf(rates: readonly DatedRate[], day: Day): RateBook {
  const known = inForce(rates, day)
  return (item) => known.find((rate) => rate.item === item)
}

function reckon({ meetingId, body, day, ...facts }: MeetingFacts, rates: readonly DatedRate[]): ReckonedMeeting {
  const book = bookOf(rates, day)
  const side = (way: CostWay) => meetingCost(facts, way, book)
  return { meetingId, body, day, inPerson: side('inPerson'), held: side('held'), online: side('online') }
}

function sumsOf({ inPerson, held, online }: ReckonedMeeting): MeetingSums {
  const items = new Set([...inPerson.entries, ...held.entries].flatMap(({ item }) => item === 'salary' ? [] : [item]))
  const of = (side: CostSide, item: CostItem) => sum(side.entries.filter((entry) => entry.item === item).map(({ amount }) => amount))
  const unknown = new Map([...inPerson.unknown, ...held.unknown].map((one) => [one.item, one]))
  return {
    cash: { inPerson: inPerson.cash, held: held.cash, online: online.cash }, saved: savedBy(inPerson, held), salary: held.salary,
    byItem: [...items].map((item) => ({ item, inPerson: of(inPerson, item), held: of(held, item) })),
    unknownWays: inPerson.unknownWays, unknown: [...unknown.values()],
  }
}

/** What meetings cost and would have cost, from who attended them and from where, by the rates of their day. */
export function createMeetingCosts({ db, store }: { db: Knex, store: CostMeetingsStore }) {
  /** By meeting, the one that was used last at the end: what its sums were reckoned from, so that any change of it reckons them anew. */
  const kept = new Map<string, { from: string, sums: MeetingSums }>()

  return {
    async material(source: Knex, of: { bodyIds: readonly string[], start: Date, end: Date }): Promise<CostMaterial> {
      return { meetings: await store.facts(source, of), rates: await store.rates(source) }
    },

    /** Sums of each meeting; those that were asked for before are not reckoned again. */
    async sums({ meetings, rates }: CostMaterial): Promise<MeetingSums[]> {
      const all: MeetingSums[] = []
      let fresh = 0
      for (const meeting of meetings) {
        const from = JSON.stringify([meeting, inForce(rates, meeting.day).map(({ id }) => id)])
        const known = kept.get(meeting.meetingId)
        const sums = known?.from === from ? known.sums : sumsOf(reckon(meeting, rates))
        kept.delete(meeting.meetingId)
        kept.set(meeting.meetingId, { from, sums })
        all.push(sums)
        if (sums !== known?.sums && (fresh += 1) % IN_ONE_GO === 0) await setImmediate()
      }
      for (const meetingId of kept.keys()) {
        if (kept.size <= KEPT) break
        kept.delete(meetingId)
      }
      return all
    },

    /** Those that are not closed, or not there, are left out. */
    async ofMeetings(meetingIds: readonly string[]): Promise<ReckonedMeeting[]> {
      const [meetings, rates] = await Promise.all([store.facts(db, { meetingIds }), store.rates(db)])
      return meetings.map((meeting) => reckon(meeting, rates))
    },
  }
}

export type MeetingCosts = ReturnType<typeof createMeetingCosts>
