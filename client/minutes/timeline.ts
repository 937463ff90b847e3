import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { AgendaItemState } from '../../protocol/agenda.ts'
import { united } from '../../protocol/stays.ts'
import type { VoteState } from '../../protocol/voting.ts'

/** Something that the journal knows of the meeting's course, at its time. */
export type TimelineEvent =
  | { at: string, kind: 'opened' | 'closed' }
  | { at: string, kind: 'joined' | 'left', personIds: string[] }
  | { at: string, kind: 'voteOpened' | 'voteClosed', vote: VoteState }

export interface Timeline {
  events: TimelineEvent[]
  /** Items that were taken up, with the milliseconds spent on them. */
  items: { item: AgendaItemState, number: number }[]
}

/** People who come or go within this time of each other are told in one line. */
const TOGETHER_MS = 120_000

/** The course of a meeting, for who writes its minutes. */
export function timelineOf(state: MeetingState): Timeline {
  type Moment = { at: string, kind: 'joined' | 'left', personId: string }
  const moments = Object.entries(state.attendance.stays).flatMap(([personId, stays]) =>
    // From the room into the hall is no departure.
    united(stays).flatMap(({ from, to }): Moment[] => {
      const came: Moment = { at: from, kind: 'joined', personId }
      return to ? [came, { at: to, kind: 'left', personId }] : [came]
    }))
  const events: TimelineEvent[] = [
    ...(state.openedAt ? [{ at: state.openedAt, kind: 'opened' as const }] : []),
    ...(state.closedAt ? [{ at: state.closedAt, kind: 'closed' as const }] : []),
    ...state.votes.flatMap((vote): TimelineEvent[] => [
      { at: vote.openedAt, kind: 'voteOpened', vote },
      ...(vote.closedAt ? [{ at: vote.closedAt, kind: 'voteClosed' as const, vote }] : []),
    ]),
  ]
  for (const moment of moments.toSorted((a, b) => a.at.localeCompare(b.at))) {
    const together = events.find((event) => event.kind === moment.kind && 'personIds' in event
      && Date.parse(moment.at) - Date.parse(event.at) <= TOGETHER_MS && Date.parse(moment.at) >= Date.parse(event.at))
    if (together && 'personIds' in together) {
      if (!together.personIds.includes(moment.personId)) together.personIds.push(moment.personId)
    } else events.push({ at: moment.at, kind: moment.kind, personIds: [moment.personId] })
  }
  return {
    events: events.toSorted((a, b) => a.at.localeCompare(b.at)),
    items: state.agenda.map((item, index) => ({ item, number: index + 1 })).filter(({ item }) => item.status !== 'pending'),
  }
}
