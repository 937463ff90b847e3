import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startS3 } from '../../tests/support/s3-server.ts'
import { AppError } from './error.ts'
import { openFiles, type Files } from './files.ts'
import { openS3Files } from './s3-files.ts'

let dataDir: string
let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => { s3 = await startS3() })
afterAll(() => s3.stop())
beforeEach(async () => { dataDir = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-files-')) })
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true })
  s3.objects.clear()
  s3.requests.length = 0
})

const MB = 1024 ** 2
const accept = async () => {}
const incoming = () => readdir(path.join(dataDir, 'files', 'incoming'))
const placeOf = (sha256: string) => path.join(dataDir, 'files', sha256.slice(0, 2), sha256)
const yesterday = () => new Date(Date.now() - 25 * 3600_000)
const bytesIn = async (files: Files, sha256: string, range?: { start: number, end: number }) =>
  Buffer.concat(await (await files.open(sha256, range)).stream.toArray() as Buffer[])
const openBucket = (copiesBytes = 100 * MB) => openS3Files(dataDir, { ...s3.place, copiesBytes })

/** Both storages, and how a test looks behind them. */
const storages = [{
  name: 'the local disk',
  open: () => openFiles(dataDir),
  kept: async () => (await readdir(path.join(dataDir, 'files'), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name)),
  age: async (sha256: string) => utimes(placeOf(sha256), yesterday(), yesterday()),
}, {
  name: 'a bucket',
  open: () => openBucket(),
  kept: async () => [...s3.objects.keys()],
  age: async (sha256: string) => { s3.objects.get(`${sha256.slice(0, 2)}/${sha256}`)!.at = yesterday() },
}]

describe.each(storages)('files on $name', ({ open, kept, age }) => {
  describe('keeping a file', () => {
    it('addresses it by its content and keeps equal contents once', async () => {
      const files = await open()
      const content = randomBytes(300_000)
      const pieces = [content.subarray(0, 1), content.subarray(1, 200_000), content.subarray(200_000)]
      const sha256 = createHash('sha256').update(content).digest('hex')
      const both = await Promise.all([files.keep(Readable.from(pieces), 300_000, accept), files.keep(Readable.from([content]), 300_000, accept)])
      expect(both).toEqual([{ sha256, bytes: 300_000 }, { sha256, bytes: 300_000 }])
      expect(await bytesIn(files, sha256)).toEqual(content)
      expect(await kept()).toEqual([`${sha256.slice(0, 2)}/${sha256}`])
      expect(await incoming()).toEqual([])
    })

    it('refuses nothing, too much, and what is not accepted, and leaves nothing behind', async () => {
      const files = await open()
      await expect(files.keep(Readable.from([]), 10, accept)).rejects.toMatchObject({ code: 'documentEmpty' })
      await expect(files.keep(Readable.from([Buffer.alloc(11)]), 10, accept)).rejects.toMatchObject({ code: 'documentTooLarge', details: { limitBytes: 10 } })
      const refuse = async (temporary: string) => {
        expect(await readFile(temporary, 'utf8')).toBe('text')
        throw new AppError('documentNotPdf')
      }
      await expect(files.keep(Readable.from([Buffer.from('text')]), 10, refuse)).rejects.toMatchObject({ code: 'documentNotPdf' })
      expect(await incoming()).toEqual([])
      expect(await kept()).toEqual([])
    })

    it('stops reading at the limit, and leaves the stream to whoever owns it', async () => {
      const files = await open()
      let pieces = 0
      const endless = new Readable({ read() { pieces += 1; this.push(Buffer.alloc(1000)) }, highWaterMark: 1000 })
      await expect(files.keep(endless, 100_000, accept)).rejects.toMatchObject({ code: 'documentTooLarge' })
      expect(pieces).toBeLessThan(110)
      expect(endless.destroyed).toBe(false)
      endless.destroy()
    })

    it('leaves nothing of a stream that breaks off', async () => {
      const files = await open()
      async function* broken() {
        yield Buffer.from('%PDF-1.7')
        throw new Error('aborted')
      }
      await expect(files.keep(Readable.from(broken()), 1000, accept)).rejects.toMatchObject({ code: 'uploadIncomplete' })
      const cut = new Readable({ read() {} })
      cut.push(Buffer.from('%PDF-1.7'))
      setImmediate(() => cut.destroy())
      await expect(files.keep(cut, 1000, accept)).rejects.toMatchObject({ code: 'uploadIncomplete' })
      expect(await incoming()).toEqual([])
    })

    it('never holds a file in memory', async () => {
      const files = await open()
      const piece = Buffer.alloc(64 * 1024, 7)
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      function* pieces() {
        for (let index = 0; index < 1600; index += 1) {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          yield piece
        }
      }
      expect(await files.keep(Readable.from(pieces()), 200_000_000, accept)).toMatchObject({ bytes: 1600 * piece.length })
      expect(most).toBeLessThan(20_000_000)
    })
  })

  it('gives a kept file whole, in part and as a path, and keeps one of this disk beside its original', async () => {
    const files = await open()
    const made = path.join(dataDir, 'made.pdf')
    await writeFile(made, 'a page of text')
    const file = await files.keepFile(made)
    expect(await readFile(made, 'utf8')).toBe('a page of text')
    const text = async (range?: { start: number, end: number }) => {
      const { stream, bytes } = await files.open(file.sha256, range)
      return { bytes, text: Buffer.concat(await stream.toArray()).toString() }
    }
    expect(await text()).toEqual({ bytes: 14, text: 'a page of text' })
    expect(await text({ start: 2, end: 5 })).toEqual({ bytes: 14, text: 'page' })
    expect(await readFile(await files.local(file.sha256), 'utf8')).toBe('a page of text')
    expect(await files.bytesOf(file.sha256)).toBe(14)
    const unknown = '0'.repeat(64)
    await expect(files.local(unknown)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(files.open(unknown)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(files.keepFile(path.join(dataDir, 'missing'))).rejects.toThrow()
  })

  it('clears away what a killed process left, and nothing that is coming in', async () => {
    await open()
    const [old, fresh] = ['old', 'fresh'].map((name) => path.join(dataDir, 'files', 'incoming', name))
    for (const file of [old, fresh]) await writeFile(file ?? '', 'x')
    await utimes(old ?? '', yesterday(), yesterday())
    await open()
    expect(await incoming()).toEqual(['fresh'])
  })

  it('sweeps away old files that nobody knows, and none that is known, young or kept again', async () => {
    const files = await open()
    const [known, unknown, again] = await Promise.all(['known', 'unknown', 'again'].map((content) => files.keep(Readable.from([Buffer.from(content)]), 100, accept)))
    const young = await files.keep(Readable.from([Buffer.from('young')]), 100, accept)
    if (!known || !unknown || !again) throw new Error('not kept')
    for (const { sha256 } of [known, unknown, again]) await age(sha256)
    const asked: string[] = []
    const swept = await files.sweep(async (sha256s) => {
      asked.push(...sha256s)
      // Uploaded anew between the question and the deletion.
      if (sha256s.includes(again.sha256)) await files.keep(Readable.from([Buffer.from('again')]), 100, accept)
      return new Set([known.sha256])
    })
    expect(asked.toSorted()).toEqual([known, unknown, again].map(({ sha256 }) => sha256).toSorted())
    expect(swept).toBe(1)
    expect((await kept()).map((name) => path.basename(name)).toSorted()).toEqual([known, again, young].map(({ sha256 }) => sha256).toSorted())
    await files.remove(known.sha256)
    await files.remove(known.sha256)
    await expect(files.bytesOf(known.sha256)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(files.local(known.sha256)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})


describe('a bucket', () => {
  it('gets large files in parts, again where a part fails, and its readers single ranges', async () => {
    const files = await openBucket()
    const content = randomBytes(40 * MB)
    s3.failures.push({ method: 'PUT', status: 503, times: 2 })
    const { sha256 } = await files.keep(Readable.from([content]), 100 * MB, accept)
    expect(s3.requests.filter((one) => /^PUT .*partNumber=/.test(one))).toHaveLength(3 + 2)
    expect(s3.uploads.size).toBe(0)
    expect((await files.open(sha256, { start: 20 * MB, end: 20 * MB + 99 })).bytes).toBe(content.length)
    expect(await bytesIn(files, sha256, { start: 20 * MB, end: 20 * MB + 99 })).toEqual(content.subarray(20 * MB, 20 * MB + 100))
    const again = await openBucket()
    expect(await again.bytesOf(sha256)).toBe(content.length)
    s3.requests.length = 0
    for (let times = 0; times < 3; times += 1) await bytesIn(again, sha256, { start: times, end: times + 9 })
    expect(s3.requests.map((one) => one.split(' ')[0])).toEqual(['GET', 'GET', 'GET'])
  })

  it('that fails keeps nothing half, and says so', async () => {
    const files = await openBucket()
    s3.failures.push({ method: 'PUT', status: 500, times: 100 })
    await expect(files.keep(Readable.from([Buffer.from('x')]), 10, accept)).rejects
      .toMatchObject({ code: 'storageUnavailable', cause: { message: expect.stringContaining('500') } })
    s3.failures.length = 0
    expect([s3.objects.size, s3.uploads.size, (await incoming()).length]).toEqual([0, 0, 0])
    await expect(openS3Files(dataDir, { ...s3.place, secretAccessKey: 'wrong', copiesBytes: MB }).then((wrong) => wrong.keep(Readable.from([Buffer.from('x')]), 10, accept)))
      .rejects.toMatchObject({ code: 'storageUnavailable', cause: { message: expect.stringContaining('SignatureDoesNotMatch') } })
  })

  it('is read by programs from copies here, which are whole, few, and fetched once', async () => {
    const files = await openBucket()
    const contents = [1, 2, 3].map((fill) => Buffer.alloc(MB, fill))
    const kept = await Promise.all(contents.map((content) => files.keep(Readable.from([content]), 2 * MB, accept)))
    const copies = path.join(dataDir, 'files', 'copies')
    await rm(copies, { recursive: true })
    const fresh = await openBucket(2 * MB)
    s3.requests.length = 0
    const [first] = await Promise.all([fresh.local(kept[0]!.sha256), fresh.local(kept[0]!.sha256)])
    expect(await readFile(first)).toEqual(contents[0])
    expect(s3.requests).toHaveLength(1)
    // In use: beyond the limit too.
    for (const { sha256 } of kept) await fresh.local(sha256)
    expect(await readdir(copies)).toHaveLength(3)
    const longAgo = new Date(Date.now() - 3600_000)
    for (const { sha256 } of kept.slice(0, 2)) await utimes(path.join(copies, sha256), longAgo, longAgo)
    await fresh.keep(Readable.from([Buffer.alloc(MB, 4)]), 2 * MB, accept)
    expect((await readdir(copies)).includes(kept[2]!.sha256)).toBe(true)
    expect(await readdir(copies)).toHaveLength(2)
    expect(await readFile(await fresh.local(kept[1]!.sha256))).toEqual(contents[1])

    await rm(path.join(copies, kept[0]!.sha256), { force: true })
    s3.objects.set(`${kept[0]!.sha256.slice(0, 2)}/${kept[0]!.sha256}`, { body: Buffer.from('another'), at: new Date() })
    await expect(fresh.local(kept[0]!.sha256)).rejects.toThrow('another file')
    expect((await readdir(copies)).filter((name) => name.startsWith('coming'))).toEqual([])
  })
})

/** A disk of one megabyte, where the machine lets a test have one. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it('says that the disk is full, and leaves nothing behind', async (context) => {
  if (!mountSmallDisk(dataDir)) return context.skip('no right to mount a disk here')
  try {
    await chmod(dataDir, 0o700)
    const files = await openFiles(dataDir)
    await expect(files.keep(Readable.from([Buffer.alloc(2_000_000)]), 5_000_000, accept)).rejects.toMatchObject({ code: 'storageFull' })
    expect(await incoming()).toEqual([])
    expect(await files.keep(Readable.from([Buffer.alloc(1000)]), 5_000_000, accept)).toMatchObject({ bytes: 1000 })
  } finally {
    execFileSync('umount', [dataDir])
  }
})
