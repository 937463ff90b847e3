import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Line, Paragraphs } from './text.ts'

/**
 * Forms (biểu mẫu) as data: fields, and what was filled in. The browser and the server check by the same `formProblems`, so
 * that what a page lets through is taken.
 */

/** Ids of fields, steps and choices inside one procedure. */
export const Slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single dashes').max(40)

/** Whether ids stand once each. */
export const distinct = (ids: readonly string[]): boolean => new Set(ids).size === ids.length

const Common = { id: Slug, label: Line(200), help: Paragraphs(500).default(''), required: z.boolean() }

/** Fields of one value; a table has columns of these. */
const single = [
  z.strictObject({ ...Common, kind: z.literal('text') }),
  z.strictObject({ ...Common, kind: z.literal('longText') }),
  /** `min` and `max` belong to what is allowed. */
  z.strictObject({ ...Common, kind: z.literal('number'), min: z.number().nullable().default(null), max: z.number().nullable().default(null) }),
  /** Whole đồng. */
  z.strictObject({ ...Common, kind: z.literal('money') }),
  z.strictObject({ ...Common, kind: z.literal('date') }),
  z.strictObject({
    ...Common, kind: z.literal('choice'),
    options: z.array(z.strictObject({ id: Slug, label: Line(200) })).min(2).max(30)
      .refine((options) => distinct(options.map(({ id }) => id)), 'has two choices of one id'),
  }),
  z.strictObject({ ...Common, kind: z.literal('person') }),
  z.strictObject({ ...Common, kind: z.literal('unit') }),
] as const

export const FormColumn = z.discriminatedUnion('kind', single)
export type FormColumn = z.infer<typeof FormColumn>

export const FormField = z.discriminatedUnion('kind', [...single, z.strictObject({
  ...Common, kind: z.literal('table'), maxRows: z.int().min(1).max(200),
  columns: z.array(FormColumn).min(1).max(8).refine((columns) => distinct(columns.map(({ id }) => id)), 'has two columns of one id'),
})])
export type FormField = z.infer<typeof FormField>
export type FieldKind = FormField['kind']

/** A form of a procedure. `stepId`: the step whose holder fills it in; with `required`, before the step is done. */
export const ProcedureForm = z.strictObject({
  id: Slug, name: Line(200), stepId: Slug, required: z.boolean(),
  fields: z.array(FormField).min(1).max(60).refine((fields) => distinct(fields.map(({ id }) => id)), 'has two fields of one id'),
})
export type ProcedureForm = z.infer<typeof ProcedureForm>

const FormCell = z.union([Paragraphs(20_000), z.number()])
export const FormRow = z.record(Slug, FormCell)
export type FormRow = z.infer<typeof FormRow>
/** What was filled in, by the ids of fields; what is empty is left out. */
export const FormValues = z.record(Slug, z.union([FormCell, z.array(FormRow).max(200)]))
export type FormValues = z.infer<typeof FormValues>

export const FieldReason = z.enum(['missing', 'unknown', 'wrongKind', 'tooLong', 'notWhole', 'outOfRange', 'badDate', 'badChoice', 'tooManyRows'])
export type FieldReason = z.infer<typeof FieldReason>
/** `place`: a field, or `<table>.<row from 0>.<column>`. */
export const FieldProblem = z.object({ place: z.string(), reason: FieldReason })
export type FieldProblem = z.infer<typeof FieldProblem>

const LINE_MAX = 500
export const MONEY_MAX = 1_000_000_000_000_000

function reasonOf(field: FormColumn, value: unknown): FieldReason | null {
  switch (field.kind) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'wrongKind'
      return (field.min !== null && value < field.min) || (field.max !== null && value > field.max) ? 'outOfRange' : null
    case 'money':
      if (typeof value !== 'number') return 'wrongKind'
      if (!Number.isInteger(value)) return 'notWhole'
      return value < 0 || value > MONEY_MAX ? 'outOfRange' : null
    case 'date': return Day.safeParse(value).success ? null : 'badDate'
    case 'choice': return field.options.some(({ id }) => id === value) ? null : 'badChoice'
    case 'person': case 'unit': return Id.safeParse(value).success ? null : 'wrongKind'
    case 'text':
      if (typeof value !== 'string') return 'wrongKind'
      return value.includes('\n') ? 'wrongKind' : value.length > LINE_MAX ? 'tooLong' : null
    case 'longText': return typeof value === 'string' ? null : 'wrongKind'
  }
}

const isEmpty = (value: unknown) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function rowProblems(place: string, columns: readonly FormColumn[], row: FormRow, complete: boolean): FieldProblem[] {
  return [
    ...Object.keys(row).filter((id) => !columns.some((column) => column.id === id)).map((id): FieldProblem => ({ place: `${place}${id}`, reason: 'unknown' })),
    ...columns.flatMap((column): FieldProblem[] => {
      const value = Object.hasOwn(row, column.id) ? row[column.id] : undefined
      if (isEmpty(value)) return column.required && complete ? [{ place: `${place}${column.id}`, reason: 'missing' }] : []
      const reason = reasonOf(column, value)
      return reason ? [{ place: `${place}${column.id}`, reason }] : []
    }),
  ]
}

/** What is wrong with what was filled in; what is still missing too where it is to be `complete`. In the order of the form. */
export function formProblems(fields: readonly FormField[], values: FormValues, complete: boolean): FieldProblem[] {
  return [
    ...Object.keys(values).filter((id) => !fields.some((field) => field.id === id)).map((place): FieldProblem => ({ place, reason: 'unknown' })),
    ...fields.flatMap((field): FieldProblem[] => {
      const value = Object.hasOwn(values, field.id) ? values[field.id] : undefined
      if (isEmpty(value)) return field.required && complete ? [{ place: field.id, reason: 'missing' }] : []
      if (field.kind !== 'table') {
        const reason = reasonOf(field, value)
        return reason ? [{ place: field.id, reason }] : []
      }
      if (!Array.isArray(value)) return [{ place: field.id, reason: 'wrongKind' }]
      if (value.length > field.maxRows) return [{ place: field.id, reason: 'tooManyRows' }]
      return value.flatMap((row, index) => rowProblems(`${field.id}.${index}.`, field.columns, row, complete))
    }),
  ]
}

/** Every text that somebody typed, for what is held against the stamps of degrees of secrecy. */
export function textsOf(values: FormValues): string[] {
  return Object.values(values).flatMap((value) => Array.isArray(value) ? value.flatMap((row) => Object.values(row)) : [value])
    .filter((value) => typeof value === 'string')
}

/** The ids that fields of a kind name. */
export function idsOf(fields: readonly FormField[], values: FormValues, kind: 'person' | 'unit'): string[] {
  return fields.flatMap((field): unknown[] => {
    const value = values[field.id]
    if (field.kind === kind) return [value]
    if (field.kind !== 'table' || !Array.isArray(value)) return []
    return field.columns.filter((column) => column.kind === kind).flatMap((column) => value.map((row) => row[column.id]))
  }).filter((id): id is string => typeof id === 'string' && id !== '')
}
