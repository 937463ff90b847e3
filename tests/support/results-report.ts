import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { downloadPaperPdf, getPaper, listRegister } from '../../protocol/issuing.ts'
import { getResults, resultStrip, type Results } from '../../protocol/results.ts'
import { getReport, issueReport, previewReport, type ReportBlock } from '../../protocol/results-report.ts'
import { signPaper } from '../../protocol/signing.ts'
import { selfSignedKey } from '../../server/demo/signing-keys.ts'
import type { signedIn } from './people.ts'
import type { TestServer } from './server.ts'

const run = promisify(execFile)
type Seat = Awaited<ReturnType<typeof signedIn>>
interface Lived {
  server: TestServer, owner: Knex, chair: Seat, clerk: Seat, member: Seat, administrator: Seat
  bodyId: string, otherId: string, unitId: string, meetingId: string
}

const dong = (value: number) => value.toLocaleString('vi-VN')
const percent = (part: number, whole: number) => `${(Math.round(part * 1000 / whole) / 10).toLocaleString('vi-VN')}\u00a0%`

async function textOf(pdf: unknown): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-bao-cao-'))
  await writeFile(path.join(folder, 'a.pdf'), pdf as Buffer)
  // Without the page numbers in the margin, which would stand within sentences.
  const { stdout } = await run('pdftotext', ['-layout', '-r', '72', '-x', '0', '-y', '45', '-W', '596', '-H', '797', path.join(folder, 'a.pdf'), '-'])
  await rm(folder, { recursive: true })
  return stdout.replace(/\s+/g, ' ')
}

/** The report of results over the wire, on the half year that the test of results has lived. */
export function describeReports(lived: () => Lived): void {
  const wanted = (more: object = {}) => ({ from: '2025-01', to: '2025-06', bodyId: lived().bodyId, ...more })
  const draft = async ({ client }: Seat, more: object = {}) => await client.call(getReport, { query: wanted(more) })
  const issue = async ({ client }: Seat, more: object = {}) => await client.call(issueReport, { body: { ...wanted(), key: randomUUID(), sha256: '0'.repeat(64), recipients: [], ...more } })

  describe('the report', () => {
    it('is read by who may see the results and issued by leader and office alone; there is none of a period to come', async () => {
      const { chair, member, administrator, otherId } = lived()
      for (const [seat, more, code] of [
        [member, {}, 'forbiddenForResults'], [chair, { bodyId: otherId }, 'bodyNotFound'], [chair, { bodyId: randomUUID() }, 'bodyNotFound'], [chair, { from: '2199-01', to: '2199-02' }, 'periodNotBegun'],
        [administrator, { from: '2199-01', to: '2199-02' }, 'periodNotBegun'], [chair, { from: '2025-06', to: '2025-01' }, 'badRequest'], [chair, { bodyId: 'all' }, 'badRequest'],
      ] as const) {
        expect((await draft(seat, more)).error?.code).toBe(code)
        expect((await issue(seat, more)).error?.code).toBe(code)
        expect((await seat.client.call(previewReport, { query: { ...wanted(more), format: 'pdf' } })).error?.code).toBe(code)
      }
      const { body: read } = await draft(administrator)
      expect(read).toMatchObject({ mayIssue: false, usual: [], signer: { name: 'Trịnh Quang Trì', office: 'Bí thư' } })
      expect((await issue(administrator, { sha256: read.sha256 })).error?.code).toBe('forbiddenForPaper')
      expect((await administrator.client.call(previewReport, { query: { ...wanted(), format: 'docx' } })).status).toBe(200)
      expect((await issue(chair)).error).toMatchObject({ code: 'reportChanged', details: { sha256: read.sha256 } })
      expect(await lived().owner('issued_paper').where({ kind: 'report' })).toEqual([])
    })

    it('has the figures of the page, each with target and basis, in its text and in its PDF', async () => {
      const { chair } = lived()
      const { body: got } = await chair.client.call(getResults, { query: wanted() })
      const { body: { blocks, abstract } } = await draft(chair)
      expect(abstract).toBe('Kết quả giảm hội nghị, phát hành văn bản điện tử từ tháng 01 đến tháng 6 năm 2025')
      expectFigures(got, blocks)
      const pdf = await textOf((await chair.client.call(previewReport, { query: { ...wanted(), format: 'pdf' } })).body)
      for (const part of [
        'ĐẢNG CỘNG SẢN VIỆT NAM', 'DỰ THẢO', 'BÁO CÁO', 'BÍ THƯ', 'Trịnh Quang Trì', dong(got.costs.saved.likely), `${dong(got.headline!.baseline)} cuộc họp; thực tế tổ chức ${dong(got.headline!.held)} cuộc; giảm ${dong(got.headline!.fewer)} cuộc`,
        ...got.targets.map(({ basis }) => basis),
      ]) expect(pdf).toContain(part.replace(/\s+/g, ' '))
    })

    it('says what cannot be compared', async () => {
      const { chair } = lived()
      const texts = async (more: object) => JSON.stringify((await draft(chair, more)).body.blocks)
      expect(await texts({ baseline: 2023 })).toMatch(/Chưa so sánh được.*chưa có số liệu gốc đã chốt/)
      const current = new Date().toLocaleDateString('sv', { timeZone: 'Asia/Ho_Chi_Minh' }).slice(0, 7)
      expect(await texts({ from: current, to: current })).toMatch(/Chưa so sánh được.*chưa có tháng nào của kỳ kết thúc/)
    })

    it('is refused where the baseline is not what was frozen, and the page says so', async () => {
      const { owner, chair } = lived()
      const { baselineId } = (await chair.client.call(getResults, { query: wanted() })).body.headline!
      const tamper = async (meetings: number) => {
        await owner.raw('ALTER TABLE baseline_count DISABLE TRIGGER baseline_count_frozen')
        await owner('baseline_count').where({ baseline_id: baselineId, month: 1 }).update({ meetings })
        await owner.raw('ALTER TABLE baseline_count ENABLE ALWAYS TRIGGER baseline_count_frozen')
      }
      await tamper(400)
      expect((await chair.client.call(getResults, { query: wanted() })).body.headline).toMatchObject({ intact: false })
      expect((await draft(chair)).error).toMatchObject({ code: 'baselineBroken', details: { baselineId } })
      expect((await issue(chair)).error?.code).toBe('baselineBroken')
      await tamper(4)
      expect((await draft(chair)).body.sha256).toMatch(/^[0-9a-f]{64}$/)
    })

    it('is issued once under the next number of the register, is signed like other papers, and keeps its figures', async () => {
      const { server, owner, chair, clerk, member, administrator, meetingId } = lived()
      const { body: { sha256 } } = await draft(clerk)
      const [key, recipients] = [randomUUID(), [{ kind: 'person' as const, personId: member.personId }]]
      const answers = await Promise.all([1, 2, 3].map(() => issue(clerk, { key, sha256, recipients })))
      const { paperId } = answers[0]!.body
      expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => ({ paperId, number: '01-BC/TU' })))
      expect((await issue(clerk, { key, sha256: '0'.repeat(64) })).error?.code).toBe('idempotencyKeyReused')
      expect((await issue(chair, { sha256 })).body.number).toBe('02-BC/TU')
      const { body: { papers } } = await chair.client.call(listRegister, { query: { kind: 'report' } })
      expect(papers.map(({ written, recipients: to }) => [written, to])).toEqual([['02-BC/TU', 0], ['01-BC/TU', 1]])
      expect((await draft(clerk, { from: '2025-06', to: '2025-07' })).body.issued.map(({ written, from, to }) => [written, from, to])).toEqual([['02-BC/TU', '2025-01', '2025-06'], ['01-BC/TU', '2025-01', '2025-06']])

      const keys = path.join(server.config.dataDir, 'keys')
      await mkdir(keys, { recursive: true })
      await writeFile(path.join(keys, 'chair.p12'), selfSignedKey({ name: 'Trịnh Quang Trì', organisation: 'Kiểm thử', password: 'mat-khau', from: new Date(Date.now() - 86_400_000), until: new Date(Date.now() + 86_400_000) }))
      await writeFile(path.join(keys, 'password'), 'mat-khau')
      await writeFile(path.join(keys, 'signing.json'), JSON.stringify({ keys: [{ username: 'chair', file: 'chair.p12', passwordFile: 'password' }] }))
      const params = { paperId }
      expect((await clerk.client.call(signPaper, { params })).error?.code).toBe('notSigner')
      expect((await chair.client.call(signPaper, { params })).body).toMatchObject({ may: { sign: 'done' } })
      const { body: pdf } = await member.client.call(downloadPaperPdf, { params })
      await writeFile(path.join(keys, 'signed.pdf'), pdf as Buffer)
      const { stdout } = await run('pdfsig', ['-nocert', path.join(keys, 'signed.pdf')])
      for (const line of ['Signature is Valid', 'Total document signed']) expect(stdout).toContain(line)
      expect((await administrator.client.call(getPaper, { params })).error?.code).toBe('paperNotFound')

      // What changes later changes neither the paper nor the figures that it keeps.
      const { body: then } = await chair.client.call(getResults, { query: wanted() })
      await owner('meeting').where({ id: meetingId }).update({ mode: 'inPerson' })
      const { body: now } = await chair.client.call(getResults, { query: wanted() })
      expect(now.meetings.online).toBe(then.meetings.online - 1)
      expect((await issue(clerk, { sha256 })).error?.code).toBe('reportChanged')
      expect(await owner('result_report').where({ paper_id: paperId }).first('figures')).toEqual({ figures: then })
      expect(await textOf((await member.client.call(downloadPaperPdf, { params })).body)).toContain(`có ${dong(then.meetings.online)} cuộc họp trực tuyến`)
      await owner('meeting').where({ id: meetingId }).update({ mode: 'online' })
    })

    it('of a body of the State is in the layout of Nghị định 30', async () => {
      const { server, chair, unitId } = lived()
      const { bodies } = server.domains
      const { rules } = (await bodies.bodies([lived().bodyId]))[0]!
      const council = await bodies.found({
        name: 'Uỷ ban nhân dân tỉnh', rules, superiorUnitId: unitId, since: '2020-01-01',
        letterhead: { style: 'state', superior: '', issuer: 'Uỷ ban nhân dân tỉnh', minutesSymbol: 'BB-UBND', place: 'Bình Giang' },
      })
      await bodies.addMember({ bodyId: council.id, personId: chair.personId, role: 'chair', office: 'Chủ tịch', voting: true, rank: 1, since: new Date('2020-01-01') })
      const { body: { sha256, blocks } } = await draft(chair, { bodyId: council.id })
      expect(JSON.stringify(blocks)).toMatch(/Trong kỳ không có cuộc họp nào.*Trong kỳ không phát hành văn bản nào.*chưa ước tính chi phí/)
      const { body: { paperId, number } } = await issue(chair, { bodyId: council.id, sha256 })
      expect(number).toBe('01/BC-UBND')
      const pdf = await textOf((await chair.client.call(downloadPaperPdf, { params: { paperId } })).body)
      for (const part of ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Số: 01/BC-UBND', 'BÁO CÁO', 'CHỦ TỊCH', './.']) expect(pdf).toContain(part)
    })
  })

  it('the strip of the home is the headline of the year so far, for leaders and offices', async () => {
    const { chair, member, administrator } = lived()
    const current = new Date().toLocaleDateString('sv', { timeZone: 'Asia/Ho_Chi_Minh' }).slice(0, 7)
    const { body: all } = await chair.client.call(getResults, { query: { from: `${current.slice(0, 4)}-01`, to: current } })
    const { from, to, headline, targets, meetings: { held, online } } = all
    expect((await chair.client.call(resultStrip)).body).toEqual({ strip: { from, to, headline, targets, meetings: { held, online } } })
    for (const { client } of [member, administrator]) expect((await client.call(resultStrip)).body).toEqual({ strip: null })
  })
}

/** Each figure of the page stands in the report as this test writes it. */
function expectFigures(got: Results, blocks: readonly ReportBlock[]): void {
  const { meetings, headline, issuing, unprinted, decisions, notices, tasks, hours, ledger, costs, targets } = got
  const tables = blocks.flatMap((block) => block.kind === 'table' ? [block.rows] : [])
  const [months, others, money] = tables
  const signed = (value: number) => value === 0 ? '0' : value > 0 ? `+${value}` : `−${-value}`
  expect(months!.slice(0, meetings.byMonth.length)).toEqual(meetings.byMonth.map((row) =>
    [row.month.split('-').reverse().join('/'), String(row.baseline), String(row.held), signed(row.compared - row.baseline!), String(row.online)]))
  expect(months!.slice(-2)).toEqual([['Các tháng so sánh', String(headline!.baseline), String(headline!.held), signed(-headline!.fewer), '–'], ['Cả kỳ', '–', String(meetings.held), '–', String(meetings.online)]])
  const inTime = ({ onTime, due }: { onTime: number, due: number }) => `${onTime}/${due} (${percent(onTime, due)})`
  const span = (minutes: number) => [minutes >= 60 ? `${Math.trunc(minutes / 60)} giờ` : '', minutes % 60 ? `${minutes % 60} phút` : ''].join(' ').trim()
  expect(others!.map(([, value]) => value)).toEqual([
    String(decisions.count), `${decisions.medianDays} ngày`, `${decisions.longestDays} ngày`, inTime(notices), String(notices.excused), inTime(tasks), String(tasks.excused),
    String(hours.people), span(hours.minutes), span(Math.round(hours.minutes / hours.people)),
    String(ledger.lines), String(ledger.pending), String(ledger.metAnyway), String(ledger.reversed), span(ledger.minutesSaved), span(ledger.personMinutesSaved),
  ])
  const ways = [costs.inPerson, costs.held, costs.online, costs.saved]
  expect(money!.map(([, ...amounts]) => amounts)).toEqual(ways.map(({ low, likely, high }) => [low, likely, high].map(dong)))
  const texts = blocks.map((block) => block.kind === 'table' ? '' : block.text).join('\n')
  for (const part of [
    `giảm ${headline!.fewer} cuộc (${percent(headline!.fewer, headline!.baseline)})`,
    `có ${meetings.online} cuộc họp trực tuyến`, percent(meetings.online, meetings.held),
    `có ${issuing.electronic} văn bản điện tử, bằng ${percent(issuing.electronic, issuing.electronic + issuing.onPaper)}; ${issuing.onPaper} văn bản giấy`,
    `${unprinted.copies} bản văn bản`, `${unprinted.pages} trang tài liệu`, `họp trực tuyến hoặc kết hợp ${headline!.online}/${headline!.held}`, `tiết kiệm ước tính ${dong(costs.saved.likely)} đồng`, `ước tính ${dong(costs.salary.likely)} đồng`,
    ...targets.map(({ basis }) => `Căn cứ: ${basis.replaceAll(' %', '\u00a0%')}.`),
  ]) expect(texts).toContain(part)
}
