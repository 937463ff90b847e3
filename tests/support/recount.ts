import type { Knex } from 'knex'
import { startOfDay } from '../../protocol/calendar.ts'
import { monthsLater } from '../../protocol/results.ts'

/** Figures of one body over whole months, counted row by row from the tables; nothing here is taken from server/results. */
export async function recountResults(db: Knex, bodyId: string, { from, to }: { from: string, to: string }) {
  const bindings = { bodyId, start: startOfDay(`${from}-01`), end: startOfDay(`${monthsLater(to, 1)}-01`), first: `${from}-01`, beyond: `${monthsLater(to, 1)}-01` }
  const rowsOf = async <T>(sql: string) => (await db.raw<{ rows: T[] }>(sql, bindings)).rows
  const meetings = await rowsOf<{ mode: string, day: string }>(`
    SELECT mode, (opened_at + interval '7 hours')::date::text AS day FROM meeting WHERE body_id = :bodyId AND opened_at >= :start AND opened_at < :end`)
  const decided = await rowsOf<{ days: number }>(`
    WITH ends AS (
      SELECT item.matter_id, meeting.closed_at AS at FROM agenda_item item JOIN meeting ON meeting.id = item.meeting_id
      WHERE meeting.body_id = :bodyId AND meeting.status = 'closed' AND item.status = 'done' AND item.removed_at IS NULL
      UNION ALL SELECT matter_id, at FROM triage_outcome WHERE kind = 'decided'
    ), first_end AS (SELECT matter_id, min(at) AS at FROM ends GROUP BY matter_id)
    SELECT (first_end.at + interval '7 hours')::date - (min(submission.at) + interval '7 hours')::date AS days
    FROM first_end JOIN proposal ON proposal.id = first_end.matter_id JOIN proposal_submission submission ON submission.proposal_id = proposal.id
    WHERE proposal.body_id = :bodyId AND first_end.at >= :start AND first_end.at < :end GROUP BY proposal.id, first_end.at ORDER BY days`)
  // By the day that each was given first.
  const tasks = await rowsOf<{ stage: string, due_on: string, past: boolean, reported_on: string | null }>(`
    SELECT task.stage, given.due_on::text AS due_on, given.due_on < (now() + interval '7 hours')::date AS past,
      (SELECT max(at + interval '7 hours')::date::text FROM task_event WHERE task_event.task_id = task.id AND task_event.kind = 'reported') AS reported_on
    FROM task JOIN task_event given ON given.task_id = task.id AND given.kind = 'assigned'
    WHERE body_id = :bodyId AND given.due_on >= CAST(:first AS date) AND given.due_on < CAST(:beyond AS date) AND task.stage <> 'cancelled'`)
  const causes = await rowsOf<{ line_id: string, day: string, past: boolean, matter_ids: string[], reversed_kind: string | null }>(`
    SELECT cause.line_id, line.day::text AS day, line.day < (now() + interval '7 hours')::date AS past, cause.matter_ids, cause.reversed_kind
    FROM ledger_line line JOIN ledger_cause cause ON cause.line_id = line.id
    WHERE line.body_id = :bodyId AND line.day >= CAST(:first AS date) AND line.day < CAST(:beyond AS date)`)
  const over = new Set((await rowsOf<{ id: string }>(`
    SELECT id FROM proposal WHERE settled = 'decided'
    UNION SELECT item.matter_id FROM agenda_item item JOIN meeting ON meeting.id = item.meeting_id
    WHERE item.status = 'done' AND item.removed_at IS NULL AND meeting.status = 'closed'`)).map(({ id }) => id))

  const days = decided.map((row) => row.days)
  const middle = [days[Math.floor((days.length - 1) / 2)], days[Math.ceil((days.length - 1) / 2)]] as [number, number]
  const isDone = ({ stage }: { stage: string }) => stage === 'reported' || stage === 'closed'
  const due = tasks.filter((task) => isDone(task) || task.past)
  const lines = [...Map.groupBy(causes, (cause) => cause.line_id).values()].map((all) => {
    const stand = all.filter(({ reversed_kind: reversed }) => reversed === null)
    return {
      day: all[0]!.day, stands: stand.length > 0, cameBack: all.some(({ reversed_kind: reversed }) => reversed === 'rebound'),
      over: all[0]!.past && stand.some(({ matter_ids: matters }) => matters.every((id) => over.has(id))),
    }
  })
  const metOn = new Set(meetings.map(({ day }) => day))
  return {
    held: meetings.length, online: meetings.filter(({ mode }) => mode !== 'inPerson').length,
    decisions: { count: days.length, median: (middle[0] + middle[1]) / 2, longest: days.at(-1) },
    tasks: { due: due.length, onTime: due.filter((task) => isDone(task) && task.reported_on !== null && task.reported_on <= task.due_on).length },
    ledger: {
      counts: lines.filter((line) => line.stands && line.over && !metOn.has(line.day)).length,
      pending: lines.filter((line) => line.stands && !line.over && !metOn.has(line.day)).length,
      metAnyway: lines.filter((line) => line.stands && metOn.has(line.day)).length,
      reversed: lines.filter((line) => !line.stands && line.cameBack).length,
    },
  }
}

/** How the page of results says that, in Vietnamese, with the spaces between its parts. */
export function figuresShown({ held, online, decisions, tasks, ledger }: Awaited<ReturnType<typeof recountResults>>): string[] {
  return [
    `${online} trong ${held} cuộc họp trực tuyến hoặc kết hợp.`,
    `${String(decisions.median).replace('.', ',')} ngày Trung vị của ${decisions.count} đề xuất đã quyết định; lâu nhất ${decisions.longest} ngày.`,
    `${tasks.onTime} trong ${tasks.due} nhiệm vụ đến hạn được báo cáo hoàn thành trong hạn đầu.`,
    `Cuộc họp không phải tổ chức ${ledger.counts} Chưa tính: chưa đến ngày hoặc chưa quyết định ${ledger.pending} Không tính: hôm đó vẫn họp ${ledger.metAnyway} Đã đảo lại: phải đưa ra họp ${ledger.reversed}`,
  ]
}
