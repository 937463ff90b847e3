import { z } from 'zod'
import { Id, Sha256, TextRef } from './journal.ts'

/** What the journal has of the resolutions that a meeting's votes become; their text is in no entry. */
const of = { resolutionId: Id }

export const resolutionEntries = [
  /** For the office alone, until it is issued. */
  z.object({ kind: z.literal('resolution.begun'), data: z.object({ ...of, voteId: Id, sha256: Sha256 }) }),
  z.object({ kind: z.literal('resolution.saved'), data: z.object({ ...of, version: z.int(), sha256: Sha256 }) }),
  z.object({ kind: z.literal('resolution.sent'), data: z.object({ ...of, version: z.int() }) }),
  z.object({ kind: z.literal('resolution.returned'), data: z.object({ ...of, version: z.int(), reason: TextRef }) }),
  z.object({ kind: z.literal('resolution.approved'), data: z.object({ ...of, version: z.int(), sha256: Sha256 }) }),
  /** For all who take part in the whole meeting. */
  z.object({ kind: z.literal('resolution.issued'), data: z.object({ ...of, voteId: Id, paperId: Id, number: z.string() }) }),
] as const
