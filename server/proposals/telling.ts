import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { Proposal } from './access.ts'
import type { NewStep } from './proposals.ts'

export interface TellingStore {
  /** Who drafted, edited or submitted it and works in its unit on that day. */
  workersOn(db: Knex, proposalId: string, on: Day): Promise<string[]>
}

const words = {
  returned: {
    vi: { subject: 'Nội dung trình được trả lại để bổ sung', begin: 'Văn phòng đã trả lại nội dung trình', reason: 'Lý do' },
    en: { subject: 'A proposal was returned to be mended', begin: 'The office has returned the proposal', reason: 'Reason' },
  },
  accepted: {
    vi: { subject: 'Nội dung trình đã được tiếp nhận', begin: 'Văn phòng đã tiếp nhận nội dung trình', reason: '' },
    en: { subject: 'A proposal was accepted', begin: 'The office has accepted the proposal', reason: '' },
  },
}

/** Tells those who worked on a proposal that it came back to them, or was accepted, in the transaction of that step. */
export function createTelling({ store, send }: { store: TellingStore, send: (trx: Knex.Transaction, notices: readonly NewNotice[]) => Promise<unknown> }) {
  return async (trx: Knex.Transaction, { id, round, content }: Proposal, { kind, reason, at }: NewStep): Promise<void> => {
    if (kind !== 'returned' && kind !== 'accepted') return
    const say = ({ subject, begin, reason: label }: { subject: string, begin: string, reason: string }) => ({
      subject, paragraphs: [`${begin} “${content.title}”.`, ...(reason ? [`${label}: ${reason}`] : [])],
    })
    const workers = await store.workersOn(trx, id, localDay(at))
    await send(trx, workers.map((personId): NewNotice => ({
      personId, dedupeKey: `proposal ${id} ${kind} ${round}`, topic: `proposal:${id}`, kind: `proposals.${kind}`, link: `/proposals/${id}`,
      words: { vi: say(words[kind].vi), en: say(words[kind].en) },
    })))
  }
}
