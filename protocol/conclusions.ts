import { z } from 'zod'
import { ItemParams } from './agenda.ts'
import { Day } from './calendar.ts'
import { RecipientChoices } from './issuing.ts'
import { Id } from './journal.ts'
import { MinutesContent } from './minutes.ts'
import { defineRoute } from './route.ts'
import { Instant, Paragraphs } from './text.ts'

/**
 * The chair's conclusion on each agenda item, dictated to the clerk or typed live, and the notice of them (thông báo kết luận)
 * that is due after the meeting. Nothing of an item with a state secret is ever in either.
 */

export const MAX_CONCLUSION = 10_000

const Key = z.string().min(8).max(64)
const Version = z.int().positive()
const Reason = Paragraphs(2000).refine((text) => text.length > 0, 'is empty')
const path = '/api/meetings/:meetingId/agenda/:itemId/conclusion'
const ofItem = ['meetingNotFound', 'forbiddenInMeeting', 'agendaItemNotFound', 'classifiedItem'] as const
const changing = [...ofItem, 'conclusionsNotOpen', 'minutesPublished', 'conclusionChanged', 'idempotencyKeyReused'] as const

/** Details of `conclusionChanged`: what it is by now. `text` null: it was erased. */
export const ConclusionChangedDetails = z.object({
  version: z.int(), text: z.string().nullable(), writtenBy: Id.nullable(), settled: z.boolean(),
})
export type ConclusionChangedDetails = z.infer<typeof ConclusionChangedDetails>

export const writeConclusion = defineRoute({
  id: 'conclusions.write', method: 'put', path, access: 'signedIn',
  errors: [...changing, 'conclusionSettled', 'itemNotBegun', 'proposalSecret'],
  summary: 'Chair, clerk or who presides writes the conclusion on an item that the meeting has come to, or goes on with it: the page saves as they type, and everybody who may see the item reads along. `version` is the one that the typing began from, 0 for none; after somebody else’s words `conclusionChanged` says what they are, and nothing is overwritten.',
  params: ItemParams, body: z.object({ key: Key, version: z.int().nonnegative(), text: Paragraphs(MAX_CONCLUSION) }), response: z.object({ version: Version }),
})

export const settleConclusion = defineRoute({
  id: 'conclusions.settle', method: 'post', path: `${path}/settlement`, access: 'signedIn',
  errors: [...changing, 'conclusionNotFound', 'conclusionEmpty'],
  summary: 'The chair, or who presides, stands by this version of the conclusion (chốt kết luận).',
  params: ItemParams, body: z.object({ key: Key, version: Version }), response: z.object({}),
})

export const reopenConclusion = defineRoute({
  id: 'conclusions.reopen', method: 'post', path: `${path}/reopening`, access: 'signedIn',
  errors: [...changing, 'conclusionNotFound', 'proposalSecret'],
  summary: 'The chair, or who presides, opens a settled conclusion again, with the reason; not once the minutes were approved.',
  params: ItemParams, body: z.object({ key: Key, version: Version, reason: Reason }), response: z.object({}),
})

export const ConclusionVersion = z.object({ version: Version, at: Instant, writtenBy: Id.nullable(), text: z.string().nullable() })
export type ConclusionVersion = z.infer<typeof ConclusionVersion>

export const conclusionHistory = defineRoute({
  id: 'conclusions.history', method: 'get', path: `${path}/versions`, access: 'signedIn',
  errors: [...ofItem, 'conclusionNotFound'],
  summary: 'How the conclusion was written, latest first, at most 200 versions, for chair, clerk and who presides.',
  params: ItemParams, response: z.object({ versions: z.array(ConclusionVersion) }),
})

/** Where the notice is: being drafted by the clerk · with the chair · approved · issued · not needed. */
export const NoticeStatus = z.enum(['draft', 'sent', 'approved', 'issued', 'waived'])
export type NoticeStatus = z.infer<typeof NoticeStatus>

export const ConclusionNotice = z.object({
  status: NoticeStatus,
  /** The last day for issuing it, by the body's rule when the meeting was closed; the working days of that rule and its basis. */
  dueOn: Day, workingDays: z.int(), basis: z.string(),
  /** Counts the changes, from 0. */
  version: z.int().nonnegative(),
  /** Until it was saved it is a draft from the conclusions as they stand. */
  saved: z.boolean(), content: MinutesContent,
  /** Conclusions that are not settled, of items that the meeting dealt with: they are not in a draft. */
  unsettled: z.int(),
  /** Written, settled or reopened after the text was saved last, so that it may say something else; once issued, it may have to be replaced. */
  outdated: z.boolean(),
  /** Why the chair returned it, or why none is needed; null: neither. */
  reason: z.string().nullable(),
  approvedBy: Id.nullable(), approvedAt: Instant.nullable(),
  /** Of the register (protocol/issuing.ts), with the number as it is written; null until it is issued. */
  paperId: Id.nullable(), number: z.string().nullable(), issuedAt: Instant.nullable(),
  may: z.object({ edit: z.boolean(), send: z.boolean(), decide: z.boolean(), issue: z.boolean(), waive: z.boolean() }),
})
export type ConclusionNotice = z.infer<typeof ConclusionNotice>

const MeetingParams = z.object({ meetingId: Id })
const noticePath = '/api/meetings/:meetingId/conclusion-notice'
const noticeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'noticeNotFound', 'noticeStage', 'noticeChanged', 'idempotencyKeyReused'] as const
/** The key serves retries: the same key gives what it made. */
const Act = z.object({ key: Key, version: z.int().nonnegative() })
const Saved = z.object({ version: z.int().nonnegative(), status: NoticeStatus })

export const getConclusionNotice = defineRoute({
  id: 'conclusions.notice', method: 'get', path: noticePath, access: 'signedIn', errors: ['meetingNotFound', 'noticeNotFound'],
  summary: 'The notice of a closed meeting’s conclusions: for chair and clerk from the closing on, for all who take part in the whole meeting once it was issued.',
  params: MeetingParams, response: ConclusionNotice,
})

export const saveConclusionNotice = defineRoute({
  id: 'conclusions.saveNotice', method: 'put', path: noticePath, access: 'signedIn', errors: [...noticeErrors, 'proposalSecret'],
  summary: 'Chair or clerk saves the text; while it is with the chair the chair alone. `version` is the one that the edit began from.',
  params: MeetingParams, body: Act.extend({ content: MinutesContent }), response: Saved,
})

export const sendConclusionNotice = defineRoute({
  id: 'conclusions.sendNotice', method: 'post', path: `${noticePath}/sending`, access: 'signedIn', errors: noticeErrors,
  summary: 'Chair or clerk puts the text before the chair, who is told; a draft that nobody edited is saved with that.', params: MeetingParams, body: Act, response: Saved,
})

export const decideConclusionNotice = defineRoute({
  id: 'conclusions.decideNotice', method: 'post', path: `${noticePath}/decision`, access: 'signedIn', errors: [...noticeErrors, 'proposalSecret'],
  summary: 'The chair approves the text, or returns it with a reason.',
  params: MeetingParams,
  body: z.discriminatedUnion('approved', [Act.extend({ approved: z.literal(true) }), Act.extend({ approved: z.literal(false), reason: Reason })]),
  response: Saved,
})

export const issueConclusionNotice = defineRoute({
  id: 'conclusions.issueNotice', method: 'post', path: `${noticePath}/issue`, access: 'signedIn', errors: [...noticeErrors, 'recipientUnknown', 'recipientsFull', 'paperSecret'],
  summary: 'Chair or clerk issues the approved text to these recipients: it takes the next number of the body’s register and is fixed.',
  params: MeetingParams, body: Act.extend({ recipients: RecipientChoices }), response: z.object({ paperId: Id, number: z.string() }),
})

export const waiveConclusionNotice = defineRoute({
  id: 'conclusions.waiveNotice', method: 'post', path: `${noticePath}/waiver`, access: 'signedIn', errors: [...noticeErrors, 'proposalSecret'],
  summary: 'The chair finds that this meeting needs no notice, and says why.',
  params: MeetingParams, body: Act.extend({ reason: Reason }), response: Saved,
})

export const DueNotice = z.object({ meetingId: Id, title: z.string().nullable(), startsAt: Instant, status: NoticeStatus, dueOn: Day, late: z.boolean() })
export type DueNotice = z.infer<typeof DueNotice>

export const dueConclusionNotices = defineRoute({
  id: 'conclusions.due', method: 'get', path: '/api/conclusion-notices/due', access: 'signedIn', errors: [],
  summary: 'Notices that are still to be issued, of the meetings of which the caller is chair or clerk; the first due first, at most 50.',
  response: z.object({ notices: z.array(DueNotice) }),
})
