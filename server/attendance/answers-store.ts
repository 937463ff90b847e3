import type { AnswerKind, AnswerVia } from '../../protocol/invitation-entries.ts'
import type { WaitingInvitation } from '../../protocol/invitations.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import { registeredNumber } from '../issuing/paper.ts'
import type { AnswersStore } from './answers.ts'
import { HAS_SECRET } from './invitations-store.ts'

interface AnswerRow {
  answer: AnswerKind, via: AnswerVia, answered_at: Date, reason_text: string | null, substitute_id: string | null
  decision: 'waiting' | 'agreed' | 'declined' | null, reason: string | null
}

interface WaitingRow {
  id: string, title: string | null, place: string | null, body: string, starts_at: Date, mode: MeetingMode, planned_minutes: number
  number: number, symbol: string, reason_required: boolean | null, decision: string | null
}

/** Answers in PostgreSQL. */
export const answersStore: AnswersStore = {
  async own(db, meetingId, personId) {
    const row = await db('invitation_answer as answer').leftJoin('journal_text as text', 'text.id', 'answer.reason_text')
      .where({ 'answer.meeting_id': meetingId, person_id: personId })
      .first<AnswerRow | undefined>('answer', 'via', 'answered_at', 'reason_text', 'substitute_id', 'decision', 'text.body as reason')
    return row ? {
      answer: row.answer, via: row.via, answeredAt: row.answered_at, reasonText: row.reason_text, substituteId: row.substitute_id,
      decision: row.decision, reason: row.reason,
    } : null
  },

  async put(trx, meetingId, personId, answer) {
    if (!answer) {
      await trx('invitation_answer').where({ meeting_id: meetingId, person_id: personId }).delete()
      return
    }
    await trx('invitation_answer').insert({
      meeting_id: meetingId, person_id: personId, answer: answer.answer, via: answer.via, answered_at: answer.answeredAt,
      reason_text: answer.reasonText, substitute_id: answer.substituteId, decision: answer.decision,
    }).onConflict(['meeting_id', 'person_id']).merge(['answer', 'via', 'answered_at', 'reason_text', 'substitute_id', 'decision'])
  },

  async decide(trx, meetingId, personId, decision) {
    await trx('invitation_answer').where({ meeting_id: meetingId, person_id: personId }).update({ decision })
  },

  async putParticipant(trx, meetingId, { personId, role, office, voting, rank, itemsOnly = false, substituteFor = null }) {
    await trx('meeting_participant')
      .insert({ meeting_id: meetingId, person_id: personId, role, office, voting, rank, items_only: itemsOnly, substitute_for: substituteFor })
      .onConflict(['meeting_id', 'person_id']).merge(['role', 'office', 'voting', 'rank', 'items_only', 'substitute_for'])
  },

  async waiting(db, personId) {
    const { rows } = await db.raw<{ rows: WaitingRow[] }>(`
      SELECT meeting.id, title.body AS title, place.body AS place, body.name AS body, meeting.starts_at, meeting.mode, meeting.planned_minutes,
        latest.number, latest.paper ->> 'symbol' AS symbol, (body.rules #>> '{absences,reasonRequired}')::boolean AS reason_required, answer.decision
      FROM meeting_participant AS part JOIN meeting ON meeting.id = part.meeting_id AND meeting.status = 'published'
        JOIN invitation_round AS round ON round.meeting_id = meeting.id
        JOIN LATERAL (SELECT number, paper FROM invitation WHERE invitation.meeting_id = meeting.id ORDER BY issued_at DESC LIMIT 1) AS latest ON true
        JOIN body ON body.id = meeting.body_id
        JOIN journal_text AS title ON title.id = meeting.title_text JOIN journal_text AS place ON place.id = meeting.place_text
        LEFT JOIN invitation_answer AS answer ON answer.meeting_id = meeting.id AND answer.person_id = part.person_id
      WHERE part.person_id = ? AND part.substitute_for IS NULL
        AND (answer.person_id IS NULL OR answer.decision = 'declined' OR answer.answered_at < round.asked_at)
        AND (NOT part.items_only OR EXISTS (
          SELECT FROM agenda_item_guest AS guest WHERE guest.meeting_id = part.meeting_id AND guest.person_id = part.person_id))
      ORDER BY meeting.starts_at, meeting.id LIMIT 50`, [personId])
    return rows.map((row): WaitingInvitation => ({
      meetingId: row.id, title: row.title ?? '', bodyName: row.body, startsAt: row.starts_at.toISOString(), place: row.place ?? '', mode: row.mode,
      plannedMinutes: row.planned_minutes, number: registeredNumber(row.number), symbol: row.symbol,
      reasonRequired: row.reason_required ?? false, declined: row.decision === 'declined',
    }))
  },

  async toDecide(db, personId) {
    const rows = await db('invitation_answer as answer').join('meeting', 'meeting.id', 'answer.meeting_id')
      .join('journal_text as title', 'title.id', 'meeting.title_text')
      .join('meeting_participant as part', (on) => { on.on('part.meeting_id', 'meeting.id').andOnVal('part.person_id', personId) })
      .where({ 'answer.decision': 'waiting', 'meeting.status': 'published' })
      .where((one) => one.where('part.role', 'chair').orWhereRaw('meeting.presiding_id = part.person_id'))
      .orderBy('meeting.starts_at').limit(50)
      .select<{ meeting_id: string, title: string | null, starts_at: Date, person_id: string, substitute_id: string }[]>(
        'answer.meeting_id', 'title.body as title', 'meeting.starts_at', 'answer.person_id', 'answer.substitute_id')
    return rows.map((row) => ({
      meetingId: row.meeting_id, title: row.title ?? '', startsAt: row.starts_at.toISOString(), personId: row.person_id, substituteId: row.substitute_id,
    }))
  },

  async textsFor(db, meetingId) {
    const { rows: [row] } = await db.raw<{ rows: { title: string | null, place: string | null }[] }>(`
      SELECT CASE WHEN ${HAS_SECRET} THEN NULL ELSE title.body END AS title, place.body AS place
      FROM meeting JOIN journal_text AS title ON title.id = meeting.title_text JOIN journal_text AS place ON place.id = meeting.place_text
      WHERE meeting.id = ?`, [meetingId])
    return row ? { title: row.title ?? '', place: row.place ?? '' } : null
  },
}
