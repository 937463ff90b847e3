import type { z } from 'zod'
import { localDay } from '../../protocol/calendar.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { spokenBy } from '../../protocol/speaking.ts'
import type { getSpeaking } from '../../protocol/turns.ts'
import type { JournalTx } from '../journal/journal.ts'
import { isOffice } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import type { FloorDeps } from './speech.ts'

/** The year that a meeting's speaking counts to, by the calendar of Asia/Ho_Chi_Minh. */
const yearOf = (openedAt: Date | string) => Number(localDay(openedAt).slice(0, 4))

/** How often and how long people spoke. */
export function createStatistics({ db, journal, access, store }: Pick<FloorDeps, 'db' | 'journal' | 'access' | 'store'>) {
  return {
    /** What the caller may know of it. Throws `meetingNotFound`. */
    async speaking(meetingId: string, caller: Caller): Promise<z.input<typeof getSpeaking.response>> {
      const { meeting, viewer, role, presides } = await access.accessTo(meetingId, caller)
      const { floor: { turns }, participants } = meetingReducer.project(await journal.state(meetingId, meetingReducer), viewer)
      const now = Date.now()
      const people = [...spokenBy(turns, now, ({ personId }) => personId)].map(([personId, spoken]) => ({
        personId, ...spoken,
        items: [...spokenBy(turns.filter((turn) => turn.personId === personId), now, ({ itemId }) => itemId)].map(([itemId, part]) => ({ itemId, ...part })),
      }))
      const items = [...spokenBy(turns, now, ({ itemId }) => itemId)].map(([itemId, spoken]) => ({ itemId, ...spoken }))
      const year = yearOf(meeting.openedAt ?? meeting.startsAt)
      const mayCompare = isOffice(role) || presides
      const known = new Set(participants.map(({ personId }) => personId))
      const times = mayCompare ? await store.yearTimes(db, { bodyId: meeting.bodyId, year, except: meetingId }) : []
      return {
        people: people.toSorted((a, b) => b.seconds - a.seconds), items,
        year: mayCompare ? { year, people: times.filter(({ personId }) => known.has(personId)) } : null,
      }
    },

    /** A step after the closing: what the meeting adds to the year of each. */
    async keepTimes(tx: JournalTx): Promise<void> {
      const { floor, openedAt } = await tx.state(meetingReducer)
      const times = [...spokenBy(floor.turns, tx.at.getTime(), ({ personId }) => personId)].map(([personId, spoken]) => ({ personId, ...spoken }))
      if (times.length) await store.keepTimes(tx.trx, { meetingId: tx.meetingId, year: yearOf(openedAt ?? tx.at) }, times)
    },
  }
}
