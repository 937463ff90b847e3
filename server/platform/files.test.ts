import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from './error.ts'
import { openFiles } from './files.ts'

let dataDir: string

beforeEach(async () => { dataDir = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-files-')) })
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const accept = async () => {}
const incoming = () => readdir(path.join(dataDir, 'files', 'incoming'))
const kept = async () => (await readdir(path.join(dataDir, 'files'), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name))

describe('keeping a file', () => {
  it('addresses it by its content and keeps equal contents once', async () => {
    const files = await openFiles(dataDir)
    const content = randomBytes(300_000)
    const pieces = [content.subarray(0, 1), content.subarray(1, 200_000), content.subarray(200_000)]
    const sha256 = createHash('sha256').update(content).digest('hex')
    const both = await Promise.all([files.keep(Readable.from(pieces), 300_000, accept), files.keep(Readable.from([content]), 300_000, accept)])
    expect(both).toEqual([{ sha256, bytes: 300_000 }, { sha256, bytes: 300_000 }])
    expect(await readFile(path.join(files.root, files.relativePath(sha256)))).toEqual(content)
    expect(await kept()).toEqual([`${sha256.slice(0, 2)}/${sha256}`])
    expect(await incoming()).toEqual([])
  })

  it('refuses nothing, too much, and what is not accepted, and leaves nothing behind', async () => {
    const files = await openFiles(dataDir)
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
    const files = await openFiles(dataDir)
    let pieces = 0
    const endless = new Readable({ read() { pieces += 1; this.push(Buffer.alloc(1000)) }, highWaterMark: 1000 })
    await expect(files.keep(endless, 100_000, accept)).rejects.toMatchObject({ code: 'documentTooLarge' })
    expect(pieces).toBeLessThan(110)
    expect(endless.destroyed).toBe(false)
    endless.destroy()
  })

  it('leaves nothing of a stream that breaks off', async () => {
    const files = await openFiles(dataDir)
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
    const files = await openFiles(dataDir)
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
  const files = await openFiles(dataDir)
  const made = path.join(dataDir, 'made.pdf')
  await writeFile(made, 'a page of text')
  const kept = await files.keepFile(made)
  expect(await readFile(made, 'utf8')).toBe('a page of text')
  const text = async (range?: { start: number, end: number }) => {
    const { stream, bytes } = await files.open(kept.sha256, range)
    return { bytes, text: Buffer.concat(await stream.toArray()).toString() }
  }
  expect(await text()).toEqual({ bytes: 14, text: 'a page of text' })
  expect(await text({ start: 2, end: 5 })).toEqual({ bytes: 14, text: 'page' })
  expect(await readFile(await files.local(kept.sha256), 'utf8')).toBe('a page of text')
  const unknown = '0'.repeat(64)
  await expect(files.local(unknown)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(files.open(unknown)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(files.keepFile(path.join(dataDir, 'missing'))).rejects.toThrow()
})

it('clears away what a killed process left, and nothing that is coming in', async () => {
  await openFiles(dataDir)
  const [old, fresh] = ['old', 'fresh'].map((name) => path.join(dataDir, 'files', 'incoming', name))
  for (const file of [old, fresh]) await writeFile(file ?? '', 'x')
  const yesterday = new Date(Date.now() - 25 * 3600_000)
  await utimes(old ?? '', yesterday, yesterday)
  await openFiles(dataDir)
  expect(await incoming()).toEqual(['fresh'])
})

it('sweeps away old files that nobody knows, and none that is known, young or kept again', async () => {
  const files = await openFiles(dataDir)
  const [known, unknown, again] = await Promise.all(['known', 'unknown', 'again'].map((content) => files.keep(Readable.from([Buffer.from(content)]), 100, accept)))
  const young = await files.keep(Readable.from([Buffer.from('young')]), 100, accept)
  if (!known || !unknown || !again) throw new Error('not kept')
  const yesterday = new Date(Date.now() - 25 * 3600_000)
  for (const { sha256 } of [known, unknown, again]) await utimes(path.join(files.root, files.relativePath(sha256)), yesterday, yesterday)
  const asked: string[] = []
  const swept = await files.sweep(async (sha256s) => {
    asked.push(...sha256s)
    // Uploaded anew between the question and the deletion.
    if (sha256s.includes(again.sha256)) await files.keep(Readable.from([Buffer.from('again')]), 100, accept)
    return new Set([known.sha256])
  })
  expect(asked.toSorted()).toEqual([known, unknown, again].map(({ sha256 }) => sha256).toSorted())
  expect(swept).toBe(1)
  for (const { sha256 } of [known, again, young]) await stat(path.join(files.root, files.relativePath(sha256)))
  await expect(stat(path.join(files.root, files.relativePath(unknown.sha256)))).rejects.toMatchObject({ code: 'ENOENT' })
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
