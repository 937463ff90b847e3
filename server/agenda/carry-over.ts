import type { Knex } from 'knex'
import { CLASSIFIED_TITLE, MAX_ITEMS, type AgendaItemDraft, type AgendaItemFacts } from '../../protocol/agenda.ts'
import type { CarriableItem } from '../../protocol/carry-over.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { TakenDocument } from '../documents/documents.ts'
import type { JournalTx } from '../journal/journal.ts'
import { audienceOfItem, requireOffice, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Guests } from './guests.ts'
import { rowOf, type AgendaStore } from './items.ts'
import { requireSecrecy, type AgendaRoom } from './secrecy.ts'

/** What an earlier meeting left undone, as far as it is taken along. */
export interface LeftItem {
  itemId: string
  meetingId: string
  title: string | null
  minutes: number
  presenterId: string | null
  purpose: AgendaItemDraft['purpose']
  classified: boolean
  matterId: string | null
}

export interface CarryOverStore {
  /**
   * Items of closed meetings of the body in which the person was chair or clerk: put off, or not come to and no mere heading, and
   * on no other agenda since. Latest meeting first. One query.
   */
  carriable(db: Knex, bodyId: string, personId: string, limit: number): Promise<CarriableItem[]>
  /** Those of these items that are such. */
  left(db: Knex, bodyId: string, personId: string, itemIds: readonly string[]): Promise<LeftItem[]>
  /** Waits until no other command carries items of this body over. */
  lockBody(trx: Knex.Transaction, bodyId: string): Promise<void>
  /** Of those items, with their names and who reads them; without those whose name was erased. */
  documents(db: Knex, itemIds: readonly string[]): Promise<(TakenDocument & { itemId: string })[]>
  guests(db: Knex, itemIds: readonly string[]): Promise<{ itemId: string, personId: string }[]>
  /** Gives an item of before there were matters its matter. */
  setMatter(trx: Knex.Transaction, itemId: string, matterId: string): Promise<void>
}

export interface CarryOverDeps {
  db: Knex
  access: MeetingAccess
  agenda: AgendaStore
  store: CarryOverStore
  guests: Pick<Guests, 'put'>
  room: AgendaRoom
  attachKept(tx: JournalTx, meeting: Meeting, itemId: string, documents: readonly TakenDocument[]): Promise<void>
  /** As of `AgendaDeps`. */
  placed(trx: Knex.Transaction, matterId: string): Promise<void>
}

/** What a body's meetings left undone, on the agenda of its next one. */
export function createCarryOver({ db, access, agenda, store, guests, room, attachKept, placed }: CarryOverDeps) {
  async function add(tx: JournalTx, meeting: Meeting, left: LeftItem): Promise<string> {
    const { participants } = await tx.state(meetingReducer)
    if (left.classified) await requireSecrecy(tx, meeting, room)
    const matterId = left.matterId ?? await agenda.newMatter(tx.trx)
    if (left.matterId === null) await store.setMatter(tx.trx, left.itemId, matterId)
    else await placed(tx.trx, matterId)
    const { minutes, purpose, classified } = left
    const presenterId = participants.some(({ personId }) => personId === left.presenterId) ? left.presenterId : null
    const facts = { title: await tx.text(classified ? CLASSIFIED_TITLE : left.title ?? ''), minutes, presenterId, purpose, classified, matterId }
    const itemId = await agenda.add(tx.trx, tx.meetingId, { ...rowOf(facts), classified, matterId })
    const data: AgendaItemFacts = { ...facts, itemId }
    tx.append({ kind: 'agenda.itemAdded', data, audience: audienceOfItem(meeting, itemId) })
    return itemId
  }

  return {
    /** Throws `meetingNotFound`, `forbiddenInMeeting`. */
    async carriable(meetingId: string, caller: Caller, limit: number): Promise<{ items: CarriableItem[] }> {
      const found = await access.accessTo(meetingId, caller)
      requireOffice(found)
      return { items: await store.carriable(db, found.meeting.bodyId, caller.personId, limit) }
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotDraft`, `notCarriable`, `agendaFull`, `documentsFull`, `guestsFull`,
     * `idempotencyKeyReused`, and as adding a classified item does.
     */
    async carryOver(meetingId: string, caller: Caller, { itemIds, key }: { itemIds: readonly string[], key: string }): Promise<{ itemIds: string[] }> {
      return await access.change(meetingId, caller, requireOffice, { key, fingerprint: ['agenda.carryOver', itemIds] }, async (tx, { meeting }) => {
        if (meeting.status !== 'draft') throw new AppError('meetingNotDraft')
        await store.lockBody(tx.trx, meeting.bodyId)
        const found = new Map((await store.left(tx.trx, meeting.bodyId, caller.personId, itemIds)).map((left) => [left.itemId, left]))
        const wanted = [...new Set(itemIds)].map((itemId) => found.get(itemId))
        const present = await agenda.items(tx.trx, meetingId)
        if (present.length + wanted.length > MAX_ITEMS) throw new AppError('agendaFull', { limit: MAX_ITEMS })
        const [documents, invited] = [await store.documents(tx.trx, itemIds), await store.guests(tx.trx, itemIds)]
        const added: string[] = []
        for (const left of wanted) {
          if (!left || (left.title === null && !left.classified)) throw new AppError('notCarriable')
          const itemId = await add(tx, meeting, left)
          added.push(itemId)
          await attachKept(tx, meeting, itemId, documents.filter((document) => document.itemId === left.itemId).map(({ itemId: _, ...document }) => document))
          const personIds = invited.filter((guest) => guest.itemId === left.itemId).map(({ personId }) => personId)
          if (personIds.length) await guests.put(tx, meeting, itemId, personIds)
        }
        return { itemIds: added }
      })
    },
  }
}

export type CarryOver = ReturnType<typeof createCarryOver>
