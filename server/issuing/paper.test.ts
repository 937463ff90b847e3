import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderDocx } from './docx.ts'
import { textWidth } from './fonts.ts'
import { layoutPaper } from './layout.ts'
import { paperName, type Paper, type PaperBlock } from './paper.ts'
import { renderPdf } from './pdf.ts'

const run = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'papers-'))
})
afterAll(() => rm(folder, { recursive: true }))

const long = 'Các đại biểu thảo luận về kết quả 6 tháng đầu năm, nhiệm vụ 6 tháng cuối năm; ghi nhận những nỗ lực, chỉ rõ việc chậm.'
const body: PaperBlock[] = [
  { kind: 'listItem', text: 'Thời gian: bắt đầu lúc 08 giờ 00 phút, ngày 08 tháng 6 năm 2026.' },
  { kind: 'heading', text: '1. Thành phần hội nghị' },
  { kind: 'subheading', text: '1.1. Đại biểu chính thức' },
  ...Array.from({ length: 30 }, (_, index): PaperBlock => ({ kind: index % 2 ? 'listItem' : 'paragraph', text: `${index + 1}. ${long}` })),
  { kind: 'heading', text: '3. Kết luận' },
  { kind: 'paragraph', text: '' },
  { kind: 'paragraph', text: 'Dòng thứ nhất\nDòng thứ hai' },
]
const party: Paper = {
  style: 'party', superior: 'Tỉnh uỷ Bình Giang', issuer: 'Ban Thường vụ', number: 7, symbol: 'BB/TU', place: 'Bình Giang',
  date: '2026-06-08T09:00:00.000Z', type: 'Biên bản', abstract: 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026', body,
  signatures: [{ title: 'Người ghi biên bản', name: 'Trương Ngọc Uyển' }, { title: 'Chủ trì', name: 'Lê Hoài Đăng' }],
  recipients: ['Các đồng chí dự hội nghị', 'Lưu văn phòng'], draft: false,
  foot: `Mã nhật ký hội nghị (SHA-256): ${'0123456789abcdef'.repeat(4)}`,
}
const state: Paper = {
  ...party, style: 'state', superior: 'Uỷ ban nhân dân tỉnh Bình Giang', issuer: 'Hội đồng Khoa học và Công nghệ',
  symbol: 'BB-HĐKHCN', number: 112,
}
const draft: Paper = { ...party, number: null, date: null, foot: null, draft: true }

/** What the paper says, in the order of reading. */
const said: [string, Paper, string[]][] = [
  ['party', party, [
    'TỈNH UỶ BÌNH GIANG', 'BAN THƯỜNG VỤ', '*', 'ĐẢNG CỘNG SẢN VIỆT NAM', 'Số 07-BB/TU',
    'Bình Giang, ngày 08 tháng 6 năm 2026', 'BIÊN BẢN', 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026', '-----',
  ]],
  ['state', state, [
    'UỶ BAN NHÂN DÂN TỈNH BÌNH GIANG', 'HỘI ĐỒNG KHOA HỌC VÀ CÔNG NGHỆ',
    'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc',
    'Số: 112/BB-HĐKHCN', 'Bình Giang, ngày 08 tháng 6 năm 2026', 'BIÊN BẢN', 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026',
  ]],
  ['draft', draft, [
    'TỈNH UỶ BÌNH GIANG', 'BAN THƯỜNG VỤ', '*', 'ĐẢNG CỘNG SẢN VIỆT NAM', 'Số …-BB/TU', 'DỰ THẢO', 'Bình Giang, ngày … tháng … năm …',
    'BIÊN BẢN', 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026', '-----',
  ]],
]

function expected(paper: Paper, head: string[]): string[] {
  const text = paper.body.flatMap((block) => block.kind === 'table' ? block.rows.flat()
    : block.text.split('\n').map((line) => block.kind === 'listItem' ? `- ${line}` : line))
  const shown = text.flatMap((line) => line ? [line] : paper.draft ? [expect.stringMatching(/^…{20,}$/)] : [])
  return [
    ...head, ...shown, 'NGƯỜI GHI BIÊN BẢN', 'Trương Ngọc Uyển', 'CHỦ TRÌ', 'Lê Hoài Đăng',
    'Nơi nhận:', '- Các đồng chí dự hội nghị;', '- Lưu văn phòng.',
  ]
}

const printed = new Map<Paper, { docx: Promise<Buffer>, pdf: Promise<Buffer> }>()

/** Each paper is printed once. */
function print(paper: Paper) {
  const files = printed.get(paper) ?? { docx: renderDocx(paper), pdf: renderPdf(paper) }
  printed.set(paper, files)
  return files
}

async function parts(paper: Paper) {
  const files = unzipSync(await print(paper).docx)
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))
}

function paragraphsOf(xml: string): string[] {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' }
  return (xml.match(/<w:p[ >].*?<\/w:p>/gs) ?? [])
    .map((paragraph) => [...paragraph.matchAll(/<w:t[^>]*>(.*?)<\/w:t>/gs)].map(([, text]) => text).join(''))
    .map((text) => text.replace(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity))
    .filter((text) => text)
}

async function pdfFile(name: string, paper: Paper): Promise<string> {
  const file = path.join(folder, `${name}.pdf`)
  await writeFile(file, await print(paper).pdf)
  return file
}

describe.each(said)('a %s paper', (name, paper, head) => {
  it('says as DOCX what it says, in order', async () => {
    const { 'word/document.xml': document = '' } = await parts(paper)
    expect(paragraphsOf(document)).toEqual(expected(paper, head))
  })

  it('says the same as PDF, with selectable text', async () => {
    const { 'word/document.xml': document = '' } = await parts(paper)
    const { stdout } = await run('pdftotext', ['-raw', '-enc', 'UTF-8', await pdfFile(name, paper), '-'])
    const pages = stdout.split('\f').filter((page) => page.trim())
    expect(pages.length).toBeGreaterThan(1)
    // Page numbers above, and the foot line beneath, stand once a page.
    const lines = pages.flatMap((page, index) => {
      const rows = page.trim().split('\n')
      if (paper.foot !== null) expect(rows.filter((row) => row === paper.foot)).toHaveLength(1)
      const inner = rows.filter((row) => row !== paper.foot)
      if (index > 0) expect(inner.filter((row) => row === String(index + 1))).toHaveLength(1)
      return index > 0 ? inner.filter((row) => row !== String(index + 1)) : inner
    })
    const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim()
    expect(squeeze(lines.join(' '))).toBe(squeeze(paragraphsOf(document).join(' ')))
    expect(pages[0]).not.toMatch(/^1$/m)
  })

  it('embeds its fonts in the PDF', async () => {
    const { stdout } = await run('pdffonts', [await pdfFile(name, paper)])
    const rows = stdout.trim().split('\n').slice(2)
    expect(rows.length).toBeGreaterThanOrEqual(3)
    for (const row of rows) expect(row).toMatch(/^[A-Z]{6}\+Tinos-\S+ .* yes yes yes /)
  })

  it('is A4', async () => {
    const { stdout } = await run('pdfinfo', [await pdfFile(name, paper)])
    expect(stdout).toMatch(/Page size:\s+595.28 x 841.89 pts \(A4\)/)
    const { 'word/document.xml': document = '' } = await parts(paper)
    expect(document).toMatch(/<w:pgSz w:w="11906" w:h="16838"/)
  })
})

describe('the layout', () => {
  it('names Times New Roman, in the sizes of 36-HD/VPTW', async () => {
    const { 'word/document.xml': document = '', 'word/styles.xml': styles = '' } = await parts(party)
    expect(new Set([...`${document}${styles}`.matchAll(/w:ascii="([^"]*)"/g)].map(([, font]) => font))).toEqual(new Set(['Times New Roman']))
    const runOf = (text: string) => document.match(new RegExp(`<w:r>(?:(?!</w:r>).)*>${text}</w:t></w:r>`))?.[0] ?? ''
    for (const [text, size, bold, italics] of [
      ['ĐẢNG CỘNG SẢN VIỆT NAM', 15, true, false], ['TỈNH UỶ BÌNH GIANG', 14, false, false], ['BAN THƯỜNG VỤ', 14, true, false],
      ['Số 07-BB/TU', 14, false, false], ['Bình Giang, ngày 08 tháng 6 năm 2026', 14, false, true], ['BIÊN BẢN', 16, true, false],
      ['Nơi nhận:', 14, false, false], ['- Lưu văn phòng\\.', 12, false, false],
    ] as const) {
      const found = runOf(text)
      expect(found, text).toContain(`<w:sz w:val="${size * 2}"/>`)
      expect(found.includes('<w:b/>'), text).toBe(bold)
      expect(found.includes('<w:i/>'), text).toBe(italics)
    }
  })

  it('draws the rule beneath the title as long as the title', () => {
    for (const [paper, text, size] of [[party, 'ĐẢNG CỘNG SẢN VIỆT NAM', 15], [state, 'Độc lập - Tự do - Hạnh phúc', 14]] as const) {
      const title = layoutPaper(paper).letterhead[0]?.[1].find((line) => line.text === text)
      expect(title?.rule).toBeCloseTo(textWidth(text, { size, bold: true }))
    }
  })

  it('numbers the pages at the top from the second one on', async () => {
    const files = await parts(party)
    expect(files['word/document.xml']).toContain('<w:titlePg/>')
    const headers = Object.entries(files).filter(([name]) => /^word\/header\d+\.xml$/.test(name)).map(([, xml]) => xml.includes('PAGE'))
    expect(headers.toSorted()).toEqual([false, true])
  })

  it('leaves no heading at the foot of a page, with a line beneath every page or without, and no heading above another one there', async () => {
    const stranded: string[] = []
    const lines = (of: string, count: number) => Array.from({ length: count }, (_, index): PaperBlock => ({ kind: 'paragraph', text: `${of} ${index}` }))
    for (let before = 20; before < 27; before += 1) {
      const written: PaperBlock[] = [...lines('Trước', before), { kind: 'heading', text: 'Mục một' }, { kind: 'subheading', text: 'Mục hai' }, ...lines('Giữa', 28), { kind: 'heading', text: 'Mục ba' }, ...lines('Sau', 9)]
      const { stdout } = await run('pdftotext', ['-raw', await pdfFile('headings', { ...party, body: written, foot: before % 2 ? null : party.foot }), '-'])
      for (const page of stdout.normalize('NFC').split('\f')) {
        const last = page.split('\n').filter((line) => line.trim() && !line.startsWith('Mã nhật ký') && !/^\d+$/.test(line.trim())).at(-1) ?? ''
        if (last.startsWith('Mục')) stranded.push(`${before}: ${last}`)
      }
    }
    expect(stranded).toEqual([])
  })

  it('keeps the last words, the signatures and the recipients on one page', async () => {
    for (let blocks = 18; blocks < 30; blocks += 2) {
      const file = await pdfFile('end', { ...party, body: [...body.slice(0, blocks), { kind: 'paragraph', text: 'Hội nghị kết thúc.' }] })
      const { stdout } = await run('pdftotext', ['-raw', file, '-'])
      const last = stdout.split('\f').filter((page) => page.trim()).at(-1) ?? ''
      for (const text of ['Hội nghị kết thúc.', 'CHỦ TRÌ', 'Lê Hoài Đăng', '- Lưu văn phòng.']) expect(last).toContain(text)
    }
  })

  it('takes text apart for what it is: no markup, no control characters, composed letters', async () => {
    const nasty = { ...party, abstract: 'A & B <w:p/> “\u0007” Hô\u0323i nghi\u0323 \uFFFE' }
    const { 'word/document.xml': document = '' } = await parts(nasty)
    expect(paragraphsOf(document)).toContain('A & B <w:p/> “ ” Hội nghị  ')
    const { stdout } = await run('pdftotext', ['-raw', await pdfFile('nasty', nasty), '-'])
    expect(stdout).toContain('A & B <w:p/> “ ” Hội nghị')
  })

  it('gives the same bytes of a published paper whenever it is fetched', async () => {
    expect(Buffer.compare(await renderPdf(party), await print(party).pdf)).toBe(0)
  })
})

describe('signatures', () => {
  it('are whole wherever a page ends, with recipients beneath them or without', { timeout: 120_000 }, async () => {
    const lost: string[] = []
    for (let lines = 8; lines < 44; lines += 1) {
      const written = Array.from({ length: lines }, (_, index): PaperBlock => ({ kind: 'paragraph', text: `Dòng ${index}` }))
      const file = path.join(folder, `signed-${lines}.pdf`)
      await writeFile(file, await renderPdf({ ...party, body: written, recipients: lines % 2 ? party.recipients : [], foot: null }))
      const { stdout } = await run('pdftotext', ['-layout', file, '-'])
      const words = party.signatures.flatMap((one) => [one?.title.toLocaleUpperCase('vi') ?? '', one?.name ?? ''])
      for (const word of words) if (!stdout.normalize('NFC').includes(word)) lost.push(`${lines}: ${word}`)
    }
    expect(lost).toEqual([])
  })
})

describe('the name of the file', () => {
  it.each([
    [party, 'Biên bản số 07-BB-TU'],
    [state, 'Biên bản số 112-BB-HĐKHCN'],
    [draft, 'Dự thảo biên bản Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026'],
    [{ ...draft, abstract: '../../etc/passwd\r\nX: "1"' }, 'Dự thảo biên bản ..-..-etc-passwd X- -1-'],
  ])('%#', (paper, name) => {
    expect(paperName(paper)).toBe(name)
  })
})
