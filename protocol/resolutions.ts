import { z } from 'zod'
import { PaperStatus } from './issuing-entries.ts'
import { NamedRecipient, RecipientChoices } from './issuing.ts'
import { Id } from './journal.ts'
import { MinutesContent } from './minutes.ts'
import { defineRoute } from './route.ts'
import { Instant, Paragraphs } from './text.ts'

/**
 * Resolutions (nghị quyết) that adopted votes and passed written opinions become: the clerk writes the text from what was
 * decided, the chair approves it, and it is issued under a number of the register and signed as other papers are
 * (protocol/issuing.ts, signing.ts). One for each decision; another once its paper was recalled.
 */

/** Kinds of votes whose outcome a resolution can state; what gradings and confidence come to stands in the minutes. */
export const RESOLVING_KINDS = ['named', 'options', 'election'] as const

/** Where it is: being written by the clerk · with the chair · approved · issued. */
export const ResolutionStatus = z.enum(['draft', 'sent', 'approved', 'issued'])
export type ResolutionStatus = z.infer<typeof ResolutionStatus>

/** The paper that it was issued as, or the one that took that one’s place. */
const IssuedAs = z.object({ paperId: Id, written: z.string(), status: PaperStatus, at: Instant })

export const Resolution = z.object({
  id: Id, bodyId: Id, bodyName: z.string(),
  /** What decided it; null in the one place where the other is. */
  meetingId: Id.nullable(), voteId: Id.nullable(), opinionId: Id.nullable(),
  decidedAt: Instant,
  status: ResolutionStatus, content: MinutesContent,
  /** Counts the changes, from 1. */
  version: z.int().positive(), savedAt: Instant,
  /** Why the chair returned it; null: they did not, or that text was erased. */
  reason: z.string().nullable(),
  approvedBy: z.string().nullable(), approvedAt: Instant.nullable(),
  paper: IssuedAs.nullable(),
  /** Usual recipients of resolutions of the body, for who may issue it; else none. */
  usual: z.array(NamedRecipient),
  may: z.object({ edit: z.boolean(), send: z.boolean(), decide: z.boolean(), issue: z.boolean() }),
})
export type Resolution = z.infer<typeof Resolution>

/** A vote of a meeting that a resolution can state, with the resolution if there is one. */
export const ResolvableVote = z.object({
  voteId: Id, itemId: Id, itemTitle: z.string().nullable(), question: z.string().nullable(), closedAt: Instant,
  /** Null: there is none, or the paper of the last one was recalled. */
  resolution: z.object({ id: Id, status: ResolutionStatus, paper: IssuedAs.nullable() }).nullable(),
})
export type ResolvableVote = z.infer<typeof ResolvableVote>

const Key = z.string().min(8).max(64)
const MeetingParams = z.object({ meetingId: Id })
const params = z.object({ resolutionId: Id })
const path = '/api/resolutions/:resolutionId'
const errors = ['resolutionNotFound', 'forbiddenForResolution', 'resolutionStage', 'resolutionChanged', 'idempotencyKeyReused'] as const
/** The key serves retries of what is done in a meeting; `version` is the one that the act is upon. */
const Act = z.object({ key: Key, version: z.int().positive() })
const Saved = z.object({ version: z.int().positive(), status: ResolutionStatus })

export const listResolvableVotes = defineRoute({
  id: 'resolutions.ofMeeting', method: 'get', path: '/api/meetings/:meetingId/resolutions', access: 'signedIn', errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: 'The adopted votes of a meeting and the resolutions that were made of them, for chair and clerk.',
  params: MeetingParams, response: z.object({ votes: z.array(ResolvableVote) }),
})

export const beginResolution = defineRoute({
  id: 'resolutions.begin', method: 'post', path: '/api/meetings/:meetingId/votes/:voteId/resolution', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteNotAdopted', 'classifiedItem', 'idempotencyKeyReused'],
  summary: 'Chair or clerk makes a draft resolution of a vote that was closed and adopted; where there is one in force or under way, that one.',
  params: MeetingParams.extend({ voteId: Id }), body: z.object({ key: Key }), response: z.object({ resolutionId: Id }),
})

export const getResolution = defineRoute({
  id: 'resolutions.get', method: 'get', path, access: 'signedIn', errors: ['resolutionNotFound'],
  summary: 'A resolution, for chair and clerk of its meeting, or of its body where it came of a written opinion.', params, response: Resolution,
})

export const saveResolution = defineRoute({
  id: 'resolutions.save', method: 'put', path, access: 'signedIn', errors: [...errors, 'paperSecret'],
  summary: 'Chair or clerk saves the text; while it is with the chair the chair alone.', params, body: Act.extend({ content: MinutesContent }), response: Saved,
})

export const sendResolution = defineRoute({
  id: 'resolutions.send', method: 'post', path: `${path}/sending`, access: 'signedIn', errors,
  summary: 'Chair or clerk puts the text before the chair, who is told.', params, body: Act, response: Saved,
})

export const decideResolution = defineRoute({
  id: 'resolutions.decide', method: 'post', path: `${path}/decision`, access: 'signedIn', errors: [...errors, 'paperSecret'],
  summary: 'The chair approves the text, or returns it with a reason.', params,
  body: z.discriminatedUnion('approved', [
    Act.extend({ approved: z.literal(true) }), Act.extend({ approved: z.literal(false), reason: Paragraphs(2000).pipe(z.string().min(1)) }),
  ]),
  response: Saved,
})

export const issueResolution = defineRoute({
  id: 'resolutions.issue', method: 'post', path: `${path}/issue`, access: 'signedIn', errors: [...errors, 'recipientUnknown', 'recipientsFull', 'paperSecret'],
  summary: 'Chair or clerk issues the approved text to these recipients: it takes the next number of the body’s register and is fixed.',
  params, body: Act.extend({ recipients: RecipientChoices }), response: z.object({ paperId: Id, number: z.string() }),
})
