import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { meetingCost, type CostFacts, type CostSide, type Rate, type RateBook } from '../../protocol/costs.ts'

/** What one closed meeting is reckoned from. */
export interface MeetingFacts extends CostFacts { meetingId: string, body: { id: string, name: string }, day: Day }
export interface DatedRate extends Rate { since: Day, until: Day | null }

export interface CostMeetingsStore {
  /** Of the bodies' closed meetings that were opened in the span, or of these meetings alone. Two queries, whatever their number. */
  facts(db: Knex, of: { bodyIds: readonly string[], start: Date, end: Date } | { meetingIds: readonly string[] }): Promise<MeetingFacts[]>
  /** All that are in force on some day, none that was withdrawn. */
  rates(db: Knex): Promise<DatedRate[]>
}

export interface ReckonedMeeting { meetingId: string, body: { id: string, name: string }, day: Day, inPerson: CostSide, held: CostSide, online: CostSide }

/** The rates of a day. */
export function bookOf(rates: readonly DatedRate[], day: Day): RateBook {
  const inForce = rates.filter(({ since, until }) => since <= day && (until === null || day <= until))
  return (item) => inForce.find((rate) => rate.item === item)
}

/** What meetings cost and would have cost, from who attended them and from where, by the rates of their day. */
export function createMeetingCosts({ db, store }: { db: Knex, store: CostMeetingsStore }) {
  async function reckoned(of: Parameters<CostMeetingsStore['facts']>[1]): Promise<ReckonedMeeting[]> {
    const [meetings, rates] = await Promise.all([store.facts(db, of), store.rates(db)])
    return meetings.map(({ meetingId, body, day, ...facts }) => {
      const book = bookOf(rates, day)
      const side = (way: 'inPerson' | 'held' | 'online') => meetingCost(facts, way, book)
      return { meetingId, body, day, inPerson: side('inPerson'), held: side('held'), online: side('online') }
    })
  }

  return {
    ofPeriod: (of: { bodyIds: readonly string[], start: Date, end: Date }) => reckoned(of),
    /** Those that are not closed, or not there, are left out. */
    ofMeetings: (meetingIds: readonly string[]) => reckoned({ meetingIds }),
  }
}

export type MeetingCosts = ReturnType<typeof createMeetingCosts>
