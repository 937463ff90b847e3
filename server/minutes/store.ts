import type { Knex } from 'knex'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { isTaken } from '../platform/database.ts'
import { AppError } from '../platform/error.ts'
import type { MinutesFrame, MinutesRecord, MinutesStore } from './minutes.ts'

interface MinutesRow {
  meeting_id: string
  status: 'draft' | 'published'
  version: number
  content: MinutesContent
  saved_at: Date
  published_at: Date | null
  number: number | null
  journal_head: string | null
  frame: MinutesFrame | null
}

const columns = [
  'meeting_id', 'status', 'version', 'content', 'saved_at', 'published_at', 'number', 'journal_head', 'frame',
] as const

function recordOf(row: MinutesRow): MinutesRecord {
  return {
    meetingId: row.meeting_id, status: row.status, version: row.version, content: row.content, savedAt: row.saved_at,
    publishedAt: row.published_at, number: row.number, journalHead: row.journal_head, frame: row.frame,
  }
}

/** Minutes in PostgreSQL. Changes of one meeting's minutes follow one another under its journal's lock. */
export function createMinutesStore(db: Knex): MinutesStore {
  return {
    async find(meetingId, trx) {
      const row: MinutesRow | undefined = await (trx ?? db)('minutes').select(...columns).where({ meeting_id: meetingId }).first()
      return row ? recordOf(row) : null
    },

    async insertDraft(trx, meetingId, bodyId, content, savedAt) {
      await trx('minutes')
        .insert({ meeting_id: meetingId, body_id: bodyId, version: 1, content: JSON.stringify(content), saved_at: savedAt })
    },

    async updateDraft(trx, meetingId, version, content, savedAt) {
      await trx('minutes').where({ meeting_id: meetingId })
        .update({ version, content: JSON.stringify(content), saved_at: savedAt })
    },

    async publish(trx, meetingId, { publishedAt, number, numberYear, journalHead, frame }) {
      try {
        await trx('minutes').where({ meeting_id: meetingId }).update({
          status: 'published', published_at: publishedAt, number, number_year: numberYear, journal_head: journalHead,
          frame: JSON.stringify(frame),
        })
      } catch (error) {
        if (!isTaken(error)) throw error
        throw new AppError('minutesNumberTaken', { number, year: numberYear })
      }
    },

    async statuses(meetingIds) {
      const rows: Pick<MinutesRow, 'meeting_id' | 'status'>[] =
        await db('minutes').select('meeting_id', 'status').whereRaw('meeting_id = ANY(?::uuid[])', [[...meetingIds]])
      return new Map(rows.map((row) => [row.meeting_id, row.status]))
    },
  }
}
