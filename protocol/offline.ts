import { z } from 'zod'
import { Id, Sha256 } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/**
 * Documents of coming meetings that a reader keeps on a device, to read where there is no network. The device encrypts them
 * under a key that cannot be read out, forgets that key at `until` at the latest, and asks at each contact what it may keep.
 */

/** Hours after the end of a meeting at which a device forgets its documents at the latest. */
export const KEPT_HOURS = 24

const Kept = z.object({ meetingId: Id, documentId: Id, version: z.int().positive() })
export type Kept = z.infer<typeof Kept>

export const listKeepable = defineRoute({
  id: 'offline.list', method: 'get', path: '/api/meetings/:meetingId/offline', access: 'signedIn',
  errors: ['meetingNotFound'],
  summary: 'What the caller may keep of a meeting on a device, and until when: documents that they may read and download. Nothing of a meeting that is over by more than a day, or cancelled.',
  params: z.object({ meetingId: Id }),
  response: z.object({
    until: Instant, title: z.string(), startsAt: Instant,
    documents: z.array(z.object({ documentId: Id, version: z.int().positive(), name: z.string(), item: z.string(), sha256: Sha256, bytes: z.int() })),
  }),
})

export const checkKept = defineRoute({
  id: 'offline.check', method: 'post', path: '/api/offline/check', access: 'signedIn', errors: [],
  summary: 'Which of the documents on a device are no longer to be kept: recalled, withdrawn, replaced, over, or no longer for this person.',
  body: z.object({ kept: z.array(Kept).max(1_000) }),
  response: z.object({ gone: z.array(Kept) }),
})
