import { z } from 'zod'
import { Body, BodyKind, BodyRole, Letterhead, Membership, WrittenRules } from './bodies.ts'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'
import { HistoryEntry } from './units.ts'

/**
 * What an administrator does with bodies and the terms of their members. A term includes its first and its last day, so who
 * was a member until yesterday is none today. Each change sends the version that it was made upon.
 */

const BodyFields = z.object({
  name: Line(200), kind: BodyKind, superiorUnitId: Id.nullable(), since: Day.nullable(), rules: WrittenRules,
  letterhead: Letterhead.extend({
    superior: z.string().trim().max(200), issuer: Line(200), minutesSymbol: Line(40), place: Line(100),
  }),
})
export type BodyFields = z.output<typeof BodyFields>
const BodyParams = z.object({ bodyId: Id })
const Version = z.int().positive()

export const foundBody = defineRoute({
  id: 'bodies.found', method: 'post', path: '/api/bodies', access: 'administrator', errors: ['bodyNameTaken', 'unitNotFound', 'dateOutOfRange'],
  summary: 'A new body with its rules and letterhead; its members come by their terms.',
  body: BodyFields, response: z.object({ body: Body }),
})

export const changeBody = defineRoute({
  id: 'bodies.change', method: 'put', path: '/api/bodies/:bodyId', access: 'administrator',
  errors: ['bodyNotFound', 'bodyEnded', 'bodyChanged', 'bodyNameTaken', 'unitNotFound', 'dateOutOfRange'],
  summary: 'Changes name, rules or letterhead of a body for meetings convened from now on; the former stand in its history.',
  params: BodyParams, body: BodyFields.extend({ version: Version }), response: z.object({ body: Body }),
})

export const endBody = defineRoute({
  id: 'bodies.end', method: 'put', path: '/api/bodies/:bodyId/end', access: 'administrator',
  errors: ['bodyNotFound', 'bodyEnded', 'bodyChanged', 'dateOutOfRange'],
  summary: 'Ends a body on its last day, and with it every term that would last longer.',
  params: BodyParams, body: z.object({ until: Day, version: Version }), response: z.object({ body: Body }),
})

export const bodyHistory = defineRoute({
  id: 'bodies.history', method: 'get', path: '/api/bodies/:bodyId/history', access: 'administrator', errors: ['bodyNotFound'],
  summary: 'The latest 200 changes of a body and of its members’ terms, newest first.',
  params: BodyParams, response: z.object({ entries: z.array(HistoryEntry) }),
})

export const Term = Membership.extend({ id: Id, version: Version })
export type Term = z.infer<typeof Term>

const TermFields = z.object({ role: BodyRole, office: Line(160), voting: z.boolean(), rank: z.int().min(1).max(10_000) })
const TermParams = z.object({ bodyId: Id, termId: Id })

export const listTerms = defineRoute({
  id: 'bodies.terms', method: 'get', path: '/api/bodies/:bodyId/terms', access: 'administrator', errors: ['bodyNotFound'],
  summary: 'Every term in a body, past and to come too, by protocol rank.',
  params: BodyParams, response: z.object({ terms: z.array(Term) }),
})

export const beginTerm = defineRoute({
  id: 'bodies.beginTerm', method: 'post', path: '/api/bodies/:bodyId/terms', access: 'administrator',
  errors: ['bodyNotFound', 'bodyEnded', 'personNotFound', 'termOverlaps', 'dateOutOfRange'],
  summary: 'Begins a person’s term in a body, which may be to come or past. One at a time: the former one must have ended.',
  params: BodyParams, body: TermFields.extend({ personId: Id, since: Day, until: Day.nullable().default(null) }), response: z.object({ term: Term }),
})

export const changeTerm = defineRoute({
  id: 'bodies.changeTerm', method: 'put', path: '/api/bodies/:bodyId/terms/:termId', access: 'administrator',
  errors: ['bodyNotFound', 'membershipNotFound', 'membershipChanged'],
  summary: 'Changes office, role, vote or rank within a term, for meetings convened from now on.',
  params: TermParams, body: TermFields.extend({ version: Version }), response: z.object({ term: Term }),
})

export const endTerm = defineRoute({
  id: 'bodies.endTerm', method: 'put', path: '/api/bodies/:bodyId/terms/:termId/end', access: 'administrator',
  errors: ['bodyNotFound', 'membershipNotFound', 'membershipChanged', 'dateOutOfRange'],
  summary: 'Sets the last day of a term: from the next on the person is no member. Past days are taken too.',
  params: TermParams, body: z.object({ until: Day, version: Version }), response: z.object({ term: Term }),
})
