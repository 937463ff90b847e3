import { createDiary, lastDay, type HeldMeeting } from './replay-diary.ts'
import type { Duration, ReplayAssumptions, ReplayBody, ReplayMatter, ReplayYear, Term } from './replay-year.ts'
import { triage, type TriageFacts, type TriageRule, type Way } from './triage-rules.ts'

/**
 * What becomes of a year's matters: as they were asked for, or by triage's rules. Both replays have the same calendar, the same
 * room on agendas, the same deadlines, the same patience of offices and the same luck, so that they differ by what the rules decide
 * alone.
 */

export interface Replayed {
  meetings: HeldMeeting[]
  /** How many matters went each way at first. Where no way was left open, it was met about. */
  ways: Record<Way, number>
  /** Whom written opinions were asked of, and when. */
  written: { body: number, day: number }[]
  /** Matters that went without a meeting and came back to one. */
  rebounds: number
  /** Working days from a matter to its decision, all together. */
  days: number
}

/** What a replay takes beside its year. */
export interface Circumstances extends Pick<ReplayAssumptions, 'writing' | 'delegated'> {
  /** Whether a regular sitting that nothing is on is held all the same. */
  emptyHeld: boolean
}

const noWays = (): Record<Way, number> => ({ write: 0, delegate: 0, merge: 0, online: 0, meet: 0 })

/** Who attends on a day. */
export function termOn({ terms }: ReplayBody, day: number): Term | undefined {
  return terms.findLast(({ from }) => from <= day) ?? terms[0]
}

/** The planned meeting that a matter waits for: one in time, or where no other is convened for it the next that has room. */
const awaited = ({ next }: Pick<ReturnType<typeof createDiary>, 'next'>, matter: ReplayMatter, day: number) =>
  next(matter, day, lastDay(matter)) ?? (matter.granted ? undefined : next(matter, day, Infinity))

/**
 * Without rules: whose unit asks for a meeting gets one where the office grants it; the others wait for the next planned one in
 * time, and where there is none get one too, if the office grants it.
 */
export function replayAsAsked(year: ReplayYear, { emptyHeld }: Pick<Circumstances, 'emptyHeld'>): Replayed {
  const diary = createDiary(year, emptyHeld)
  const ways = noWays()
  let days = 0
  for (const matter of year.matters) {
    const place = matter.wantsMeeting && matter.granted ? undefined : awaited(diary, matter, matter.day)
    const on = place ? diary.put(place, matter) : diary.convene(matter, matter.day, matter.onlineByHabit)
    ways[place ? 'merge' : matter.onlineByHabit ? 'online' : 'meet'] += 1
    days += on - matter.day
  }
  return { meetings: diary.meetings(), ways, written: [], rebounds: 0, days }
}

/**
 * By rules: `rulesOf` gives those of a body on a day (triage's `rulesFor`), `quotas` how many meetings each body may hold in the
 * year. What comes back waits as every matter does, for its own day; is that past, or no meeting in time, one is convened.
 */
export function replayByRules(
  year: ReplayYear, rulesOf: (body: ReplayBody, day: number) => readonly TriageRule[], quotas: readonly number[],
  { emptyHeld, writing, delegated }: Circumstances,
): Replayed {
  const diary = createDiary(year, emptyHeld)
  const ways = noWays()
  const written: Replayed['written'] = []
  let [days, rebounds] = [0, 0]
  const returning = new Map<number, ReplayMatter[]>()

  /** What the rules propose, the most favoured first, from the facts that triage has on that day. */
  function proposed(matter: ReplayMatter, day: number, freeMinutes: number | null): Way[] {
    const body = year.bodies[matter.body]!
    const { all, online } = diary.held(matter.body, day)
    const quota = quotas[matter.body]
    const facts: TriageFacts = {
      ...matter, freeMinutes, daysLeft: matter.daysLeft === null ? null : lastDay(matter) - day, travellers: termOn(body, day)?.travellers ?? null,
      quotaPercent: quota ? 100 * all / quota : null, onlinePercent: all > 0 ? 100 * online / all : null,
    }
    return triage(rulesOf(body, day), facts).open.map(({ way }) => way)
  }

  function meet(matter: ReplayMatter, day: number, way: Way): Way {
    const place = way === 'merge' || !matter.granted ? awaited(diary, matter, day) : undefined
    days += (place ? diary.put(place, matter) : diary.convene(matter, day, way === 'online')) - matter.day
    return place ? 'merge' : way
  }

  function again(matter: ReplayMatter, day: number): void {
    rebounds += 1
    const there = awaited(diary, matter, day) !== undefined
    meet(matter, day, there ? 'merge' : proposed(matter, day, null).find((way) => way === 'online' || way === 'meet') ?? 'meet')
  }

  /** When what is done without a meeting is over, or undefined where that is later than it is to be decided by. */
  function ending({ day, daysLeft }: ReplayMatter, { fewest, usual }: Duration): number | undefined {
    const left = daysLeft ?? Infinity
    return left < fewest ? undefined : day + Math.min(usual, left)
  }

  function decide(matter: ReplayMatter): void {
    const { day } = matter
    const slot = diary.next(matter, day, lastDay(matter))
    const ends = { write: ending(matter, writing), delegate: ending(matter, delegated) }
    const way = proposed(matter, day, slot ? diary.freeMinutes(slot) : null)
      .find((one) => (one !== 'write' && one !== 'delegate') || ends[one] !== undefined) ?? 'meet'
    if (way !== 'write' && way !== 'delegate') {
      ways[meet(matter, day, way)] += 1
      return
    }
    ways[way] += 1
    if (way === 'write') written.push({ body: matter.body, day })
    const end = ends[way]!
    if (way === 'write' ? matter.failsInWriting : matter.comesBack) returning.set(end, [...returning.get(end) ?? [], matter])
    else days += end - day
  }

  const queue = [...year.matters]
  const longest = year.days + Math.max(writing.usual, delegated.usual)
  for (let day = 0; day <= longest; day += 1) {
    for (const matter of returning.get(day) ?? []) again(matter, day)
    while (queue[0] && queue[0].day === day) decide(queue.shift()!)
  }
  return { meetings: diary.meetings(), ways, written, rebounds, days }
}
