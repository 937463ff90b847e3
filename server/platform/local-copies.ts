import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Who was given a copy's path reads it within that time, longer than any program of ours runs: until then it stays. */
const IN_USE_MS = 15 * 60_000

export interface LocalCopies {
  /** The path of a copy, made by `fetch` where there is none. What comes is held to its hash. */
  copyOf(sha256: string, fetch: () => Promise<Readable>): Promise<string>
  /** Takes a file of this disk for a copy. */
  adopt(sha256: string, file: string): Promise<void>
  remove(sha256: string): Promise<void>
}

/**
 * Copies of kept files for programs that read from a disk. Those that were not asked for longest go as soon as all of them take
 * more than `limitBytes`; what is in use stays for the while, beyond the limit too.
 */
export async function openLocalCopies(folder: string, limitBytes: number): Promise<LocalCopies> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // What was begun by a process that was killed.
  for (const name of await readdir(folder)) if (!/^[0-9a-f]{64}$/.test(name)) await rm(path.join(folder, name), { force: true })
  const coming = new Map<string, Promise<void>>()
  const placeOf = (sha256: string) => path.join(folder, sha256)

  async function makeRoom(): Promise<void> {
    const found = await Promise.all((await readdir(folder)).map(async (name) => {
      const facts = await stat(path.join(folder, name)).catch(() => undefined)
      return facts ? [{ name, bytes: facts.size, usedMs: facts.mtimeMs }] : []
    }))
    const all = found.flat().sort((a, b) => a.usedMs - b.usedMs)
    let total = all.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const { name, bytes, usedMs } of all) {
      if (total <= limitBytes || Date.now() - usedMs < IN_USE_MS) return
      await rm(path.join(folder, name), { force: true })
      total -= bytes
    }
  }

  async function bring(sha256: string, fetch: () => Promise<Readable>): Promise<void> {
    const temporary = path.join(folder, `coming-${randomUUID()}`)
    try {
      const hash = createHash('sha256')
      await pipeline(await fetch(), async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          hash.update(chunk)
          yield chunk
        }
      }, createWriteStream(temporary, { mode: 0o600 }))
      if (hash.digest('hex') !== sha256) throw new Error('the storage gave another file than was kept')
      await rename(temporary, placeOf(sha256))
    } finally {
      await rm(temporary, { force: true })
    }
    await makeRoom()
  }

  return {
    async copyOf(sha256, fetch) {
      const now = new Date()
      const there = await utimes(placeOf(sha256), now, now).then(() => true, () => false)
      if (!there) {
        const bringing = coming.get(sha256) ?? bring(sha256, fetch).finally(() => coming.delete(sha256))
        coming.set(sha256, bringing)
        await bringing
      }
      return placeOf(sha256)
    },

    async adopt(sha256, file) {
      await rename(file, placeOf(sha256))
      await makeRoom()
    },

    async remove(sha256) {
      await rm(placeOf(sha256), { force: true })
    },
  }
}
