import { z } from 'zod'
import { Day } from './calendar.ts'
import { PageMark } from './convening.ts'
import type { ErrorCode } from './error.ts'
import { Person } from './identity.ts'
import { RecipientChoices } from './issuing.ts'
import { Id } from './journal.ts'
import { OpinionRule } from './opinion-rule.ts'
import { ProposalDocument } from './proposals.ts'
import { defineRoute } from './route.ts'
import { TaskFacts } from './tasks.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * Written opinions (xin ý kiến bằng văn bản) of a body's incumbents on an accepted matter, instead of a meeting. Nothing with a
 * state secret comes here. The rules are those of the body when it was opened (protocol/opinion-rule.ts).
 */

/** Đồng ý · Không đồng ý · Ý kiến khác */
export const OpinionAnswer = z.enum(['agree', 'disagree', 'other'])
export type OpinionAnswer = z.infer<typeof OpinionAnswer>

/** What the caller is to it: asked, of the office (chair, clerk) of the body, of the drafting unit. */
export const OpinionSide = z.enum(['asked', 'office', 'unit'])
export type OpinionSide = z.infer<typeof OpinionSide>

/** open · passed · before a meeting, for want of the share or because it was demanded · stopped by the office, or since a state secret was found */
export const OpinionState = z.enum(['open', 'passed', 'rebound', 'withdrawn'])
export type OpinionState = z.infer<typeof OpinionState>

export const MAX_OPINION_POINTS = 200

const Key = z.string().min(8).max(64)
const Version = z.int().positive()
const Named = z.object({ id: Id, name: z.string() })
const OpinionParams = z.object({ opinionId: Id })
const Words = (max: number) => Paragraphs(max).refine((text) => text.length > 0, 'is empty')

export const OpinionResult = z.object({
  asked: z.int(), departed: z.int(), base: z.int(), agree: z.int(), disagree: z.int(), other: z.int(), silent: z.int(),
  inFavour: z.int(), needed: z.int(), demands: z.int(), outcome: z.enum(['passed', 'rebound']), causes: z.array(z.enum(['threshold', 'demand'])),
})
export type OpinionResult = z.infer<typeof OpinionResult>

/** One answer as it was given; the last in time counts. */
export const GivenAnswer = z.object({ revision: Version, choice: OpinionAnswer, text: z.string(), at: Instant })
export type GivenAnswer = z.infer<typeof GivenAnswer>

export const OpinionSummary = z.object({
  id: Id, matterId: Id, title: z.string(), body: Named, unit: Named, state: OpinionState,
  openedAt: Instant, dueAt: Instant, closedAt: Instant.nullable(),
  asked: z.int(), answered: z.int(),
  /** The caller’s own answer; null where they gave none or were not asked. */
  mine: OpinionAnswer.nullable(), side: OpinionSide,
  /** It came back and stands on no agenda: it waits for a meeting to be convened. */
  toConvene: z.boolean(),
  /** A state secret was found in the matter: what was open was stopped by it. No papers are served, and no words that anybody wrote: the title is empty. */
  secret: z.boolean(),
})
export type OpinionSummary = z.infer<typeof OpinionSummary>

/** One who was asked, as the caller may see them. */
export const AskedMember = z.object({
  person: Person, office: z.string(),
  /** Null: the caller may not know whether they have answered. */
  answered: z.boolean().nullable(),
  /** Null: not given, or not yet the caller’s to read. */
  answer: GivenAnswer.nullable(),
  /** How often the answer was changed; null where it may not be read. */
  changes: z.int().nullable(),
  departed: z.boolean(), demandsMeeting: z.boolean(), demandReason: z.string(),
})
export type AskedMember = z.infer<typeof AskedMember>

/** One point of the consolidation: what the office made of some opinions, and what the drafting unit says to it. */
export const OpinionPoint = z.object({
  id: Id, version: Version, summary: z.string(), personIds: z.array(Id), writtenAt: Instant,
  reply: z.object({ accepted: z.boolean(), why: z.string(), by: Person, at: Instant }).nullable(),
})
export type OpinionPoint = z.infer<typeof OpinionPoint>

/** What the caller may do now. */
export const OpinionActs = z.object({
  answer: z.boolean(), demand: z.boolean(), discuss: z.boolean(), remind: z.boolean(), withdraw: z.boolean(), consolidate: z.boolean(),
  reply: z.boolean(), issue: z.boolean(), assign: z.boolean(), readAnswers: z.boolean(),
})
export type OpinionActs = z.infer<typeof OpinionActs>

export const OpinionDetail = OpinionSummary.extend({
  version: Version, sides: z.array(OpinionSide), may: OpinionActs,
  question: z.string(), rule: OpinionRule, dueOn: Day, workingDays: z.int(),
  /** The day off from which the deadline moved on to the next working day. */
  movedFrom: Day.nullable(),
  discussion: z.boolean(), documents: z.array(ProposalDocument),
  own: z.object({ answers: z.array(GivenAnswer), demand: z.object({ at: Instant, reason: z.string() }).nullable() }).nullable(),
  /** Null while it is open, and of one that was stopped. */
  result: OpinionResult.nullable(),
  /** Why the office stopped it. */
  reason: z.string(),
  points: z.array(OpinionPoint),
  /** How many answers with words stand in no point yet; null for who may not read them. */
  unconsolidated: z.int().nullable(),
  /** Where it came back to. Null: nowhere yet, or a meeting that the caller may not know. */
  meeting: z.object({ id: Id, title: z.string(), startsAt: Instant }).nullable(),
  notice: z.object({ id: Id, written: z.string() }).nullable(),
  /** Of the office; for others once it is issued. */
  resolution: z.object({ id: Id, status: z.enum(['draft', 'sent', 'approved', 'issued']), number: z.string().nullable(), paperId: Id.nullable() }).nullable(),
  tasks: z.array(z.object({ id: Id, what: z.string(), leadName: z.string(), dueOn: Day })),
})
export type OpinionDetail = z.infer<typeof OpinionDetail>

export const listOpinions = defineRoute({
  id: 'opinions.list', method: 'get', path: '/api/opinions', access: 'signedIn', errors: [],
  summary: 'Written opinions that the caller is asked for, or that their office or unit has to do with; latest first, those that wait for the caller’s answer by when they are due. Paged by `before`.',
  query: z.object({
    side: OpinionSide, state: OpinionState.optional(),
    /** `unanswered`: open, and the caller has not answered; `toConvene`: came back, and stands on no agenda and was not asked about again. */
    only: z.enum(['unanswered', 'toConvene']).optional(),
    bodyId: Id.optional(), search: z.string().max(200).optional(), before: PageMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ opinions: z.array(OpinionSummary), next: PageMark.nullable() }),
})

export const opinionSides = defineRoute({
  id: 'opinions.sides', method: 'get', path: '/api/opinions/sides', access: 'signedIn', errors: [],
  summary: 'The bodies whose office the caller is, those of which they are an incumbent, whether they work in a unit, and how many opinions wait for their answer.',
  response: z.object({ offices: z.array(Named.extend({ rule: OpinionRule })), asked: z.array(Named), unit: z.boolean(), waiting: z.int() }),
})

const acting = ['opinionNotFound', 'forbiddenForOpinion', 'opinionState'] as const satisfies ErrorCode[]

export const getOpinion = defineRoute({
  id: 'opinions.get', method: 'get', path: '/api/opinions/:opinionId', access: 'signedIn', errors: ['opinionNotFound'],
  summary: 'One written opinion, for the incumbents who are asked, the office of the body and the drafting unit.',
  params: OpinionParams, response: OpinionDetail,
})

export const readOpinionDocument = defineRoute({
  id: 'opinions.read', method: 'get', path: '/api/opinions/:opinionId/documents/:documentId', access: 'signedIn',
  errors: ['opinionNotFound', 'documentNotFound', 'documentNotReady'], summary: 'A document that it was opened with, as PDF.',
  params: OpinionParams.extend({ documentId: Id }), response: { stream: 'application/pdf' },
})

export const readOpinionOriginal = defineRoute({
  id: 'opinions.original', method: 'get', path: '/api/opinions/:opinionId/documents/:documentId/original', access: 'signedIn',
  errors: ['opinionNotFound', 'documentNotFound'], summary: 'A document that it was opened with, as it was attached.',
  params: OpinionParams.extend({ documentId: Id }), response: { stream: 'application/octet-stream' },
})

export const answerOpinion = defineRoute({
  id: 'opinions.answer', method: 'put', path: '/api/opinions/:opinionId/answer', access: 'signedIn',
  errors: ['opinionNotFound', 'forbiddenForOpinion', 'opinionClosed', 'opinionAnswerChanged', 'idempotencyKeyReused', 'proposalSecret'],
  summary: 'A member who is asked answers, or changes the answer. `seen` is the revision that the change began from, 0 for none: what was answered on another device meanwhile is shown, not overwritten. The same key with the same answer gives what it made, also after the deadline, when all else is `opinionClosed`.',
  params: OpinionParams,
  body: z.strictObject({ choice: OpinionAnswer, text: Paragraphs(10_000), seen: z.int().min(0), key: Key })
    .refine(({ choice, text }) => choice !== 'other' || text.length > 0, { path: ['text'], message: 'says what the other opinion is' }),
  response: z.object({ answer: GivenAnswer }),
})

export const demandMeeting = defineRoute({
  id: 'opinions.demand', method: 'post', path: '/api/opinions/:opinionId/demand', access: 'signedIn',
  errors: ['opinionNotFound', 'forbiddenForOpinion', 'opinionClosed', 'opinionNoDemand', 'proposalSecret'],
  summary: 'A member demands that a meeting deal with it, for good. With as many as the body’s rule asks for it closes at once and comes before a meeting.',
  params: OpinionParams, body: z.strictObject({ reason: Words(2000) }), response: z.object({ state: OpinionState }),
})

export const opinionAnswers = defineRoute({
  id: 'opinions.answers', method: 'get', path: '/api/opinions/:opinionId/answers', access: 'signedIn', errors: ['opinionNotFound'],
  summary: 'Those asked, by protocol rank, each as the caller may see them: the office sees who has answered, and what once it is closed. Paged by `after`.',
  params: OpinionParams, query: z.object({ after: z.coerce.number().int().min(0).optional(), limit: z.coerce.number().int().min(1).max(200).default(100) }),
  response: z.object({ members: z.array(AskedMember), next: z.int().nullable() }),
})

export const OpinionPost = z.object({ id: Id, person: Person, at: Instant, text: z.string() })
export type OpinionPost = z.infer<typeof OpinionPost>

export const opinionPosts = defineRoute({
  id: 'opinions.posts', method: 'get', path: '/api/opinions/:opinionId/posts', access: 'signedIn', errors: ['opinionNotFound'],
  summary: 'The discussion, latest first. Paged by `before`, the id of the last.',
  params: OpinionParams, query: z.object({ before: Id.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }),
  response: z.object({ posts: z.array(OpinionPost), next: Id.nullable() }),
})

export const addOpinionPost = defineRoute({
  id: 'opinions.post', method: 'post', path: '/api/opinions/:opinionId/posts', access: 'signedIn', errors: [...acting, 'idempotencyKeyReused', 'proposalSecret'],
  summary: 'A word in the discussion, while it is open and where the body’s rule allows one. The same key gives the post that it made.',
  params: OpinionParams, body: z.strictObject({ text: Words(4000), key: Key }), response: z.object({ post: OpinionPost }),
})

export const remindOpinion = defineRoute({
  id: 'opinions.remind', method: 'post', path: '/api/opinions/:opinionId/reminders', access: 'signedIn', errors: acting,
  summary: 'The office reminds those who have not answered; nobody twice on one day.', params: OpinionParams, response: z.object({ reminded: z.int() }),
})

export const withdrawOpinion = defineRoute({
  id: 'opinions.withdraw', method: 'post', path: '/api/opinions/:opinionId/withdrawal', access: 'signedIn', errors: [...acting, 'opinionChanged', 'proposalSecret'],
  summary: 'The office stops it with a reason; the matter stands in the pool again, and what was answered is kept.',
  params: OpinionParams, body: z.strictObject({ version: Version, reason: Words(2000) }), response: z.object({}),
})

const PointParams = OpinionParams.extend({ pointId: Id })
const PointFields = z.strictObject({ summary: Words(5000), personIds: z.array(Id).min(1).max(500).refine((ids) => new Set(ids).size === ids.length, 'names somebody twice') })
const pointErrors = [...acting, 'opinionPointNotFound', 'opinionPointChanged', 'opinionIssued', 'proposalSecret'] as const satisfies ErrorCode[]

export const addOpinionPoint = defineRoute({
  id: 'opinions.addPoint', method: 'post', path: '/api/opinions/:opinionId/points', access: 'signedIn', errors: [...acting, 'personNotFound', 'opinionPointsFull', 'opinionIssued', 'proposalSecret'],
  summary: 'The office consolidates opinions into a point, naming whose they are, once it is closed; `opinionIssued` from the day on that a resolution was begun or a notice issued.',
  params: OpinionParams, body: PointFields.extend({ key: Key }), response: z.object({ point: OpinionPoint }),
})

export const changeOpinionPoint = defineRoute({
  id: 'opinions.changePoint', method: 'put', path: '/api/opinions/:opinionId/points/:pointId', access: 'signedIn', errors: [...pointErrors, 'personNotFound'],
  summary: 'The office changes a point; what the unit had said to it is asked for anew. Who comes second gets `opinionPointChanged`.',
  params: PointParams, body: PointFields.extend({ version: Version }), response: z.object({ point: OpinionPoint }),
})

export const removeOpinionPoint = defineRoute({
  id: 'opinions.removePoint', method: 'delete', path: '/api/opinions/:opinionId/points/:pointId', access: 'signedIn', errors: pointErrors,
  summary: 'The office takes a point away.', params: PointParams, query: z.object({ version: z.coerce.number().int().positive() }), response: z.object({}),
})

export const replyOpinionPoint = defineRoute({
  id: 'opinions.reply', method: 'put', path: '/api/opinions/:opinionId/points/:pointId/reply', access: 'signedIn', errors: pointErrors,
  summary: 'The drafting unit says whether it accepts a point, and why; why not must be said.',
  params: PointParams,
  body: z.strictObject({ version: Version, accepted: z.boolean(), why: Paragraphs(5000) })
    .refine(({ accepted, why }) => accepted || why.length > 0, { path: ['why'], message: 'says why not' }),
  response: z.object({ point: OpinionPoint }),
})

export const beginOpinionResolution = defineRoute({
  id: 'opinions.beginResolution', method: 'post', path: '/api/opinions/:opinionId/resolution', access: 'signedIn',
  errors: [...acting, 'opinionUnconsolidated', 'opinionIssued'],
  summary: 'The office begins the resolution of what passed, once every opinion is consolidated and answered by the unit; the same one where it was begun.',
  params: OpinionParams, response: z.object({ resolutionId: Id }),
})

export const issueOpinionNotice = defineRoute({
  id: 'opinions.issueNotice', method: 'post', path: '/api/opinions/:opinionId/notice', access: 'signedIn',
  errors: [...acting, 'opinionUnconsolidated', 'opinionIssued', 'paperSecret', 'recipientUnknown', 'recipientsFull'],
  summary: 'The office issues a notice of what passed instead of a resolution, once every opinion is consolidated and answered by the unit.',
  params: OpinionParams,
  body: z.strictObject({
    abstract: Line(500), recipients: RecipientChoices.optional(),
    blocks: z.array(z.object({ kind: z.enum(['heading', 'subheading', 'paragraph', 'listItem']), text: Words(10_000) })).min(1).max(500),
  }),
  response: z.object({ paperId: Id, written: z.string() }),
})

export const assignOpinionTask = defineRoute({
  id: 'opinions.assign', method: 'post', path: '/api/opinions/:opinionId/tasks', access: 'signedIn',
  errors: [...acting, 'unitNotFound', 'personNotFound', 'dueDateInvalid', 'proposalSecret'],
  summary: 'The office gives a task that follows from what passed. The same key gives the task that it made.',
  params: OpinionParams, body: z.strictObject({ key: Key, facts: TaskFacts }), response: z.object({ taskId: Id, version: Version }),
})

const Format = z.object({ format: z.enum(['pdf', 'docx']).default('pdf') })

export const printOpinionSheet = defineRoute({
  id: 'opinions.sheet', method: 'get', path: '/api/opinions/:opinionId/sheet', access: 'signedIn', errors: acting,
  summary: 'The consolidation (bảng tổng hợp ý kiến) in the prescribed layout, once it is closed.',
  params: OpinionParams, query: Format, response: { stream: 'application/pdf' },
})

export const printOpinionSlip = defineRoute({
  id: 'opinions.slip', method: 'get', path: '/api/opinions/:opinionId/slip', access: 'signedIn', errors: ['opinionNotFound', 'forbiddenForOpinion'],
  summary: 'The slip (phiếu lấy ý kiến) of the member who asks for it, with their answer.',
  params: OpinionParams, query: Format, response: { stream: 'application/pdf' },
})
