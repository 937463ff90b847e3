import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from './error.ts'
import { systemCode } from './start-error.ts'

/** A file that is kept: what it is addressed by, and its length. */
export interface KeptFile { sha256: string, bytes: number }

/** A kept file that old is no longer waiting for its record. */
export const STALE_MS = 24 * 3600_000

/** Whether it is there and older than a day. */
export async function isOld(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS
}

/** A file of this disk, or a part of it; rejects where it is not there, so that no stream fails before anybody listens. */
export async function readingOf(file: string, range: { start?: number, end?: number } = {}): Promise<Readable> {
  const stream = createReadStream(file, range)
  await once(stream, 'open')
  return stream
}

export interface IncomingFiles {
  /**
   * Takes a stream into a temporary file, hashes and counts it, has it accepted and then settled. Whatever fails, nothing is left
   * behind. Throws as `Files.keep`, and what `settle` throws.
   */
  take(
    source: Readable, limitBytes: number, accept: (temporaryPath: string) => Promise<void>, settle: (kept: KeptFile, temporaryPath: string) => Promise<unknown>,
  ): Promise<KeptFile>
}

/** Where files lie until they are whole; what a killed process left there is cleared away after a day. */
export async function openIncoming(folder: string): Promise<IncomingFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name)
    if (await isOld(file)) await rm(file, { force: true })
  }
  return {
    async take(source, limitBytes, accept, settle) {
      const temporary = path.join(folder, randomUUID())
      try {
        const kept = await receive(source, temporary, limitBytes)
        await accept(temporary)
        await settle(kept, temporary)
        return kept
      } catch (error) {
        throw storageProblem(error)
      } finally {
        await rm(temporary, { force: true })
      }
    },
  }
}

async function receive(source: Readable, temporary: string, limitBytes: number): Promise<KeptFile> {
  const file = await open(temporary, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of chunks(source)) {
      bytes += chunk.length
      if (bytes > limitBytes) throw new AppError('documentTooLarge', { limitBytes })
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    if (bytes === 0) throw new AppError('documentEmpty')
    await file.sync()
    return { sha256: hash.digest('hex'), bytes }
  } finally {
    await file.close()
  }
}

/** The stream's bytes. It is not destroyed when the reader stops early: the connection is still to carry the answer. */
async function* chunks(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) yield chunk
  } catch {
    throw new AppError('uploadIncomplete')
  }
}

function storageProblem(error: unknown): unknown {
  const code = systemCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT' ? new AppError('storageFull', {}, { cause: error }) : error
}
