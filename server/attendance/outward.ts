import type { AgendaState } from '../../protocol/agenda.ts'
import type { TextBodies, TextRef } from '../../protocol/journal.ts'
import type { MeetingFacts, Participant } from '../../protocol/meetings.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import { numberings } from '../../protocol/outline.ts'

/**
 * What of a meeting may leave the product: in mails, pushes and calendars. Of an item under state secrecy nothing at all
 * (Law 117/2025/QH15), and where a meeting has one, not its title either, which may tell of it.
 */
export interface Outward {
  secret: boolean
  /** Without a title where that may not leave. */
  title: string | null
  place: string
  startsAt: string
  minutes: number
  mode: MeetingFacts['mode']
  /** Numbered among themselves: a gap would tell of what is missing. */
  items: { itemId: string, number: string, title: string }[]
}

const bodyOf = (texts: TextBodies, ref: TextRef) => texts[ref.$text] ?? ''

/** Whether somebody has a part in the meeting: a guest of single items while they are the guest of one. */
export const takesPart = (agenda: AgendaState, { personId, itemsOnly }: Participant): boolean =>
  !itemsOnly || agenda.some(({ guests }) => guests.includes(personId))

/** The items that a participant may see. */
export const itemsFor = (agenda: AgendaState, { personId, itemsOnly }: Participant): AgendaState =>
  itemsOnly ? agenda.filter(({ guests }) => guests.includes(personId)) : agenda

/** What a participant may be told of the meeting outside the product. */
export function outward({ facts, agenda }: Pick<MeetingState, 'facts' | 'agenda'>, texts: TextBodies, participant: Participant): Outward {
  if (!facts) throw new Error('a meeting without facts')
  const secret = agenda.some(({ classified }) => classified)
  const items = itemsFor(agenda, participant).filter(({ classified }) => !classified)
  const numbers = numberings(items.map(({ level }) => level))
  return {
    secret, title: secret ? null : bodyOf(texts, facts.title), place: bodyOf(texts, facts.place), startsAt: facts.startsAt, minutes: facts.plannedMinutes,
    mode: facts.mode,
    items: items.map(({ itemId, title }, index) => ({ itemId, number: numbers[index] ?? '', title: bodyOf(texts, title) })),
  }
}
