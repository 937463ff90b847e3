import { parseDate, type CalendarDate } from '@internationalized/date'
import type { CheckedField } from '../../protocol/proposal-kinds.ts'
import { ProposalContent, type ProposalDetail } from '../../protocol/proposals.ts'
import type { Person } from '../../protocol/identity.ts'
import { stampIn } from '../../protocol/secrecy.ts'

/** A proposal while it is typed. */
export interface ProposalFields extends Pick<ProposalContent, 'title' | 'summary' | 'asks' | 'legalBasis' | 'urgency' | 'disagreement' | 'wantsMeeting'> {
  bodyId: string | undefined
  kindId: string | undefined
  proposedOn: CalendarDate | null
  presenter: Person | null
}

export function emptyFields(bodyId: string | undefined, kindId: string | undefined): ProposalFields {
  return { bodyId, kindId, title: '', summary: '', asks: 'decide', legalBasis: '', proposedOn: null, presenter: null, urgency: 'normal', disagreement: 'unknown', wantsMeeting: false }
}

export function toFields({ proposedOn, presenterId, ...content }: ProposalContent, people: readonly Person[]): ProposalFields {
  return {
    ...content, proposedOn: proposedOn === null ? null : parseDate(proposedOn) as CalendarDate,
    presenter: people.find(({ id }) => id === presenterId) ?? null,
  }
}

/** As the wire wants it; null while it cannot be sent. */
export function readFields({ presenter, proposedOn, ...fields }: ProposalFields): ProposalContent | null {
  return ProposalContent.safeParse({ ...fields, proposedOn: proposedOn?.toString() ?? null, presenterId: presenter?.id ?? null }).data ?? null
}

/** The stamp of a degree of secrecy that some text seems to carry. */
export function stampOf({ title, summary, legalBasis }: ProposalFields): string | null {
  return stampIn([title, summary, legalBasis].join('\n'))
}

/** What the office noted as missing, for each field of the page. */
export function notesByField({ kind, checks }: Pick<ProposalDetail, 'kind' | 'checks'>, language: 'vi' | 'en'): Map<CheckedField, { text: string, note: string }[]> {
  const notes = new Map<CheckedField, { text: string, note: string }[]>()
  for (const { id, field, text } of kind?.checklist ?? []) {
    const check = checks.find(({ itemId, state }) => itemId === id && state === 'missing')
    if (check) notes.set(field, [...notes.get(field) ?? [], { text: text[language], note: check.note }])
  }
  return notes
}
