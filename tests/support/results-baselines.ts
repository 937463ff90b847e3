import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  beginBaseline, canonicalBaseline, freezeBaseline, getBaseline, listBaselines, readBaselineFile, saveBaseline, type BaselineCount,
} from '../../protocol/baselines.ts'
import { renderWorkbook } from '../../server/issuing/workbook.ts'
import { bodyRules } from './house.ts'
import type { signedIn } from './people.ts'
import type { TestServer } from './server.ts'

type Seat = Awaited<ReturnType<typeof signedIn>>
interface Lived { server: TestServer, owner: Knex, chair: Seat, member: Seat, administrator: Seat, bodyId: string, otherId: string }

/** Baselines over the wire; they leave the year 2024 frozen in its second version, for the results that come after. */
export function describeBaselines(lived: () => Lived): void {
  let { server, owner, chair, member, administrator, bodyId, otherId } = {} as Lived
  const months = (count: number, meetings: (month: number) => number, kind = 'briefing'): BaselineCount[] =>
    Array.from({ length: count }, (_, index) => ({ bodyId, kind, month: index + 1, meetings: meetings(index + 1), online: 0, gap: '' }))

  describe('a baseline', () => {
    let baselineId: string
    beforeAll(() => { ({ server, owner, chair, member, administrator, bodyId, otherId } = lived()) })
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
        ...['', ' \u0000 '].map((gap) => [{ bodyId, kind: 'briefing', month: 1, meetings: null, online: null, gap }]),
      ]) expect((await save(wrong)).error?.code).toBe('badRequest')
      // A blank explanation is none, also beside a figure.
      revision = (await save([{ ...months(1, () => 1)[0]!, gap: '  ' }])).body.baseline.revision
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
      const body = { revision: next.revision, reason, source, counts }
      const saved = await administrator.client.call(saveBaseline, { params: { baselineId: next.id }, body })
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
      // Names that differ by their tones alone are two bodies: what is written exactly is meant, and what fits both is asked about.
      const { id: twinId } = await server.domains.bodies.found({
        name: 'Bàn Thường vụ', rules: bodyRules.committee, superiorUnitId: null, since: '2020-01-01',
        letterhead: { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Bàn Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' },
      })
      const { body: twins } = await table(new TextEncoder().encode('Cơ quan,Tháng,Số cuộc họp\r\nBàn Thường vụ,1,2\r\nBan Thường vụ,1,3\r\nBAN THUONG VU,2,1\r\nban thường vụ,3,1\r\n'))
      expect(twins.counts.map((count) => [count.bodyId, count.month])).toEqual([[twinId, 1], [bodyId, 1], [bodyId, 3]])
      expect(twins.problems).toEqual([{ row: 4, column: 'body', value: 'BAN THUONG VU', reason: 'ambiguousBody' }])
      expect((await table(new TextEncoder().encode('a,b\r\n1,2\r\n'))).error).toMatchObject({ code: 'importUnreadable', details: { reason: 'headings' } })
    })
  })
}
