import { z } from 'zod'
import type { DocumentState } from './document-entries.ts'
import { canSee, Id, TextRef, type Reducer, type TextBodies } from './journal.ts'
import { meetingReducer, viewerOf, type MeetingEntry, type MeetingState } from './meeting-state.ts'
import type { Participant } from './meetings.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/** What a fact was and is: an id, a figure, a moment, or a text. */
const Value = z.union([z.string(), z.number(), z.boolean(), z.null(), TextRef])
export type ChangeValue = z.infer<typeof Value>

const factFields = ['title', 'kindId', 'mode', 'place', 'roomId', 'startsAt', 'plannedMinutes'] as const
const itemFields = ['title', 'minutes', 'presenterId', 'purpose'] as const

const pair = { before: Value, after: Value }
const item = { itemId: Id, title: TextRef }
const document = { itemId: Id, documentId: Id, name: TextRef }

/** One difference between the programme as it was and as it is. */
export const MeetingChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fact'), field: z.enum(factFields), ...pair }),
  z.object({ kind: z.literal('itemAdded'), ...item }),
  z.object({ kind: z.literal('itemRemoved'), ...item }),
  z.object({ kind: z.literal('itemChanged'), ...item, field: z.enum(itemFields), ...pair }),
  z.object({ kind: z.literal('itemGuests'), ...item, added: z.array(Id), removed: z.array(Id) }),
  z.object({ kind: z.literal('itemsReordered') }),
  z.object({ kind: z.literal('documentAdded'), ...document }),
  z.object({ kind: z.literal('documentVersion'), ...document }),
  z.object({ kind: z.literal('documentRemoved'), ...document }),
  z.object({ kind: z.literal('postponed'), reason: TextRef, from: Instant, to: Instant.nullable() }),
  z.object({ kind: z.literal('cancelled'), reason: TextRef }),
])
export type MeetingChange = z.infer<typeof MeetingChange>

/** What of a meeting's state is its programme. */
export type Programme = Pick<MeetingState, 'facts' | 'agenda' | 'documents' | 'participants' | 'postponement' | 'cancellation' | 'status'>

/**
 * The net differences from one programme to a later one: what was changed and changed back is none. `texts` has the bodies of
 * both; without them a text that was written again counts as another one.
 */
export function changesBetween(before: Programme, after: Programme, texts: TextBodies = {}): MeetingChange[] {
  /** Two texts of which none was erased may say the same; otherwise it takes the same reference. */
  const said = (value: ChangeValue | undefined) => {
    if (typeof value !== 'object' || value === null) return value ?? null
    const body = texts[value.$text]
    return body == null ? `text ${value.$text}` : `body ${body}`
  }
  const same: Same = (a, b) => said(a) === said(b)
  return [...ends(before, after), ...facts(before, after, same), ...items(before, after, same), ...documents(before, after)]
}

type Same = (a: ChangeValue | undefined, b: ChangeValue | undefined) => boolean

function ends(before: Programme, after: Programme): MeetingChange[] {
  const { postponement, cancellation } = after
  if (cancellation && !before.cancellation) return [{ kind: 'cancelled', reason: cancellation.reason }]
  if (!postponement || postponement.at === before.postponement?.at) return []
  const { reason, from, to } = postponement
  return [{ kind: 'postponed', reason, from, to: after.status === 'postponed' ? null : to ?? after.facts?.startsAt ?? null }]
}

function facts(before: Programme, after: Programme, same: Same): MeetingChange[] {
  return factFields
    .map((field) => ({ kind: 'fact' as const, field, before: before.facts?.[field] ?? null, after: after.facts?.[field] ?? null }))
    .filter((change) => !same(change.before, change.after))
}

function items(before: Programme, after: Programme, same: Same): MeetingChange[] {
  const were = new Map(before.agenda.map((one) => [one.itemId, one]))
  const are = new Set(after.agenda.map(({ itemId }) => itemId))
  const changed = after.agenda.flatMap((now): MeetingChange[] => {
    const was = were.get(now.itemId)
    const { itemId, title } = now
    if (!was) return [{ kind: 'itemAdded', itemId, title }]
    const [added, gone] = [missing(now.guests, was.guests), missing(was.guests, now.guests)]
    return [
      ...itemFields.filter((field) => !same(was[field], now[field]))
        .map((field) => ({ kind: 'itemChanged' as const, itemId, title, field, before: was[field], after: now[field] })),
      ...(added.length || gone.length ? [{ kind: 'itemGuests' as const, itemId, title, added, removed: gone }] : []),
    ]
  })
  const removed = before.agenda.filter(({ itemId }) => !are.has(itemId))
    .map(({ itemId, title }): MeetingChange => ({ kind: 'itemRemoved', itemId, title }))
  const stayed = before.agenda.filter(({ itemId }) => are.has(itemId))
  const order = after.agenda.filter(({ itemId }) => were.has(itemId))
  const reordered = stayed.some(({ itemId, level }, index) => order[index]?.itemId !== itemId || order[index].level !== level)
  return [...changed, ...removed, ...(reordered ? [{ kind: 'itemsReordered' as const }] : [])]
}

const missing = (from: readonly string[], others: readonly string[]) => from.filter((id) => !others.includes(id))

/** Documents that others than the office may read, by id. Programmes of before there were versions have one of each. */
function readable({ documents }: Programme): Map<string, { document: DocumentState, number: number }> {
  return new Map(documents.flatMap((document) => {
    const { versions = [], withdrawn = null, held = null } = document as Partial<DocumentState>
    const number = versions.length ? versions.findLast(({ state }) => state !== 'draft')?.number : 1
    return number === undefined || withdrawn || held ? [] : [[document.documentId, { document, number }]]
  }))
}

/** Documents that went with their item are not told again, nor those that somebody is no longer to know of. */
function documents(before: Programme, after: Programme): MeetingChange[] {
  const [were, are] = [readable(before), readable(after)]
  const items = new Set(after.agenda.map(({ itemId }) => itemId))
  const told = ({ itemId, documentId, name }: DocumentState) => ({ itemId, documentId, name })
  return [
    ...[...are.values()].flatMap(({ document, number }): MeetingChange[] => {
      const was = were.get(document.documentId)
      if (!was) return [{ kind: 'documentAdded', ...told(document) }]
      return was.number === number ? [] : [{ kind: 'documentVersion', ...told(document) }]
    }),
    ...after.documents.filter(({ documentId, itemId, withdrawn, held }) => withdrawn && !held && were.has(documentId) && items.has(itemId))
      .map((document) => ({ kind: 'documentRemoved' as const, ...told(document) })),
  ]
}

/**
 * Whom a change concerns: time, place and whatever is of the whole meeting, everybody; what is an item's, all full
 * participants, and of the guests of single items its presenters and guests of before and after; a document, who may read it.
 */
export function concernedBy(change: MeetingChange, before: Programme, after: Programme): string[] {
  const everybody = after.participants.map(({ personId }) => personId)
  if (!('itemId' in change)) return everybody
  const { itemId } = change
  if ('documentId' in change) {
    const { audience } = [...after.documents, ...before.documents].find(({ documentId }) => documentId === change.documentId) ?? {}
    return after.participants.filter((one) => canSee(audience ?? { scope: 'item', itemId }, viewerOf(one, after))).map(({ personId }) => personId)
  }
  const concerned = new Set([before, after].flatMap(({ agenda }) => {
    const found = agenda.find((one) => one.itemId === itemId)
    return found ? [found.presenterId, ...found.guests] : []
  }))
  return after.participants.filter((one: Participant) => !one.itemsOnly || concerned.has(one.personId)).map(({ personId }) => personId)
}

/** A meeting's state as it was published and as it is. */
export interface PublishedAndNow { published: MeetingState | null, now: MeetingState }

/** Both are readings of the same journal, so each is seen as `meetingReducer` lets its viewer see it. */
export const publicationReducer: Reducer<PublishedAndNow, MeetingEntry> = {
  name: 'publication', version: meetingReducer.version,
  initial: () => ({ published: null, now: meetingReducer.initial() }),
  apply({ published, now: before }, entry) {
    const now = meetingReducer.apply(before, entry)
    // What is written in the same command as the publication is published with it.
    const isPublication = now.publishedAt !== null && entry.at === now.publishedAt
    return { published: isPublication ? now : published, now }
  },
  project: ({ published, now }, viewer) => ({
    published: published && now.publishedAt !== null ? meetingReducer.project(published, viewer) : null,
    now: meetingReducer.project(now, viewer),
  }),
}

export const listChanges = defineRoute({
  id: 'meetings.changes', method: 'get', path: '/api/meetings/:meetingId/changes', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'What of the programme is different since it was published, as far as the caller may see it; `texts` has the bodies of its texts, null where one was erased.',
  params: z.object({ meetingId: Id }),
  response: z.object({
    publishedAt: Instant.nullable(), changes: z.array(MeetingChange), texts: z.record(z.string(), z.string().nullable()),
  }),
})
