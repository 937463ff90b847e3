import type { MinutesRule } from '../../protocol/bodies.ts'
import type { Reducer } from '../../protocol/journal.ts'
import type { MeetingEntry } from '../../protocol/meeting-state.ts'
import type { Access } from '../meetings/access.ts'

interface Presided { live: boolean, now: string | null, all: string[] }

/** To whom the chair handed the presiding while the meeting was held. Everyone who sees the meeting sees that. */
export const presidedReducer: Reducer<Presided, MeetingEntry> = {
  name: 'minutes.presided',
  version: 1,
  initial: () => ({ live: false, now: null, all: [] }),
  apply(state, entry) {
    const added = (personId: string | null) => personId === null || state.all.includes(personId) ? state.all : [...state.all, personId]
    switch (entry.kind) {
      case 'meeting.opened': return { ...state, live: true, all: added(state.now) }
      case 'meeting.closed': return { ...state, live: false }
      case 'order.chairHanded': return { ...state, now: entry.data.personId, all: state.live ? added(entry.data.personId) : state.all }
      default: return state
    }
  },
  project: (state) => state,
}

/** The chair; where the body has it so, also who presided. */
export const approvesMinutes = ({ role, viewer }: Pick<Access, 'role' | 'viewer'>, rule: MinutesRule, { all }: Presided): boolean =>
  role === 'chair' || (rule.approvedBy === 'presided' && all.includes(viewer.personId))
