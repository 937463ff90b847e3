import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { distinct, ProcedureForm, Slug } from './procedure-forms.ts'
import { Line, Paragraphs } from './text.ts'

/**
 * A procedure (quy trình) as data. Its content is written twice: with the ids of units where it is kept (`ProcedureContent`),
 * with their codes or names where it travels as a file (`procedure-file.ts`).
 */

/** `QT-VB-01`; unique in the installation, whatever the case. */
export const ProcedureCode = z.string().regex(/^[A-Z0-9]+([-.][A-Z0-9]+)*$/, 'must be capitals and digits with dashes or dots between').max(30)

/** How long a step may take, in working days. */
export const MAX_STEP_DAYS = 250

/**
 * Who does a step: the unit that started the instance · the office (chair and clerks) of the body that it is handled by · its
 * chair · its members · a unit.
 */
export const StepRole = z.enum(['starter', 'office', 'chair', 'members'])
export type StepRole = z.infer<typeof StepRole>

const Name = Line(300)
/** A rule that a procedure rests on; `verified` false: to be held against its source before it is relied on. */
export const LegalBasis = z.strictObject({ text: Line(500), verified: z.boolean() })
export type LegalBasis = z.infer<typeof LegalBasis>

export const responsibleOf = <U extends z.ZodType>(unit: U) => z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('role'), role: StepRole }), z.strictObject({ kind: z.literal('unit'), unit }),
])

const stepOf = <U extends z.ZodType>(unit: U) => z.strictObject({
  id: Slug, name: Name, responsible: responsibleOf(unit),
  /** The time limit in working days, the day on which the step begins not counted. */
  days: z.int().min(1).max(MAX_STEP_DAYS),
  /** What comes out of it. */
  output: Line(500), note: Paragraphs(2000).default(''),
})

/** A procedure's content over whatever names a unit. */
export const contentOf = <U extends z.ZodType<string, string>>(unit: U) => z.strictObject({
  groupId: Slug, name: Name, purpose: Paragraphs(2000).default(''),
  basis: z.array(LegalBasis).min(1).max(20),
  /** The units that apply it; none: every unit. */
  units: z.array(unit).max(300).refine((units) => distinct(units), 'names a unit twice'),
  /** Procedures, by their codes, that come before this one. */
  follows: z.array(ProcedureCode).max(10).refine(distinct, 'names a code twice').default([]),
  steps: z.array(stepOf(unit)).min(1).max(40).refine((steps) => distinct(steps.map(({ id }) => id)), 'has two steps of one id'),
  forms: z.array(ProcedureForm).max(20).refine((forms) => distinct(forms.map(({ id }) => id)), 'has two forms of one id').default([]),
}).superRefine(({ steps, forms }, context) => {
  for (const [index, { stepId }] of forms.entries()) {
    if (!steps.some(({ id }) => id === stepId)) context.addIssue({ code: 'custom', path: ['forms', index, 'stepId'], message: 'is no step of this procedure' })
  }
})

export const ProcedureContent = contentOf(Id)
export type ProcedureContent = z.infer<typeof ProcedureContent>
export type ProcedureStep = ProcedureContent['steps'][number]
export type Responsible = ProcedureStep['responsible']

/** From when on a version is in force, and why there is another one. */
export const VersionTerms = z.strictObject({
  /** First day in force, and the last one where it ends; days of Asia/Ho_Chi_Minh. */
  since: Day, until: Day.nullable().default(null), reason: Paragraphs(2000).refine((text) => text !== '', 'is empty'),
})
export type VersionTerms = z.infer<typeof VersionTerms>

/** The version in force on a day: the latest that has begun, unless it has ended. So there is one a day at most. */
export function inForceOn<V extends { version: number, since: Day, until: Day | null }>(versions: readonly V[], on: Day): V | undefined {
  const begun = versions.filter(({ since }) => since <= on)
  const latest = begun.reduce<V | undefined>((best, one) => best === undefined || one.version > best.version ? one : best, undefined)
  return latest && (latest.until === null || latest.until >= on) ? latest : undefined
}

/** Codes on a cycle of "comes before", in order, or null. `before`: by code, the codes that come before it. */
export function cycleIn(before: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  for (const start of before.keys()) {
    const trail: string[] = []
    const visit = (code: string): string[] | null => {
      const at = trail.indexOf(code)
      if (at >= 0) return trail.slice(at)
      if (done.has(code)) return null
      trail.push(code)
      for (const next of before.get(code) ?? []) {
        const found = visit(next)
        if (found) return found
      }
      trail.pop()
      done.add(code)
      return null
    }
    const found = visit(start)
    if (found) return found
  }
  return null
}

/** The parts of the content in which two versions differ. */
export function changedParts(before: ProcedureContent, after: ProcedureContent): (keyof ProcedureContent)[] {
  return (Object.keys(after) as (keyof ProcedureContent)[]).filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]))
}
