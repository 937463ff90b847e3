import readXlsx from 'read-excel-file/node'
import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getIssueShare } from '../protocol/issuing.ts'
import { TargetCode } from '../protocol/result-targets.ts'
import { Figure, getResults, listLedger, listResultEntries, meetingCosts, resultBodies, resultsFile, type Results } from '../protocol/results.ts'
import { ownerKnex } from '../server/platform/database.ts'
import { createResulting } from '../server/resulting.ts'
import { lastEnded } from '../server/results/period.ts'
import { livedHalfYear } from './support/half-year.ts'
import { bodyRules } from './support/house.ts'
import { signedIn } from './support/people.ts'
import { describeBaselines } from './support/results-baselines.ts'
import { describeCosts, inPersonCost } from './support/results-costs.ts'
import { describeEntries } from './support/results-entries.ts'
import { describeRates } from './support/results-rates.ts'
import { describeReports } from './support/results-report.ts'
import { startTestServer, type TestServer } from './support/server.ts'

/** Results over the wire: every figure is recounted in plain SQL that knows nothing of how the product counts. */

type Seat = Awaited<ReturnType<typeof signedIn>>
let server: TestServer
let owner: Knex
let chair: Seat
let clerk: Seat
let member: Seat
let administrator: Seat
let bodyId: string
let otherId: string
const units: string[] = []
const meetingIds: string[] = []
const period = { from: '2025-01', to: '2025-06' } as const

beforeAll(async () => {
  server = await startTestServer()
  owner = ownerKnex(server.ownerUrl)
  chair = await signedIn(server, 'chair', { fullName: 'Trịnh Quang Trì' })
  clerk = await signedIn(server, 'clerk')
  member = await signedIn(server, 'member')
  administrator = await signedIn(server, 'administrator', { administrator: true })
  const { bodies, units: tree } = server.domains
  for (const name of ['Tỉnh uỷ', 'Xã Xa', 'Xã Gần']) units.push((await tree.add({ personId: null }, { name, code: null, superiorId: null, since: '2020-01-01' })).id)
  const found = (name: string) => bodies.found({
    name, rules: bodyRules.committee, superiorUnitId: units[0]!, since: '2020-01-01',
    letterhead: { style: 'party', superior: 'Tỉnh uỷ', issuer: name, minutesSymbol: 'BB/TU', place: 'Bình Giang' },
  })
  bodyId = (await found('Ban Thường vụ')).id
  otherId = (await found('Hội đồng')).id
  const since = new Date('2020-01-01')
  await bodies.addMember({ bodyId, personId: chair.personId, role: 'chair', office: 'Bí thư', voting: true, rank: 1, since })
  await bodies.addMember({ bodyId, personId: clerk.personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 2, since })
  await bodies.addMember({ bodyId, personId: member.personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 3, since })
  await tree.assign({ personId: null }, chair.personId, units[0]!, '2020-01-01')
  await tree.assign({ personId: null }, clerk.personId, units[1]!, '2020-01-01')
  await tree.assign({ personId: null }, member.personId, units[2]!, '2020-01-01')
  meetingIds.push(...await livedHalfYear({ owner, server, chair, clerk, member, bodyId, otherId, units }))
})
afterAll(async () => {
  for (const { client } of [chair, clerk, member, administrator]) client.close()
  await owner.destroy()
  await server.stop()
})

interface Query { from: string, to: string, bodyId?: string, baseline?: number }
const results = async (seat: Seat, query: Query = { ...period, bodyId }) => await seat.client.call(getResults, { query })
const of = async (seat = chair): Promise<Results> => {
  const { body, error } = await results(seat)
  expect(error).toBeUndefined()
  return body
}
const SPAN = "BETWEEN '2024-12-31 17:00Z' AND '2025-06-30 16:59:59.999Z'"
const recounted = async <T>(sql: string): Promise<T[]> => (await owner.raw<{ rows: T[] }>(sql)).rows
async function recount<T>(sql: string): Promise<T> {
  const { rows: [row] } = await owner.raw<{ rows: T[] }>(sql)
  return row!
}


const parts = () => ({ server, owner, chair, clerk, member, administrator, bodyId, otherId, units, meetingIds })

describeBaselines(parts)
describeRates(parts)

describe('results', () => {
  it('are for leaders and offices of the body and for administrators alone', async () => {
    expect((await member.client.call(resultBodies)).body.bodies).toEqual([])
    expect((await results(member)).error?.code).toBe('forbiddenForResults')
    expect((await results(chair, { ...period, bodyId: otherId })).error?.code).toBe('bodyNotFound')
    expect((await member.client.call(listLedger, { query: { ...period } })).error?.code).toBe('forbiddenForResults')
    expect((await member.client.call(resultsFile, { query: { ...period } })).error?.code).toBe('forbiddenForResults')
    for (const figure of Figure.options) {
      expect((await member.client.call(listResultEntries, { query: { ...period, figure, kind: 'briefing' } })).error?.code).toBe('forbiddenForResults')
      expect((await chair.client.call(listResultEntries, { query: { ...period, figure, kind: 'briefing', bodyId: otherId } })).error?.code).toBe('bodyNotFound')
    }
    expect((await member.client.call(meetingCosts, { params: { entryId: meetingIds[0]! } })).error?.code).toBe('meetingNotFound')
    expect((await chair.client.call(meetingCosts, { params: { entryId: meetingIds[4]! } })).error?.code).toBe('meetingNotFound')
    expect((await clerk.client.call(resultBodies)).body.bodies).toEqual([{ id: bodyId, name: 'Ban Thường vụ' }])
    expect((await results(administrator, period)).body.meetings.held).toBe(5)
    expect((await results(chair, period)).body.meetings.held).toBe(4)
    for (const query of [{ from: '2025-06', to: '2025-01' }, { from: '2024-01', to: '2025-01' }, { from: '2025-13', to: '2025-13' }]) {
      expect((await results(chair, query)).error?.code).toBe('badRequest')
    }
  })

  it('tell baseline minus held; the ledger explains it and adds nothing', async () => {
    const { headline, meetings, ledger } = await of()
    const { was } = await recount<{ was: number }>(`SELECT sum(c.meetings)::int AS was FROM baseline_count c JOIN baseline b ON b.id = c.baseline_id
      WHERE b.year = 2024 AND b.version = 2 AND c.month IN (1, 2, 3, 4, 5, 6) AND c.body_id = '${bodyId}'`)
    const { is } = await recount<{ is: number }>(`SELECT count(*)::int AS is FROM meeting WHERE body_id = '${bodyId}' AND opened_at ${SPAN}`)
    expect(headline).toMatchObject({ year: 2024, version: 2, until: '2025-06', baseline: was, held: is, fewer: was - is, notCompared: 0, intact: true })
    const byMonth = await recounted<object>(`SELECT to_char(day, 'YYYY-MM') AS month, (SELECT sum(c.meetings) FROM baseline_count c JOIN baseline b ON b.id = c.baseline_id
        WHERE b.year = 2024 AND b.version = 2 AND c.month = extract(month FROM day))::int AS baseline, count(m.id)::int AS compared, count(m.id)::int AS held, count(nullif(m.mode, 'inPerson'))::int AS online
      FROM generate_series('2025-01-01'::timestamp, '2025-06-01', '1 month') day LEFT JOIN meeting m ON m.body_id = '${bodyId}' AND date_trunc('month', m.opened_at + interval '7 hours', 'UTC') = day AT TIME ZONE 'UTC' GROUP BY day ORDER BY day`)
    expect(meetings.byMonth).toEqual(byMonth)
    expect(meetings.byBody).toEqual([{ body: { id: bodyId, name: 'Ban Thường vụ' }, held: is, compared: is, online: meetings.online, baseline: was }])
    const byKind = await recounted<object>(`SELECT code, (SELECT coalesce(sum(c.meetings), 0) FROM baseline_count c JOIN baseline b ON b.id = c.baseline_id WHERE b.year = 2024 AND b.version = 2 AND c.month < 7 AND c.kind = code)::int AS baseline,
        count(m.id)::int AS held, count(nullif(m.mode, 'inPerson'))::int AS online
      FROM (SELECT DISTINCT code FROM meeting_kind UNION SELECT 'none') kind LEFT JOIN (
        SELECT m.*, coalesce(k.code, 'none') AS of FROM meeting m LEFT JOIN meeting_kind k ON k.id = m.kind_id WHERE m.body_id = '${bodyId}' AND m.opened_at ${SPAN}) m ON m.of = code
      GROUP BY code HAVING count(m.id) > 0 OR code = 'briefing' ORDER BY code COLLATE "C"`)
    expect(meetings.byKind.map(({ code, baseline, held, online }) => ({ code, baseline, held, online }))).toEqual(byKind)
    expect(meetings.byKind.find(({ code }) => code === 'briefing')?.name).toEqual({ vi: 'Họp giao ban', en: expect.any(String) })
    expect([headline?.baselineOnline, headline?.online]).toEqual([0, meetings.online])
    expect(ledger).toEqual({ lines: 1, pending: 0, metAnyway: 1, reversed: 1, minutesSaved: 20, personMinutesSaved: 300 })
    const { body: { lines } } = await chair.client.call(listLedger, { query: { ...period } })
    expect(lines.map(({ day, state, people }) => [day, state, people])).toEqual([['2025-05-05', 'reversed', 0], ['2025-03-04', 'counts', 1], ['2025-02-10', 'metAnyway', 1]])
    // A line opens to the matter that was decided otherwise; who is no office of the body learns that there is one, and not which.
    const { body: { lines: seen } } = await administrator.client.call(listLedger, { query: { ...period, bodyId } })
    expect(seen.map(({ id }) => id)).toEqual(lines.map(({ id }) => id))
    expect(seen.flatMap(({ causes }) => causes.map((cause) => cause.of))).toEqual([null, null, null])
    // Nor why: words that a person wrote are content.
    expect(seen.flatMap(({ causes }) => causes.flatMap(({ reason, reversed }) => [reason, reversed?.reason ?? '']))).toEqual(['', '', '', '', '', ''])
    expect(lines.flatMap(({ causes }) => causes.flatMap(({ reason }) => reason))).toEqual(Array.from({ length: 3 }, () => 'Xin ý kiến bằng văn bản'))
    expect(lines.flatMap(({ causes }) => causes.map((cause) => cause.of?.title))).toEqual([undefined, 'Chủ trương', undefined])
    // Bodies that the baseline does not know stand beside the comparison.
    expect((await results(administrator, period)).body.headline).toMatchObject({ baseline: was, held: is, notCompared: 1 })
    expect((await results(chair, { ...period, baseline: 2023 })).body.headline).toBeNull()
  })

  it('compare no month that has not ended', () => {
    const at = (day: string) => new Date(`${day}T12:00:00+07:00`)
    expect([lastEnded(period, at('2025-04-30')), lastEnded(period, at('2025-05-01')), lastEnded(period, at('2025-01-31')), lastEnded(period, at('2026-01-01'))]).toEqual(['2025-03', '2025-04', undefined, '2025-06'])
  })

  it('are what a recount gives', async () => {
    const got = await of()
    const span = SPAN
    const ours = `body_id = '${bodyId}'`
    expect(got.meetings).toMatchObject(await recount<object>(`SELECT count(*)::int AS held, sum(CASE mode WHEN 'inPerson' THEN 0 ELSE 1 END)::int AS online FROM meeting WHERE ${ours} AND opened_at ${span}`))
    expect(got.issuing).toEqual(await recount(`SELECT sum((channel = 'electronic')::int)::int AS electronic, sum((channel = 'paper')::int)::int AS "onPaper" FROM issued_paper WHERE ${ours} AND status = 'issued' AND issued_at ${span}`))
    expect(got.unprinted.copies).toBe((await recount<{ n: number }>(`SELECT count(*)::int AS n FROM paper_recipient JOIN issued_paper p ON p.id = paper_id WHERE p.${ours} AND channel = 'electronic' AND p.status = 'issued' AND issued_at ${span}`)).n)
    expect(got.notices).toEqual(await recount(`SELECT count(*)::int AS due, sum((coalesce(issued_at < due_on + interval '17 hours', false))::int)::int AS "onTime", sum((status = 'waived')::int)::int AS excused
      FROM conclusion_notice n WHERE ${ours} AND due_on BETWEEN '2025-01-01' AND '2025-06-30'
        AND (status <> 'waived' OR EXISTS (SELECT FROM journal_entry e WHERE e.meeting_id = n.meeting_id AND kind LIKE '%waived' AND e.at >= n.due_on + interval '17 hours'))`))
    expect(got.hours).toEqual(await recount(`SELECT count(*)::int AS people, sum(minutes)::int AS minutes FROM (SELECT person_id, sum(floor(present_ms / 60000.0)) AS minutes
      FROM attendance_result WHERE present_ms > 0 AND meeting_id IN (SELECT id FROM meeting WHERE ${ours} AND opened_at ${span}) GROUP BY person_id) per`))
    expect(got.tasks).toEqual(await recount(`SELECT count(*)::int AS due, sum((stage IN ('reported', 'closed') AND done < first + interval '17 hours')::int)::int AS "onTime",
        sum((due_on > first AND NOT coalesce(done < first + interval '17 hours', false))::int)::int AS excused
      FROM (SELECT t.*, (SELECT at FROM task_event e WHERE e.task_id = t.id AND kind = 'reported' ORDER BY at DESC LIMIT 1) AS done, (SELECT at FROM task_event e WHERE e.task_id = t.id AND kind = 'cancelled') AS off,
        (SELECT e.due_on::timestamptz FROM task_event e WHERE e.task_id = t.id AND seq = 1) AS first FROM task t) t
      WHERE ${ours} AND first >= '2025-01-01' AND first < '2025-07-01' AND (stage <> 'cancelled' OR off > first + interval '17 hours')`))
    expect(got.decisions).toEqual(await recount(`SELECT count(*)::int AS count, percentile_disc(0.5) WITHIN GROUP (ORDER BY days)::int AS "medianDays", max(days)::int AS "longestDays" FROM (
      SELECT (min(m.closed_at + interval '7 hours'))::date - (min(s.at + interval '7 hours'))::date AS days FROM proposal p JOIN proposal_submission s ON s.proposal_id = p.id
      JOIN agenda_item i ON i.matter_id = p.id AND i.status = 'done' JOIN meeting m ON m.id = i.meeting_id AND m.closed_at ${span} WHERE p.${ours} GROUP BY p.id) decided`))
    // The member was a guest of one item, and has its papers alone.
    expect(got.unprinted.pages).toBe((await recount<{ n: number }>(`SELECT sum(CASE WHEN a.person_id = '${member.personId}' AND r.pages <> 3 THEN 0 ELSE r.pages END)::int AS n
      FROM rendition r JOIN document_version v ON v.sha256 = r.sha256 AND v.state = 'final' CROSS JOIN attendance_result a WHERE a.meeting_id = '${meetingIds[0]!}' AND a.state <> 'absentExcused'`)).n)
    expect(got.targets).toEqual(await recounted(`SELECT code, percent, reach, basis FROM result_target WHERE withdrawn_at IS NULL AND since <= '2025-06-30' ORDER BY code`))
    expect(got.costs.inPerson.likely).toBe((await recount<{ n: number }>(inPersonCost(parts()))).n)
    // None of it is nothing, which any count would give.
    for (const { due, onTime, excused } of [got.notices, got.tasks]) expect(due > onTime + excused && onTime > 0 && excused > 0).toBe(true)
    const { issuing, unprinted, decisions, hours, targets } = got
    const some = [issuing.electronic, issuing.onPaper, unprinted.copies, unprinted.pages, decisions.count, hours.minutes, targets.length]
    expect(Math.min(...some)).toBeGreaterThan(0)
    // No quota before its rule was in force; then the province’s, whoever looks.
    expect(got.quotas).toEqual([])
    expect((await results(chair, { from: '2026-01', to: '2026-01', bodyId })).body.quotas).toEqual(await recounted(`
      SELECT code, name, quota_per_year AS "perYear", quota_scope AS scope, NULL AS body, basis_document || ': ' || basis_clause AS basis,
        (SELECT count(*) FROM meeting m JOIN meeting_kind k ON k.id = m.kind_id WHERE k.code = kind.code AND extract(year FROM m.opened_at + interval '7 hours') = 2026 AND (kind.quota_scope = 'province' OR m.body_id = '${bodyId}'))::int AS held
      FROM meeting_kind kind WHERE quota_per_year IS NOT NULL AND '2026-01-31' BETWEEN since AND coalesce(until, 'infinity') ORDER BY code`))
    // The register counts the same, a year at a time.
    const { body: { shares } } = await chair.client.call(getIssueShare, { query: { year: 2025 } })
    const { body: year } = await results(chair, { from: '2025-01', to: '2025-12', bodyId })
    expect(year.issuing).toMatchObject({ electronic: shares[0]!.electronic, onPaper: shares[0]!.onPaper })
  })

  it('are asked for in as many queries for one month as for a year of everything', async () => {
    // On a pool that nothing else asks.
    const alone = createResulting({ db: owner })
    const queries = async (query: Query, { personId }: Seat, administrator = false) => {
      let count = 0
      const note = () => { count += 1 }
      owner.on('query', note)
      await alone.results.get({ personId, administrator }, query)
      owner.removeListener('query', note)
      return count
    }
    const few = await queries({ from: '2025-04', to: '2025-04', bodyId }, chair)
    expect(await queries({ from: '2025-01', to: '2025-12' }, administrator, true)).toBe(few)
    expect(few).toBeLessThan(30)
  })

  it('are all of one moment, and are read while nothing can be written', async () => {
    const statements: string[] = []
    const note = ({ sql }: { sql: string }) => { statements.push(sql) }
    const alone = createResulting({ db: owner })
    owner.on('query', note)
    await alone.results.get({ personId: chair.personId, administrator: false }, { ...period, bodyId })
    owner.removeListener('query', note)
    const [begin, end] = [statements.findIndex((sql) => /^BEGIN/i.test(sql)), statements.findIndex((sql) => /^COMMIT/i.test(sql))]
    expect(statements.slice(begin - 1, begin + 1).join(' ')).toMatch(/REPEATABLE READ/i)
    // But for whose results they are, nothing is read outside.
    expect(statements.filter((sql, at) => /SELECT/i.test(sql) && (at < begin || at > end))).toHaveLength(1)
  })

  it('come as a workbook with the same figures, beside a second period', async () => {
    const response = await chair.client.send('GET', `/api/results/file?from=2025-01&to=2025-06&bodyId=${bodyId}&thenFrom=2024-07&thenTo=2024-12`)
    const sheets = await readXlsx(Buffer.from(await response.arrayBuffer()))
    const got = await of()
    const facts = new Map(sheets.find(({ sheet }) => sheet === 'Kết quả')!.data.map(([name, value]) => [name, value]))
    expect(facts.get('Giảm so với số liệu gốc')).toBe(got.headline!.fewer)
    const { body: then } = await results(chair, { from: '2024-07', to: '2024-12', bodyId })
    const table = (name: string) => sheets.find(({ sheet }) => sheet === name)!.data
    expect(table('Kết quả').find(([name]) => name === 'Cuộc họp đã tổ chức trong kỳ')?.[3]).toBe(then.meetings.held)
    expect(then.meetings.held).toBeGreaterThan(0)
    expect(table('Mục tiêu').slice(1).map((row) => [row[2], row[6]])).toEqual(TargetCode.options.flatMap((code) => got.targets.filter((target) => target.code === code)).map(({ percent, basis }) => [percent, basis]))
    expect(table('Theo loại').slice(1).map((row) => [row[1], row[2]])).toEqual(got.meetings.byKind.map(({ baseline, held }) => [baseline, held]))
    const ofYear = await chair.client.send('GET', `/api/results/file?from=2026-01&to=2026-01&bodyId=${bodyId}`)
    expect((await readXlsx(Buffer.from(await ofYear.arrayBuffer()))).find(({ sheet }) => sheet === 'Định mức hội nghị')!.data.slice(1).map((row) => [row[2], row[3]])).toEqual([[0, 3], [1, 2]])
    expect(facts.get('Cuộc họp đã tổ chức trong kỳ')).toBe(got.meetings.held)
    expect(sheets.find(({ sheet }) => sheet === 'Chi phí (ước tính)')!.data.find(([name]) => String(name).startsWith('Tiết kiệm'))?.slice(1)).toEqual([got.costs.saved.low, got.costs.saved.likely, got.costs.saved.high, then.costs.saved.likely])
  })
})

describeEntries(parts)
describeCosts(parts)
describeReports(() => ({ server, owner, chair, clerk, member, administrator, bodyId, otherId, unitId: units[0]!, meetingId: meetingIds[1]! }))
