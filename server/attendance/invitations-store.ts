import type { Knex } from 'knex'
import type { InvitationText } from '../../protocol/invitations.ts'
import type { Programme } from '../../protocol/meeting-changes.ts'
import type { CalendarEvent } from '../notices/calendar.ts'
import { AppError } from '../platform/error.ts'
import { uidOf } from './announcements.ts'
import type { InvitationSheet } from './invitation-paper.ts'
import type { InvitationsStore, IssueRecord, Round } from './invitations.ts'
import type { ReminderRule, RemindersStore, Upcoming } from './reminders.ts'
import type { RoundsStore } from './rounds.ts'

interface IssueRow { id: string, number: number, issued_at: Date, paper: InvitationSheet }
interface RoundRow { sequence: number, told: Programme, asked_at: Date, reminded_at: Date | null }

/** Whether something under state secrecy is on a meeting's agenda: then its title does not leave the product. */
export const HAS_SECRET = 'EXISTS (SELECT FROM agenda_item WHERE agenda_item.meeting_id = meeting.id AND classified AND removed_at IS NULL)'

const toIssue = ({ id, number, issued_at, paper }: IssueRow): IssueRecord => ({ id, number, issuedAt: issued_at, sheet: paper })

/** Papers, what was told of meetings last, and reminders in PostgreSQL. */
export const invitationsStore: InvitationsStore & RoundsStore & RemindersStore = {
  async draft(db, meetingId) {
    const row = await db('invitation_draft').where({ meeting_id: meetingId }).first<{ version: number, content: InvitationText } | undefined>('version', 'content')
    return row ? { version: row.version, text: row.content } : null
  },

  async saveDraft(trx, meetingId, { version, text }, at) {
    await trx('invitation_draft').insert({ meeting_id: meetingId, version, content: JSON.stringify(text), saved_at: at })
      .onConflict('meeting_id').merge(['version', 'content', 'saved_at'])
  },

  async issued(db, meetingId) {
    const rows = await db('invitation').where({ meeting_id: meetingId }).orderBy('issued_at', 'desc').select<IssueRow[]>('id', 'number', 'issued_at', 'paper')
    return rows.map(toIssue)
  },

  async insert(trx, meetingId, bodyId, { id, number, issuedAt, sheet }, numberYear) {
    await trx('invitation').insert({
      id, meeting_id: meetingId, body_id: bodyId, number, number_year: numberYear, issued_at: issuedAt, paper: JSON.stringify(sheet),
    })
  },

  async round(db, meetingId) {
    const row = await db('invitation_round').where({ meeting_id: meetingId }).first<RoundRow | undefined>('sequence', 'told', 'asked_at', 'reminded_at')
    return row ? { sequence: row.sequence, told: row.told, askedAt: row.asked_at, remindedAt: row.reminded_at } satisfies Round : null
  },

  async putRound(trx, meetingId, { sequence, told, askedAt }) {
    await trx('invitation_round').insert({ meeting_id: meetingId, sequence, told: JSON.stringify(told), asked_at: askedAt })
      .onConflict('meeting_id').merge(['sequence', 'told', 'asked_at'])
  },

  async setDue(trx, meetingId, dueAt) {
    await trx('invitation_round').where({ meeting_id: meetingId }).update({ due_at: dueAt })
  },

  async due(db, now) {
    return await db('invitation_round').where('due_at', '<=', now).orderBy('due_at').limit(100).pluck('meeting_id')
  },

  async setReminded(trx, meetingId, at) {
    await trx('invitation_round').where({ meeting_id: meetingId }).update({ reminded_at: at })
  },

  async bodyOf(trx, meetingId) {
    const row = await trx('meeting').where({ id: meetingId }).first<{ body_id: string } | undefined>('body_id')
    if (!row) throw new AppError('meetingNotFound')
    return row.body_id
  },

  async rules(db) {
    return await db('reminder_rule').orderBy('id').select<ReminderRule[]>('id', 'body_id as bodyId', 'unit', 'amount', 'whom')
  },

  async upcoming(db, from, to) {
    return await db('invitation_round').join('meeting', 'meeting.id', 'invitation_round.meeting_id')
      .where('meeting.status', 'published').where('meeting.starts_at', '>', from).where('meeting.starts_at', '<', to).orderBy('meeting.starts_at')
      .select<Upcoming[]>('meeting.id as meetingId', 'meeting.body_id as bodyId', 'meeting.starts_at as startsAt', 'invitation_round.asked_at as askedAt')
  },

  async done(db, meetings) {
    const { rows } = await db.raw<{ rows: { meeting_id: string, rule_id: string }[] }>(`
      SELECT meeting_id, rule_id FROM reminder_done JOIN meeting ON meeting.id = reminder_done.meeting_id AND meeting.starts_at = reminder_done.starts_at
      WHERE meeting_id = ANY(?::uuid[])`, [meetings.map(({ meetingId }) => meetingId)])
    return new Set(rows.map((row) => `${row.meeting_id} ${row.rule_id}`))
  },

  async markDone(trx, meetingId, ruleId, startsAt, at) {
    const inserted = await trx('reminder_done').insert({ meeting_id: meetingId, rule_id: ruleId, starts_at: startsAt, done_at: at })
      .onConflict(['meeting_id', 'rule_id', 'starts_at']).ignore().returning('rule_id')
    return inserted.length === 1
  },
}

interface EventRow {
  id: string, title: string | null, place: string | null, body: string, starts_at: Date, planned_minutes: number, status: string, sequence: number | null
}

/** Since when meetings of before stand in calendars that subscribe. */
const PAST_MS = 180 * 24 * 3600_000

/** The meetings of a person as their calendar has them: what was published to them, without what may not leave the product. */
export async function eventsOf(db: Knex, personId: string, now = new Date()): Promise<CalendarEvent[]> {
  const { rows } = await db.raw<{ rows: EventRow[] }>(`
    SELECT meeting.id, CASE WHEN ${HAS_SECRET} THEN NULL ELSE title.body END AS title, place.body AS place, body.name AS body,
      meeting.starts_at, meeting.planned_minutes, meeting.status, invitation_round.sequence
    FROM meeting_participant AS part JOIN meeting ON meeting.id = part.meeting_id JOIN body ON body.id = meeting.body_id
      JOIN journal_text AS title ON title.id = meeting.title_text JOIN journal_text AS place ON place.id = meeting.place_text
      LEFT JOIN invitation_round ON invitation_round.meeting_id = meeting.id
    WHERE part.person_id = ? AND meeting.published_at IS NOT NULL AND meeting.status <> 'postponed' AND meeting.starts_at > ?
      AND (NOT part.items_only OR EXISTS (
        SELECT FROM agenda_item_guest AS guest WHERE guest.meeting_id = part.meeting_id AND guest.person_id = part.person_id))
    ORDER BY meeting.starts_at, meeting.id LIMIT 1000`, [personId, new Date(now.getTime() - PAST_MS)])
  return rows.map((row): CalendarEvent => ({
    uid: uidOf(row.id), sequence: row.sequence ?? 0, startsAt: row.starts_at.toISOString(), minutes: row.planned_minutes, title: row.title ?? row.body,
    place: row.place ?? '', text: '', link: `/meetings/${row.id}`, organizer: row.body, cancelled: row.status === 'cancelled',
  }))
}
