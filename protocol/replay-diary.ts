import type { MeetingMode, ReplayMatter, ReplayYear } from './replay-year.ts'
import { fits } from './triage-rules.ts'

/** The meetings of a replay as they fill: the same calendar, room and manners whether there are rules or not. */

/** A meeting that was held. */
export interface HeldMeeting { body: number, day: number, minutes: number, matters: number, mode: MeetingMode, planned: boolean }

/** Papers and invitations go out so many working days before (Quyết định 45/2018/QĐ-TTg, article on giấy mời). */
const NOTICE_DAYS = { normal: 3, urgent: 1, immediate: 0 }
/** Others join a meeting that was convened, up to half a day. */
const OWN_MINUTES = 240

interface Place { body: number, day: number, minutes: number, mode: MeetingMode, planned: boolean, used: number, matters: number }

export const mustMeetInPerson = ({ secret, legal }: ReplayMatter) => secret || legal === 'inPerson'
/** The day by which it is to be decided. */
export const lastDay = ({ day, daysLeft }: ReplayMatter) => daysLeft === null ? Infinity : day + daysLeft

/** `emptyHeld`: whether a sitting that nothing is on is held all the same. */
export function createDiary(year: ReplayYear, emptyHeld: boolean) {
  const places = year.bodies.map(({ sittings }, body) => sittings
    .map((sitting): Place => ({ body, ...sitting, planned: true, used: 0, matters: 0 })).sort((a, b) => a.day - b.day))
  const isHeld = ({ matters, planned, day }: Place) => matters > 0 || (emptyHeld && planned && day < year.days)

  function put(place: Place, matter: ReplayMatter): number {
    place.used += matter.minutes
    place.matters += 1
    return place.day
  }

  /** The next meeting of the body after the notice, up to that day, that may have the matter and the time for it. */
  function next(matter: ReplayMatter, day: number, last: number): Place | undefined {
    const from = day + NOTICE_DAYS[matter.urgency]
    return places[matter.body]!
      .find(({ day: on, mode, minutes, used }) => on >= from && on <= last && fits({ mode, freeMinutes: minutes - used }, matter))
  }

  return {
    put, next,
    freeMinutes: ({ minutes, used }: Place) => minutes - used,
    /** How many meetings the body had held before that day, and how many of them not in person. */
    held(body: number, day: number): { all: number, online: number } {
      let [all, online] = [0, 0]
      for (const place of places[body]!) {
        if (place.day >= day) break
        if (!isHeld(place)) continue
        all += 1
        online += Number(place.mode !== 'inPerson')
      }
      return { all, online }
    },
    /** A meeting for it, or with another that there is by then. Returns its day. */
    convene(matter: ReplayMatter, day: number, online: boolean): number {
      const earliest = day + NOTICE_DAYS[matter.urgency]
      const wait = matter.urgency === 'normal' ? Math.max(0, Math.min(year.gatherDays, lastDay(matter) - earliest)) : 0
      const there = next(matter, day, earliest + wait)
      if (there) return put(there, matter)
      const own = places[matter.body]!
      let free = earliest + wait
      // The day is taken by a meeting that cannot have it: the next one is not.
      while (own.some((place) => !place.planned && place.day === free)) free += 1
      const place: Place = {
        body: matter.body, day: free, minutes: Math.max(OWN_MINUTES, matter.minutes), planned: false, used: 0, matters: 0,
        mode: online && !mustMeetInPerson(matter) ? 'online' : 'inPerson',
      }
      const after = own.findIndex((other) => other.day > free)
      own.splice(after < 0 ? own.length : after, 0, place)
      return put(place, matter)
    },
    meetings: (): HeldMeeting[] => places.flat().filter(isHeld)
      .map(({ body, day, used, matters, mode, planned }) => ({ body, day, minutes: used, matters, mode, planned })),
  }
}
