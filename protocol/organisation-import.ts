import { z } from 'zod'
import { defineRoute } from './route.ts'
import { Sha256 } from './journal.ts'

/** People, bodies and their members from a table (CSV or XLSX): checked first, then taken as a whole or not at all. */
export const ImportKind = z.enum(['people', 'bodies', 'members'])
export type ImportKind = z.infer<typeof ImportKind>

export const IMPORT_MAX_BYTES = 5_000_000
export const IMPORT_MAX_ROWS = 10_000
/** So many problems and changes are listed; `counts` has all. */
export const IMPORT_LISTED = 500

/** The columns of each kind; headings are matched in Vietnamese or English, with or without diacritics. */
export const ImportColumn = z.enum([
  'username', 'fullName', 'office', 'personKind', 'unit', 'since', 'until', 'body', 'role', 'voting', 'rank',
  'bodyKind', 'style', 'superior', 'issuer', 'minutesSymbol', 'place', 'quorum', 'quorumBasis', 'majority', 'majorityBase', 'majorityBasis',
])
export type ImportColumn = z.infer<typeof ImportColumn>

/**
 * Why a cell cannot be taken. `garbled`: letters of another encoding (TCVN3, VNI, a wrongly opened file). `otherPerson`: the
 * user name belongs to somebody else, whom `known` names.
 */
export const ImportReason = z.enum([
  'missing', 'tooLong', 'garbled', 'repeated', 'badUsername', 'otherPerson', 'badChoice', 'badDate', 'badNumber', 'badShare', 'dateOutOfRange',
  'unknownUnit', 'unknownPerson', 'unknownBody', 'termOverlaps',
])
export type ImportReason = z.infer<typeof ImportReason>

export const ImportProblem = z.object({
  /** As a spreadsheet numbers them: the headings are in row 1. */
  row: z.int().positive(), column: ImportColumn, value: z.string(), reason: ImportReason, known: z.string().nullable(),
})
export type ImportProblem = z.infer<typeof ImportProblem>

export const ImportChange = z.object({
  row: z.int().positive(), name: z.string(), what: z.enum(['added', 'changed', 'kept']),
  /** What of it changes. */
  columns: z.array(ImportColumn),
})
export type ImportChange = z.infer<typeof ImportChange>

export const ImportReport = z.object({
  kind: ImportKind, rows: z.int().nonnegative(),
  counts: z.object({ added: z.int(), changed: z.int(), kept: z.int(), problems: z.int() }),
  problems: z.array(ImportProblem),
  /** What is added and changed first, then what is kept. */
  changes: z.array(ImportChange),
  /** Of all that would be done; to be sent when it is to be done. */
  digest: Sha256,
})
export type ImportReport = z.infer<typeof ImportReport>

const Params = z.object({ kind: ImportKind })
const table = { stream: 'application/octet-stream' }

export const importTemplate = defineRoute({
  id: 'organisation.template', method: 'get', path: '/api/organisation/import/:kind/template', access: 'administrator', errors: [],
  summary: 'An empty table with the headings of this kind and one example, as XLSX or as CSV in UTF-8.',
  params: Params, query: z.object({ format: z.enum(['xlsx', 'csv']), language: z.enum(['vi', 'en']).default('vi') }),
  response: { stream: 'application/octet-stream' },
})

export const checkImport = defineRoute({
  id: 'organisation.check', method: 'post', path: '/api/organisation/import/:kind/check', access: 'administrator', errors: ['importUnreadable', 'uploadIncomplete'],
  summary: `Reads a table of at most ${IMPORT_MAX_BYTES} bytes and ${IMPORT_MAX_ROWS} rows and tells what it would add, change and keep, and each cell that is wrong. Changes nothing.`,
  params: Params, body: table, response: ImportReport,
})

export const applyImport = defineRoute({
  id: 'organisation.apply', method: 'post', path: '/api/organisation/import/:kind', access: 'administrator',
  errors: ['importUnreadable', 'uploadIncomplete', 'importRefused', 'importOutdated', 'usernameTaken', 'bodyNameTaken'],
  summary: 'Does what the check of the same table told, all of it or nothing; refused where it would do something else by now.',
  params: Params, query: z.object({ digest: Sha256 }), body: table, response: ImportReport,
})
