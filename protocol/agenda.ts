import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { isOutline, MAX_LEVEL } from './outline.ts'
import { defineRoute } from './route.ts'
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

/** Items of a meeting. */
export const MAX_ITEMS = 300

/** How the body agreed that an item is taken up which was not on the programme: nobody objected · by a vote. */
export const ConsentHow = z.enum(['allAgreed', 'vote'])
export const Consent = z.object({ how: ConsentHow, note: Line(500).nullable() })
export type Consent = z.infer<typeof Consent>

export const ItemParams = z.object({ meetingId: Id, itemId: Id })
const changeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'agendaItemNotFound', 'presenterNotParticipant'] as const

export const AddKey = z.string().min(8).max(64)
const Level = z.int().min(0).max(MAX_LEVEL)

/** Where a new item goes and, in a live meeting, how the body agreed to it. */
const Placing = {
  key: AddKey,
  /** The item that it comes right after; null or absent: at the end. */
  after: Id.nullable().exactOptional(),
  /** How deep it stands, at most one deeper than what it follows; absent: 0. */
  level: Level.exactOptional(),
  /** Needed, and taken, in a live meeting alone. */
  consent: Consent.exactOptional(),
}

export const addItem = defineRoute({
  id: 'agenda.add', method: 'post', path: '/api/meetings/:meetingId/agenda', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'presenterNotParticipant', 'agendaFull', 'idempotencyKeyReused', 'proposalSecret',
    'agendaItemNotFound', 'matterNotFound', 'consentNeeded', 'classifiedNeedsInPerson', 'recordingRuns', 'roomInUse'],
  summary: 'Chair or clerk adds an item, in a live meeting who presides too and with the consent of the body; a classified one has no title, and needs a meeting in person that is not recorded and whose room is empty.',
  params: z.object({ meetingId: Id }),
  body: z.union([AgendaItemDraft.extend(Placing), ClassifiedItemDraft.extend(Placing)]),
  response: z.object({ itemId: Id }),
})

export const changeItem = defineRoute({
  id: 'agenda.change', method: 'put', path: '/api/meetings/:meetingId/agenda/:itemId', access: 'signedIn',
  errors: [...changeErrors, 'agendaItemDealtWith', 'agendaItemChanged', 'classifiedItem', 'proposalSecret'],
  summary: 'Chair or clerk changes an item that has not been dealt with. `version` is the one that they read: after somebody else’s change `agendaItemChanged` says who changed what, and nothing is saved.',
  params: ItemParams, body: AgendaItemDraft.omit({ matterId: true }).extend({ version: z.int().min(1) }),
  response: z.object({ version: z.int() }),
})

/** Details of `agendaItemChanged`: the item as it is, who changed it last, and the version to go on from. */
export const ItemChangedDetails = z.object({
  version: z.int(), changedBy: Id.nullable(), present: AgendaItemDraft.pick({ minutes: true, presenterId: true, purpose: true }).extend({ title: z.string() }),
})
export type ItemChangedDetails = z.infer<typeof ItemChangedDetails>

export const removeItem = defineRoute({
  id: 'agenda.remove', method: 'delete', path: '/api/meetings/:meetingId/agenda/:itemId', access: 'signedIn',
  errors: ['documentQuarantined', 'meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'agendaItemNotFound', 'agendaItemDealtWith'],
  summary: 'Chair or clerk takes an item off the agenda, with everything under it, their documents and guests; refused once one of them was begun or voted on.',
  params: ItemParams, response: z.object({}),
})

const OrderedItems = z.array(z.object({ itemId: Id, level: Level })).min(1).max(MAX_ITEMS)
  .refine((items) => isOutline(items.map(({ level }) => level)), 'each at most one deeper than the one before')

export const orderItems = defineRoute({
  id: 'agenda.order', method: 'put', path: '/api/meetings/:meetingId/agenda-order', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'agendaChanged', 'agendaItemDealtWith'],
  summary: 'Chair or clerk, in a live meeting who presides too, puts the items in another outline; what was dealt with keeps its order. The list must name every item, else somebody changed the agenda meanwhile: `agendaChanged` gives the present one back (`items`).',
  params: z.object({ meetingId: Id }), body: z.object({ items: OrderedItems }), response: z.object({}),
})

export const AgendaItemFacts = z.object({
  itemId: Id, title: TextRef, minutes: z.int(), presenterId: Id.nullable(), purpose: ItemPurpose,
  /** A state secret is dealt with under it. Absent in journals of before there was this. */
  classified: z.boolean().default(false),
  /** The matter that is followed from a unit's proposal to the finished task, over every meeting that deals with it. Absent in older journals. */
  matterId: Id.exactOptional(),
  /** Counts the changes of title, minutes, presenter and purpose, from 1. Absent in older journals. */
  version: z.int().min(1).exactOptional(),
})
export type AgendaItemFacts = z.infer<typeof AgendaItemFacts>

/**
 * What happens to an agenda: office only while the meeting is a draft, afterwards for those who may see the item. On
 * publication each item is added again, for those.
 */
export const agendaEntries = [
  z.object({ kind: z.literal('agenda.itemAdded'), data: AgendaItemFacts }),
  z.object({ kind: z.literal('agenda.itemChanged'), data: AgendaItemFacts }),
  z.object({ kind: z.literal('agenda.itemRemoved'), data: z.object({ itemId: Id }) }),
  /** For those who see the whole agenda. `levels` beside the ids; absent in older journals: all 0. */
  z.object({ kind: z.literal('agenda.ordered'), data: z.object({ itemIds: z.array(Id), levels: z.array(z.int()).exactOptional() }) }),
  z.object({ kind: z.literal('agenda.itemStarted'), data: z.object({ itemId: Id }) }),
  z.object({ kind: z.literal('agenda.itemEnded'), data: z.object({ itemId: Id }) }),
  /** Put off to a later meeting, which carries it over. */
  z.object({ kind: z.literal('agenda.itemDeferred'), data: z.object({ itemId: Id, reason: TextRef }) }),
  /** The body agreed to an item that was not on the programme. */
  z.object({ kind: z.literal('agenda.consented'), data: z.object({ itemId: Id, how: ConsentHow, note: TextRef.nullable() }) }),
  /** The guests of an item, all of them; each is a participant. */
  z.object({ kind: z.literal('agenda.guestsSet'), data: z.object({ itemId: Id, personIds: z.array(Id) }) }),
] as const

export const AgendaItemState = AgendaItemFacts.extend({
  version: z.int(),
  /** Who changed it last; null: as it was added. */
  changedBy: Id.nullable(),
  /** How deep it stands; 0 for who does not see the whole agenda. */
  level: z.int(),
  guests: z.array(Id),
  status: z.enum(['pending', 'current', 'done', 'deferred']),
  startedAt: z.string().nullable(),
  /** Milliseconds dealt with before the present start; an item may be returned to. */
  spentMs: z.int(),
  /** Why it was put off. */
  deferral: TextRef.nullable(),
  consent: z.object({ how: ConsentHow, note: TextRef.nullable() }).nullable(),
})
export type AgendaItemState = z.infer<typeof AgendaItemState>
export type AgendaState = AgendaItemState[]

type AgendaEntry = z.infer<typeof agendaEntries[number]> & { at: string, actorId: string | null }

/** What is stated of an item, without what has become of it. */
export const factsOf = (item: AgendaItemFacts): AgendaItemFacts => AgendaItemFacts.parse(item)

/** Journals of before there was secrecy, or versions, do not speak of them. */
const stated = (item: Omit<AgendaItemFacts, 'classified'> & { classified?: boolean }) =>
  ({ ...item, classified: item.classified ?? false, version: item.version ?? 1 })

/** An item at its beginning. */
export const newItem = (item: AgendaItemFacts): AgendaItemState => ({
  ...stated(item), changedBy: null, level: 0, guests: [], status: 'pending', startedAt: null, spentMs: 0, deferral: null, consent: null,
})

/** The agenda after one more entry. */
export function applyAgenda(items: AgendaState, entry: AgendaEntry): AgendaState {
  const each = (itemId: string, change: (item: AgendaItemState) => AgendaItemState) =>
    items.map((item) => item.itemId === itemId ? change(item) : item)
  switch (entry.kind) {
    case 'agenda.itemAdded':
      return [...items, newItem(entry.data)]
    case 'agenda.itemChanged':
      return each(entry.data.itemId, (item) => ({ ...item, ...stated(entry.data), changedBy: entry.actorId }))
    case 'agenda.itemRemoved':
      return items.filter((item) => item.itemId !== entry.data.itemId)
    case 'agenda.ordered': {
      const { itemIds, levels } = entry.data
      const place = new Map(itemIds.map((itemId, index) => [itemId, index]))
      const placeOf = (item: AgendaItemState) => place.get(item.itemId) ?? items.length
      return items.toSorted((a, b) => placeOf(a) - placeOf(b)).map((item) => ({ ...item, level: levels?.[placeOf(item)] ?? 0 }))
    }
    case 'agenda.itemStarted':
      return each(entry.data.itemId, (item) => ({ ...item, status: 'current', startedAt: entry.at, deferral: null }))
    case 'agenda.itemEnded':
      return each(entry.data.itemId, (item) => ({
        ...item, status: 'done', startedAt: null,
        spentMs: item.spentMs + (item.startedAt ? Date.parse(entry.at) - Date.parse(item.startedAt) : 0),
      }))
    case 'agenda.itemDeferred':
      return each(entry.data.itemId, (item) => ({ ...item, status: 'deferred', deferral: entry.data.reason }))
    case 'agenda.consented': {
      const { itemId, how, note } = entry.data
      return each(itemId, (item) => ({ ...item, consent: { how, note } }))
    }
    case 'agenda.guestsSet':
      return each(entry.data.itemId, (item) => ({ ...item, guests: entry.data.personIds }))
  }
}

/** The item that is being dealt with. */
export const currentItem = (agenda: readonly AgendaItemState[]): AgendaItemState | undefined => agenda.find(({ status }) => status === 'current')

interface MaybeLimited { personId: string, itemsOnly?: true | undefined }

/** Whether somebody may be in the room by the agenda: a guest of single items while one of theirs is dealt with, all others always. */
export const isCalled = (agenda: readonly AgendaItemState[], { personId, itemsOnly }: MaybeLimited): boolean =>
  !itemsOnly || (currentItem(agenda)?.guests.includes(personId) ?? false)

/** The next item to come of those that a person is a guest of. */
export const awaitedItem = (agenda: readonly AgendaItemState[], personId: string): AgendaItemState | undefined =>
  agenda.find(({ status, guests }) => status === 'pending' && guests.includes(personId))
