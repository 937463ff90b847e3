import { namedIn, type Reducer, type Viewer } from '../../protocol/journal.ts'
import type { MeetingEntry } from '../../protocol/meeting-state.ts'

/** What of a meeting's entries persons see otherwise than others of their role. For the server alone. */
export interface Sights {
  /** The persons whom entries name. */
  named: Record<string, true>
  /** The guests of single items. */
  limited: Record<string, true>
  /** Of which items a person is a guest. */
  items: Record<string, readonly string[]>
  /** Who attends in a member's place. */
  substitutes: Record<string, true>
}

/** Who sees what besides the rest, as the journal has it: it follows each entry that changes it. */
export const sights: Reducer<Sights, MeetingEntry> = {
  name: 'sights', version: 2, initial: () => ({ named: {}, limited: {}, items: {}, substitutes: {} }),
  apply(known, entry) {
    const fresh = namedIn(entry.audience).filter((id) => !known.named[id])
    const state = fresh.length ? { ...known, named: { ...known.named, ...marked(fresh) } } : known
    switch (entry.kind) {
      case 'meeting.created': case 'meeting.published':
        return {
          ...state,
          limited: marked(entry.data.participants.filter(({ itemsOnly }) => itemsOnly).map(({ personId }) => personId)),
          substitutes: marked(entry.data.participants.filter(({ substituteFor }) => substituteFor).map(({ personId }) => personId)),
        }
      case 'meeting.participantAdded': {
        const { personId, itemsOnly, substituteFor } = entry.data.participant
        return {
          ...state,
          limited: withMark(state.limited, personId, itemsOnly === true), substitutes: withMark(state.substitutes, personId, substituteFor !== undefined),
        }
      }
      case 'agenda.guestsSet':
        return { ...state, items: withGuests(state.items, entry.data.itemId, entry.data.personIds) }
      case 'agenda.itemRemoved':
        return { ...state, items: withGuests(state.items, entry.data.itemId, []) }
      default:
        return state
    }
  },
  project: (state) => state,
}

/** The items that somebody may see. */
export const itemsOf = ({ limited, items }: Sights, personId: string): Viewer['items'] => limited[personId] ? items[personId] ?? [] : 'all'

function withGuests(items: Sights['items'], itemId: string, personIds: readonly string[]): Sights['items'] {
  const changed = Object.fromEntries(Object.entries(items).map(([personId, own]) => [personId, own.filter((id) => id !== itemId)]))
  for (const personId of personIds) changed[personId] = [...changed[personId] ?? [], itemId]
  return changed
}

function withMark(marks: Record<string, true>, personId: string, set: boolean): Record<string, true> {
  const { [personId]: _, ...others } = marks
  return set ? { ...others, [personId]: true } : others
}

const marked = (ids: readonly string[]): Record<string, true> => Object.fromEntries(ids.map((id) => [id, true]))
