import type { Knex } from 'knex'
import type { BodyRules, Letterhead } from '../../protocol/bodies.ts'
import type { Person } from '../../protocol/identity.ts'
import type { TextBodies, TextRef } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { numberings } from '../../protocol/outline.ts'
import { attendanceStatus, substitutesOf, summonedOf, type AttendanceStatus } from '../../protocol/roll.ts'
import { dealtWithMs, presenceByItem, presentMs, staysWithin, type Stay, type Stretch } from '../../protocol/stays.ts'
import type { Journal } from '../journal/journal.ts'
import { courseReducer } from '../minutes/course.ts'
import type { Caller } from '../platform/contract.ts'
import type { History } from './history.ts'

/** In the place of a name or text that was erased by law. */
export const ERASED = '(đã xoá theo quy định)'

/** The parts of a list, in its order. */
export type ListPart = 'summoned' | 'substitutes' | 'others' | 'sites'

/** One line of an attendance list. Stays are those within the sitting, or up to now. */
export interface ListLine {
  part: ListPart
  participant: Participant
  name: string
  /** What the person is, and what they are in the body. */
  office: string
  status: AttendanceStatus
  stays: (Stay & { to: string })[]
  presentMs: number
  /** Who is replaced, or who attends instead; the people at a site; the reason of an absence. */
  note: string
}

export interface ListItem { number: string, title: string, ms: number, present: ReadonlyMap<string, number> }

/** A whole attendance list, with what stands around it on paper. */
export interface AttendanceSheet {
  title: string
  place: string
  startsAt: string
  mode: NonNullable<MeetingState['facts']>['mode']
  openedAt: string | null
  closedAt: string | null
  /** Up to when it tells. */
  asOf: string
  letterhead: Letterhead
  rules: BodyRules
  state: MeetingState
  lines: ListLine[]
  items: ListItem[]
}

export interface SheetInput {
  state: MeetingState
  course: readonly Stretch[]
  texts: TextBodies
  people: readonly Person[]
  asOf: string
}

/** Sets a list by protocol rank: those summoned, those in their place, others, sites. */
function sheetLines({ state, texts, people, asOf }: SheetInput): ListLine[] {
  const persons = new Map(people.map((person) => [person.id, person]))
  const nameOf = (personId: string) => persons.get(personId)?.fullName ?? ERASED
  const text = (ref: TextRef) => texts[ref.$text] ?? ERASED
  const { participants, attendance, openedAt, closedAt } = state
  const summoned = summonedOf(participants)
  const parts = ['summoned', 'substitutes', 'others', 'sites'] as const

  const partOf = (participant: Participant): ListPart => {
    if (summoned.includes(participant)) return 'summoned'
    if (participant.substituteFor !== undefined) return 'substitutes'
    return persons.get(participant.personId)?.kind === 'site' ? 'sites' : 'others'
  }
  const noteOf = ({ personId, substituteFor }: Participant, status: AttendanceStatus): string => {
    if (substituteFor !== undefined) return `Dự thay ${nameOf(substituteFor)}`
    const heads = attendance.headCounts[personId]
    if (heads !== undefined) return `${heads} người tại điểm cầu`
    const instead = substitutesOf(participants, personId).map((one) => nameOf(one.personId)).join(', ')
    const reason = attendance.reasons[personId]
    return [
      ...(status === 'substitute' ? [`Người dự thay: ${instead}`] : []),
      ...(reason && attendance.excused.includes(personId) && status !== 'inPerson' && status !== 'online' ? [`Lý do: ${text(reason)}`] : []),
    ].join('. ')
  }

  return participants.map((participant): ListLine => {
    const { personId, office } = participant
    const known = persons.get(personId)
    const status = attendanceStatus(state, personId)
    const theirs = attendance.stays[personId] ?? []
    const [from, to] = [closedAt ? openedAt ?? '' : '', closedAt ?? asOf]
    return {
      part: partOf(participant), participant, status, name: nameOf(personId), note: noteOf(participant, status),
      office: [...new Set([known?.office ?? '', office].filter(Boolean))].join(', '),
      stays: staysWithin(theirs, from, to), presentMs: openedAt ? presentMs(theirs, openedAt, to) : 0,
    }
  }).toSorted((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part) || a.participant.rank - b.participant.rank)
}

function sheetItems({ state, course, texts, asOf }: SheetInput): ListItem[] {
  const end = state.closedAt ?? asOf
  const present = presenceByItem(state.attendance.stays, course, end)
  const numbers = numberings(state.agenda.map(({ level }) => level))
  return state.agenda.flatMap((item, index) => {
    const persons = present.get(item.itemId)
    if (!persons) return []
    return [{
      number: numbers[index] ?? '', title: texts[item.title.$text] ?? ERASED, ms: dealtWithMs(course, item.itemId, end),
      present: new Map(persons.map(({ personId, ms }) => [personId, ms])),
    }]
  })
}

export interface ListDeps {
  journal: Pick<Journal, 'state' | 'snapshot'>
  history: Pick<History, 'forOffice'>
  people(ids: readonly string[], trx?: Knex): Promise<Person[]>
  bodies(ids: readonly string[]): Promise<{ id: string, letterhead: Letterhead, rules: BodyRules }[]>
  now?: () => Date
}

/** The attendance list as a file is made of it. */
export function createLists({ journal, history, people, bodies, now = () => new Date() }: ListDeps) {
  return {
    /** For chair and clerk. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`. */
    async sheet(meetingId: string, caller: Caller): Promise<AttendanceSheet> {
      const { meeting, viewer } = await history.forOffice(meetingId, caller)
      const { state, texts } = await journal.snapshot(meetingId, viewer, meetingReducer)
      const { facts, participants, openedAt, closedAt } = state
      const [body] = await bodies([meeting.bodyId])
      if (!body || !facts) throw new Error('a meeting of no body, or without facts')
      const input: SheetInput = {
        state, texts, asOf: closedAt ?? now().toISOString(), course: await journal.state(meetingId, courseReducer),
        people: await people(participants.map(({ personId }) => personId)),
      }
      const { letterhead, rules } = body
      return {
        title: texts[facts.title.$text] ?? ERASED, place: texts[facts.place.$text] ?? ERASED, startsAt: facts.startsAt, mode: facts.mode,
        openedAt, closedAt, asOf: input.asOf, letterhead, rules, state, lines: sheetLines(input), items: sheetItems(input),
      }
    },
  }
}

export type Lists = ReturnType<typeof createLists>
