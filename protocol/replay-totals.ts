import { meetingCost, type CostEntry, type CostItem, type CostSide, type RateBook } from './costs.ts'
import { termOn, type Replayed } from './replay.ts'
import type { HeldMeeting } from './replay-diary.ts'
import type { ReplayAssumptions, ReplayYear } from './replay-year.ts'

/** What a replay comes to. Hours are those of everybody together, of answering in writing too; money is in đồng, without working time. */
export interface Totals extends Pick<CostSide, 'entries' | 'unknown'> {
  meetings: number
  /** Not in person: online or hybrid, as results count them (server/meetings/counted.ts). */
  online: number
  hours: number
}

type Money = Pick<CostSide, 'entries' | 'unknown'>

/** One entry an item, whatever it is made of. */
function merged(sides: readonly Money[]): Money {
  const sums = new Map<CostItem, CostEntry>()
  for (const { item, amount } of sides.flatMap(({ entries }) => entries)) {
    const sum = sums.get(item) ?? { item, unit: null, factors: [], divisor: 1, amount: { low: 0, likely: 0, high: 0 } }
    sum.amount = { low: sum.amount.low + amount.low, likely: sum.amount.likely + amount.likely, high: sum.amount.high + amount.high }
    sums.set(item, sum)
  }
  const unknown = new Map(sides.flatMap((side) => side.unknown).map((one) => [one.item, one]))
  return { entries: [...sums.values()], unknown: [...unknown.values()] }
}

/** Whether a meeting is the year's: next year's sittings, which its last matters wait for, are held in any case. */
export const isOfYear = ({ days }: Pick<ReplayYear, 'days'>, { planned, day }: HeldMeeting) => !planned || day < days

export function createTotals(year: ReplayYear, ratesOn: (day: number) => RateBook, { overheadMinutes, pagesPerMatter, answeringMinutes }: ReplayAssumptions) {
  const known = new Map<RateBook, Map<string, Money>>()
  const membersOn = (body: number, day: number) => termOn(year.bodies[body]!, day)?.members ?? []
  const peopleOn = (body: number, day: number) => membersOn(body, day).reduce((all, { inPerson, online }) => all + inPerson + online, 0)

  /** A hybrid meeting costs what one in person does: nobody knows who would have stayed where they are. */
  function costOf({ body, day, minutes, matters, mode }: HeldMeeting): Money {
    const book = ratesOn(day)
    const half = Math.max(1, book('sessionMinutes')?.likely ?? 240)
    const sessions = Math.max(1, Math.ceil((minutes + overheadMinutes) / half))
    const byBook = known.get(book) ?? new Map<string, Money>()
    known.set(book, byBook)
    const key = `${body} ${termOn(year.bodies[body]!, day)?.from} ${sessions} ${mode === 'online' ? '' : matters}`
    let cost = byBook.get(key)
    if (!cost) {
      const people = peopleOn(body, day)
      const papers = [{ people, inHall: people, pages: matters * pagesPerMatter }]
      const facts = { minutes: sessions * half, travellers: membersOn(body, day), sites: 0, papers, speakers: 0 }
      // Working time is not money, and would be the most of the reckoning.
      const { entries, unknown } = meetingCost(facts, mode === 'online' ? 'online' : 'inPerson', book)
      cost = merged([{ entries: entries.filter(({ item }) => item !== 'salary'), unknown: unknown.filter(({ item }) => item !== 'salary') }])
      byBook.set(key, cost)
    }
    return cost
  }

  return ({ meetings, written }: Pick<Replayed, 'meetings' | 'written'>): Totals => {
    const counted = meetings.filter((meeting) => isOfYear(year, meeting))
    const minutes = counted.reduce((sum, meeting) => sum + (meeting.minutes + overheadMinutes) * peopleOn(meeting.body, meeting.day), 0)
      + written.reduce((sum, { body, day }) => sum + answeringMinutes * peopleOn(body, day), 0)
    return {
      meetings: counted.length, online: counted.filter(({ mode }) => mode !== 'inPerson').length, hours: Math.round(minutes / 60),
      ...merged(counted.map(costOf)),
    }
  }
}
