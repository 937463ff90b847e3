import { onScopeDispose } from 'vue'

/** Something of the present page that leaving it would lose. */
export interface Unfinished {
  kind: 'typed' | 'sending'
  pending: () => boolean
  /** Tries to finish it at once; without it the person is asked straight away. */
  settle?: () => Promise<unknown>
}

const all = new Set<Unfinished>()

/** Has the person asked before the page is left with `unfinished` pending; until the current scope ends. */
export function useUnfinished(unfinished: Unfinished) {
  all.add(unfinished)
  onScopeDispose(() => { all.delete(unfinished) })
}

/** What leaving the present page would lose now. */
export function pending(): Unfinished[] {
  return [...all].filter((one) => one.pending())
}
