import { MOST_HEARD } from '../protocol/media.ts'

/** Who is passed on stays so for this long (ms) after falling silent, so that nobody is cut in the middle of a sentence. */
export const LINGER_MS = 2_000

/**
 * Which microphones are passed on. Up to `MOST_HEARD` open ones: all. With more, those that spoke last; a place is free for
 * another only when its owner has been silent for `LINGER_MS`.
 */
export interface Hearing {
  /** Whether a microphone is passed on. One that is closed or muted counts as such: there is nothing to hold back. */
  heard(id: string): boolean
  /** These answer with the microphones for which `heard` has changed. */
  opened(id: string): string[]
  ended(id: string): string[]
  /** Who was above the threshold in the last interval, loudest first. */
  measured(loud: string[]): string[]
}

export function createHearing({ most = MOST_HEARD, now = Date.now } = {}): Hearing {
  /** The open microphones, and when each was last heard to be loud. */
  const open = new Map<string, number>()
  const passed = new Set<string>()

  const loudAt = (id: string) => open.get(id) ?? 0

  /** Fills what is free with those who spoke last, of those who opened first. */
  function fill(): string[] {
    const added: string[] = []
    while (passed.size < Math.min(most, open.size)) {
      const next = [...open.keys()].filter((id) => !passed.has(id)).reduce((best, id) => (loudAt(id) > loudAt(best) ? id : best))
      passed.add(next)
      added.push(next)
    }
    return added
  }

  return {
    heard: (id) => !open.has(id) || passed.has(id),
    opened(id) {
      if (open.has(id)) return []
      open.set(id, 0)
      // It counted as heard while it was closed.
      return fill().includes(id) ? [] : [id]
    },
    ended(id) {
      if (!open.delete(id)) return []
      const changed = passed.delete(id) ? [] : [id]
      return [...changed, ...fill()]
    },
    measured(loud) {
      const at = now()
      for (const id of loud) if (open.has(id)) open.set(id, at)
      const changed: string[] = []
      for (const id of loud) {
        if (!open.has(id) || passed.has(id)) continue
        const quietest = [...passed].reduce((best, one) => (loudAt(one) < loudAt(best) ? one : best))
        if (at - loudAt(quietest) < LINGER_MS) break
        passed.delete(quietest)
        passed.add(id)
        changed.push(quietest, id)
      }
      return changed
    },
  }
}
