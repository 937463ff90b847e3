import type { Reducer, TextRef } from '../../protocol/journal.ts'
import type { MeetingEntry } from '../../protocol/meeting-state.ts'

interface Said { by: string, at: string, text: TextRef }

/** A comment on the minutes with what followed it. */
export interface Thread extends Said {
  threadId: string
  round: number
  blockId: string | null
  quote: TextRef | null
  replies: (Said & { messageId: string })[]
  settled: { by: string, at: string, answer: TextRef | null } | null
}

/** What was said in the reviews of the minutes, and why the chair gave them back last. */
export interface Discussion { threads: Thread[], returned: { by: string, at: string, reason: TextRef } | null }

/** Everybody of the whole meeting sees all of it, and nobody else anything. */
export const discussionReducer: Reducer<Discussion, MeetingEntry> = {
  name: 'minutes.discussion',
  version: 1,
  initial: () => ({ threads: [], returned: null }),
  apply(state, entry) {
    const { at, actorId } = entry
    const by = actorId ?? ''
    const each = (threadId: string, change: (thread: Thread) => Partial<Thread>) =>
      ({ ...state, threads: state.threads.map((thread) => thread.threadId === threadId ? { ...thread, ...change(thread) } : thread) })
    switch (entry.kind) {
      case 'minutes.commented': {
        const thread = { ...entry.data, by, at, replies: [], settled: null }
        return { ...state, threads: [...state.threads, thread] }
      }
      case 'minutes.replied': {
        const { threadId, messageId, text } = entry.data
        return each(threadId, ({ replies }) => ({ replies: [...replies, { messageId, by, at, text }] }))
      }
      case 'minutes.settled': {
        const { threadId, resolved, answer } = entry.data
        return each(threadId, () => ({ settled: resolved ? { by, at, answer } : null }))
      }
      case 'minutes.returned': return { ...state, returned: { by, at, reason: entry.data.reason } }
      case 'minutes.reviewOpened': case 'minutes.approved': return { ...state, returned: null }
      default: return state
    }
  },
  project(state, viewer) {
    return viewer.items === 'all' ? state : this.initial()
  },
}
