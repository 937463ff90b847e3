import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { defineRoute } from './route.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Line } from './text.ts'

/** Decision wanted from an item: quyết định · cho ý kiến · báo cáo */
export const ItemPurpose = z.enum(['decide', 'opinion', 'report'])
export type ItemPurpose = z.infer<typeof ItemPurpose>

const facts = { minutes: z.int().min(1).max(600), presenterId: Id.nullable(), purpose: ItemPurpose }

export const AgendaItemDraft = z.object({
  title: Line(500), ...facts, classified: z.literal(false).exactOptional(),
  /** The matter that the item deals with; absent: a new one, which begins with this item. An item keeps its matter. */
  matterId: Id.exactOptional(),
})
export type AgendaItemDraft = z.infer<typeof AgendaItemDraft>

/**
 * An item with a state secret (Law 117/2025/QH15): this product takes neither its title nor anything else of it, and shows
 * `CLASSIFIED_TITLE` in its place.
 */
export const ClassifiedItemDraft = z.strictObject({ classified: z.literal(true), ...facts })
export type ClassifiedItemDraft = z.infer<typeof ClassifiedItemDraft>
export const CLASSIFIED_TITLE = 'Nội dung xử lý theo chế độ mật'

/** Items of a meeting: the whole programme stands in one journal entry when it is published. */
export const MAX_ITEMS = 300

const ItemParams = z.object({ meetingId: Id, itemId: Id })
const changeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'agendaItemNotFound', 'presenterNotParticipant'] as const

const AddKey = z.string().min(8).max(64)

export const addItem = defineRoute({
  id: 'agenda.add', method: 'post', path: '/api/meetings/:meetingId/agenda', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'presenterNotParticipant', 'agendaFull', 'idempotencyKeyReused',
    'matterNotFound', 'classifiedNeedsInPerson', 'recordingRuns', 'roomInUse'],
  summary: 'Chair or clerk adds an item at the end of the agenda; a classified one has no title, and needs a meeting in person that is not recorded and whose room is empty.',
  params: z.object({ meetingId: Id }),
  body: z.union([AgendaItemDraft.extend({ key: AddKey }), ClassifiedItemDraft.extend({ key: AddKey })]),
  response: z.object({ itemId: Id }),
})

export const changeItem = defineRoute({
  id: 'agenda.change', method: 'put', path: '/api/meetings/:meetingId/agenda/:itemId', access: 'signedIn',
  errors: [...changeErrors, 'agendaItemDealtWith', 'classifiedItem'],
  summary: 'Chair or clerk changes an item that has not been dealt with.',
  params: ItemParams, body: AgendaItemDraft.omit({ matterId: true }), response: z.object({}),
})

export const removeItem = defineRoute({
  id: 'agenda.remove', method: 'delete', path: '/api/meetings/:meetingId/agenda/:itemId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'agendaItemNotFound', 'agendaItemDealtWith'],
  summary: 'Chair or clerk takes an item and its documents off the agenda; refused once it was begun or voted on.',
  params: ItemParams, response: z.object({}),
})

export const orderItems = defineRoute({
  id: 'agenda.order', method: 'put', path: '/api/meetings/:meetingId/agenda-order', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'agendaChanged'],
  summary: 'Chair or clerk puts the items in another order. The list must name every item, else somebody changed the agenda meanwhile.',
  params: z.object({ meetingId: Id }), body: z.object({ itemIds: z.array(Id).min(1).max(MAX_ITEMS) }), response: z.object({}),
})

export const goToItem = defineCommand({
  name: 'agenda:goTo', summary: 'Makes an item the current one; the one before is done. `null` ends the last item.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ itemId: Id.nullable() }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound'],
})

export const AgendaItemFacts = z.object({
  itemId: Id, title: TextRef, minutes: z.int(), presenterId: Id.nullable(), purpose: ItemPurpose,
  /** A state secret is dealt with under it. Absent in journals of before there was this. */
  classified: z.boolean().default(false),
  /** The matter that is followed from a unit's proposal to the finished task, over every meeting that deals with it. Absent in older journals. */
  matterId: Id.exactOptional(),
})
export type AgendaItemFacts = z.infer<typeof AgendaItemFacts>

/** What happens to an agenda. Office only while the meeting is a draft; `meeting.published` then states it whole. */
export const agendaEntries = [
  z.object({ kind: z.literal('agenda.itemAdded'), data: AgendaItemFacts }),
  z.object({ kind: z.literal('agenda.itemChanged'), data: AgendaItemFacts }),
  z.object({ kind: z.literal('agenda.itemRemoved'), data: z.object({ itemId: Id }) }),
  z.object({ kind: z.literal('agenda.ordered'), data: z.object({ itemIds: z.array(Id) }) }),
  z.object({ kind: z.literal('agenda.itemStarted'), data: z.object({ itemId: Id }) }),
  z.object({ kind: z.literal('agenda.itemEnded'), data: z.object({ itemId: Id }) }),
] as const

export const AgendaItemState = AgendaItemFacts.extend({
  status: z.enum(['pending', 'current', 'done']),
  startedAt: z.string().nullable(),
  /** Milliseconds dealt with before the present start; an item may be returned to. */
  spentMs: z.int(),
})
export type AgendaItemState = z.infer<typeof AgendaItemState>
export type AgendaState = AgendaItemState[]

type AgendaEntry = z.infer<typeof agendaEntries[number]> & { at: string }

/** What is stated of an item, without what has become of it. */
export const factsOf = (item: AgendaItemFacts): AgendaItemFacts => AgendaItemFacts.parse(item)

/** Journals of before there was secrecy do not speak of it. */
export const withSecrecy = <F extends { classified?: boolean }>(item: F) => ({ ...item, classified: item.classified ?? false })

/** The agenda after one more entry. */
export function applyAgenda(items: AgendaState, entry: AgendaEntry): AgendaState {
  const each = (itemId: string, change: (item: AgendaItemState) => AgendaItemState) =>
    items.map((item) => item.itemId === itemId ? change(item) : item)
  switch (entry.kind) {
    case 'agenda.itemAdded':
      return [...items, { ...withSecrecy(entry.data), status: 'pending', startedAt: null, spentMs: 0 }]
    case 'agenda.itemChanged':
      return each(entry.data.itemId, (item) => ({ ...item, ...withSecrecy(entry.data) }))
    case 'agenda.itemRemoved':
      return items.filter((item) => item.itemId !== entry.data.itemId)
    case 'agenda.ordered': {
      const place = new Map(entry.data.itemIds.map((itemId, index) => [itemId, index]))
      return items.toSorted((a, b) => (place.get(a.itemId) ?? items.length) - (place.get(b.itemId) ?? items.length))
    }
    case 'agenda.itemStarted':
      return each(entry.data.itemId, (item) => ({ ...item, status: 'current', startedAt: entry.at }))
    case 'agenda.itemEnded':
      return each(entry.data.itemId, (item) => ({
        ...item, status: 'done', startedAt: null,
        spentMs: item.spentMs + (item.startedAt ? Date.parse(entry.at) - Date.parse(item.startedAt) : 0),
      }))
  }
}
