import type { Knex } from 'knex'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { isTaken } from '../platform/database.ts'
import { AppError } from '../platform/error.ts'
import type { MinutesFrame, MinutesRecord, MinutesStatus, MinutesStore } from './records.ts'

interface MinutesRow {
  meeting_id: string
  status: MinutesStatus
  version: number
  content: MinutesContent
  abstract: string | null
  saved_at: Date
  published_at: Date | null
  number: number | null
  symbol: string | null
  paper_id: string | null
  journal_head: string | null
  frame: MinutesFrame | null
}

const columns = [
  'meeting_id', 'status', 'version', 'content', 'abstract', 'saved_at', 'published_at', 'number', 'symbol', 'paper_id', 'journal_head', 'frame',
] as const

function recordOf(row: MinutesRow): MinutesRecord {
  return {
    meetingId: row.meeting_id, status: row.status, version: row.version, content: row.content, abstract: row.abstract, savedAt: row.saved_at,
    publishedAt: row.published_at, number: row.number, symbol: row.symbol, paperId: row.paper_id, journalHead: row.journal_head, frame: row.frame,
  }
}

/** Minutes in PostgreSQL. Changes of one meeting's minutes follow one another under its journal's lock, but for what is typed. */
export function createMinutesStore(db: Knex): MinutesStore {
  return {
    async find(meetingId, trx) {
      const row: MinutesRow | undefined = await (trx ?? db)('minutes').select(...columns).where({ meeting_id: meetingId }).first()
      return row ? recordOf(row) : null
    },

    async insertDraft(trx, meetingId, bodyId, content, state, savedAt) {
      await trx('minutes').insert({
        meeting_id: meetingId, body_id: bodyId, version: 1, content: JSON.stringify(content), state: Buffer.from(state), saved_at: savedAt,
      })
    },

    async begin(meetingId, state) {
      await db('minutes').where({ meeting_id: meetingId, state: null }).whereNot({ status: 'published' }).update({ state: Buffer.from(state) })
    },

    async states(meetingId, trx) {
      const row = await (trx ?? db)('minutes').where({ meeting_id: meetingId }).whereNot({ status: 'published' })
        .modify((query) => { if (trx) void query.forUpdate() }).first<{ state: Buffer | null } | undefined>('state')
      if (!row?.state) return null
      const updates = await (trx ?? db)('minutes_update').where({ meeting_id: meetingId }).orderBy('id').select<{ update: Buffer }[]>('update')
      return [row.state, ...updates.map(({ update }) => update)]
    },

    async append(meetingId, update, writtenBy, trx) {
      // Whoever approves waits for it, or it for them and then finds the text closed.
      const { rowCount } = await (trx ?? db).raw<{ rowCount: number }>(`
        INSERT INTO minutes_update (meeting_id, update, written_by)
        SELECT meeting_id, :update, :writtenBy FROM minutes
        WHERE meeting_id = :meetingId AND status <> 'published' AND state IS NOT NULL FOR SHARE`, { meetingId, update: Buffer.from(update), writtenBy })
      if (rowCount !== 1) throw new AppError('minutesPublished')
    },

    async compact(meetingId, merge) {
      await db.transaction(async (trx) => {
        const row = await trx('minutes').where({ meeting_id: meetingId }).whereNot({ status: 'published' }).forUpdate()
          .first<{ state: Buffer | null } | undefined>('state')
        if (!row?.state) return
        const updates = await trx('minutes_update').where({ meeting_id: meetingId }).orderBy('id').select<{ id: string, update: Buffer }[]>('id', 'update')
        const last = updates.at(-1)
        if (!last) return
        await trx('minutes').where({ meeting_id: meetingId }).update({ state: Buffer.from(merge([row.state, ...updates.map(({ update }) => update)])) })
        await trx('minutes_update').where({ meeting_id: meetingId }).where('id', '<=', last.id).delete()
      })
    },

    async setAbstract(trx, meetingId, abstract) {
      await trx('minutes').where({ meeting_id: meetingId }).update({ abstract })
    },

    async updateDraft(trx, meetingId, version, content, savedAt, status) {
      await trx('minutes').where({ meeting_id: meetingId })
        .update({ version, content: JSON.stringify(content), saved_at: savedAt, ...status ? { status } : {} })
    },

    async insertRound(trx, meetingId, round, content, openedAt) {
      await trx('minutes_round').insert({ meeting_id: meetingId, round, content: JSON.stringify(content), opened_at: openedAt })
    },

    async lastRound(meetingId) {
      const row = await db('minutes_round').where({ meeting_id: meetingId }).orderBy('round', 'desc').first<{ content: MinutesContent } | undefined>('content')
      return row?.content ?? null
    },

    async publish(trx, meetingId, { content, publishedAt, number, numberYear, symbol, paperId, journalHead, frame, state }) {
      await trx('minutes_update').where({ meeting_id: meetingId }).delete()
      try {
        await trx('minutes').where({ meeting_id: meetingId }).update({
          status: 'published', content: JSON.stringify(content), state: state && Buffer.from(state), published_at: publishedAt, number, number_year: numberYear,
          symbol, paper_id: paperId, journal_head: journalHead, frame: JSON.stringify(frame),
        })
      } catch (error) {
        if (!isTaken(error)) throw error
        throw new AppError('minutesNumberTaken', { number, year: numberYear })
      }
    },

    async reopen(trx, meetingId) {
      await trx('minutes').where({ meeting_id: meetingId }).update({
        status: 'draft', published_at: null, number: null, number_year: null, symbol: null, paper_id: null, journal_head: null, frame: null,
      })
    },

    async statuses(meetingIds) {
      const rows: Pick<MinutesRow, 'meeting_id' | 'status'>[] =
        await db('minutes').select('meeting_id', 'status').whereRaw('meeting_id = ANY(?::uuid[])', [[...meetingIds]])
      return new Map(rows.map((row) => [row.meeting_id, row.status]))
    },
  }
}
