import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** tờ trình · dự thảo · phụ lục · căn cứ pháp lý */
export const ProposalDocumentKind = z.enum(['submission', 'draft', 'annex', 'legalBasis'])
export type ProposalDocumentKind = z.infer<typeof ProposalDocumentKind>

/** The fields of a proposal that a point of a checklist is about, so that it is shown beside them. */
export const CheckedField = z.enum(['title', 'summary', 'legalBasis', 'proposedOn', 'presenter', 'documents'])
export type CheckedField = z.infer<typeof CheckedField>

const Words = (max: number) => z.strictObject({ vi: Line(max), en: Line(max) })

/** One point that the office checks, with the rule that demands it. */
export const ChecklistItem = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/), field: CheckedField, text: Words(300), basis: Line(300),
})
export type ChecklistItem = z.infer<typeof ChecklistItem>

/** The rules of one kind of procedure: data with a legal basis and the day they are in force from, never constants in code. */
export const ProposalKindRules = z.strictObject({
  name: Words(160),
  checklist: z.array(ChecklistItem).min(1).max(40)
    .refine((items) => new Set(items.map(({ id }) => id)).size === items.length, 'has two points of one id'),
  required: z.array(ProposalDocumentKind).max(4).refine((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice'),
  /** Working days that the office has for checking, and the unit for mending what was returned. */
  checkDays: z.int().min(1).max(60), reviseDays: z.int().min(1).max(60),
  basis: Line(300),
  /** First day in force, and the last one where it ends; days of Asia/Ho_Chi_Minh. */
  since: z.iso.date(), until: z.iso.date().nullable(),
}).refine(({ since, until }) => until === null || until >= since, { path: ['until'], message: 'is before the first day' })
export type ProposalKindRules = z.infer<typeof ProposalKindRules>

/** A version of a kind. Versions stay as they are: a proposal keeps the one that it was submitted under. */
export const ProposalKind = z.object({ ...ProposalKindRules.shape, kindId: Id, version: z.int(), at: Instant })
export type ProposalKind = z.infer<typeof ProposalKind>

export const listKinds = defineRoute({
  id: 'proposals.kinds', method: 'get', path: '/api/proposal-kinds', access: 'signedIn', errors: [],
  summary: 'The kinds of procedure in force today, each with its checklist and the documents that it requires.',
  response: z.object({ kinds: z.array(ProposalKind) }),
})

export const listKindVersions = defineRoute({
  id: 'proposals.kindVersions', method: 'get', path: '/api/proposal-kinds/versions', access: 'administrator', errors: [],
  summary: 'Every version of every kind, newest first.',
  response: z.object({ kinds: z.array(ProposalKind) }),
})

export const saveKind = defineRoute({
  id: 'proposals.saveKind', method: 'post', path: '/api/proposal-kinds', access: 'administrator', errors: ['proposalKindNotFound', 'proposalKindChanged', 'dateOutOfRange'],
  summary: 'A new kind, or the next version of one. `version` is the one that the edit began from; the rules are in force from a day that is not past.',
  body: z.strictObject({ kind: z.strictObject({ kindId: Id, version: z.int().positive() }).nullable(), rules: ProposalKindRules }),
  response: ProposalKind,
})
