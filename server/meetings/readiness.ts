import type { Knex } from 'knex'
import { addDays, localDay, startOfDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { findReadiness, type Clash, type Finding } from '../../protocol/readiness.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { requireOffice, type Meeting, type MeetingAccess } from './access.ts'
import type { MeetingRulesBook } from './rules.ts'

/** A time in which other meetings are looked for, and whom and which room they may not have. */
export interface Occupation { meetingId: string, from: Date, to: Date, roomId: string | null, personIds: readonly string[], readerId: string }

export interface YearCount { meetingId: string, from: Date, to: Date, kindCode: string, bodyId: string | null }

export interface ReadinessStore {
  /** Published or live meetings in this time that have the room or some of the persons; titles of those that the reader takes part in. One query. */
  clashes(db: Knex, occupation: Occupation): Promise<Clash[]>
  /** Meetings of a year that are, or were, held; of one body, or of all where that is null. One query. */
  countYear(db: Knex, count: YearCount): Promise<{ sameKind: number, all: number, notInPerson: number }>
  /** When each document of the meeting was attached, by its item. One query. */
  papersAt(db: Knex, meetingId: string): Promise<{ itemId: string, at: Date }[]>
}

export interface ReadinessDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: Pick<MeetingAccess, 'accessTo'>
  store: ReadinessStore
  rules: Pick<MeetingRulesBook, 'of'>
  /** Holidays and swapped days between two days. */
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  /** Overdue tasks of a body that stand on no agenda of a meeting to come. One query. */
  tasksOverdue(source: Knex, bodyId: string, on: Day): Promise<number>
  now?: () => Date
}

const MINUTE_MS = 60_000
/** Farther back than any lead time in working days reaches, with the longest holidays in between. */
const CALENDAR_DAYS = 150

/** Whether a meeting may be published, and what to see to before. The rules are those of protocol/readiness.ts. */
export function createReadiness({ db, journal, access, store, rules, calendar, tasksOverdue, now = () => new Date() }: ReadinessDeps) {
  /** In nine queries at most, however long the agenda is. */
  async function findingsOf(source: Knex, meeting: Meeting, state: MeetingState, readerId: string, at: Date): Promise<Finding[]> {
    const { facts, participants, agenda } = state
    if (!facts) return []
    const { startsAt, plannedMinutes, mode } = facts
    const from = new Date(startsAt)
    const to = new Date(from.getTime() + plannedMinutes * MINUTE_MS)
    const day = localDay(startsAt)
    const { kind, room } = await rules.of(facts, source)
    const presenters = new Set(agenda.map(({ presenterId }) => presenterId))
    const required = participants
      .filter(({ personId, voting, role }) => voting || role === 'chair' || presenters.has(personId)).map(({ personId }) => personId)
    const [year] = day.split('-')
    const papers = await store.papersAt(source, meeting.id)
    return findReadiness({
      now: at.toISOString(), status: state.status, startsAt, plannedMinutes, mode, kind, room,
      cautions: facts.cautions ?? [],
      people: participants.filter(({ itemsOnly }) => !itemsOnly).length,
      items: agenda.map((item) => ({
        ...item, papersAt: papers.filter(({ itemId }) => itemId === item.itemId).map((paper) => paper.at.toISOString()),
      })),
      clashes: await store.clashes(source, { meetingId: meeting.id, from, to, roomId: facts.roomId ?? null, personIds: required, readerId }),
      year: kind && (kind.quota !== null || kind.onlinePercent !== null)
        ? await store.countYear(source, {
          meetingId: meeting.id, from: startOfDay(`${year}-01-01`), to: startOfDay(`${Number(year) + 1}-01-01`),
          kindCode: kind.code, bodyId: kind.quota?.scope === 'body' ? meeting.bodyId : null,
        })
        : null,
      calendar: kind ? await calendar(addDays(day, -CALENDAR_DAYS), day, source) : new Map(),
      tasksOverdue: await tasksOverdue(source, meeting.bodyId, localDay(at)),
    })
  }

  return {
    findingsOf,

    /** Throws `meetingNotFound`, `forbiddenInMeeting`. */
    async readiness(meetingId: string, caller: Caller): Promise<{ findings: Finding[] }> {
      const found = await access.accessTo(meetingId, caller)
      requireOffice(found)
      return { findings: await findingsOf(db, found.meeting, await journal.state(meetingId, meetingReducer), caller.personId, now()) }
    },
  }
}

export type Readiness = ReturnType<typeof createReadiness>
