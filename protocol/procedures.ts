import { z } from 'zod'
import { Day } from './calendar.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { ProcedureCode, ProcedureContent, VersionTerms } from './procedure-rules.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'
import { UnitName } from './units.ts'

/** The catalogue of administrative procedures: groups, procedures in versions, the forms that belong to them. */

export const MAX_PROCEDURES = 1000

/** A group of the catalogue. */
export const ProcedureGroup = z.object({
  id: z.string(), name: z.object({ vi: z.string(), en: z.string() }),
  /** How many procedures the set that it comes from has; null: it comes from none. */
  intended: z.int().positive().nullable(),
})
export type ProcedureGroup = z.infer<typeof ProcedureGroup>

export const VersionMeta = z.object({
  version: z.int().positive(), since: Day, until: Day.nullable(), reason: z.string(),
  /** Null: the installation itself. */
  author: Person.nullable(), at: Instant,
})
export type VersionMeta = z.infer<typeof VersionMeta>

export const ProcedureSummary = z.object({
  id: Id, code: ProcedureCode, groupId: z.string(), name: z.string(), steps: z.int(), forms: z.int(),
  /** Working days of all its steps together. */
  days: z.int(),
  /** Whether one of its legal bases is still to be verified. */
  unverified: z.boolean(),
  since: Day, until: Day.nullable(),
  /** `coming`: no version is in force yet; `ended`: none any more. */
  state: z.enum(['inForce', 'coming', 'ended']),
  /** Whether the caller's unit applies it. */
  mine: z.boolean(),
})
export type ProcedureSummary = z.infer<typeof ProcedureSummary>

const Params = z.object({ procedureId: Id })

export const listProcedures = defineRoute({
  id: 'procedures.list', method: 'get', path: '/api/procedures', access: 'signedIn', errors: [],
  summary: `The whole catalogue, at most ${MAX_PROCEDURES} procedures, by code, each by the version in force today, or the next or last one; with its groups.`,
  response: z.object({ groups: z.array(ProcedureGroup), procedures: z.array(ProcedureSummary) }),
})

export const ProcedureDetail = z.object({
  id: Id, code: ProcedureCode, version: z.int().positive(), since: Day, until: Day.nullable(), content: ProcedureContent,
  /** Whether this version is in force today. */
  inForce: z.boolean(),
  /** Whether somebody of the caller's unit may start it today. */
  startable: z.boolean(),
  /** Newest first. */
  versions: z.array(VersionMeta),
  /** Those that it follows, as far as they are here. */
  follows: z.array(z.object({ id: Id, code: ProcedureCode, name: z.string() })),
  /** Every unit that its content names. */
  units: z.array(UnitName),
})
export type ProcedureDetail = z.infer<typeof ProcedureDetail>

export const getProcedure = defineRoute({
  id: 'procedures.get', method: 'get', path: '/api/procedures/:procedureId', access: 'signedIn', errors: ['procedureNotFound'],
  summary: 'A procedure in one version; without `version`, the one in force today, or the next or last one.',
  params: Params, query: z.object({ version: z.coerce.number().int().positive().optional() }), response: ProcedureDetail,
})

const Saved = z.object({ procedureId: Id, version: z.int().positive() })
const writing = ['procedureGroupNotFound', 'unitNotFound', 'procedureCycle', 'procedureUnknown', 'dateOutOfRange', 'proposalSecret'] as const

export const addProcedure = defineRoute({
  id: 'procedures.add', method: 'post', path: '/api/procedures', access: 'administrator',
  errors: [...writing, 'procedureCodeTaken', 'proceduresFull'],
  summary: 'A new procedure, in force from a day on that is not past. Its code stays. Audited.',
  body: z.strictObject({ code: ProcedureCode, content: ProcedureContent, terms: VersionTerms }), response: Saved,
})

export const saveProcedure = defineRoute({
  id: 'procedures.save', method: 'post', path: '/api/procedures/:procedureId/versions', access: 'administrator',
  errors: [...writing, 'procedureNotFound', 'procedureChanged', 'procedureSinceTooEarly'],
  summary: 'The next version, in force from a day on that is not past and, once the one before is in force, after its first day; that one stays as it is. `version` is the one that the edit began from: who comes second gets `procedureChanged` with what the other changed, and nothing is overwritten. Audited.',
  params: Params, body: z.strictObject({ version: z.int().positive(), content: ProcedureContent, terms: VersionTerms }), response: Saved,
})

/** `details` of `procedureChanged`: the version that another saved meanwhile, and the parts in which it differs from the one the edit began from. */
export const ProcedureChangedDetails = z.object({ meta: VersionMeta, content: ProcedureContent, parts: z.array(z.string()) })

export const printForm = defineRoute({
  id: 'procedures.printForm', method: 'get', path: '/api/procedures/:procedureId/forms/:formId/file', access: 'signedIn', errors: ['procedureNotFound', 'bodyNotFound'],
  summary: 'An empty form in the official layout under the letterhead of a body, to be filled in by hand; without `version`, of the one in force today, or the next or last one.',
  params: z.object({ procedureId: Id, formId: z.string().max(40) }),
  query: z.object({ bodyId: Id, version: z.coerce.number().int().positive().optional(), format: z.enum(['docx', 'pdf']) }), response: { stream: 'application/octet-stream' },
})
