import type { FieldKind, FormColumn, FormField, ProcedureForm } from '../../protocol/procedure-forms.ts'
import { foldText } from '../../protocol/fold.ts'
import { ProcedureCode, ProcedureContent, VersionTerms } from '../../protocol/procedure-rules.ts'

/** A procedure while it is typed. */
export interface ProcedureDraft { code: string, content: ProcedureContent, since: string | null, until: string | null, reason: string }

type Step = ProcedureContent['steps'][number]

/** An id out of a name that is not among those: `lap-ho-so`, `lap-ho-so-2`. */
export function freshId(name: string, among: readonly string[]): string {
  const base = foldText(name).replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 34).replace(/-+$/, '') || 'muc'
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!among.includes(id)) return id
  }
}

export const newStep = (steps: readonly Step[]): Step => (
  { id: freshId(`buoc ${steps.length + 1}`, steps.map(({ id }) => id)), name: '', responsible: { kind: 'role', role: 'starter' }, days: 1, output: '', note: '' })

export const newForm = (forms: readonly ProcedureForm[], stepId: string): ProcedureForm => (
  { id: freshId(`bieu mau ${forms.length + 1}`, forms.map(({ id }) => id)), name: '', stepId, required: true, fields: [newField([])] })

export const newField = (fields: readonly FormField[]): FormField => (
  { id: freshId(`o ${fields.length + 1}`, fields.map(({ id }) => id)), label: '', help: '', required: true, kind: 'text' })

export const newColumn = (columns: readonly FormColumn[]): FormColumn => (
  { id: freshId(`cot ${columns.length + 1}`, columns.map(({ id }) => id)), label: '', help: '', required: false, kind: 'text' })

/** The same field as another kind. */
export function asKind(field: FormField | FormColumn, kind: FieldKind): FormField {
  const { id, label, help, required } = field
  const common = { id, label, help, required }
  switch (kind) {
    case 'number': return { ...common, kind, min: null, max: null }
    case 'choice': return { ...common, kind, options: [{ id: 'co', label: 'Có' }, { id: 'khong', label: 'Không' }] }
    case 'table': return { ...common, kind, maxRows: 50, columns: [newColumn([])] }
    default: return { ...common, kind }
  }
}

export function emptyProcedure(groupId: string, today: string): ProcedureDraft {
  return {
    code: '', since: today, until: null, reason: '',
    content: { groupId, name: '', purpose: '', basis: [{ text: '', verified: false }], units: [], follows: [], steps: [newStep([])], forms: [] },
  }
}

/** The places of the draft that are wrong, as `content.steps.0.name`. */
export function wrongPlaces({ code, content, since, until, reason }: ProcedureDraft, isNew: boolean): Set<string> {
  const read = [
    ...isNew ? ProcedureCode.safeParse(code).error?.issues.map(() => 'code') ?? [] : [],
    ...ProcedureContent.safeParse(content).error?.issues.map(({ path }) => ['content', ...path].map(String).join('.')) ?? [],
    ...VersionTerms.safeParse({ since, until, reason }).error?.issues.map(({ path }) => path.map(String).join('.')) ?? [],
  ]
  return new Set(read)
}
