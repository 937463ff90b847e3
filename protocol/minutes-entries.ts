import { z } from 'zod'

/** What happens to the minutes, as the journal of the meeting tells it. */
export const minutesEntries = [
  /** Office only. */
  z.object({ kind: z.literal('minutes.saved'), data: z.object({ version: z.int(), sha256: z.string() }) }),
  z.object({ kind: z.literal('minutes.published'), data: z.object({ number: z.string(), sha256: z.string() }) }),
] as const
