import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Letterhead } from '../../protocol/bodies.ts'
import { renderDocx } from '../issuing/docx.ts'
import { renderPdf } from '../issuing/pdf.ts'
import { invitationPaper, type InvitationSheet } from './invitation-paper.ts'

const run = promisify(execFile)
let folder: string
beforeAll(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-giay-moi-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

const letterheads: Record<'party' | 'state', Letterhead> = {
  party: { style: 'party', superior: 'Tỉnh uỷ Bình Giang', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' },
  state: { style: 'state', superior: 'UBND tỉnh Bình Giang', issuer: 'Hội đồng Khoa học', minutesSymbol: 'BB-HĐKH', place: 'Bình Giang' },
}
const sheet = (style: 'party' | 'state', more: Partial<InvitationSheet> = {}): InvitationSheet => ({
  letterhead: letterheads[style], symbol: style === 'party' ? 'GM/TU' : 'GM-HĐKH',
  text: {
    abstract: 'Hội nghị thường kỳ tháng 6', opening: 'Ban Thường vụ Tỉnh uỷ trân trọng kính mời các đồng chí dự hội nghị:',
    prepare: 'Nghiên cứu trước tài liệu.', contact: 'Trương Ngọc Uyển, Phó Chánh Văn phòng', signerTitle: 'T/M BAN THƯỜNG VỤ\nPhó Bí thư Thường trực',
    signerName: 'Phạm Thuỳ Nhiên', recipients: 'Như thành phần mời\nLưu Văn phòng',
  },
  title: 'Hội nghị thường kỳ tháng 6', place: 'Phòng họp số 1', startsAt: '2026-06-08T01:00:00.000Z', plannedMinutes: 210, mode: 'hybrid',
  chair: 'Lê Hoài Đăng, Bí thư Tỉnh uỷ', members: ['Trần Đức Lam, Trưởng ban'], guests: ['Cao Thị Khuê, Giám đốc Sở Tài chính'], sites: ['Điểm cầu xã Suối Lam'],
  items: [
    { itemId: 'a', level: 0, title: 'Phân bổ vốn đầu tư công', presenter: 'Cao Thị Khuê' }, { itemId: 'b', level: 1, title: 'Danh mục dự án', presenter: null },
    { itemId: 'c', level: 0, title: 'Công tác cán bộ', presenter: null },
  ],
  replaces: null, ...more,
})
const issue = { number: 7, issuedAt: '2026-06-01T02:00:00.000Z' }

async function said(paper: ReturnType<typeof invitationPaper>): Promise<{ pdf: string, docx: string }> {
  const file = path.join(folder, `${Math.random()}.pdf`)
  await writeFile(file, await renderPdf(paper))
  const { stdout } = await run('pdftotext', ['-layout', file, '-'])
  const xml = strFromU8(unzipSync(new Uint8Array(await renderDocx(paper)))['word/document.xml'] ?? new Uint8Array())
  const docx = [...xml.matchAll(/<w:p[ >].*?<\/w:p>/gs)].map(([one]) => [...one.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1]).join('')).join('\n')
  return { pdf: stdout.replace(/\s+/g, ' '), docx }
}

describe('a giấy mời', () => {
  it.each([
    ['party', ['ĐẢNG CỘNG SẢN VIỆT NAM', 'TỈNH UỶ BÌNH GIANG', 'BAN THƯỜNG VỤ', 'Số 07-GM/TU', 'Đề nghị các đồng chí dự đúng thành phần']],
    ['state', ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'HỘI ĐỒNG KHOA HỌC', 'Số: 07/GM-HĐKH', 'Đề nghị các đại biểu dự đúng thành phần']],
  ] as const)('of the %s has everything that is asked of it, in both files alike', async (style, own) => {
    const { pdf, docx } = await said(invitationPaper(sheet(style), issue, 'all'))
    const parts = [
      ...own, 'Bình Giang, ngày 01 tháng 6 năm 2026', 'GIẤY MỜI', 'Hội nghị thường kỳ tháng 6', '1. Thành phần', 'Lê Hoài Đăng, Bí thư Tỉnh uỷ',
      'Thành viên dự họp: Trần Đức Lam', 'Mời dự: Cao Thị Khuê', 'Điểm cầu: Điểm cầu xã Suối Lam', '2. Nội dung', '1) Phân bổ vốn đầu tư công (Cao Thị Khuê trình bày)',
      '1.1) Danh mục dự án', '2) Công tác cán bộ', '08 giờ 00 phút, thứ hai, ngày 08 tháng 6 năm 2026; dự kiến 3 giờ 30 phút', 'Địa điểm: Phòng họp số 1',
      'Nghiên cứu trước tài liệu', 'Trương Ngọc Uyển', 'PHÓ BÍ THƯ THƯỜNG TRỰC', 'Phạm Thuỳ Nhiên', 'Nơi nhận:', '- Như thành phần mời;', '- Lưu Văn phòng.',
    ]
    for (const part of parts) {
      expect(docx).toContain(part)
      expect(pdf).toContain(part)
    }
  })

  it('is a draft without a number until it is issued', async () => {
    const { pdf } = await said(invitationPaper(sheet('party'), null, 'all'))
    expect(pdf).toContain('Số …-GM/TU')
    expect(pdf).toContain('DỰ THẢO')
  })

  it('names the one that it takes the place of', async () => {
    expect((await said(invitationPaper(sheet('party', { replaces: '05-GM/TU' }), issue, 'all'))).pdf).toContain('thay thế Giấy mời số 05-GM/TU')
  })

  it('shows a guest of single items these alone, numbered by themselves', async () => {
    const { docx } = await said(invitationPaper(sheet('party'), issue, ['c']))
    expect(docx).toContain('1) Công tác cán bộ')
    expect(docx).not.toContain('Phân bổ vốn')
  })

  it('invites hundreds by their number, and is set also without recipients', async () => {
    const members = Array.from({ length: 300 }, (_, index) => `Đại biểu ${index}, Uỷ viên`)
    const long = sheet('party', { members })
    const { pdf } = await said(invitationPaper({ ...long, text: { ...long.text, recipients: '' } }, issue, 'all'))
    expect(pdf).toContain('Thành viên dự họp: 300 đồng chí theo danh sách triệu tập')
    expect(pdf).not.toContain('Nơi nhận')
  })
})
