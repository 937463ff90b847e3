import { factsOf } from '../../protocol/agenda.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import { tellDocument } from '../documents/telling.ts'
import type { JournalTx } from '../journal/journal.ts'

/**
 * States a draft's items, guests and documents anew, each for those who may see the item; follows `meeting.published`, which says
 * nothing of them.
 */
export function appendProgramme(tx: JournalTx, { agenda, documents }: Pick<MeetingState, 'agenda' | 'documents'>): void {
  for (const item of agenda) {
    const { itemId, guests } = item
    const audience = { scope: 'item', itemId } as const
    tx.append({ kind: 'agenda.itemAdded', data: factsOf(item), audience })
    if (guests.length) tx.append({ kind: 'agenda.guestsSet', data: { itemId, personIds: guests }, audience })
  }
  if (agenda.some(({ level }) => level > 0)) {
    const data = { itemIds: agenda.map(({ itemId }) => itemId), levels: agenda.map(({ level }) => level) }
    tx.append({ kind: 'agenda.ordered', data, audience: { scope: 'whole' } })
  }
  // What was withdrawn before anybody knew of it is told to nobody.
  for (const document of documents.filter(({ withdrawn }) => !withdrawn)) tellDocument(tx, { status: 'published' }, document)
}
