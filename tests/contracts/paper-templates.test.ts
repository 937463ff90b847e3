import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PaperKind } from '../../protocol/issuing-entries.ts'
import { PaperStyle, PaperTemplate } from '../../protocol/paper-templates.ts'
import { renderDocx } from '../../server/issuing/docx.ts'
import { renderPdf } from '../../server/issuing/pdf.ts'
import { openHouse, type House } from '../support/house.ts'

const run = promisify(execFile)
let house: House
let folder: string
let now = new Date('2026-12-01T03:00:00.000Z')

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-mau-'))
  house = await openHouse({ now: () => now })
})
afterAll(async () => {
  await house.close()
  await rm(folder, { recursive: true })
})

const templates = () => house.domains.publishing.templates
async function inForce(style: PaperStyle, kind: PaperKind) {
  const found = (await templates().list()).find((one) => one.style === style && one.kind === kind && one.inForce)
  if (!found) throw new Error('no template in force')
  return found
}

/** The words of both files of a sample, in their order. */
async function said(style: PaperStyle, kind: PaperKind): Promise<{ pdf: string, docx: string, file: string }> {
  const paper = templates().sample(style, kind, (await inForce(style, kind)).template)
  const file = path.join(folder, `${style}-${kind}.pdf`)
  await writeFile(file, await renderPdf(paper))
  const { stdout } = await run('pdftotext', ['-layout', file, '-'])
  const xml = strFromU8(unzipSync(new Uint8Array(await renderDocx(paper)))['word/document.xml'] ?? new Uint8Array())
  return { file, pdf: stdout.replace(/\s+/g, ' '), docx: [...xml.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1]).join(' ').replace(/\s+/g, ' ') }
}

const heads = {
  party: ['ĐẢNG CỘNG SẢN VIỆT NAM', 'TỈNH UỶ BÌNH GIANG', 'BAN THƯỜNG VỤ', '*', 'Bình Giang, ngày 01 tháng 12 năm 2026'],
  state: ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc', 'UỶ BAN NHÂN DÂN', 'Bình Giang, ngày 01 tháng 12 năm 2026'],
}
const own: Record<`${PaperStyle} ${PaperKind}`, string[]> = {
  'party minutes': ['Số 07-BB/TU', 'BIÊN BẢN', 'NGƯỜI GHI BIÊN BẢN', 'CHỦ TRÌ', 'Lê Hoài Đăng', 'Các đồng chí dự hội nghị'],
  'party conclusionNotice': ['Số 07-TB/TU', 'THÔNG BÁO', 'ngày 08 tháng 6 năm 2026', 'T/M BAN THƯỜNG VỤ', 'BÍ THƯ', 'Lưu Văn phòng'],
  'party resolution': ['Số 07-NQ/TU', 'NGHỊ QUYẾT', '- Căn cứ Điều lệ Đảng Cộng sản Việt Nam;', 'T/M BAN THƯỜNG VỤ'],
  'party invitation': ['Số 07-GM/TU', 'GIẤY MỜI', 'Đề nghị các đồng chí dự đúng thành phần, thời gian.'],
  'party report': ['Số 07-BC/TU', 'BÁO CÁO', 'T/M BAN THƯỜNG VỤ', 'BÍ THƯ'],
  'state minutes': ['Số: 07/BB-UBND', 'BIÊN BẢN', 'NGƯỜI GHI BIÊN BẢN', 'CHỦ TRÌ', 'Lưu: VT'],
  'state conclusionNotice': ['Số: 07/TB-UBND', 'THÔNG BÁO', 'TM. UỶ BAN NHÂN DÂN', 'CHỦ TỊCH'],
  'state resolution': ['Số: 07/NQ-UBND', 'NGHỊ QUYẾT', 'Căn cứ Luật Tổ chức chính quyền địa phương', 'quyết nghị:'],
  'state invitation': ['Số: 07/GM-UBND', 'GIẤY MỜI', 'Đề nghị các đại biểu dự đúng thành phần, thời gian./.'],
  'state report': ['Số: 07/BC-UBND', 'BÁO CÁO', 'TM. UỶ BAN NHÂN DÂN', 'tổng hợp kết quả./.'],
}

describe('the templates', () => {
  it.each(PaperStyle.options.flatMap((style) => PaperKind.options.map((kind) => [style, kind] as const)))('of %s %s say the same in PDF and DOCX, as the norm has it', async (style, kind) => {
    const { pdf, docx, file } = await said(style, kind)
    for (const part of [...heads[style], ...own[`${style} ${kind}`]]) {
      expect(pdf).toContain(part)
      expect(docx).toContain(part)
    }
    const { stdout } = await run('pdffonts', [file])
    // Face, type and whether it is embedded: all are, and of one family.
    for (const line of stdout.split('\n').slice(2).filter(Boolean)) expect(line).toMatch(/Tinos\S*\s+CID TrueType\s+Identity-H\s+yes/)
  })

  it('come in versions: a new one holds from its day on, with basis and reason; papers keep what they were set by', async () => {
    const administrator = { ...await house.newPerson(), administrator: true }
    const before = await inForce('party', 'conclusionNotice')
    const template: PaperTemplate = { ...before.template, closing: [['Văn phòng ', { put: 'superior' }, ' theo dõi việc thực hiện.']] }
    const change = { version: before.version, since: '2026-12-05', basis: 'Quy định mới', reason: 'Thêm dòng cuối', template }
    const saved = await templates().save(administrator, 'party', 'conclusionNotice', change)
    expect(saved).toMatchObject({ version: before.version + 1, inForce: false, by: 'Lê Thị Thử' })
    await expect(templates().save(administrator, 'party', 'conclusionNotice', change)).rejects.toMatchObject({ code: 'paperTemplateChanged', details: { version: saved.version } })
    await expect(templates().save(administrator, 'party', 'conclusionNotice', { ...change, version: saved.version, since: '2026-11-30' })).rejects.toMatchObject({ code: 'dateOutOfRange' })

    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const { issuing, papers } = house.domains.publishing
    const issue = (at: string) => house.journal.run(meetingId, { actorId: body.clerk.personId, at: new Date(at) }, (tx) => issuing.issue(tx, {
      bodyId: body.bodyId, kind: 'conclusionNotice', abstract: 'Kết luận', recipients: [], content: { chairId: body.chair.personId, clerkId: null, blocks: [{ kind: 'paragraph', text: 'Nội dung.' }] },
    }))
    const closings = async (paperId: string) => JSON.stringify((await papers.accessTo(paperId, body.clerk)).content?.body).includes('theo dõi việc thực hiện')
    const [early, late] = [await issue('2026-12-01T03:00:00.000Z'), await issue('2026-12-05T03:00:00.000Z')]
    expect([await closings(early.paperId), await closings(late.paperId)]).toEqual([false, true])
    now = new Date('2026-12-06T03:00:00.000Z')
    expect((await templates().versions('party', 'conclusionNotice')).map(({ version, inForce: holds }) => [version, holds])).toEqual([[2, true], [1, false]])
    expect(await closings(early.paperId)).toBe(false)
    const audited = await house.archive.owner('audit_entry').where({ action: 'paperTemplate.saved' }).pluck('data')
    expect(audited).toMatchObject([{ style: 'party', kind: 'conclusionNotice', version: 2, reason: 'Thêm dòng cuối' }])
  })

  it('ask for nothing but what stands on the list, in sizes that a page has', async () => {
    const { template } = await inForce('state', 'resolution')
    const allowed = (change: object) => PaperTemplate.safeParse({ ...template, ...change }).success
    expect(allowed({})).toBe(true)
    expect(allowed({ opening: [[{ put: 'password' }]] })).toBe(false)
    expect(allowed({ frame: { ...template.frame, bodySize: 90 } })).toBe(false)
    expect(allowed({ frame: { ...template.frame, numberLabel: 'No' } })).toBe(false)
  })

  it('have signers who are known: of minutes who took them too, of all else the chair alone', async () => {
    const administrator = { ...await house.newPerson(), administrator: true }
    const save = async (kind: PaperKind, signatures: PaperTemplate['signatures']) => {
      const { template, version } = (await templates().versions('state', kind))[0] ?? await inForce('state', kind)
      return templates().save(administrator, 'state', kind, { version, since: '2099-01-01', basis: 'Mẫu thử', reason: 'Đổi người ký', template: { ...template, signatures } })
    }
    const clerk = { who: 'clerk' as const, titles: [['Thư ký']] }
    const chair = { who: 'chair' as const, titles: [['Chủ tịch']] }
    for (const signatures of [{ left: null, right: clerk }, { left: clerk, right: chair }]) {
      await expect(save('resolution', signatures)).rejects.toMatchObject({ code: 'badRequest', details: { reason: 'signers' } })
    }
    expect((await save('minutes', { left: null, right: clerk })).template.signatures.right.who).toBe('clerk')
  })
})
