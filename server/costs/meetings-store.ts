import type { CostMeetingsStore, DatedRate } from './meetings.ts'
import { pagesRead } from './pages.ts'

interface MeetingRow { id: string, body_id: string, body_name: string, day: string, minutes: number, speakers: number }
interface PeopleRow {
  meeting_id: string, unit_id: string | null, unit_name: string | null, in_person: number, online: number, sites: number
  low: number | null, likely: number | null, high: number | null
}

const DAY = "(m.opened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
const OF_PERIOD = "m.status = 'closed' AND m.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.opened_at >= :start AND m.opened_at < :end"
const OF_IDS = "m.status = 'closed' AND m.id = ANY (CAST(:meetingIds AS uuid[]))"

export const costMeetingsStore: CostMeetingsStore = {
  async facts(db, of) {
    const [wanted, bindings] = 'meetingIds' in of
      ? [OF_IDS, { meetingIds: [...of.meetingIds] }] as const : [OF_PERIOD, { bodyIds: [...of.bodyIds], start: of.start, end: of.end }] as const
    const { rows: meetings } = await db.raw<{ rows: MeetingRow[] }>(`
        SELECT m.id, m.body_id, body.name AS body_name, ${DAY}::text AS day, greatest(1, ceil(extract(epoch FROM m.closed_at - m.opened_at) / 60))::int AS minutes,
          (SELECT count(DISTINCT i.presenter_id) FROM agenda_item i JOIN meeting_participant part ON part.meeting_id = m.id AND part.person_id = i.presenter_id AND part.role = 'guest'
            WHERE i.meeting_id = m.id AND i.removed_at IS NULL AND i.status = 'done')::int AS speakers
        FROM meeting m JOIN body ON body.id = m.body_id WHERE ${wanted} ORDER BY m.opened_at DESC, m.id DESC`, bindings)
    const { rows: people } = await db.raw<{ rows: PeopleRow[] }>(`
        SELECT m.id AS meeting_id, unit.id AS unit_id, unit.name AS unit_name,
          (count(*) FILTER (WHERE a.state = 'inPerson' AND person.kind = 'person'))::int AS in_person,
          (count(*) FILTER (WHERE a.state = 'online' AND person.kind = 'person'))::int AS online, (count(*) FILTER (WHERE person.kind <> 'person'))::int AS sites,
          CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.low END AS low, CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.likely END AS likely,
          CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.high END AS high
        FROM meeting m JOIN body ON body.id = m.body_id
        JOIN attendance_result a ON a.meeting_id = m.id AND a.state IN ('inPerson', 'online') JOIN person ON person.id = a.person_id
        LEFT JOIN unit_membership work ON work.person_id = a.person_id AND ${DAY} BETWEEN work.since AND coalesce(work.until, 'infinity')
        LEFT JOIN unit ON unit.id = work.unit_id
        LEFT JOIN unit_distance way ON way.unit_a = least(unit.id, body.superior_unit_id) AND way.unit_b = greatest(unit.id, body.superior_unit_id)
          AND unit.id IS NOT NULL AND body.superior_unit_id IS NOT NULL
        WHERE ${wanted} GROUP BY m.id, unit.id, body.superior_unit_id, way.low, way.likely, way.high ORDER BY unit.name, unit.id`, bindings)
    const { rows: papers } = await db.raw<{ rows: { meeting_id: string, people: number, in_hall: number, pages: number }[] }>(`
        SELECT meeting_id, count(*)::int AS people, (count(*) FILTER (WHERE in_hall))::int AS in_hall, pages FROM (${pagesRead(wanted)}) read
        WHERE pages > 0 GROUP BY meeting_id, pages ORDER BY pages`, bindings)
    const byMeeting = Map.groupBy(people, (row) => row.meeting_id)
    const papersOf = Map.groupBy(papers, (row) => row.meeting_id)
    return meetings.map((meeting) => {
      const own = byMeeting.get(meeting.id) ?? []
      return {
        meetingId: meeting.id, body: { id: meeting.body_id, name: meeting.body_name }, day: meeting.day,
        minutes: meeting.minutes, speakers: meeting.speakers,
        papers: (papersOf.get(meeting.id) ?? []).map((row) => ({ people: row.people, inHall: row.in_hall, pages: row.pages })),
        sites: own.reduce((all, { sites }) => all + sites, 0),
        travellers: own.filter((row) => row.in_person + row.online > 0).map((row) => ({
          unit: { id: row.unit_id, name: row.unit_name ?? '' }, inPerson: row.in_person, online: row.online,
          kilometres: row.low === null || row.likely === null || row.high === null ? null : { low: row.low, likely: row.likely, high: row.high },
        })),
      }
    })
  },

  async rates(db) {
    const { rows } = await db.raw<{ rows: (Omit<DatedRate, 'low' | 'likely' | 'high'> & Record<'low' | 'likely' | 'high', string>)[] }>(
      'SELECT id, item, low, likely, high, since::text AS since, until::text AS until FROM cost_rate WHERE withdrawn_at IS NULL')
    return rows.map((row) => ({ ...row, low: Number(row.low), likely: Number(row.likely), high: Number(row.high) }))
  },
}
