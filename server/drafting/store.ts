import type { Knex } from 'knex'
import type { DraftingStore, DraftRecord } from './drafting.ts'

interface Row { id: string, meeting_id: string, document_id: string, item_id: string }
const record = (row: Row | undefined): DraftRecord | undefined =>
  row && { draftId: row.id, meetingId: row.meeting_id, documentId: row.document_id, itemId: row.item_id }
const columns = ['id', 'meeting_id', 'document_id', 'item_id']

/** Drafts in PostgreSQL. */
export const draftingStore: DraftingStore = {
  openOf: async (db, documentId) => record(await db('draft_text').where({ document_id: documentId, closed_at: null }).first<Row | undefined>(columns)),
  open: async (db, draftId) => record(await db('draft_text').where({ id: draftId, closed_at: null }).first<Row | undefined>(columns)),

  async insert(trx, { meetingId, documentId, itemId, openedBy, at, state }) {
    const [row] = await trx('draft_text').insert({
      meeting_id: meetingId, document_id: documentId, item_id: itemId, opened_by: openedBy, opened_at: at, state: Buffer.from(state),
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no draft was inserted')
    return row.id
  },

  async close(trx, draftId, at) {
    return await trx('draft_text').where({ id: draftId, closed_at: null }).update({ closed_at: at, state: null }) === 1
  },
}

/** The words of drafts, as the processes that have them in hand keep them. */
export const draftStates = {
  /** Null once it is closed. */
  async load(db: Knex, draftId: string): Promise<Uint8Array | null> {
    const row = await db('draft_text').where({ id: draftId, closed_at: null }).first<{ state: Buffer } | undefined>('state')
    return row?.state ?? null
  },

  /** Keeps what `merge` makes of what is kept; nothing of a text that is closed. Another process may keep it at the same time. */
  async save(db: Knex, draftId: string, merge: (kept: Uint8Array) => Uint8Array): Promise<void> {
    await db.transaction(async (trx) => {
      const row = await trx('draft_text').where({ id: draftId, closed_at: null }).forUpdate().first<{ state: Buffer } | undefined>('state')
      if (row) await trx('draft_text').where({ id: draftId }).update({ state: Buffer.from(merge(row.state)) })
    })
  },
}

export type DraftStates = typeof draftStates
