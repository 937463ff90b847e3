import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { DueNotice } from '../../protocol/conclusions.ts'
import { numberings } from '../../protocol/outline.ts'
import type { NoticeChange, NoticeRow, NoticesStore } from './notices.ts'
import type { RemindingStore } from './reminding.ts'

interface Row {
  meeting_id: string, body_id: string, status: NoticeRow['status'], due_on: Day, working_days: number, basis: string, version: number
  content: NoticeRow['content'], saved_at: Date | null, reason: string | null, approved_by: string | null, approved_at: Date | null
  paper_id: string | null, number: string | null, issued_at: Date | null
}

function toNotice(row: Row): NoticeRow {
  return {
    meetingId: row.meeting_id, bodyId: row.body_id, status: row.status, dueOn: row.due_on, workingDays: row.working_days, basis: row.basis,
    version: row.version, content: row.content, savedAt: row.saved_at, reason: row.reason, approvedBy: row.approved_by, approvedAt: row.approved_at,
    paperId: row.paper_id, number: row.number, issuedAt: row.issued_at,
  }
}

function fromChange({ content, ...change }: NoticeChange): Record<string, unknown> {
  const row = {
    content: content === undefined ? undefined : JSON.stringify(content), status: change.status, saved_at: change.savedAt, reason_text: change.reasonText,
    approved_by: change.approvedBy, approved_at: change.approvedAt, paper_id: change.paperId, number: change.number, issued_at: change.issuedAt,
  }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

const OPEN = `notice.status IN ('draft', 'sent', 'approved')`

interface HeadRow { title: string | null, starts_at: Date, chair_id: string | null, chair: string | null, chair_office: string | null }
interface ItemRow { id: string, level: number, title: string | null, text: string | null, concluded: boolean }
interface TaskRow { item_id: string, lead: string, co_units: string[], what: string, product: string, due_on: Day }

async function rows<R>(db: Knex, sql: string, bindings: Knex.ValueDict): Promise<R[]> {
  return (await db.raw<{ rows: R[] }>(sql, bindings)).rows
}

/** Notices of conclusions in PostgreSQL. */
export const noticesStore: NoticesStore & RemindingStore = {
  async find(db, meetingId) {
    const [row] = await rows<Row>(db, `
      SELECT notice.meeting_id, notice.body_id, notice.status, notice.due_on::text AS due_on, notice.working_days, notice.basis, notice.version, notice.content,
        notice.saved_at, reason.body AS reason, notice.approved_by, notice.approved_at, notice.paper_id, notice.number, notice.issued_at
      FROM conclusion_notice notice LEFT JOIN journal_text reason ON reason.id = notice.reason_text WHERE notice.meeting_id = :meetingId`, { meetingId })
    return row && toNotice(row)
  },

  async insert(trx, { meetingId, bodyId, dueOn, workingDays, basis }) {
    await trx('conclusion_notice').insert({ meeting_id: meetingId, body_id: bodyId, due_on: dueOn, working_days: workingDays, basis })
  },

  async update(trx, meetingId, change) {
    const [row] = await trx('conclusion_notice').where({ meeting_id: meetingId }).update({ ...fromChange(change), version: trx.raw('version + 1') })
      .returning<{ version: number }[]>('version')
    if (!row) throw new Error('no notice was changed')
    return row.version
  },

  async facts(db, meetingId) {
    const [head] = await rows<HeadRow>(db, `
      SELECT title.body AS title, coalesce(meeting.opened_at, meeting.starts_at) AS starts_at, person.id AS chair_id, person.full_name AS chair,
        coalesce(nullif(part.office, ''), person.office) AS chair_office
      FROM meeting JOIN journal_text title ON title.id = meeting.title_text
      LEFT JOIN LATERAL (
        SELECT person_id, office FROM meeting_participant WHERE meeting_id = meeting.id
          AND (person_id = meeting.presiding_id OR (meeting.presiding_id IS NULL AND role = 'chair')) ORDER BY rank LIMIT 1) part ON true
      LEFT JOIN person ON person.id = part.person_id
      WHERE meeting.id = :meetingId`, { meetingId })
    if (!head) throw new Error('a notice of no meeting')
    const items = await rows<ItemRow>(db, `
      SELECT item.id, item.level, title.body AS title, text.body AS text, conclusion.settled_at IS NOT NULL AND NOT item.classified AS concluded
      FROM agenda_item item JOIN journal_text title ON title.id = item.title_text
      LEFT JOIN conclusion ON conclusion.item_id = item.id LEFT JOIN journal_text text ON text.id = conclusion.text_id
      WHERE item.meeting_id = :meetingId AND item.removed_at IS NULL ORDER BY item.place`, { meetingId })
    const tasks = await rows<TaskRow>(db, `
      SELECT task.item_id, coalesce(unit.name, person.full_name) AS lead, task.what, task.product, task.due_on::text AS due_on,
        ARRAY(SELECT co.name FROM task_unit JOIN unit co ON co.id = task_unit.unit_id WHERE task_unit.task_id = task.id ORDER BY co.name) AS co_units
      FROM task LEFT JOIN unit ON unit.id = task.lead_unit_id LEFT JOIN person ON person.id = task.lead_person_id
      WHERE task.meeting_id = :meetingId AND task.stage <> 'cancelled' ORDER BY task.id`, { meetingId })
    const numbers = numberings(items.map(({ level }) => level))
    return {
      title: head.title, startsAt: head.starts_at.toISOString(),
      chair: head.chair_id === null || head.chair === null ? null : { personId: head.chair_id, name: head.chair, office: head.chair_office ?? '' },
      items: items.flatMap(({ id, title, text, concluded }, index) => concluded ? [{
        number: numbers[index] ?? '', title, text,
        tasks: tasks.filter((task) => task.item_id === id)
          .map(({ lead, co_units: coUnits, what, product, due_on: dueOn }) => ({ lead, coUnits, what, product, dueOn })),
      }] : []),
    }
  },

  async standing(db, meetingId, since) {
    const [row] = await rows<{ unsettled: number, touched: boolean }>(db, `
      SELECT count(*) FILTER (WHERE settled_at IS NULL)::integer AS unsettled,
        coalesce(bool_or(greatest(written_at, settled_at) > CAST(:since AS timestamptz)), false) OR EXISTS (
          SELECT FROM journal_entry WHERE journal_entry.meeting_id = :meetingId AND kind = 'conclusion.reopened' AND at > CAST(:since AS timestamptz)) AS touched
      FROM conclusion WHERE meeting_id = :meetingId`, { meetingId, since: since as Date })
    return row ?? { unsettled: 0, touched: false }
  },

  async due(db, personId, today, limit) {
    const found = await rows<{ meeting_id: string, title: string | null, starts_at: Date, status: NoticeRow['status'], due_on: Day, late: boolean }>(db, `
      SELECT notice.meeting_id, title.body AS title, meeting.starts_at, notice.status, notice.due_on::text AS due_on, notice.due_on < CAST(:today AS date) AS late
      FROM conclusion_notice notice JOIN meeting ON meeting.id = notice.meeting_id JOIN journal_text title ON title.id = meeting.title_text
      JOIN meeting_participant part ON part.meeting_id = notice.meeting_id AND part.person_id = :personId AND part.role IN ('chair', 'clerk')
      WHERE ${OPEN} ORDER BY notice.due_on, notice.meeting_id LIMIT :limit`, { personId, today, limit })
    return found.map((row): DueNotice => ({
      meetingId: row.meeting_id, title: row.title, startsAt: row.starts_at.toISOString(), status: row.status, dueOn: row.due_on, late: row.late,
    }))
  },

  async takeDue(trx, { soonBy, today }) {
    const found = await rows<{ meeting_id: string, due_on: Day, late: boolean }>(trx, `
      UPDATE conclusion_notice notice SET told_due = true, told_late = notice.due_on < CAST(:today AS date)
      WHERE ${OPEN} AND ((NOT told_due AND due_on <= CAST(:soonBy AS date)) OR (NOT told_late AND due_on < CAST(:today AS date)))
      RETURNING meeting_id, due_on::text AS due_on, due_on < CAST(:today AS date) AS late`, { soonBy, today })
    return found.map((row) => ({ meetingId: row.meeting_id, dueOn: row.due_on, late: row.late }))
  },

  async officeOf(db, meetingId) {
    return await rows(db, `
      SELECT part.person_id AS "personId", part.role, (SELECT body FROM journal_text WHERE id = meeting.title_text) AS title
      FROM meeting_participant part JOIN meeting ON meeting.id = part.meeting_id
      WHERE part.meeting_id = :meetingId AND part.role IN ('chair', 'clerk')`, { meetingId })
  },
}
