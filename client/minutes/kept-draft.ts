import { z } from 'zod'
import { MinutesBlock } from '../../protocol/minutes.ts'

/** Text that was typed and never saved, in whatever state it was, and the version that it began from. */
const KeptDraft = z.object({
  version: z.int(), abstract: z.string(), blocks: z.array(MinutesBlock.extend({ text: z.string() })).min(1),
})
export type KeptDraft = z.infer<typeof KeptDraft>

export interface KeptDrafts {
  get(): KeptDraft | null
  keep(draft: KeptDraft): void
  drop(): void
}

/** What one person typed in the minutes of one meeting and could not save, kept in this tab (`sessionStorage`). */
export function keptDrafts(storage: Storage, personId: string, meetingId: string): KeptDrafts {
  const key = `nghi-su.minutes.${personId}.${meetingId}`
  return {
    get() {
      const text = storage.getItem(key)
      if (!text) return null
      try {
        return KeptDraft.parse(JSON.parse(text))
      } catch {
        return null
      }
    },
    keep(draft) {
      try {
        storage.setItem(key, JSON.stringify(draft))
      } catch (error) {
        console.warn('Unsaved minutes could not be kept in this tab:', error)
      }
    },
    drop: () => storage.removeItem(key),
  }
}
