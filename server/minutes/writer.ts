import type { Letterhead } from '../../protocol/bodies.ts'
import type { Person } from '../../protocol/identity.ts'
import type { TextBodies, TextRef } from '../../protocol/journal.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { MinutesBlock } from '../../protocol/minutes.ts'
import type { Stretch } from '../../protocol/stays.ts'
import { closed, phrases, sentence } from './phrases.ts'

export interface DraftInput {
  /** The whole state. */
  state: MeetingState
  course: readonly Stretch[]
  texts: TextBodies
  people: readonly Person[]
  style: Letterhead['style']
  /** Of a meeting that goes on: as of when. */
  now?: string
}

/** In the place of a text that was erased by law. */
const ERASED = '(nội dung đã được xoá theo quy định)'

export const paragraph = (text: string): MinutesBlock => ({ kind: 'paragraph', text })
export const listItem = (text: string): MinutesBlock => ({ kind: 'listItem', text })
export const subheading = (text: string): MinutesBlock => ({ kind: 'subheading', text })
export const listed = (lead: string, lines: readonly string[]) => [paragraph(lead), ...lines.map((line) => listItem(sentence(line)))]
/** Below a list's item. */
export const sublist = (lines: readonly string[]) => lines.map((line) => paragraph(`+ ${closed(line)}`))

/** What somebody is, and what they are here, where that is not said already: a `Bí thư Tỉnh uỷ` is the `Bí thư` here. */
function offices(own: string, here: string): string[] {
  const said = own.split(', ').some((part) => part === here || part.startsWith(`${here} `))
  return [own, said ? '' : here].filter(Boolean)
}

/** Names and texts as the minutes write them. */
export function createWriter({ state, texts, people, style }: DraftInput) {
  const persons = new Map(people.map((person) => [person.id, person]))
  const participants = new Map(state.participants.map((participant) => [participant.personId, participant]))
  const { title } = phrases[style]
  const text = (ref: TextRef) => texts[ref.$text] ?? ERASED
  const name = (personId: string) => {
    const known = persons.get(personId)
    return `${known?.kind === 'site' ? '' : title}${known?.fullName ?? ERASED}`
  }
  /** `đồng chí Nguyễn Văn A, Phó Bí thư Tỉnh uỷ, Chủ tịch Hội đồng`: who, and what they are there and here. */
  const person = ({ personId, office }: Pick<Participant, 'personId' | 'office'>) =>
    [name(personId), ...offices(persons.get(personId)?.office ?? '', office)].join(', ')
  return {
    text, name, person,
    document: (ref: TextRef) => texts[ref.$text]?.replace(/\.[a-z]{3,4}$/i, '') ?? ERASED,
    /** As `person`, of somebody of the meeting. */
    personId: (personId: string) => person(participants.get(personId) ?? { personId, office: '' }),
  }
}
export type Writer = ReturnType<typeof createWriter>
