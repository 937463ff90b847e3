import type { Knex } from 'knex'
import type { CarriableItem } from '../../protocol/carry-over.ts'
import type { VersionState } from '../../protocol/document-entries.ts'
import type { Part } from '../../protocol/journal.ts'
import type { MediaType } from '../../protocol/media-type.ts'
import type { CarryOverStore, LeftItem } from './carry-over.ts'

/** Items that wait to be carried over. An item under which others stand is a heading, undone only where they are. */
const LEFT = `
  FROM (
    SELECT agenda_item.*, lead(level) OVER (PARTITION BY meeting_id ORDER BY place) AS next_level
    FROM agenda_item
    WHERE removed_at IS NULL AND meeting_id IN (
      SELECT meeting.id FROM meeting JOIN meeting_participant AS part ON part.meeting_id = meeting.id
      WHERE meeting.body_id = :bodyId AND meeting.status = 'closed' AND part.person_id = :personId AND part.role IN ('chair', 'clerk'))
  ) AS item
  JOIN meeting ON meeting.id = item.meeting_id
  JOIN journal_text AS title ON title.id = item.title_text
  WHERE (item.status = 'deferred' OR (item.status = 'pending' AND coalesce(item.next_level, 0) <= item.level))
    AND NOT EXISTS (
      SELECT FROM agenda_item AS other JOIN meeting AS its ON its.id = other.meeting_id
      WHERE other.matter_id = item.matter_id AND other.id <> item.id AND other.removed_at IS NULL AND its.body_id = meeting.body_id
        AND its.status <> 'cancelled' AND (its.status <> 'closed' OR (its.starts_at, its.id) > (meeting.starts_at, meeting.id)))`

/** Documents that are still there to be taken along. */
const STANDS = 'document.removed_at IS NULL AND document.withdrawn_at IS NULL AND document.quarantined_at IS NULL'

interface DocumentRow {
  item_id: string, name: string, sha256: Buffer, media_type: MediaType, bytes: string, parts: Part[], download: boolean, expires_hours: number | null
  state: VersionState
}

interface ListedRow {
  item_id: string
  meeting_id: string
  title: string | null
  minutes: number
  classified: boolean
  meeting_title: string | null
  starts_at: Date
  status: 'pending' | 'deferred'
  reason: string | null
  documents: string
  guests: string
}

function toListed(row: ListedRow): CarriableItem {
  return {
    itemId: row.item_id, meetingId: row.meeting_id, title: row.title, minutes: row.minutes, classified: row.classified,
    meetingTitle: row.meeting_title, meetingStartsAt: row.starts_at.toISOString(), deferred: row.status === 'deferred', reason: row.reason,
    documents: Number(row.documents), guests: Number(row.guests),
  }
}

async function rows<R>(db: Knex, sql: string, bindings: Record<string, unknown>): Promise<R[]> {
  const { rows: found } = await db.raw<{ rows: R[] }>(sql, bindings as Knex.ValueDict)
  return found
}

/** What meetings left undone, in PostgreSQL. */
export const carryOverStore: CarryOverStore = {
  async carriable(db, bodyId, personId, limit) {
    const found = await rows<ListedRow>(db, `
      SELECT item.id AS item_id, item.meeting_id, title.body AS title, item.minutes, item.classified, item.status, meeting.starts_at,
        (SELECT body FROM journal_text WHERE id = meeting.title_text) AS meeting_title,
        (SELECT body FROM journal_text WHERE id = item.deferral_text AND item.status = 'deferred') AS reason,
        (SELECT count(*) FROM document WHERE item_id = item.id AND document.meeting_id = item.meeting_id AND ${STANDS}
          AND EXISTS (SELECT FROM document_version AS version WHERE version.document_id = document.id AND version.state <> 'draft')) AS documents,
        (SELECT count(*) FROM agenda_item_guest AS guest WHERE guest.item_id = item.id AND guest.meeting_id = item.meeting_id) AS guests
      ${LEFT} ORDER BY meeting.starts_at DESC, meeting.id DESC, item.place LIMIT :limit`, { bodyId, personId, limit })
    return found.map(toListed)
  },

  left: (db, bodyId, personId, itemIds) => rows<LeftItem>(db, `
    SELECT item.id AS "itemId", item.meeting_id AS "meetingId", title.body AS title, item.minutes, item.presenter_id AS "presenterId", item.purpose,
      item.classified, item.matter_id AS "matterId"
    ${LEFT} AND item.id = ANY(:itemIds::uuid[])`, { bodyId, personId, itemIds: [...itemIds] }),

  async lockBody(trx, bodyId) {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`agenda.carryOver ${bodyId}`])
  },

  async documents(db, itemIds) {
    const { rows: found } = await db.raw<{ rows: DocumentRow[] }>(`
      SELECT DISTINCT ON (document.id) document.item_id, name.body AS name, version.sha256, version.media_type, version.bytes,
        document.parts, document.download, document.expires_hours, version.state
      FROM document JOIN document_version AS version ON version.document_id = document.id JOIN journal_text AS name ON name.id = document.name_text
      WHERE ${STANDS} AND version.state <> 'draft' AND name.body IS NOT NULL AND document.item_id = ANY(?::uuid[])
      ORDER BY document.id, version.number DESC`, [[...itemIds]])
    return found.map(({ item_id: itemId, name, sha256, media_type: mediaType, bytes, parts, download, expires_hours: expiresHours, state }) => (
      { itemId, name, sha256: sha256.toString('hex'), mediaType, bytes: Number(bytes), state, circulation: { parts, download, expiresHours } }
    ))
  },

  async guests(db, itemIds) {
    return await db('agenda_item_guest').whereIn('item_id', [...itemIds]).orderBy('person_id')
      .select<{ itemId: string, personId: string }[]>('item_id as itemId', 'person_id as personId')
  },

  async setMatter(trx, itemId, matterId) {
    await trx('agenda_item').where({ id: itemId }).update({ matter_id: matterId })
  },
}
