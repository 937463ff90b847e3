import type { Knex } from 'knex'
import type { z } from 'zod'
import {
  CLASSIFIED_TITLE, factsOf, MAX_ITEMS, type AgendaItemDraft, type ClassifiedItemDraft, type AgendaItemFacts, type AgendaItemState,
} from '../../protocol/agenda.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { runningRecording } from '../../protocol/recording.ts'
import { canonical } from '../journal/chain.ts'
import type { JournalTx } from '../journal/journal.ts'
import { audienceOf, requireOffice, requireOfficeOrPresiding, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore, requireLive } from '../meetings/meetings.ts'
import { textOf } from '../meetings/texts.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

type Draft = z.output<typeof AgendaItemDraft>
type Classified = z.output<typeof ClassifiedItemDraft>

/** An item's present row; the title is the id of a text. */
export interface AgendaItem {
  id: string
  titleText: string
  minutes: number
  presenterId: string | null
  purpose: Draft['purpose']
  status: AgendaItemState['status']
  classified: boolean
  /** Null in meetings of before there were matters. */
  matterId: string | null
}

/** Every method works on the rows of one meeting, under the lock of its journal. */
export interface AgendaStore {
  /** In their order, without removed ones. */
  items(db: Knex, meetingId: string): Promise<AgendaItem[]>
  /** Puts an item at the end and gives its id. */
  add(trx: Knex.Transaction, meetingId: string, item: Omit<AgendaItem, 'id' | 'status'>): Promise<string>
  update(
    trx: Knex.Transaction, meetingId: string, itemId: string, change: Partial<Omit<AgendaItem, 'id' | 'classified' | 'matterId'>>,
  ): Promise<void>
  /** Takes an item off the agenda; the others keep their order. */
  remove(trx: Knex.Transaction, meetingId: string, itemId: string, at: Date): Promise<void>
  /** A matter that begins with an item. */
  newMatter(trx: Knex.Transaction): Promise<string>
  /** Whether a meeting of this body has, or had, an item on the matter. */
  dealsWith(db: Knex, bodyId: string, matterId: string): Promise<boolean>
  /** Puts all items of the meeting into this order. */
  order(trx: Knex.Transaction, meetingId: string, itemIds: readonly string[]): Promise<void>
}

/** The video room of a meeting: nothing is transmitted of one that has a state secret on its agenda. */
export interface AgendaRoom {
  inUse(meetingId: string): boolean
  /** Voids the grants that are under way. Best effort. */
  close(meetingId: string): Promise<void>
}

/** What has to be taken away with an item that is removed. */
export type WithItem = (tx: JournalTx, itemId: string) => Promise<void>

/** What comes with an item that is added. */
export type WithNewItem = (tx: JournalTx, added: { itemId: string, meeting: Meeting }) => Promise<void>

/** Who may do what with an agenda. */
const may = { add: requireOffice, change: requireOffice, remove: requireOffice, order: requireOffice, goTo: requireOfficeOrPresiding }

export interface AgendaDeps {
  access: MeetingAccess
  store: AgendaStore
  room: AgendaRoom
  removeWithItem: WithItem
  /** Whether a unit's proposal on this matter was taken in for the body. */
  proposedTo?: (trx: Knex.Transaction, bodyId: string, matterId: string) => Promise<boolean>
}

export function createAgenda({ access, store, room, removeWithItem, proposedTo }: AgendaDeps) {

  /** Throws `agendaItemNotFound`. */
  async function itemIn(tx: JournalTx, itemId: string): Promise<AgendaItem> {
    const item = (await store.items(tx.trx, tx.meetingId)).find(({ id }) => id === itemId)
    if (!item) throw new AppError('agendaItemNotFound')
    return item
  }

  /** Throws `agendaItemDealtWith` for an item that was begun or voted on: what stands in the minutes of it stays. */
  async function requireUntouched(tx: JournalTx, { id, status }: AgendaItem): Promise<void> {
    const { votes } = await tx.state(meetingReducer)
    if (status !== 'pending' || votes.some(({ itemId }) => itemId === id)) throw new AppError('agendaItemDealtWith')
  }

  async function requirePresenter(tx: JournalTx, presenterId: string | null): Promise<void> {
    const { participants } = await tx.state(meetingReducer)
    if (presenterId === null || participants.some(({ personId }) => personId === presenterId)) return
    throw new AppError('presenterNotParticipant')
  }

  /** Throws `classifiedNeedsInPerson`, `recordingRuns`, `roomInUse`. */
  async function requireSecrecy(tx: JournalTx, { mode }: Meeting): Promise<void> {
    if (mode !== 'inPerson') throw new AppError('classifiedNeedsInPerson')
    if (runningRecording((await tx.state(meetingReducer)).recordings)) throw new AppError('recordingRuns')
    if (room.inUse(tx.meetingId)) throw new AppError('roomInUse')
  }

  /** The matter asked for, or a new one: every item has one from its first day. Throws `matterNotFound`. */
  async function matterFor({ trx }: JournalTx, { bodyId }: Meeting, asked: string | undefined): Promise<string> {
    if (asked === undefined) return await store.newMatter(trx)
    if (await store.dealsWith(trx, bodyId, asked) || await proposedTo?.(trx, bodyId, asked)) return asked
    throw new AppError('matterNotFound')
  }

  async function end(tx: JournalTx, itemId: string): Promise<void> {
    await store.update(tx.trx, tx.meetingId, itemId, { status: 'done' })
    tx.append({ kind: 'agenda.itemEnded', data: { itemId }, audience: { scope: 'meeting' } })
  }

  return {
    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `presenterNotParticipant`, `agendaFull`,
     * `idempotencyKeyReused`, `matterNotFound`, and for a classified item `classifiedNeedsInPerson`, `recordingRuns`, `roomInUse`.
     * `also`: what comes with the item, in the same transaction.
     */
    async add(
      meetingId: string, caller: Caller, { key, ...draft }: (Draft | Classified) & { key: string }, also?: WithNewItem,
    ): Promise<{ itemId: string }> {
      const added = await access.change(meetingId, caller, may.add, { key, fingerprint: ['agenda.add', draft] }, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        await requirePresenter(tx, draft.presenterId)
        if (draft.classified) await requireSecrecy(tx, meeting)
        if ((await store.items(tx.trx, meetingId)).length >= MAX_ITEMS) throw new AppError('agendaFull', { limit: MAX_ITEMS })
        const title = await tx.text(draft.classified ? CLASSIFIED_TITLE : draft.title)
        const matterId = await matterFor(tx, meeting, draft.classified ? undefined : draft.matterId)
        const facts = { ...draft, title, classified: draft.classified ?? false, matterId }
        const itemId = await store.add(tx.trx, meetingId, { ...rowOf(facts), classified: facts.classified, matterId })
        const data: AgendaItemFacts = { ...facts, itemId }
        tx.append({ kind: 'agenda.itemAdded', data, audience: audienceOf(meeting) })
        await also?.(tx, { itemId, meeting })
        return { itemId: data.itemId }
      })
      if (draft.classified) await room.close(meetingId)
      return added
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaItemNotFound`, `agendaItemDealtWith`,
     * `presenterNotParticipant`, `classifiedItem`.
     */
    async change(meetingId: string, itemId: string, caller: Caller, draft: Omit<Draft, 'matterId'>): Promise<void> {
      await access.change(meetingId, caller, may.change, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const item = await itemIn(tx, itemId)
        await requireUntouched(tx, item)
        if (item.classified) throw new AppError('classifiedItem')
        await requirePresenter(tx, draft.presenterId)
        const present = stateOf((await tx.state(meetingReducer)).agenda, itemId)
        const data = factsOf({ ...present, ...draft, title: await textOf(tx, present.title, draft.title), classified: false })
        if (canonical(data) === canonical(factsOf(present))) return
        await store.update(tx.trx, meetingId, itemId, rowOf(data))
        tx.append({ kind: 'agenda.itemChanged', data, audience: audienceOf(meeting) })
      })
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaItemNotFound`, `agendaItemDealtWith`. */
    async remove(meetingId: string, itemId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.remove, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        await requireUntouched(tx, await itemIn(tx, itemId))
        await removeWithItem(tx, itemId)
        await store.remove(tx.trx, meetingId, itemId, tx.at)
        tx.append({ kind: 'agenda.itemRemoved', data: { itemId }, audience: audienceOf(meeting) })
      })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, and `agendaChanged` for a list that is not the
     * items there are.
     */
    async order(meetingId: string, caller: Caller, itemIds: readonly string[]): Promise<void> {
      await access.change(meetingId, caller, may.order, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const present = (await store.items(tx.trx, meetingId)).map(({ id }) => id)
        if (canonical(present.toSorted()) !== canonical(itemIds.toSorted())) throw new AppError('agendaChanged')
        if (canonical(present) === canonical(itemIds)) return
        await store.order(tx.trx, meetingId, itemIds)
        tx.append({ kind: 'agenda.ordered', data: { itemIds }, audience: audienceOf(meeting) })
      })
    },

    /**
     * Ends the current item and begins another, or none. An item that was done may be returned to.
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `agendaItemNotFound`.
     */
    async goTo(meetingId: string, caller: Caller, key: string, itemId: string | null): Promise<void> {
      await access.change(meetingId, caller, may.goTo, { key, fingerprint: ['agenda:goTo', itemId] }, async (tx, { meeting }) => {
        requireLive(meeting)
        const items = await store.items(tx.trx, meetingId)
        const current = items.find(({ status }) => status === 'current')
        if (itemId !== null && !items.some(({ id }) => id === itemId)) throw new AppError('agendaItemNotFound')
        if ((current?.id ?? null) === itemId) return
        if (current) await end(tx, current.id)
        if (itemId === null) return
        await store.update(tx.trx, meetingId, itemId, { status: 'current' })
        tx.append({ kind: 'agenda.itemStarted', data: { itemId }, audience: { scope: 'meeting' } })
      })
    },

    /** A step of closing the meeting. */
    async endCurrent(tx: JournalTx): Promise<void> {
      const current = (await store.items(tx.trx, tx.meetingId)).find(({ status }) => status === 'current')
      if (current) await end(tx, current.id)
    },
  }
}

export type Agenda = ReturnType<typeof createAgenda>

function rowOf({ title, minutes, presenterId, purpose }: Pick<AgendaItemFacts, 'title' | 'minutes' | 'presenterId' | 'purpose'>) {
  return { titleText: title.$text, minutes, presenterId, purpose }
}

function stateOf(agenda: readonly AgendaItemState[], id: string): AgendaItemState {
  const found = agenda.find(({ itemId }) => itemId === id)
  if (!found) throw new Error('an agenda item that the journal does not know')
  return found
}
