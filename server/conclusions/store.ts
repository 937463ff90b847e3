import type { ConclusionVersion } from '../../protocol/conclusions.ts'
import type { ConclusionRow, ConclusionsStore } from './conclusions.ts'

interface Row { item_id: string, meeting_id: string, text_id: string, version: number, written_by: string, written_at: Date, settled_at: Date | null }

function toConclusion(row: Row): ConclusionRow {
  return {
    itemId: row.item_id, meetingId: row.meeting_id, textId: row.text_id, version: row.version, writtenBy: row.written_by,
    writtenAt: row.written_at, settledAt: row.settled_at,
  }
}

/** Conclusions in PostgreSQL; their texts are texts of the meetings' journals. */
export const conclusionsStore: ConclusionsStore = {
  async item(db, meetingId, itemId) {
    return await db('agenda_item').where({ id: itemId, meeting_id: meetingId }).whereNull('removed_at').first('status', 'classified')
  },

  async find(db, itemId) {
    const row = await db('conclusion').where({ item_id: itemId })
      .first<Row | undefined>('item_id', 'meeting_id', 'text_id', 'version', 'written_by', 'written_at', 'settled_at')
    return row && toConclusion(row)
  },

  async write(trx, { itemId, meetingId, textId, version, writtenBy, writtenAt }) {
    const facts = { text_id: textId, version, written_by: writtenBy, written_at: writtenAt }
    await trx('conclusion').insert({ item_id: itemId, meeting_id: meetingId, ...facts })
      .onConflict('item_id').merge({ ...facts, settled_by: null, settled_at: null })
    await trx('conclusion_version').insert({ item_id: itemId, ...facts })
  },

  async settle(trx, itemId, by) {
    await trx('conclusion').where({ item_id: itemId }).update({ settled_by: by?.personId ?? null, settled_at: by?.at ?? null })
  },

  async versions(db, itemId, limit) {
    const rows = await db('conclusion_version as own').join('journal_text as text', 'text.id', 'own.text_id')
      .where('own.item_id', itemId).orderBy('own.version', 'desc').limit(limit)
      .select<{ version: number, written_by: string, written_at: Date, body: string | null }[]>('own.version', 'own.written_by', 'own.written_at', 'text.body')
    return rows.map(({ version, written_by: writtenBy, written_at: at, body }): ConclusionVersion => ({ version, writtenBy, at: at.toISOString(), text: body }))
  },
}
