import { randomUUID } from 'node:crypto'
import readXlsx from 'read-excel-file/node'
import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  beginBaseline, canonicalBaseline, freezeBaseline, getBaseline, listBaselines, readBaselineFile, saveBaseline, type BaselineCount,
} from '../protocol/baselines.ts'
import { addCostRate, endCostRate, listCostRates, setDistance, withdrawCostRate } from '../protocol/costs-rates.ts'
import { getIssueShare } from '../protocol/issuing.ts'
import { Figure, getResults, listLedger, listResultEntries, meetingCosts, resultBodies, resultsFile, type Results } from '../protocol/results.ts'
import { renderWorkbook } from '../server/issuing/workbook.ts'
import { ownerKnex } from '../server/platform/database.ts'
import { createResulting } from '../server/resulting.ts'
import { lastEnded } from '../server/results/period.ts'
import { livedHalfYear } from './support/half-year.ts'
import { bodyRules } from './support/house.ts'
import { signedIn } from './support/people.ts'
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
async function recount<T>(sql: string): Promise<T> {
  const { rows: [row] } = await owner.raw<{ rows: T[] }>(sql)
  return row!
}
const months = (count: number, meetings: (month: number) => number, kind = 'briefing'): BaselineCount[] =>
  Array.from({ length: count }, (_, index) => ({ bodyId, kind, month: index + 1, meetings: meetings(index + 1), online: 0, gap: '' }))
const entriesOf = async (figure: Figure, limit = 100, after?: string) =>
  (await chair.client.call(listResultEntries, { query: { ...period, bodyId, figure, limit, ...after ? { after } : {} } })).body

describe('a baseline', () => {
  let baselineId: string
  let revision: number

  it('is drafted by administrators alone, one draft a year', async () => {
    for (const seat of [chair, member]) expect((await seat.client.call(beginBaseline, { body: { year: 2024, reason: 'Lần đầu', source: 'Báo cáo' } })).error?.code).toBe('administratorRequired')
    const begun = await administrator.client.call(beginBaseline, { body: { year: 2024, reason: 'Lần đầu', source: 'Báo cáo năm 2024' } })
    ;({ id: baselineId, revision } = begun.body.baseline)
    const again = await administrator.client.call(beginBaseline, { body: { year: 2024, reason: 'Lần hai', source: 'Khác' } })
    expect(again.error).toMatchObject({ code: 'baselineDraftThere', details: { baselineId } })
    // Of drafts nobody else knows.
    expect((await chair.client.call(listBaselines)).body.baselines).toEqual([])
    expect((await chair.client.call(getBaseline, { params: { baselineId } })).error?.code).toBe('baselineNotFound')
  })

  it('is not frozen with gaps, and tells which; with explanations it is', async () => {
    const save = (counts: BaselineCount[], from = revision) =>
      administrator.client.call(saveBaseline, { params: { baselineId }, body: { revision: from, reason: 'Lần đầu', source: 'Báo cáo năm 2024', counts } })
    const freeze = () => administrator.client.call(freezeBaseline, { params: { baselineId }, body: { revision } })
    expect((await freeze()).error).toMatchObject({ code: 'baselineGaps', details: { gaps: [] } })
    const saved = await save(months(10, () => 2))
    expect(saved.body.gaps).toEqual([{ bodyId, kind: 'briefing', months: [11, 12] }])
    revision = saved.body.baseline.revision
    expect((await save([], 1)).error).toMatchObject({ code: 'baselineChanged', details: { revision } })
    expect((await freeze()).error).toMatchObject({ code: 'baselineGaps', details: { gaps: [{ bodyId, months: [11, 12] }] } })
    for (const wrong of [
      [{ ...months(1, () => 2)[0]!, online: 3 }], [...months(2, () => 1), months(1, () => 1)[0]!], [{ ...months(1, () => 1)[0]!, gap: 'thừa' }],
      [{ bodyId, kind: 'briefing', month: 1, meetings: null, online: null, gap: '' }],
    ]) expect((await save(wrong)).error?.code).toBe('badRequest')
    expect((await save([{ ...months(1, () => 1)[0]!, bodyId: randomUUID() }])).error?.code).toBe('bodyNotFound')
    expect((await save(months(1, () => 1, 'unheardOf'))).error?.code).toBe('meetingKindNotFound')
    const lacking = [11, 12].map((month) => ({ bodyId, kind: 'briefing', month, meetings: null, online: null, gap: 'Sổ công tác bị thất lạc' }))
    revision = (await save([...months(10, () => 2), ...lacking])).body.baseline.revision
    expect((await freeze()).body.baseline).toMatchObject({ version: 1, meetings: 20, sha256: expect.stringMatching(/^[\da-f]{64}$/) })
  })

  it('never changes once frozen, not in the database either; a version with a reason takes its place', async () => {
    const save = await administrator.client.call(saveBaseline, { params: { baselineId }, body: { revision, reason: 'x', source: 'y', counts: [] } })
    expect(save.error?.code).toBe('baselineFrozen')
    await expect(owner('baseline_count').where({ baseline_id: baselineId }).update({ meetings: 9, gap: '', online: 0 })).rejects.toThrow('never changes')
    await expect(owner('baseline').where({ id: baselineId }).update({ reason: 'khác' })).rejects.toThrow('never changes')
    await expect(owner('baseline_count').where({ baseline_id: baselineId }).delete()).rejects.toThrow('never changes')
    const { body: { baseline: next } } = await administrator.client.call(beginBaseline, { body: { year: 2024, reason: 'Bổ sung theo công văn 15', source: 'Báo cáo đã đối chiếu' } })
    expect(next).toMatchObject({ version: 2, meetings: 20 })
    const counts = months(12, (month) => month <= 2 ? 4 : 1)
    const { reason, source } = next
    const saved = await administrator.client.call(saveBaseline, { params: { baselineId: next.id }, body: { revision: next.revision, reason, source, counts } })
    await administrator.client.call(freezeBaseline, { params: { baselineId: next.id }, body: { revision: saved.body.baseline.revision } })
    const { body: first } = await chair.client.call(getBaseline, { params: { baselineId } })
    expect(first).toMatchObject({ intact: true, baseline: { version: 1, reason: 'Lần đầu', meetings: 20 }, gaps: [] })
    expect((await chair.client.call(listBaselines)).body.baselines.map(({ version }) => version)).toEqual([2, 1])
  })

  it('whose figures were changed behind its back is told so', async () => {
    const counts = months(3, () => 1)
    const one = { year: 2024, version: 1, reason: 'Lý do', source: 'Nguồn', counts }
    expect(canonicalBaseline({ ...one, counts: counts.toReversed() })).toBe(canonicalBaseline(one))
    expect(canonicalBaseline({ ...one, counts: months(3, () => 2) })).not.toBe(canonicalBaseline(one))
    // Who owns the database may switch off what holds it; the hash tells.
    await owner.raw('ALTER TABLE baseline_count DISABLE TRIGGER baseline_count_frozen')
    await owner('baseline_count').where({ baseline_id: baselineId, month: 3 }).update({ meetings: 9 })
    expect((await chair.client.call(getBaseline, { params: { baselineId } })).body.intact).toBe(false)
    await owner('baseline_count').where({ baseline_id: baselineId, month: 3 }).update({ meetings: 2 })
    await owner.raw('ALTER TABLE baseline_count ENABLE ALWAYS TRIGGER baseline_count_frozen')
    expect((await chair.client.call(getBaseline, { params: { baselineId } })).body.intact).toBe(true)
  })

  it('is read from a table, with each wrong cell and the months that are lacking', async () => {
    const table = async (bytes: Uint8Array) => await administrator.client.call(readBaselineFile, { body: Buffer.from(bytes) })
    const csv = 'Cơ quan,Loại cuộc họp,Tháng,Số cuộc họp,Trong đó trực tuyến,Lý do không có số liệu\r\nBan Thường Vụ,Họp giao ban,1,4,1,\r\nban thường vụ,briefing,2,,,Thất lạc sổ\r\n'
      + 'Ban Lạ,briefing,1,1,,\r\nBan Thường vụ,Họp lạ,1,1,,\r\nBan Thường vụ,briefing,13,1,,\r\nBan Thường vụ,briefing,3,2,5,\r\nBan Thường vụ,briefing,1,7,,\r\nBan Thường vụ,briefing,4,,,\r\n'
    const { body: read } = await table(new TextEncoder().encode(csv))
    expect(read.counts).toEqual([
      { bodyId, kind: 'briefing', month: 1, meetings: 4, online: 1, gap: '' }, { bodyId, kind: 'briefing', month: 2, meetings: null, online: null, gap: 'Thất lạc sổ' },
    ])
    expect(read.problems.map(({ row, reason }) => [row, reason])).toEqual([[4, 'unknownBody'], [5, 'unknownKind'], [6, 'badNumber'], [7, 'onlineMore'], [8, 'repeated'], [9, 'missing']])
    expect(read.gaps).toEqual([{ bodyId, kind: 'briefing', months: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }])
    const xlsx = await renderWorkbook([{ name: 'x', columns: ['Body', 'Month', 'Meetings'].map((title) => ({ title, width: 9 })), rows: [['Hội đồng', 5, 3]] }])
    expect((await table(xlsx)).body.counts).toEqual([{ bodyId: otherId, kind: 'none', month: 5, meetings: 3, online: 0, gap: '' }])
    expect((await table(new TextEncoder().encode('a,b\r\n1,2\r\n'))).error).toMatchObject({ code: 'importUnreadable', details: { reason: 'headings' } })
  })
})

describe('rates', () => {
  it('never overlap in time: the database refuses it, and the answer names the other', async () => {
    const fuel = (since: string, until: string | null) => ({ item: 'fuel' as const, low: 20_000, likely: 21_000, high: 22_000, basis: 'Thông cáo', since, until })
    const { body: { rates } } = await chair.client.call(listCostRates)
    const first = rates.find(({ item }) => item === 'fuel')!
    const refused = await administrator.client.call(addCostRate, { body: fuel('2025-03-01', null) })
    expect(refused.error).toMatchObject({ code: 'rateOverlaps', details: { rate: { id: first.id } } })
    await expect(owner('cost_rate').insert(fuel('2025-03-01', null))).rejects.toMatchObject({ constraint: 'cost_rate_overlap' })
    const ended = await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: '2025-02-28', version: 1 } })
    expect(ended.body.rate).toMatchObject({ until: '2025-02-28', version: 2 })
    const { body: { rate } } = await administrator.client.call(addCostRate, { body: fuel('2025-03-01', null) })
    expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 2 } })).error?.code).toBe('rateOverlaps')
    expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 1 } })).error).toMatchObject({ code: 'rateChanged', details: { rate: { version: 2 } } })
    expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: '2017-01-01', version: 2 } })).error?.code).toBe('dateOutOfRange')
    // One that was withdrawn stands in nobody's way.
    expect((await administrator.client.call(withdrawCostRate, { params: { rateId: rate.id }, body: { reason: 'Nhập nhầm', version: 1 } })).body.rate.withdrawn).toBe('Nhập nhầm')
    expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 2 } })).body.rate.until).toBeNull()
    for (const body of [{ ...fuel('2030-01-01', null), likely: 30_000 }, fuel('2030-01-01', '2029-01-01')]) {
      expect((await administrator.client.call(addCostRate, { body })).error?.code).toBe('badRequest')
    }
    expect((await chair.client.call(addCostRate, { body: fuel('2031-01-01', null) })).error?.code).toBe('administratorRequired')
    expect((await member.client.call(listCostRates)).error?.code).toBe('forbiddenForResults')
  })

  it('and distances are set once a pair, whichever way it is named', async () => {
    const set = (fromId: string, toId: string, likely: number, version: number | null) =>
      administrator.client.call(setDistance, { body: { fromId, toId, low: likely - 5, likely, high: likely + 5, basis: 'Bản đồ', version } })
    expect((await set(units[0]!, units[1]!, 40, null)).body.distance).toMatchObject({ likely: 40, version: 1 })
    expect((await set(units[1]!, units[0]!, 50, null)).error).toMatchObject({ code: 'distanceChanged', details: { distance: { likely: 40 } } })
    expect((await set(units[1]!, units[0]!, 50, 1)).body.distance).toMatchObject({ likely: 50, version: 2 })
    expect((await set(units[1]!, randomUUID(), 50, null)).error?.code).toBe('unitNotFound')
    expect((await set(units[1]!, units[1]!, 50, null)).error?.code).toBe('badRequest')
    await set(units[0]!, units[2]!, 8, null)
  })
})

describe('results', () => {
  it('are for leaders and offices of the body and for administrators alone', async () => {
    expect((await member.client.call(resultBodies)).body.bodies).toEqual([])
    expect((await results(member)).error?.code).toBe('forbiddenForResults')
    expect((await results(chair, { ...period, bodyId: otherId })).error?.code).toBe('bodyNotFound')
    expect((await member.client.call(listLedger, { query: { ...period } })).error?.code).toBe('forbiddenForResults')
    expect((await member.client.call(resultsFile, { query: { ...period } })).error?.code).toBe('forbiddenForResults')
    for (const figure of Figure.options) {
      expect((await member.client.call(listResultEntries, { query: { ...period, figure } })).error?.code).toBe('forbiddenForResults')
      expect((await chair.client.call(listResultEntries, { query: { ...period, figure, bodyId: otherId } })).error?.code).toBe('bodyNotFound')
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
    const { is } = await recount<{ is: number }>(`SELECT count(*)::int AS is FROM meeting WHERE body_id = '${bodyId}' AND opened_at BETWEEN '2024-12-31 17:00Z' AND '2025-06-30 16:59:59.999Z'`)
    expect(headline).toMatchObject({ year: 2024, version: 2, until: '2025-06', baseline: was, held: is, fewer: was - is, notCompared: 0 })
    expect([was, is]).toEqual([12, 4])
    expect(meetings.byMonth.map(({ baseline, compared }) => [baseline, compared])).toEqual([[4, 1], [4, 2], [1, 0], [1, 0], [1, 0], [1, 1]])
    expect(meetings.byMonth.reduce((all, row) => all + row.held, 0)).toBe(meetings.held)
    expect(ledger).toEqual({ lines: 1, pending: 0, metAnyway: 1, reversed: 1, minutesSaved: 20, personMinutesSaved: 300 })
    const { body: { lines } } = await chair.client.call(listLedger, { query: { ...period } })
    expect(lines.map(({ day, state, people }) => [day, state, people])).toEqual([['2025-05-05', 'reversed', 0], ['2025-03-04', 'counts', 1], ['2025-02-10', 'metAnyway', 1]])
    // A line opens to the matter that was decided otherwise; who is no office of the body learns that there is one, and not which.
    const { body: { lines: seen } } = await administrator.client.call(listLedger, { query: { ...period, bodyId } })
    expect(seen.map(({ id }) => id)).toEqual(lines.map(({ id }) => id))
    expect(seen.flatMap(({ causes }) => causes.map((cause) => cause.of))).toEqual([null, null, null])
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
    const span = "BETWEEN '2024-12-31 17:00Z' AND '2025-06-30 16:59:59.999Z'"
    const ours = `body_id = '${bodyId}'`
    expect(got.meetings).toMatchObject(await recount<object>(`SELECT count(*)::int AS held, sum(CASE mode WHEN 'inPerson' THEN 0 ELSE 1 END)::int AS online FROM meeting WHERE ${ours} AND opened_at ${span}`))
    expect(got.issuing).toEqual(await recount(`SELECT sum((channel = 'electronic')::int)::int AS electronic, sum((channel = 'paper')::int)::int AS "onPaper" FROM issued_paper WHERE ${ours} AND status = 'issued' AND issued_at ${span}`))
    expect(got.unprinted.copies).toBe((await recount<{ n: number }>(`SELECT count(*)::int AS n FROM paper_recipient JOIN issued_paper p ON p.id = paper_id WHERE p.${ours} AND channel = 'electronic' AND p.status = 'issued' AND issued_at ${span}`)).n)
    expect(got.notices).toEqual(await recount(`SELECT count(*)::int AS due, sum((coalesce(issued_at < due_on + interval '17 hours', false))::int)::int AS "onTime"
      FROM conclusion_notice WHERE ${ours} AND status <> 'waived' AND due_on BETWEEN '2025-01-01' AND '2025-06-30'`))
    expect(got.hours).toEqual(await recount(`SELECT count(*)::int AS people, sum(minutes)::int AS minutes FROM (SELECT person_id, sum(floor(present_ms / 60000.0)) AS minutes
      FROM attendance_result WHERE present_ms > 0 AND meeting_id IN (SELECT id FROM meeting WHERE ${ours} AND opened_at ${span}) GROUP BY person_id) per`))
    expect(got).toMatchObject({ notices: { due: 3, onTime: 1 }, issuing: { electronic: 2, onPaper: 1 }, unprinted: { copies: 5 }, hours: { people: 3 } })
    expect(got.tasks).toEqual(await recount(`SELECT count(*)::int AS due, sum((done IS NOT NULL AND stage IN ('reported', 'closed') AND done < due_on + interval '17 hours')::int)::int AS "onTime"
      FROM (SELECT t.*, (SELECT at FROM task_event e WHERE e.task_id = t.id AND kind = 'reported' ORDER BY at DESC LIMIT 1) AS done FROM task t) t
      WHERE ${ours} AND stage <> 'cancelled' AND due_on >= '2025-01-01' AND due_on < '2025-07-01'`))
    expect(got.decisions).toEqual(await recount(`SELECT 1 AS count, ('2025-01-01'::date - '2024-12-01'::date)::int AS "medianDays", 31 AS "longestDays"`))
    expect(got.unprinted.pages).toBe((await recount<{ n: number }>(`SELECT (sum(pages) * (SELECT count(*) FROM attendance_result WHERE meeting_id = '${meetingIds[0]!}' AND state <> 'absentExcused'))::int AS n
      FROM rendition WHERE sha256 IN (SELECT sha256 FROM document_version WHERE number = 2)`)).n)
    expect(got).toMatchObject({ tasks: { due: 3, onTime: 1 }, unprinted: { pages: 21 } })
    // No quota before its rule was in force; then the province’s, whoever looks.
    expect(got.quotas).toEqual([])
    expect((await results(chair, { from: '2026-01', to: '2026-01', bodyId })).body.quotas).toContainEqual(expect.objectContaining({ code: 'provinceWide', perYear: 2, scope: 'province', held: 1 }))
    // The register counts the same, a year at a time.
    const { body: { shares } } = await chair.client.call(getIssueShare, { query: { year: 2025 } })
    const { body: year } = await results(chair, { from: '2025-01', to: '2025-12', bodyId })
    expect(year.issuing).toMatchObject({ electronic: shares[0]!.electronic, onPaper: shares[0]!.onPaper })
  })

  it('open to entries that come to the same', async () => {
    const got = await of()
    const expected: Record<Figure, [number, number]> = {
      held: [got.meetings.held, got.meetings.held], issuing: [3, 3], copies: [2, got.unprinted.copies], pages: [1, got.unprinted.pages],
      decisions: [got.decisions.count, got.decisions.longestDays!],
      notices: [got.notices.due, got.notices.due], tasks: [got.tasks.due, got.tasks.due], hours: [got.hours.people, got.hours.minutes],
      costs: [got.costs.meetings, got.costs.saved.likely], minutesSaved: [1, got.ledger.minutesSaved],
    }
    for (const figure of Figure.options) {
      const { entries, next } = await entriesOf(figure)
      expect([entries.length, entries.reduce((all, { value }) => all + value, 0)], figure).toEqual(expected[figure])
      expect(next).toBeNull()
    }
    const notices = (await entriesOf('notices')).entries
    expect(notices.filter(({ state }) => state === 'onTime')).toHaveLength(got.notices.onTime)
    // Page by page it is the same list.
    const whole = (await entriesOf('held')).entries
    let [paged, after]: [typeof whole, string | undefined] = [[], undefined]
    do {
      const page = await entriesOf('held', 1, after)
      paged = [...paged, ...page.entries]
      after = page.next ?? undefined
    } while (after)
    expect(paged).toEqual(whole)
    // Who takes no part in a meeting is told neither its title nor a way to it.
    expect(whole.every(({ title, opens }) => title === null && opens === null)).toBe(true)
  })

  it('reckon each meeting from who attended and from where, at the rates of its day', async () => {
    const { body: cost } = await chair.client.call(meetingCosts, { params: { entryId: meetingIds[2]! } })
    // 500 minutes are three half days, so two days and a night. Chair at home, clerk from 50 km at a screen, member from 8 km, below the threshold.
    const amounts = ({ entries }: typeof cost.held) =>
      Object.fromEntries(entries.filter(({ amount }) => amount.likely > 0).map(({ item, amount }) => [item, amount.likely]))
    expect(amounts(cost.held)).toEqual({ drinks: 2 * 3 * 20_000, hall: 3_000_000, connection: 3 * 50_000, salary: 3 * 500 * 1_000 })
    expect(amounts(cost.inPerson)).toEqual({
      travel: 100 * 4_000, allowance: 2 * 200_000, lodging: 350_000, drinks: 3 * 3 * 20_000, hall: 3_000_000, salary: 1_500_000,
    })
    expect(cost.saved.likely).toBe(400_000 + 400_000 + 350_000 + 60_000 - 150_000)
    const { costs } = await of()
    const each = await Promise.all([0, 1, 2, 3].map(async (index) => (await chair.client.call(meetingCosts, { params: { entryId: meetingIds[index]! } })).body))
    for (const way of ['inPerson', 'held', 'online'] as const) {
      for (const level of ['low', 'likely', 'high'] as const) {
        expect(costs[way][level]).toBe(each.reduce((all, one) => all + one[way].cash[level], 0))
        expect(costs[way][level]).toBe(each.flatMap((one) => one[way].entries).filter(({ item }) => item !== 'salary').reduce((all, { amount }) => all + amount[level], 0))
      }
    }
    expect(costs.byItem.reduce((all, { held: amount }) => all + amount.likely, 0)).toBe(costs.held.likely)
    expect(costs).toMatchObject({ meetings: 4, unknownWays: 0 })
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
    expect(few).toBeLessThan(25)
  })

  it('come as a workbook with the same figures', async () => {
    const response = await chair.client.send('GET', `/api/results/file?from=2025-01&to=2025-06&bodyId=${bodyId}`)
    const sheets = await readXlsx(Buffer.from(await response.arrayBuffer()))
    const got = await of()
    const facts = new Map(sheets.find(({ sheet }) => sheet === 'Kết quả')!.data.map(([name, value]) => [name, value]))
    expect(facts.get('Giảm so với số liệu gốc')).toBe(got.headline!.fewer)
    expect(facts.get('Cuộc họp đã tổ chức trong kỳ')).toBe(got.meetings.held)
    expect(sheets.find(({ sheet }) => sheet === 'Chi phí (ước tính)')!.data.find(([name]) => String(name).startsWith('Tiết kiệm'))?.slice(1)).toEqual([got.costs.saved.low, got.costs.saved.likely, got.costs.saved.high])
  })
})

describeReports(() => ({ server, owner, chair, clerk, member, administrator, bodyId, otherId, unitId: units[0]!, meetingId: meetingIds[1]! }))
