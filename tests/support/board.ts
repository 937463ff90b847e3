import { canSee, type AnyReducer, type Audience, type Reducer, type TextRef } from '../../protocol/journal.ts'

/**
 * A small meeting for the journal's tests, and the pattern of a domain's reducer: whatever comes from entries that not
 * everybody sees remembers their audience, and `project` leaves out what the viewer may not see.
 */

type Opened = { kind: 'board.opened', data: { title: TextRef } }
type Topic = { kind: 'topic.started' | 'topic.ended', data: { itemId: string } }
type Spoke = { kind: 'topic.spoke', data: { itemId: string, personId: string } }
type Message = { kind: 'message.sent', data: { text: TextRef } }
type Note = { kind: 'note.taken', data: object }
export type BoardEntry = Opened | Topic | Spoke | Message | Note

/** Entries that everybody sees: nothing to project. */
const opening: Reducer<{ openedAt: string | null, title: TextRef | null }, BoardEntry> = {
  name: 'opening',
  version: 1,
  initial: () => ({ openedAt: null, title: null }),
  apply: (state, entry) => entry.kind === 'board.opened' ? { openedAt: entry.at, title: entry.data.title } : state,
  project: (state) => state,
}

type Topics = Record<string, { running: boolean, speakers: string[] }>

/** A part for each item, seen by those who may see the item. */
const topics: Reducer<Topics, BoardEntry> = {
  name: 'topics',
  version: 1,
  initial: () => ({}),
  apply(state, entry) {
    if (entry.kind !== 'topic.started' && entry.kind !== 'topic.ended' && entry.kind !== 'topic.spoke') return state
    const { itemId } = entry.data
    const topic = state[itemId] ?? { running: false, speakers: [] }
    const changed = entry.kind === 'topic.spoke'
      ? { ...topic, speakers: [...topic.speakers, entry.data.personId] }
      : { ...topic, running: entry.kind === 'topic.started' }
    return { ...state, [itemId]: changed }
  },
  project: (state, viewer) =>
    Object.fromEntries(Object.entries(state).filter(([itemId]) => canSee({ scope: 'item', itemId }, viewer))),
}

/** Each message for an audience of its own. */
const messages: Reducer<{ from: string | null, text: TextRef, audience: Audience }[], BoardEntry> = {
  name: 'messages',
  version: 1,
  initial: () => [],
  apply: (state, entry) => entry.kind === 'message.sent'
    ? [...state, { from: entry.actorId, text: entry.data.text, audience: entry.audience }]
    : state,
  project: (state, viewer) => state.filter((message) => canSee(message.audience, viewer)),
}

/** For the office alone. */
const notes: Reducer<number, BoardEntry> = {
  name: 'notes',
  version: 1,
  initial: () => 0,
  apply: (count, entry) => entry.kind === 'note.taken' ? count + 1 : count,
  project: (count, viewer) => viewer.office ? count : 0,
}

type StatesOf<P> = { [K in keyof P]: P[K] extends AnyReducer<infer S> ? S : never }

/** One reading made of several, each under its own name in the state. Obeys the law if they do. */
function combineReducers<P extends Record<string, AnyReducer<unknown>>>(name: string, parts: P): AnyReducer<StatesOf<P>> {
  type S = StatesOf<P>
  const each = (change: (part: AnyReducer<unknown>, key: string) => unknown) =>
    Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, change(part, key)])) as S
  return {
    name,
    version: Object.values(parts).reduce((sum, part) => sum + part.version, 0),
    initial: () => each((part) => part.initial()),
    apply: (state, entry) => each((part, key) => part.apply(state[key], entry)),
    project: (state, viewer) => each((part, key) => part.project(state[key], viewer)),
  }
}

export const board = combineReducers('board', { opening, topics, messages, notes })
