import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Knex } from 'knex'
import { createConverting, type Converting, type ConvertingDeps } from '../converting.ts'
import { openDatabase } from '../platform/database.ts'
import { openFiles, type Files } from '../platform/files.ts'
import { pdfOf } from '../../tests/support/pdf.ts'
import { freshDatabase, type FreshDatabase } from '../../tests/support/postgres.ts'
import type { RenditionState } from './conversion.ts'
import { docxOf, manyPages, odpOf, odtOf, odtPicturing, odtShowing, odtWithMacro, pdfWithScript, pngOf, scan, xlsxOf } from './test-files.ts'
import { openWorkFolders, type WorkFolders } from './work-folders.ts'

const run = promisify(execFile)
const PDF = 'application/pdf'
const ODT = 'application/vnd.oasis.opendocument.text'
const ODP = 'application/vnd.oasis.opendocument.presentation'
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const stamp = { reader: 'Đặng Thị Ngọc Ánh', at: new Date('2026-11-27T06:52:00Z') }

let database: FreshDatabase
let db: Knex
let dataDir: string
let files: Files
let folders: WorkFolders
let converting: Converting
const deps = (): ConvertingDeps => ({ db, files, folders, jobs: { wake: async () => {} }, log: { warn() {}, error() {} } })

beforeAll(async () => {
  database = await freshDatabase()
  db = openDatabase(database.appUrl)
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'conversion-'))
  files = await openFiles(dataDir)
  folders = await openWorkFolders(dataDir)
  converting = createConverting(deps())
})
afterAll(async () => {
  await converting.close()
  await db.destroy()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

async function keep(bytes: Buffer, mediaType: string): Promise<string> {
  const { sha256 } = await files.keep(Readable.from([bytes]), bytes.length, async () => {})
  await db.transaction((trx) => converting.conversion.register(trx, { sha256, mediaType }))
  return sha256
}

async function settle(by = converting): Promise<void> {
  await by.job.look()
  await by.job.idle()
}

async function stateOf(sha256: string): Promise<RenditionState | undefined> {
  return (await converting.conversion.statesOf(db, [sha256])).get(sha256)
}

async function textOf(pdf: Buffer | string): Promise<string> {
  const place = typeof pdf === 'string' ? pdf : path.join(dataDir, 'look.pdf')
  if (typeof pdf !== 'string') await writeFile(place, pdf)
  return (await run('pdftotext', [place, '-'])).stdout.normalize('NFC')
}

const placeOf = (sha256: string) => path.join(dataDir, 'files', sha256.slice(0, 2), sha256)

/** Processes of LibreOffice that work for this test. */
async function offices(): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes('soffice.bin') && line.includes(dataDir)) found.push(pid)
  }
  return found
}

const nearlyNever = async () => { for (let tries = 0; tries < 100 && (await offices()).length > 0; tries += 1) await wait(50) }

describe('files of every kind', () => {
  it('become PDF with their text by pages; a picture has none', async () => {
    const paragraph = 'Nghị quyết về chuyển đổi số của Tỉnh uỷ'
    const kept = {
      docx: await keep(await docxOf([paragraph, 'Điều 2. Hiệu lực thi hành']), DOCX),
      xlsx: await keep(await xlsxOf('Dự toán kinh phí'), XLSX),
      odt: await keep(odtOf(['Tờ trình số 15']), ODT),
      odp: await keep(odpOf('Báo cáo tiến độ'), ODP),
      png: await keep(await pngOf('nghi-su'), 'image/png'),
      pdf: await keep(await pdfOf(['Trang một', 'Trang hai']), PDF),
    }
    expect(await stateOf(kept.pdf), 'a PDF is readable at once').toMatchObject({ status: 'waiting', pdfSha256: kept.pdf })
    expect(await stateOf(kept.docx)).toMatchObject({ status: 'waiting', pdfSha256: null })
    await settle()
    for (const [kind, sha256] of Object.entries(kept)) {
      const state = await stateOf(sha256)
      expect(state, kind).toMatchObject({ status: 'ready', problem: null, pages: kind === 'pdf' ? 2 : 1, hasText: kind !== 'png' })
      expect((await readFile(placeOf(state?.pdfSha256 ?? ''))).subarray(0, 5).toString(), kind).toBe('%PDF-')
    }
    expect((await stateOf(kept.pdf))?.pdfSha256).toBe(kept.pdf)
    const [text] = await converting.conversion.textsOf(db, kept.docx)
    expect(text).toContain(paragraph)
    expect(text).toBe(text?.normalize('NFC'))
    expect((await converting.conversion.textsOf(db, kept.pdf)).map((one) => one.trim())).toEqual(['Trang một', 'Trang hai'])
    const { pdfSha256 } = await stateOf(kept.docx) ?? {}
    expect(await converting.conversion.knownFiles([kept.docx, pdfSha256 ?? ''])).toEqual(new Set([pdfSha256]))
  })

  it('large PDFs get a copy in which all pages’ entries lie together; others are read byte for byte', async () => {
    const [small, large] = [await keep(manyPages(99), PDF), await keep(manyPages(120), PDF)]
    const broken = await keep(Buffer.concat([manyPages(130), Buffer.from('% a little after the end')]), PDF)
    await settle()
    expect(await stateOf(small)).toMatchObject({ status: 'ready', pages: 99, pdfSha256: small })
    for (const [sha256, pages] of [[large, 120], [broken, 130]] as const) {
      const state = await stateOf(sha256)
      expect(state).toMatchObject({ status: 'ready', pages })
      expect(state?.pdfSha256).not.toBe(sha256)
      const copy = placeOf(state?.pdfSha256 ?? '')
      expect((await readFile(copy)).includes('/ObjStm')).toBe(true)
      expect((await run('qpdf', ['--check', copy])).stdout).toContain('No syntax or stream encoding errors')
      expect((await run('pdfinfo', [copy])).stdout).toMatch(new RegExp(`^Pages: +${pages}$`, 'm'))
    }
    // Known to the sweep of files, with the file that it was made of elsewhere.
    const made = (await stateOf(large))?.pdfSha256 ?? ''
    expect(await converting.conversion.knownFiles([made])).toEqual(new Set([made]))
  })

  it('that seem to bear a level of secrecy are pointed out by their page; words in a sentence are none', async () => {
    const kept: [string, number | null][] = [
      [await keep(await pdfOf(['Tờ trình', 'MẬT\nBáo cáo']), PDF), 2],
      [await keep(odtOf(['Độ mật: Tối mật', 'Công văn']), ODT), 1],
      [await keep(odtOf(['Công tác bảo vệ bí mật nhà nước', 'Tài liệu này không MẬT.']), ODT), null],
    ]
    await settle()
    for (const [sha256, page] of kept) expect((await stateOf(sha256))?.secrecyPage).toBe(page)
  })

  it('are told of once they are settled, and again to whoever attaches the same content later', async () => {
    const told: [string, string][] = []
    let failing = true
    const end = converting.conversion.onSettled(async (sha256, { status }) => {
      if (failing) throw new Error('the listener could not write')
      told.push([sha256, status])
    })
    const sha256 = await keep(await pdfOf(['Được báo']), PDF)
    await settle()
    expect(told).toEqual([])
    failing = false
    await settle()
    await settle()
    expect(told).toEqual([[sha256, 'ready']])
    const before = await db('rendition').where({ status: 'ready' }).max('finished_at')
    await db.transaction((trx) => converting.conversion.register(trx, { sha256, mediaType: PDF }))
    await settle()
    expect(told).toEqual([[sha256, 'ready'], [sha256, 'ready']])
    expect(await db('rendition').where({ status: 'ready' }).max('finished_at'), 'nothing was converted again').toEqual(before)
    end()
  })
})

describe('hostile and broken files', () => {
  it('end as failed with the reason, and are no longer read', async () => {
    const locked = path.join(dataDir, 'locked.pdf')
    await writeFile(path.join(dataDir, 'open.pdf'), await pdfOf(['mật khẩu']))
    await run('qpdf', ['--encrypt', 'secret', 'owner', '256', '--', path.join(dataDir, 'open.pdf'), locked])
    const kept: [string, string][] = [
      [await keep(manyPages(10_000), PDF), 'tooManyPages'],
      [await keep((await pdfOf(['đứt'])).subarray(0, 900), PDF), 'broken'],
      [await keep(await readFile(locked), PDF), 'encrypted'],
      [await keep(Buffer.from('PK\u0003\u0004 no zip at all'), DOCX), 'broken'],
      [await keep(Buffer.from('MZ'), 'application/x-msdownload'), 'typeUnknown'],
    ]
    await settle()
    for (const [sha256, problem] of kept) {
      expect(await stateOf(sha256), problem).toEqual({ status: 'failed', problem, pdfSha256: null, pages: null, hasText: null, secrecyPage: null })
      expect(await converting.conversion.pageImage(sha256, 1, 640, stamp)).toBeUndefined()
    }
  })

  it('a PDF with a script is read as a copy without it; one with restrictions loses them', async () => {
    const restricted = path.join(dataDir, 'restricted.pdf')
    await writeFile(path.join(dataDir, 'free.pdf'), await pdfOf(['Chỉ được in']))
    await run('qpdf', ['--encrypt', '', 'owner', '256', '--modify=none', '--', path.join(dataDir, 'free.pdf'), restricted])
    const scripted = await keep(pdfWithScript(), PDF)
    const bound = await keep(await readFile(restricted), PDF)
    await settle()
    for (const [sha256, text] of [[scripted, 'Harmless words'], [bound, 'Chỉ được in']] as const) {
      const state = await stateOf(sha256)
      expect(state).toMatchObject({ status: 'ready', pages: 1, hasText: true })
      expect(state?.pdfSha256).not.toBe(sha256)
      const plain = (await run('qpdf', ['--qdf', '--object-streams=disable', placeOf(state?.pdfSha256 ?? ''), '-'], { encoding: 'latin1' })).stdout
      expect(plain).not.toMatch(/JavaScript|\/JS|\/Encrypt/)
      expect(await textOf(placeOf(state?.pdfSha256 ?? ''))).toContain(text)
    }
  })

  it('no macro runs, and no other file of the server is drawn into a document', async () => {
    const [secret, ran] = [path.join(dataDir, 'secret.txt'), path.join(dataDir, 'ran.txt')]
    await writeFile(secret, 'KHOA-BI-MAT-CUA-MAY-CHU')
    const macro = await keep(odtWithMacro(ran), ODT)
    const showing = await keep(odtShowing(pathToFileURL(secret).href), ODT)
    const portrait = path.join(dataDir, 'secret.png')
    await writeFile(portrait, await pngOf('KHOA-BI-MAT'))
    const picturing = await keep(odtPicturing(pathToFileURL(portrait).href), ODT)
    await settle()
    const drawn = await stateOf(picturing)
    expect(drawn).toMatchObject({ status: 'ready', hasText: true })
    expect((await run('pdfimages', ['-list', placeOf(drawn?.pdfSha256 ?? '')])).stdout.trim().split('\n')).toHaveLength(2)
    expect(await converting.conversion.textsOf(db, macro)).toEqual([expect.stringContaining('Văn bản có macro')])
    await expect(access(ran)).rejects.toThrow()
    const texts = (await converting.conversion.textsOf(db, showing)).join('\n')
    expect(texts).toContain('Công văn thường')
    expect(texts).not.toContain('KHOA-BI-MAT')
  })
})

describe('what interrupts a conversion', () => {
  it('one that hangs is ended with all its processes, and reported', async () => {
    const sha256 = await keep(odtOf(['Văn bản chạy mãi']), ODT)
    const hurried = createConverting({ ...deps(), limits: { office: { wallMs: 150, memoryBytes: 4 * 1024 ** 3, fileBytes: 1024 ** 3 } } })
    await settle(hurried)
    await hurried.close()
    expect(await stateOf(sha256)).toMatchObject({ status: 'failed', problem: 'tookTooLong' })
    expect(await offices()).toEqual([])
    expect(await readdir(path.join(dataDir, 'conversion'))).toEqual([])
  })

  it('a server that is killed in it leaves no process behind, and another one goes on: nothing lost, nothing doubled', async () => {
    const sha256 = await keep(odtOf(Array.from({ length: 2_000 }, (_, index) => `Đoạn ${index + 1} của báo cáo`)), ODT)
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'test-converter.ts'), database.appUrl, dataDir], { stdio: 'inherit' })
    while ((await offices()).length === 0) await wait(20)
    child.kill('SIGKILL')
    await nearlyNever()
    expect(await offices()).toEqual([])
    expect(await stateOf(sha256)).toMatchObject({ status: 'running' })
    await settle()
    expect(await stateOf(sha256), 'its claim still holds').toMatchObject({ status: 'running' })
    await db('rendition').update({ claimed_until: new Date(0) }).where({ status: 'running' })
    await settle()
    const state = await stateOf(sha256)
    expect(state).toMatchObject({ status: 'ready', hasText: true })
    const texts = await converting.conversion.textsOf(db, sha256)
    expect(texts).toHaveLength(state?.pages ?? 0)
    expect([...texts.join('\n').matchAll(/^Đoạn (\d+) của báo cáo$/gm)].map(([, number]) => Number(number)))
      .toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1))
    expect(await db('rendition').where({ sha256: Buffer.from(sha256, 'hex') }).first('attempts')).toEqual({ attempts: 2 })
  })

  it('one that takes its server with it again and again is given up; one that is stopped in order counts as not begun', async () => {
    const sha256 = await keep(odtOf(['Văn bản làm sập']), ODT)
    const hash = Buffer.from(sha256, 'hex')
    const stopping = createConverting(deps())
    await stopping.job.look()
    while ((await offices()).length === 0) await wait(20)
    await stopping.close()
    expect(await db('rendition').where({ sha256: hash }).first('status', 'attempts')).toEqual({ status: 'waiting', attempts: 0 })
    await db('rendition').where({ sha256: hash }).update({ attempts: 3 })
    await settle()
    expect(await stateOf(sha256)).toMatchObject({ status: 'failed', problem: 'crashed' })
  })

  it('where a program is missing the file is unavailable, and is taken up once the program has come', async () => {
    const [text, pdf] = [await keep(odtOf(['Chờ chương trình']), ODT), await keep(await pdfOf(['Đọc ngay']), PDF)]
    const before = process.env['PATH']
    const said: unknown[] = []
    const poor = createConverting({ ...deps(), log: { error() {}, warn: (...words: unknown[]) => { said.push(words) } } })
    process.env['PATH'] = '/nowhere'
    try {
      await settle(poor)
      await poor.close()
      expect(said).toContainEqual([{ missing: ['pdfinfo', 'pdftotext', 'pdftocairo', 'pdftoppm', 'qpdf'] }, expect.stringContaining('operations.md')])
      expect(await stateOf(text)).toMatchObject({ status: 'unavailable', problem: 'programMissing', pdfSha256: null })
      expect(await stateOf(pdf), 'a PDF is still read as it is').toMatchObject({ status: 'unavailable', pdfSha256: pdf })
    } finally {
      process.env['PATH'] = before
    }
    await settle()
    expect(await stateOf(text)).toMatchObject({ status: 'ready' })
    expect(await stateOf(pdf)).toMatchObject({ status: 'ready' })
  })
})

describe('what leaves the server', () => {
  it('carries reader and time on every page, upright, whatever the sizes of pages', async () => {
    const sha256 = await keep(scan(), PDF)
    await settle()
    expect(await stateOf(sha256)).toMatchObject({ pages: 2, hasText: false })
    const foldersBefore = await readdir(path.join(dataDir, 'conversion'))
    const copy = await converting.conversion.stampedPdf(sha256, stamp)
    if (!copy) throw new Error('no copy was made')
    const bytes = await buffer(copy.stream)
    expect(bytes).toHaveLength(copy.bytes)
    const pages = (await textOf(bytes)).split('\f').slice(0, 2)
    for (const page of pages) expect(page.replace(/\s+/g, ' ')).toContain('Đặng Thị Ngọc Ánh · 27/11/2026 13:52')
    expect((await run('qpdf', ['--check', path.join(dataDir, 'look.pdf')])).stdout).toContain('File is linearized')

    const stamped = await converting.conversion.pageImage(sha256, 2, 640, stamp)
    const other = await converting.conversion.pageImage(sha256, 2, 640, { ...stamp, reader: 'Lê Văn Tám' })
    for (const image of [stamped, other]) expect(image?.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    const frame = stamped?.indexOf(Buffer.from([0xff, 0xc0, 0x00, 0x11])) ?? -1
    expect([stamped?.readUInt16BE(frame + 7), stamped?.readUInt16BE(frame + 5)], 'as wide as asked for, lying').toEqual([640, expect.closeTo(452, -1)])
    const digest = (image: Buffer | undefined) => createHash('sha256').update(image ?? '').digest('hex')
    expect(digest(stamped), 'each reader has an image of their own').not.toBe(digest(other))
    if (process.env['KEEP_IMAGES']) {
      await writeFile(path.join(process.env['KEEP_IMAGES'], 'page.jpg'), stamped ?? '')
      await writeFile(path.join(process.env['KEEP_IMAGES'], 'copy.pdf'), bytes)
    }
    expect(await converting.conversion.pageImage(sha256, 3, 640, stamp)).toBeUndefined()
    await wait(50)
    expect(await readdir(path.join(dataDir, 'conversion')), 'no copy is left on the disk').toEqual(foldersBefore)
  })

  it('is nothing once the file is forgotten', async () => {
    const sha256 = await keep(await pdfOf(['Bị thu hồi']), PDF)
    await settle()
    await db.transaction((trx) => converting.conversion.forget(trx, sha256))
    expect(await stateOf(sha256)).toBeUndefined()
    expect(await converting.conversion.textsOf(db, sha256)).toEqual([])
    expect(await converting.conversion.stampedPdf(sha256, stamp)).toBeUndefined()
  })
})

it('folders of a server that was killed are swept at a later start, and no younger ones', async () => {
  const root = path.join(dataDir, 'conversion')
  await mkdir(path.join(root, 'work-old', 'profile'), { recursive: true })
  await mkdir(path.join(root, 'work-young'))
  const long = new Date(Date.now() - 2 * 3600_000)
  await utimes(path.join(root, 'work-old'), long, long)
  await openWorkFolders(dataDir)
  const left = await readdir(root)
  expect(left).toContain('work-young')
  expect(left).not.toContain('work-old')
})
