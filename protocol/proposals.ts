import { z } from 'zod'
import { ItemPurpose } from './agenda.ts'
import { NearDay } from './calendar.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { PageMark } from './convening.ts'
import { ProposalDocumentKind, ProposalKind } from './proposal-kinds.ts'
import { defineRoute } from './route.ts'
import { SecretMatter } from './secrecy.ts'
import { Instant, Line, Paragraphs } from './text.ts'
import { Disagreement, OutcomeKind, Urgency, Way } from './triage-rules.ts'

/**
 * Where a matter is: being drafted · received by the office · being checked · returned to its unit · in the pool · on an
 * agenda · being dealt with without a meeting · put off by a meeting · dealt with · withdrawn. Planned, deferred and decided by a
 * meeting are read off the agenda.
 */
export const ProposalStage = z.enum(['draft', 'received', 'checking', 'returned', 'pool', 'planned', 'outside', 'deferred', 'decided', 'withdrawn'])
export type ProposalStage = z.infer<typeof ProposalStage>

/** Who has to do something next: the unit, the office of the body, or nobody. */
export const ProposalHolder = z.enum(['unit', 'office', 'none'])
export type ProposalHolder = z.infer<typeof ProposalHolder>

/** What the caller is to a proposal. */
export const ProposalSide = z.enum(['unit', 'office'])
export type ProposalSide = z.infer<typeof ProposalSide>

export const MAX_PROPOSAL_DOCUMENTS = 40

/** What a unit writes. A draft may lack all but its title; `proposals.submit` says what is missing. */
export const ProposalContent = z.strictObject({
  bodyId: Id, kindId: Id, title: Line(500), summary: Paragraphs(20_000), asks: ItemPurpose,
  /** The day on which the unit wishes it dealt with. */
  proposedOn: z.iso.date().nullable(),
  legalBasis: Paragraphs(4000), presenterId: Id.nullable(),
  /** What the unit knows for the way in which it is dealt with; absent in what was written before it was asked: the usual. */
  urgency: Urgency.optional(), disagreement: Disagreement.optional(), wantsMeeting: z.boolean().optional(),
})
export type ProposalContent = z.infer<typeof ProposalContent>

/** Content whose secrecy was asked first and is none: the only text that the server takes. */
const ProposalDraft = ProposalContent.extend({ secrecy: z.literal('none'), proposedOn: NearDay.nullable() })

const Key = z.string().min(8).max(64)
const Version = z.int().positive()
const Named = z.object({ id: Id, name: z.string() })
const ProposalParams = z.object({ proposalId: Id })

/** A matter on an agenda of its body. */
export const Placement = z.object({
  /** When it came onto the agenda, and when the meeting was done with it. */
  at: Instant, endedAt: Instant.nullable(),
  outcome: z.enum(['planned', 'deferred', 'decided', 'cancelled']),
  /** Null where the caller may not know the meeting. */
  meetingId: Id.nullable(),
  /** Null while the programme is a draft that the caller may not know. */
  startsAt: Instant.nullable(),
})
export type Placement = z.infer<typeof Placement>

/** A decision on how a matter is dealt with, and how it ended. What an agenda shows is a placement. */
export const Dealing = z.object({
  at: Instant, actorId: Id, way: Way, dueOn: z.iso.date().nullable(),
  /** `actorId` null: it ended by itself. */
  ended: z.object({ kind: OutcomeKind, at: Instant, actorId: Id.nullable() }).nullable(),
})
export type Dealing = z.infer<typeof Dealing>

export const ProposalSummary = z.object({
  id: Id, title: z.string(), unit: Named, body: Named, asks: ItemPurpose, proposedOn: z.iso.date().nullable(),
  stage: ProposalStage, holder: ProposalHolder,
  /** Since when it is there. */
  since: Instant,
  /** The last day for whoever holds it; null where no term runs. */
  dueOn: z.iso.date().nullable(), late: z.boolean(),
  /** Who of the office checks it. */
  checkerName: z.string().nullable(),
  /** Its latest place on an agenda. */
  placement: Placement.nullable(),
})
export type ProposalSummary = z.infer<typeof ProposalSummary>

export const ProposalStep = z.object({
  at: Instant, actorId: Id, kind: z.enum(['drafted', 'submitted', 'checking', 'returned', 'accepted', 'withdrawn']),
  reason: z.string(),
  /** Who holds it from then on, and until when. */
  holder: ProposalHolder, dueOn: z.iso.date().nullable(),
})
export type ProposalStep = z.infer<typeof ProposalStep>

export const ProposalDocument = z.object({
  documentId: Id, kind: ProposalDocumentKind, name: z.string(), sha256: z.string(), bytes: z.int(), addedAt: Instant,
  /** Whether it is read in the page: `soon`, while it is being converted; `no`: only the file itself is to be had. */
  readable: z.enum(['yes', 'soon', 'no']),
})
export type ProposalDocument = z.infer<typeof ProposalDocument>

/** How the office found one point. `revision` counts its changes: who changes it names the one they saw, 0 for none. */
export const ProposalCheck = z.object({
  itemId: z.string(), state: z.enum(['ok', 'missing']), note: z.string(), revision: z.int(), actorId: Id, at: Instant,
})
export type ProposalCheck = z.infer<typeof ProposalCheck>

/** A proposal as it was handed in. */
export const Submission = z.object({ round: z.int(), at: Instant, content: ProposalContent, documents: z.array(ProposalDocument) })
export type Submission = z.infer<typeof Submission>

/** What the caller may do now. */
export const ProposalActs = z.object({
  edit: z.boolean(), submit: z.boolean(), withdraw: z.boolean(), check: z.boolean(), plan: z.boolean(),
})
export type ProposalActs = z.infer<typeof ProposalActs>

export const ProposalDetail = ProposalSummary.extend({
  sides: z.array(ProposalSide), may: ProposalActs,
  version: Version, editedAt: Instant, editedBy: Id,
  /** How often it was submitted. Body and unit stay as they were the first time. */
  round: z.int(),
  content: ProposalContent, documents: z.array(ProposalDocument),
  /** The version of its kind that it was submitted under; the one in force while it never was. */
  kind: ProposalKind.nullable(),
  /** Of the present round, for the office; of the round that was returned, for the unit too. */
  checks: z.array(ProposalCheck),
  /** Of the round before. */
  earlierChecks: z.array(ProposalCheck),
  /** What was returned, to show what has changed since. */
  before: Submission.nullable(),
  steps: z.array(ProposalStep), placements: z.array(Placement), dealings: z.array(Dealing),
  /** Everybody whom the ids above name. */
  people: z.array(Person),
})
export type ProposalDetail = z.infer<typeof ProposalDetail>

export const proposalForm = defineRoute({
  id: 'proposals.form', method: 'get', path: '/api/proposals/form', access: 'signedIn', errors: [],
  summary: 'What the caller may propose for whom: their unit, the bodies that take proposals, and the bodies whose office the caller is.',
  response: z.object({ unit: Named.nullable(), bodies: z.array(Named), offices: z.array(Named) }),
})

export const listProposals = defineRoute({
  id: 'proposals.list', method: 'get', path: '/api/proposals', access: 'signedIn', errors: [],
  summary: 'Proposals of the caller’s unit, or those submitted to the bodies whose office the caller is; latest step first. Paged by `before`.',
  query: z.object({
    side: ProposalSide, stage: ProposalStage.optional(), before: PageMark.optional(), search: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ proposals: z.array(ProposalSummary), next: PageMark.nullable() }),
})

/** The stages that the secretariat's board shows as columns; put-off matters stand in the pool again. */
export const boardStages = ['received', 'checking', 'returned', 'pool', 'outside', 'planned', 'decided'] as const
export const BoardStage = z.enum(boardStages)
export type BoardStage = z.infer<typeof BoardStage>

export const proposalBoard = defineRoute({
  id: 'proposals.board', method: 'get', path: '/api/proposals/board', access: 'signedIn', errors: [],
  summary: 'The matters of the bodies whose office the caller is, by stage: the late ones first, then whoever waits longest; twelve a stage, with how many there are.',
  response: z.object({ columns: z.array(z.object({ stage: BoardStage, count: z.int(), late: z.int(), proposals: z.array(ProposalSummary) })) }),
})

export const getProposal = defineRoute({
  id: 'proposals.get', method: 'get', path: '/api/proposals/:proposalId', access: 'signedIn', errors: ['proposalNotFound'],
  summary: 'One proposal, for the people of its unit and the office of its body. A returned one is to the office what was submitted, not what the unit is writing.',
  params: ProposalParams, response: ProposalDetail,
})

const Saved = z.object({ proposalId: Id, version: Version })

export const createProposal = defineRoute({
  id: 'proposals.create', method: 'post', path: '/api/proposals', access: 'signedIn',
  errors: ['proposalSecret', 'unitNotFound', 'bodyNotFound', 'proposalKindNotFound', 'personNotFound'],
  summary: 'A draft of the caller’s unit, with a matter of its own. The same key gives the draft that it made, whatever else is sent. A secrecy above none is refused, and no text may come with it.',
  body: z.discriminatedUnion('secrecy', [ProposalDraft.extend({ key: Key }), SecretMatter]),
  response: Saved,
})

const changing = ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'proposalChanged'] as const

export const changeProposal = defineRoute({
  id: 'proposals.change', method: 'put', path: '/api/proposals/:proposalId', access: 'signedIn',
  errors: [...changing, 'proposalSecret', 'bodyNotFound', 'proposalKindNotFound', 'personNotFound'],
  summary: 'The unit changes a draft or a returned proposal. `version` is the one that the edit began from: who comes second gets `proposalChanged` and nothing is overwritten.',
  params: ProposalParams,
  body: z.discriminatedUnion('secrecy', [ProposalDraft.extend({ version: Version }), SecretMatter]),
  response: Saved,
})

const Act = z.strictObject({ version: Version })
const Reason = Paragraphs(2000).refine((text) => text.length > 0, 'is empty')

export const submitProposal = defineRoute({
  id: 'proposals.submit', method: 'post', path: '/api/proposals/:proposalId/submission', access: 'signedIn',
  errors: [...changing, 'proposalIncomplete', 'proposalKindNotFound'],
  summary: 'The unit hands it to the office of the body. `proposalIncomplete` lists the fields and the kinds of documents that are missing.',
  params: ProposalParams, body: Act, response: Saved,
})

export const withdrawProposal = defineRoute({
  id: 'proposals.withdraw', method: 'post', path: '/api/proposals/:proposalId/withdrawal', access: 'signedIn', errors: [...changing, 'proposalSecret'],
  summary: 'The unit withdraws it, for good; not once it is on an agenda.',
  params: ProposalParams, body: Act.extend({ reason: Reason }), response: Saved,
})

export const checkProposal = defineRoute({
  id: 'proposals.check', method: 'put', path: '/api/proposals/:proposalId/checks/:itemId', access: 'signedIn',
  errors: ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'proposalChanged', 'proposalSecret'],
  summary: 'The office ticks one point, with a note where something is missing. Two points may be ticked at once by two; of one point the second is shown the first’s.',
  params: z.object({ proposalId: Id, itemId: z.string().max(40) }),
  body: z.strictObject({ revision: z.int().nonnegative(), state: z.enum(['ok', 'missing']), note: Paragraphs(2000) }),
  response: ProposalCheck,
})

export const returnProposal = defineRoute({
  id: 'proposals.return', method: 'post', path: '/api/proposals/:proposalId/return', access: 'signedIn', errors: [...changing, 'proposalSecret'],
  summary: 'The office gives it back with a reason, beside what it noted at single points.',
  params: ProposalParams, body: Act.extend({ reason: Reason }), response: Saved,
})

export const acceptProposal = defineRoute({
  id: 'proposals.accept', method: 'post', path: '/api/proposals/:proposalId/acceptance', access: 'signedIn', errors: [...changing, 'proposalUnchecked'],
  summary: 'The office takes it into the pool; how the body will deal with it is not decided by that. Every point must have been found in order, else `proposalUnchecked` lists those that are not.',
  params: ProposalParams, body: Act, response: Saved,
})

export const planProposal = defineRoute({
  id: 'proposals.plan', method: 'post', path: '/api/proposals/:proposalId/placements', access: 'signedIn',
  errors: ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'meetingNotFound', 'forbiddenInMeeting', 'meetingAlreadyLive', 'meetingClosed', 'meetingCancelled',
    'meetingCancelled', 'agendaFull', 'documentsFull', 'idempotencyKeyReused'],
  summary: 'The office puts a matter of the pool on the agenda of a meeting of its body that was not opened, with its documents.',
  params: ProposalParams, body: z.strictObject({ meetingId: Id, minutes: z.int().min(1).max(600), key: Key.max(60) }), response: z.object({ itemId: Id }),
})

export const attachProposalDocument = defineRoute({
  id: 'proposals.attach', method: 'post', path: '/api/proposals/:proposalId/documents', access: 'signedIn',
  errors: ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'documentsFull', 'uploadNotFound', 'idempotencyKeyReused'],
  summary: 'The unit attaches a file that was sent for this proposal and kind (`uploads.finish`). Its secrecy is asked before: nothing but `none` is taken. The same upload gives the document that it became.',
  params: ProposalParams,
  body: z.strictObject({ secrecy: z.literal('none'), kind: ProposalDocumentKind, uploadId: Id }), response: ProposalDocument,
})

export const removeProposalDocument = defineRoute({
  id: 'proposals.detach', method: 'delete', path: '/api/proposals/:proposalId/documents/:documentId', access: 'signedIn',
  errors: ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'documentNotFound'],
  summary: 'The unit takes a document away; what was submitted before keeps it.',
  params: ProposalParams.extend({ documentId: Id }), response: z.object({}),
})

export const readProposalDocument = defineRoute({
  id: 'proposals.readDocument', method: 'get', path: '/api/proposals/:proposalId/documents/:documentId/file', access: 'signedIn',
  errors: ['proposalNotFound', 'documentNotFound', 'documentNotReady'],
  summary: 'The document as PDF, for the people of the unit and, once it was submitted, the office of the body. Answers range requests.',
  params: ProposalParams.extend({ documentId: Id }), response: { stream: 'application/pdf' },
})

export const readProposalOriginal = defineRoute({
  id: 'proposals.readOriginal', method: 'get', path: '/api/proposals/:proposalId/documents/:documentId/original', access: 'signedIn',
  errors: ['proposalNotFound', 'documentNotFound'],
  summary: 'The file as it was attached, to be saved; for the same people.',
  params: ProposalParams.extend({ documentId: Id }), response: { stream: 'application/octet-stream' },
})

/** The fields in which two contents differ; what was not asked when the first was written is no difference. */
export function changedFields(before: ProposalContent, after: ProposalContent): (keyof ProposalContent)[] {
  return (Object.keys(after) as (keyof ProposalContent)[]).filter((field) => before[field] !== undefined && before[field] !== after[field])
}
