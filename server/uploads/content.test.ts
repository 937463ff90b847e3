import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pdfOf } from '../../tests/support/pdf.ts'
import { docxOf, odpOf, odtOf, odtWithMacro, pngOf, xlsxOf } from '../conversion/test-files.ts'
import { typeOfContent } from './content.ts'
import { archive, MACRO_TYPES, overlappingArchive } from './hostile-files.ts'
import { fileName } from './name.ts'
import { createScanner } from './scanner.ts'

let folder: string
let count = 0
beforeAll(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'uploads-content-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(bytes: Uint8Array | string): Promise<string> {
  const file = path.join(folder, String(count += 1))
  await writeFile(file, bytes)
  return file
}
const typeOf = async (bytes: Uint8Array | string) => await typeOfContent(await write(bytes))
const refusal = (bytes: Uint8Array | string) => typeOf(bytes).then((type) => `taken as ${type}`, (error: { problem?: string }) => error.problem ?? error)

describe('the content of a file', () => {
  it('says what it is, whatever it is called', async () => {
    const of = 'application/vnd.openxmlformats-officedocument.'
    expect(await typeOf(await pdfOf(['Tờ trình']))).toBe('application/pdf')
    expect(await typeOf(await docxOf(['Tờ trình']))).toBe(`${of}wordprocessingml.document`)
    expect(await typeOf(await xlsxOf('Biểu'))).toBe(`${of}spreadsheetml.sheet`)
    expect(await typeOf(odtOf(['Tờ trình']))).toBe('application/vnd.oasis.opendocument.text')
    expect(await typeOf(odpOf('Tờ trình'))).toBe('application/vnd.oasis.opendocument.presentation')
    expect(await typeOf(await pngOf('ảnh'))).toBe('image/png')
  })

  it('is refused where it is none of ours, or no more than begun', async () => {
    expect(await refusal('%PDF-1.7 and no more')).toBe('broken')
    expect(await refusal('<html><script>alert(1)</script></html>')).toBe('type')
    expect(await refusal(Buffer.from('MZ\x90\0', 'latin1'))).toBe('type')
    expect(await refusal(Buffer.from(zipSync({ 'a.txt': strToU8('a') })))).toBe('type')
    const docx = await docxOf(['Tờ trình'])
    expect(await refusal(docx.subarray(0, docx.length - 40))).toBe('broken')
    const damaged = Buffer.from(docx)
    damaged.fill(0xff, 200, 400)
    expect(await refusal(damaged)).toBe('broken')
  })

  it('is refused where it is two files in one', async () => {
    const [pdf, docx, png] = [await pdfOf(['Tờ trình']), await docxOf(['Tờ trình']), await pngOf('ảnh')]
    expect(await refusal(Buffer.concat([pdf, docx]))).toBe('polyglot')
    expect(await refusal(Buffer.concat([png, docx]))).toBe('polyglot')
    expect(await refusal(Buffer.concat([png.subarray(0, 33), Buffer.from('%PDF-1.7'), png.subarray(33)]))).toBe('polyglot')
    expect(await refusal(archive({ mimetype: 'application/vnd.oasis.opendocument.text' }))).toBe('polyglot')
  })

  it('is refused with programs, passwords, or archives inside', async () => {
    expect(await refusal(archive({ 'word/vbaProject.bin': 'x' }))).toBe('macros')
    expect(await refusal(archive({ '[Content_Types].xml': MACRO_TYPES }))).toBe('macros')
    expect(await refusal(odtWithMacro('/tmp/none'))).toBe('macros')
    expect(await refusal(archive({ 'word/embeddings/inner.zip': zipSync({ a: strToU8('a') }) }))).toBe('nested')
    const locked = odtOf(['x']).toString('latin1')
    expect(locked).not.toContain('encryption-data')
    expect(await refusal(Buffer.from(zipSync({
      mimetype: strToU8('application/vnd.oasis.opendocument.text'), 'META-INF/manifest.xml': strToU8('<manifest:encryption-data/>'),
    })))).toBe('encrypted')
    const compound = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(70_000)])
    expect(await refusal(Buffer.concat([compound, Buffer.from('EncryptedPackage', 'utf16le')]))).toBe('encrypted')
    expect(await refusal(compound)).toBe('type')
  })

  it('is refused where it grows beyond measure, or its names lead elsewhere', async () => {
    expect(await refusal(archive({ 'word/media/a.xml': new Uint8Array(34 * 1024 ** 2) }))).toBe('bomb')
    for (const entries of [400, 10_001]) expect(await refusal(overlappingArchive(entries))).toBe('bomb')
    expect(await refusal(archive({ '../../etc/passwd': 'x' }))).toBe('broken')
    expect(await refusal(archive({ '/etc/passwd': 'x' }))).toBe('broken')
    // A directory that lies about a length.
    const lying = archive({ 'word/b.xml': 'b'.repeat(5000) })
    const entry = lying.indexOf(Buffer.from('PK\x01\x02', 'latin1'), lying.lastIndexOf('word/b.xml') - 60)
    lying.writeUInt32LE(10, entry + 24)
    expect(await refusal(lying)).toBe('broken')
  })
})

it('names a file in one line of NFC, without folders and hidden signs', () => {
  expect(fileName('../../etc/passwd')).toBe('passwd')
  expect(fileName('C:\\Tài liệu\\Tờ trình.docx'.normalize('NFD'))).toBe('Tờ trình.docx')
  expect(fileName('a\u0000b\nc\u202Egpj.exe')).toBe('a b c gpj.exe')
  expect([fileName(''), fileName('..'), fileName('x/'), fileName(' \t')]).toEqual(['document', 'document', 'document', 'document'])
  expect(fileName(`${'a'.repeat(300)}.pdf`)).toBe(`${'a'.repeat(236)}.pdf`)
})

describe('the scanner', () => {
  /** Speaks the INSTREAM of clamd: lengths and pieces until a length of zero. Finds what clamd's test file is found by. */
  async function clamd(): Promise<{ server: Server, address: string }> {
    const server = createServer((socket) => {
      let got = Buffer.alloc(0)
      socket.on('data', (chunk) => {
        got = Buffer.concat([got, chunk])
        if (got.toString('latin1') === 'zPING\0') return void socket.end('PONG\0')
        let at = 'zINSTREAM\0'.length
        const pieces: Buffer[] = []
        while (at + 4 <= got.length) {
          const length = got.readUInt32BE(at)
          if (length === 0) return void socket.end(Buffer.concat(pieces).includes('EICAR') ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0')
          if (at + 4 + length > got.length) return
          pieces.push(got.subarray(at + 4, at + 4 + length))
          at += 4 + length
        }
      })
    })
    const address = path.join(folder, `clamd-${count += 1}`)
    await new Promise<void>((resolve) => { server.listen(address, resolve) })
    return { server, address: `unix:${address}` }
  }

  it('tells clean files from others, and takes nothing as clean that it was not told of', async () => {
    const { server, address } = await clamd()
    const scanner = createScanner(address)
    expect(await scanner.isClean(await write('x'.repeat(300_000)))).toBe(true)
    expect(await scanner.isClean(await write(`${'x'.repeat(200_000)}EICAR`))).toBe(false)
    expect(await scanner.answers()).toBe(true)
    await new Promise((resolve) => { server.close(resolve) })
    expect(await scanner.answers()).toBe(false)
    await expect(scanner.isClean(await write('x'))).rejects.toMatchObject({ code: 'scannerUnavailable' })
  })
})
