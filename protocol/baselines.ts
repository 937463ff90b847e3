import { z } from 'zod'
import { Id, Sha256 } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * What results are compared with: how many meetings there were in each month of a year, by body and kind. Drafted, then frozen
 * under a SHA-256 over its canonical form; what is to be changed later is a new version with a reason.
 */

/** A code of a kind of meeting, or `none` for meetings of no kind. */
export const CountKind = z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/)

export const BaselineCount = z.object({
  bodyId: Id, kind: CountKind, month: z.int().min(1).max(12),
  /** Null: there is no figure, and `gap` says why. */
  meetings: z.int().min(0).max(10_000).nullable(),
  /** How many of them were online or hybrid. */
  online: z.int().min(0).max(10_000).nullable(),
  gap: z.string().max(300),
})
export type BaselineCount = z.infer<typeof BaselineCount>

/** An explanation is none where it is blank. */
const WrittenCount = BaselineCount.extend({ gap: Paragraphs(300) }).superRefine(({ meetings, online, gap }, context) => {
  if ((meetings === null) !== (online === null)) context.addIssue({ code: 'custom', path: ['online'], message: 'is given with the meetings, or neither' })
  if (meetings !== null && online !== null && online > meetings) context.addIssue({ code: 'custom', path: ['online'], message: 'is more than there were meetings' })
  if (meetings !== null && gap !== '') context.addIssue({ code: 'custom', path: ['gap'], message: 'explains a figure that is there' })
  if (meetings === null && gap === '') context.addIssue({ code: 'custom', path: ['gap'], message: 'is to say why there is no figure' })
})

const countKey = ({ bodyId, kind, month }: Pick<BaselineCount, 'bodyId' | 'kind' | 'month'>) => `${bodyId} ${kind} ${String(month).padStart(2, '0')}`

/** A month of a series (a body's meetings of a kind) that has neither a figure nor an explanation. */
export const BaselineGap = z.object({ bodyId: Id, kind: CountKind, months: z.array(z.int()) })
export type BaselineGap = z.infer<typeof BaselineGap>

/** The months that each series lacks. */
export function gapsOf(counts: readonly BaselineCount[]): BaselineGap[] {
  const series = new Map<string, { bodyId: string, kind: string, months: Set<number> }>()
  for (const { bodyId, kind, month } of counts) {
    const key = `${bodyId} ${kind}`
    const known = series.get(key) ?? { bodyId, kind, months: new Set<number>() }
    series.set(key, known)
    known.months.add(month)
  }
  return [...series.values()].flatMap(({ bodyId, kind, months }) => {
    const missing = Array.from({ length: 12 }, (_, index) => index + 1).filter((month) => !months.has(month))
    return missing.length ? [{ bodyId, kind, months: missing }] : []
  })
}

/** The form that is hashed: one line a count, sorted; whoever has the same figures gets the same bytes. */
export function canonicalBaseline(
  { year, version, reason, source, counts }: { year: number, version: number, reason: string, source: string, counts: readonly BaselineCount[] },
): string {
  const lines = counts.toSorted((a, b) => countKey(a) < countKey(b) ? -1 : 1)
    .map(({ bodyId, kind, month, meetings, online, gap }) => JSON.stringify([bodyId, kind, month, meetings, online, gap.normalize('NFC')]))
  return [JSON.stringify(['baseline', 1, year, version, reason.normalize('NFC'), source.normalize('NFC')]), ...lines, ''].join('\n')
}

export const Baseline = z.object({
  id: Id, year: z.int(), version: z.int().positive(), revision: z.int().positive(), reason: z.string(), source: z.string(),
  begunAt: Instant, frozenAt: Instant.nullable(), sha256: Sha256.nullable(),
  /** Of all its counts that the caller sees. */
  meetings: z.int(),
})
export type Baseline = z.infer<typeof Baseline>

const Year = z.int().min(1990).max(2200)
const Params = z.object({ baselineId: Id })
const Counts = z.array(WrittenCount).max(20_000).superRefine((counts, context) => {
  const seen = new Set<string>()
  counts.forEach((count, index) => {
    if (seen.has(countKey(count))) context.addIssue({ code: 'custom', path: [index], message: 'stands twice' })
    seen.add(countKey(count))
  })
})

export const listBaselines = defineRoute({
  id: 'baselines.list', method: 'get', path: '/api/baselines', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'All baselines, the latest year and version first; drafts for administrators alone. For whoever may see results.',
  response: z.object({ baselines: z.array(Baseline) }),
})

export const getBaseline = defineRoute({
  id: 'baselines.get', method: 'get', path: '/api/baselines/:baselineId', access: 'signedIn', errors: ['forbiddenForResults', 'baselineNotFound'],
  summary: 'One version with the counts of the bodies whose results the caller may see. `intact`: its hash is still that of its figures; null for a draft.',
  params: Params,
  response: z.object({
    baseline: Baseline, counts: z.array(BaselineCount), gaps: z.array(BaselineGap), intact: z.boolean().nullable(),
    bodies: z.array(z.object({ id: Id, name: z.string() })),
  }),
})

export const beginBaseline = defineRoute({
  id: 'baselines.begin', method: 'post', path: '/api/baselines', access: 'administrator', errors: ['baselineDraftThere'],
  summary: 'A draft of the next version of a year, with the figures of the version before it. One draft a year at a time.',
  body: z.object({ year: Year, reason: Line(500), source: Line(300) }), response: z.object({ baseline: Baseline }),
})

const changing = ['baselineNotFound', 'baselineFrozen', 'baselineChanged'] as const

export const saveBaseline = defineRoute({
  id: 'baselines.save', method: 'put', path: '/api/baselines/:baselineId', access: 'administrator', errors: [...changing, 'bodyNotFound', 'meetingKindNotFound'],
  summary: 'Puts the figures of a draft in place of those before. `revision` is the one that the edit began from.',
  params: Params, body: z.object({ revision: z.int().positive(), reason: Line(500), source: Line(300), counts: Counts }),
  response: z.object({ baseline: Baseline, gaps: z.array(BaselineGap) }),
})

export const freezeBaseline = defineRoute({
  id: 'baselines.freeze', method: 'put', path: '/api/baselines/:baselineId/freeze', access: 'administrator', errors: [...changing, 'baselineGaps'],
  summary: 'Freezes a draft under its hash. Refused while a month of a series has neither a figure nor an explanation, or there is none at all.',
  params: Params, body: z.object({ revision: z.int().positive() }), response: z.object({ baseline: Baseline }),
})

export const BASELINE_FILE_BYTES = 2_000_000
/** The columns of an imported table; headings are matched in Vietnamese or English, with or without diacritics. */
export const BaselineColumn = z.enum(['body', 'kind', 'month', 'meetings', 'online', 'gap'])
export type BaselineColumn = z.infer<typeof BaselineColumn>
export const BaselineProblem = z.object({
  row: z.int().positive(), column: BaselineColumn, value: z.string(),
  reason: z.enum(['missing', 'badNumber', 'unknownBody', 'ambiguousBody', 'unknownKind', 'ambiguousKind', 'repeated', 'onlineMore', 'gapWithFigure', 'garbled']),
})
export type BaselineProblem = z.infer<typeof BaselineProblem>

export const readBaselineFile = defineRoute({
  id: 'baselines.read', method: 'post', path: '/api/baselines/table', access: 'administrator', errors: ['importUnreadable', 'uploadIncomplete'],
  summary: `Reads a table (CSV or XLSX, at most ${BASELINE_FILE_BYTES} bytes): its figures, each cell that is wrong, and the months that are lacking. Keeps nothing: the figures are saved with the draft.`,
  body: { stream: 'application/octet-stream' },
  response: z.object({ counts: z.array(BaselineCount), gaps: z.array(BaselineGap), problems: z.array(BaselineProblem) }),
})

export const baselineTemplate = defineRoute({
  id: 'baselines.template', method: 'get', path: '/api/baselines/table', access: 'administrator', errors: [],
  summary: 'An empty table with the headings and one example, as XLSX.',
  query: z.object({ language: z.enum(['vi', 'en']).default('vi') }), response: { stream: 'application/octet-stream' },
})
