import type { Knex } from 'knex'
import type { AgendaItemDraft, AgendaItemFacts, AgendaItemState } from '../../protocol/agenda.ts'
import type { OutlineLine } from '../../protocol/outline.ts'
import type { JournalTx } from '../journal/journal.ts'
import { AppError } from '../platform/error.ts'

/** An item's present row; the title is the id of a text. */
export interface AgendaItem {
  id: string
  titleText: string
  minutes: number
  presenterId: string | null
  purpose: AgendaItemDraft['purpose']
  status: AgendaItemState['status']
  level: number
  version: number
  classified: boolean
  /** Null in meetings of before there were matters. */
  matterId: string | null
}

type Fixed = 'id' | 'classified' | 'matterId' | 'level'

/** Every method works on the rows of one meeting, under the lock of its journal. */
export interface AgendaStore {
  /** In their order, without removed ones. */
  items(db: Knex, meetingId: string): Promise<AgendaItem[]>
  /** Puts an item at the end, on the first level, and gives its id. */
  add(trx: Knex.Transaction, meetingId: string, item: Omit<AgendaItem, 'id' | 'status' | 'level' | 'version'>): Promise<string>
  update(
    trx: Knex.Transaction, meetingId: string, itemId: string, change: Partial<Omit<AgendaItem, Fixed>> & { deferralText?: string },
  ): Promise<void>
  /** Takes items off the agenda, with their guests; the others keep their order. */
  remove(trx: Knex.Transaction, meetingId: string, itemIds: readonly string[], at: Date): Promise<void>
  /** A matter that begins with an item. */
  newMatter(trx: Knex.Transaction): Promise<string>
  /** Whether a meeting of this body has, or had, an item on the matter. */
  dealsWith(db: Knex, bodyId: string, matterId: string): Promise<boolean>
  /** Puts all items of the meeting into this outline. */
  order(trx: Knex.Transaction, meetingId: string, lines: readonly OutlineLine[]): Promise<void>
  /** Replaces the guests of an item. */
  setGuests(trx: Knex.Transaction, meetingId: string, itemId: string, personIds: readonly string[]): Promise<void>
}

/** The item of this meeting. Throws `agendaItemNotFound`. */
export async function itemIn(store: Pick<AgendaStore, 'items'>, tx: JournalTx, itemId: string): Promise<AgendaItem> {
  const item = (await store.items(tx.trx, tx.meetingId)).find(({ id }) => id === itemId)
  if (!item) throw new AppError('agendaItemNotFound')
  return item
}

export const lineOf = ({ id, level }: AgendaItem): OutlineLine => ({ itemId: id, level })

export function rowOf({ title, minutes, presenterId, purpose }: Pick<AgendaItemFacts, 'title' | 'minutes' | 'presenterId' | 'purpose'>) {
  return { titleText: title.$text, minutes, presenterId, purpose }
}

/** The item as the journal has it. */
export function stateOf(agenda: readonly AgendaItemState[], id: string): AgendaItemState {
  const found = agenda.find(({ itemId }) => itemId === id)
  if (!found) throw new Error('an agenda item that the journal does not know')
  return found
}
