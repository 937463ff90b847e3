import { z } from 'zod'
import { Sha256 } from './journal.ts'
import { distinct, Slug } from './procedure-forms.ts'
import { contentOf, cycleIn, ProcedureCode, VersionTerms } from './procedure-rules.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/**
 * The catalogue as one file, to be taken to another installation: JSON in UTF-8, documented by `ProcedureFile`. Units stand in it
 * by their code or, without one, by their name. Who wrote a version and when stays behind.
 */

export const PROCEDURES_FORMAT = 'nghi-su-procedures'
export const PROCEDURES_MAX_BYTES = 10_000_000
/** So many problems and changes are listed; `counts` has all. */
export const PROCEDURES_LISTED = 500

const FileVersion = z.strictObject({ version: z.int().positive(), ...VersionTerms.shape, content: contentOf(Line(200)) })
  .refine(({ since, until }) => until === null || until >= since, { path: ['until'], message: 'is before the first day' })
export type FileVersion = z.infer<typeof FileVersion>

const FileProcedure = z.strictObject({
  code: ProcedureCode,
  /**
   * Oldest first, numbered from 1. Days may overlap: a later version holds from its first day on, whatever the one before it says
   * (`inForceOn`), so that one a day is in force.
   */
  versions: z.array(FileVersion).min(1).max(200),
}).superRefine(({ versions }, context) => {
  for (const [index, { version }] of versions.entries()) {
    if (version !== index + 1) context.addIssue({ code: 'custom', path: ['versions', index, 'version'], message: `must be ${index + 1}` })
  }
})

export const ProcedureFile = z.strictObject({
  format: z.literal(PROCEDURES_FORMAT), formatVersion: z.literal(1),
  groups: z.array(z.strictObject({
    id: Slug, name: z.strictObject({ vi: Line(200), en: Line(200) }), intended: z.int().min(1).max(1000).nullable().default(null),
  })).max(50).refine((groups) => distinct(groups.map(({ id }) => id)), 'has two groups of one id'),
  procedures: z.array(FileProcedure).max(1000),
}).superRefine(({ groups, procedures }, context) => {
  const seen = new Map<string, number>()
  for (const [index, { code, versions }] of procedures.entries()) {
    const other = seen.get(code)
    if (other !== undefined) context.addIssue({ code: 'custom', path: ['procedures', index, 'code'], message: `is the code of procedures.${other} too` })
    seen.set(code, index)
    for (const [at, { content: { groupId } }] of versions.entries()) {
      if (!groups.some(({ id }) => id === groupId)) {
        context.addIssue({ code: 'custom', path: ['procedures', index, 'versions', at, 'content', 'groupId'], message: 'is no group of this file' })
      }
    }
  }
  const cycle = cycleIn(new Map(procedures.map(({ code, versions }) => [code, versions.at(-1)?.content.follows ?? []])))
  const [first] = cycle ?? []
  if (cycle && first !== undefined) {
    const index = seen.get(first) ?? 0
    const last = (procedures[index]?.versions.length ?? 1) - 1
    context.addIssue({ code: 'custom', path: ['procedures', index, 'versions', last, 'content', 'follows'], message: `comes round to itself: ${[...cycle, first].join(' → ')}` })
  }
})
export type ProcedureFile = z.infer<typeof ProcedureFile>

/** Why something at a place cannot be taken. `message` is what was found, or of the schema (English, for whoever writes files). */
export const ProcedureReason = z.enum([
  'invalid', 'unknownField', 'wrongKind', 'outOfRange', 'unknownUnit', 'unknownGroup', 'unknownCode', 'cycle', 'versionDiffers', 'pastVersion', 'tooEarly', 'stamped', 'missing', 'repeated',
  'badNumber', 'badDate', 'garbled', 'differs', 'full',
])
export type ProcedureReason = z.infer<typeof ProcedureReason>

export const ProcedureProblem = z.object({
  /** In a file, `procedures.3.versions.0.content.steps.2.days`; in a table, the heading of the column. */
  place: z.string(),
  /** As a spreadsheet numbers them; null in a file. */
  row: z.int().positive().nullable(),
  reason: ProcedureReason, message: z.string(),
})
export type ProcedureProblem = z.infer<typeof ProcedureProblem>

export const ProcedureChange = z.object({
  code: z.string(), name: z.string(), what: z.enum(['added', 'changed', 'kept']),
  /** The versions that would be written. */
  versions: z.array(z.int()),
})
export type ProcedureChange = z.infer<typeof ProcedureChange>

export const ProcedureReport = z.object({
  counts: z.object({ added: z.int(), changed: z.int(), kept: z.int(), problems: z.int() }),
  problems: z.array(ProcedureProblem), changes: z.array(ProcedureChange),
  /** Of all that would be done; to be sent when it is to be done. */
  digest: Sha256,
})
export type ProcedureReport = z.infer<typeof ProcedureReport>

const file = { stream: 'application/octet-stream' }

export const exportProcedures = defineRoute({
  id: 'procedures.export', method: 'get', path: '/api/procedures/export', access: 'administrator', errors: [],
  summary: 'The whole catalogue with every version, as one file of `ProcedureFile`.', response: { stream: 'application/json' },
})

export const procedureTemplate = defineRoute({
  id: 'procedures.template', method: 'get', path: '/api/procedures/import/template', access: 'administrator', errors: [],
  summary: 'An empty table with the headings and one example: a row a step. XLSX.',
  query: z.object({ language: z.enum(['vi', 'en']).default('vi') }), response: { stream: 'application/octet-stream' },
})

export const checkProcedures = defineRoute({
  id: 'procedures.check', method: 'post', path: '/api/procedures/import/check', access: 'administrator', errors: ['importUnreadable', 'uploadIncomplete'],
  summary: `Reads a file of the export, or a table (XLSX, CSV) with a row a step, of at most ${PROCEDURES_MAX_BYTES} bytes, and tells what it would add, change and keep, and everything that is wrong by its place. Changes nothing.`,
  body: file, response: ProcedureReport,
})

export const importProcedures = defineRoute({
  id: 'procedures.import', method: 'post', path: '/api/procedures/import', access: 'administrator',
  errors: ['importUnreadable', 'uploadIncomplete', 'importRefused', 'importOutdated'],
  summary: 'Does what the check of the same file told, all of it in one transaction or nothing; audited. Refused while anything is wrong, or where it would do something else by now.',
  query: z.object({ digest: Sha256 }), body: file, response: ProcedureReport,
})
