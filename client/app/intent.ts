import { newKey } from './http.ts'

export interface IntentKeys {
  /** The idempotency key for what is about to be sent: that of the time before, if the same was sent and did not succeed. */
  keyFor(intent: unknown): string
  succeeded(): void
}

/**
 * Keys of what a person wants to be created: pressed again after an answer was lost, it is still the same one thing; with
 * anything changed, or once it succeeded, it is another.
 */
export function createIntentKeys(): IntentKeys {
  let last: { intent: string, key: string } | null = null
  return {
    keyFor(intent) {
      const text = JSON.stringify(intent)
      if (last?.intent !== text) last = { intent: text, key: newKey() }
      return last.key
    },
    succeeded() { last = null },
  }
}
