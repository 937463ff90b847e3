import * as Y from 'yjs'

/** What is no text of its kind, or too long for one. */
export class UnsoundText extends Error {}

/** A document of these states, which may know different parts of it. */
export function textOf(states: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  for (const state of states) Y.applyUpdate(doc, state)
  return doc
}

/** The states as one. */
export function mergedState(states: readonly Uint8Array[]): Uint8Array {
  const merged = textOf(states)
  const state = Y.encodeStateAsUpdate(merged)
  merged.destroy()
  return state
}

/** Whether something waits for a part that never came: it would be carried out later, by another’s words. */
export const isWhole = ({ store }: Y.Doc): boolean => store.pendingStructs === null && store.pendingDs === null
