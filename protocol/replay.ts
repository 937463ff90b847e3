import { meetingCost, type Estimate, type RateBook } from './costs.ts'
import type { ReplayAssumptions, ReplayBody, ReplayMatter, ReplayYear } from './replay-year.ts'
import { triage, type TriageRule, type Way } from './triage-rules.ts'

/**
 * What becomes of a year's matters: as they were asked for, or by triage's rules. Both replays have the same calendar, the same
 * room on agendas and the same luck, so that they differ by what the rules decide alone.
 */

/** A meeting that was held. */
export interface HeldMeeting { body: number, day: number, minutes: number, matters: number, online: boolean, planned: boolean }

export interface Replayed {
  meetings: HeldMeeting[]
  /** How many matters went each way at first. Where no way was left open, it was met about. */
  ways: Record<Way, number>
  /** Matters that went without a meeting and came back to one. */
  rebounds: number
  /** Working days from a matter to its decision, all together. */
  days: number
}

/** Papers and invitations go out so many working days before (Quyết định 45/2018/QĐ-TTg, article on giấy mời). */
const NOTICE_DAYS = 3
/** Answers to written opinions, and work that was given to somebody, take so long. */
const WRITING_DAYS = 5
const GIVEN_DAYS = 10
/** What is convened for a day on which the body meets already joins it, up to half a day. */
const OWN_MINUTES = 240

interface Place { body: number, day: number, minutes: number, online: boolean, planned: boolean, used: number, matters: number }

/** The meetings of a replay as they fill. */
function createDiary(year: ReplayYear) {
  const sittings = year.bodies.map((body, index) => body.sittings.map((sitting): Place => ({ body: index, ...sitting, planned: true, used: 0, matters: 0 })))
  const own = year.bodies.map(() => new Map<number, Place>())
  const held = year.bodies.map(() => ({ all: 0, online: 0 }))

  function put(place: Place, matter: ReplayMatter): number {
    if (place.matters === 0) {
      const sums = held[place.body]!
      sums.all += 1
      sums.online += Number(place.online)
    }
    place.used += matter.minutes
    place.matters += 1
    return place.day
  }

  return {
    held: (body: number) => held[body]!,
    /** The next sitting after the notice that has room, comes by the last day, and may have the matter. */
    sitting(matter: ReplayMatter, day: number, last: number): Place | undefined {
      const notice = matter.urgency === 'normal' ? NOTICE_DAYS : 1
      return sittings[matter.body]!.find((place) => place.day >= day + notice && place.day <= last && takes(place, matter))
    },
    put,
    /** A meeting of its own, or with another of that day. Returns its day. */
    convene(matter: ReplayMatter, day: number, online: boolean): number {
      const on = day + (matter.urgency === 'immediate' ? 0 : matter.urgency === 'urgent' ? 1 : NOTICE_DAYS)
      const same = [...sittings[matter.body]!.filter((place) => place.day === on), own[matter.body]!.get(on)].find((place) => place && takes(place, matter))
      if (same) return put(same, matter)
      // The day is taken by a meeting that cannot have it: the next one is not.
      let free = on
      while (own[matter.body]!.has(free)) free += 1
      const place: Place = { body: matter.body, day: free, minutes: Math.max(OWN_MINUTES, matter.minutes), online, planned: false, used: 0, matters: 0 }
      own[matter.body]!.set(free, place)
      return put(place, matter)
    },
    meetings: (): HeldMeeting[] => [...sittings.flat(), ...own.flatMap((days) => [...days.values()])].filter(({ matters }) => matters > 0)
      .map(({ body, day, used, matters, online, planned }) => ({ body, day, minutes: used, matters, online, planned })),
  }
}

const mustMeetInPerson = ({ secret, legal }: ReplayMatter) => secret || legal === 'inPerson'
const takes = (place: Place, matter: ReplayMatter) => place.minutes - place.used >= matter.minutes && !(place.online && mustMeetInPerson(matter))
const lastDay = ({ day, daysLeft }: ReplayMatter) => daysLeft === null ? Infinity : day + daysLeft
const noWays = (): Record<Way, number> => ({ write: 0, delegate: 0, merge: 0, online: 0, meet: 0 })

/** Without rules: whose unit asks for a meeting gets one, the others go onto the next sitting in time, or get one too. */
export function replayAsAsked(year: ReplayYear): Replayed {
  const diary = createDiary(year)
  const ways = noWays()
  let days = 0
  for (const matter of year.matters) {
    const place = matter.wantsMeeting ? undefined : diary.sitting(matter, matter.day, lastDay(matter))
    const online = matter.onlineByHabit && !mustMeetInPerson(matter)
    const on = place ? diary.put(place, matter) : diary.convene(matter, matter.day, online)
    ways[place ? 'merge' : online ? 'online' : 'meet'] += 1
    days += on - matter.day
  }
  return { meetings: diary.meetings(), ways, rebounds: 0, days }
}

/**
 * By rules: `rulesOf` gives those of a body (triage's `rulesFor`), `quotas` how many meetings each body may hold in the year. What
 * comes back goes onto the next sitting with room, whenever that is, or gets a meeting.
 */
export function replayByRules(year: ReplayYear, rulesOf: (body: ReplayBody) => readonly TriageRule[], quotas: readonly number[]): Replayed {
  const diary = createDiary(year)
  const rules = year.bodies.map(rulesOf)
  const ways = noWays()
  let [days, rebounds] = [0, 0]
  const returning = new Map<number, ReplayMatter[]>()
  const comesAgain = (matter: ReplayMatter, day: number) => { returning.set(day, [...returning.get(day) ?? [], matter]) }

  function again(matter: ReplayMatter, day: number): void {
    rebounds += 1
    const place = diary.sitting(matter, day, Infinity)
    days += (place ? diary.put(place, matter) : diary.convene(matter, day, !mustMeetInPerson(matter))) - matter.day
  }

  function decide(matter: ReplayMatter): void {
    const { day, body } = matter
    const slot = diary.sitting(matter, day, lastDay(matter))
    const { all, online } = diary.held(body)
    const { way } = triage(rules[body]!, {
      ...matter, freeMinutes: slot ? slot.minutes - slot.used : null, travellers: year.bodies[body]!.travellers,
      quotaPercent: quotas[body] ? 100 * all / quotas[body] : null, onlinePercent: all > 0 ? 100 * online / all : null,
    })
    const taken = way ?? 'meet'
    ways[taken] += 1
    if (taken === 'write' || taken === 'delegate') {
      const end = day + (taken === 'write' ? WRITING_DAYS : GIVEN_DAYS)
      if (taken === 'write' ? matter.failsInWriting : matter.comesBack) comesAgain(matter, end)
      else days += end - day
      return
    }
    days += (taken === 'merge' && slot ? diary.put(slot, matter) : diary.convene(matter, day, taken === 'online')) - day
  }

  const queue = [...year.matters]
  const longest = year.days + GIVEN_DAYS
  for (let day = 0; day <= longest; day += 1) {
    for (const matter of returning.get(day) ?? []) again(matter, day)
    while (queue[0] && queue[0].day === day) decide(queue.shift()!)
  }
  return { meetings: diary.meetings(), ways, rebounds, days }
}

/** What a replay comes to. Money is in đồng, without working time; hours are those of everybody together. */
export interface Totals { meetings: number, online: number, hours: number, cost: Estimate }

export function createTotals(year: ReplayYear, rates: RateBook, { overheadMinutes, pagesPerMatter }: ReplayAssumptions) {
  // Working time is not money, and would be the most of the reckoning.
  const paid: RateBook = (item) => item === 'salary' ? undefined : rates(item)
  const known = new Map<string, Estimate>()
  const people = year.bodies.map(({ members }) => members.reduce((all, { inPerson, online }) => all + inPerson + online, 0))

  function costOf({ body, minutes, matters, online }: HeldMeeting): Estimate {
    const half = rates('sessionMinutes')?.likely ?? 240
    const sessions = Math.max(1, Math.ceil((minutes + overheadMinutes) / half))
    const key = `${body} ${sessions} ${online} ${online ? 0 : matters}`
    let cost = known.get(key)
    if (!cost) {
      const facts = { minutes: sessions * half, travellers: year.bodies[body]!.members, sites: 0, pages: matters * pagesPerMatter, speakers: 0 }
      cost = meetingCost(facts, online ? 'online' : 'inPerson', paid).cash
      known.set(key, cost)
    }
    return cost
  }

  return (meetings: readonly HeldMeeting[]): Totals => {
    const cost = { low: 0, likely: 0, high: 0 }
    let minutes = 0
    for (const meeting of meetings) {
      const one = costOf(meeting)
      cost.low += one.low
      cost.likely += one.likely
      cost.high += one.high
      minutes += (meeting.minutes + overheadMinutes) * people[meeting.body]!
    }
    return { meetings: meetings.length, online: meetings.filter(({ online }) => online).length, hours: Math.round(minutes / 60), cost }
  }
}
