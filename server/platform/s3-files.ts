import { openAsBlob } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { S3mini, S3ServiceError } from 's3mini'
import { AppError } from './error.ts'
import type { Files } from './files.ts'
import { openIncoming, readingOf, STALE_MS } from './incoming-files.ts'
import { oneAfterTheOther } from './in-turn.ts'
import { openLocalCopies } from './local-copies.ts'

/** A bucket of S3-compatible storage. */
export interface S3Place {
  /** With the bucket in its path, or in its host: `https://s3.example.vn/nghi-su`. */
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** How much of this disk copies for programs may take. */
  copiesBytes: number
}

/** Longer files are sent in parts of that length, four at once; a part that fails is sent again. */
const PART_BYTES = 16 * 1024 ** 2
const LENGTHS_KNOWN = 10_000
const LISTED_AT_ONCE = 1000

/**
 * Content-addressed files in a bucket: `ab/<sha256>`. They come in through this disk, where they are held to what they are, and
 * programs read them from copies here. Throws `storageUnavailable` where the storage gives no answer or refuses.
 */
export async function openS3Files(dataDir: string, { copiesBytes, ...place }: S3Place): Promise<Files> {
  const s3 = new S3mini({ ...place, minPartSize: PART_BYTES })
  const incoming = await openIncoming(path.join(dataDir, 'files', 'incoming'))
  const copies = await openLocalCopies(path.join(dataDir, 'files', 'copies'), copiesBytes)
  const inTurn = oneAfterTheOther()
  /** A kept file never changes, so its length does not either. */
  const lengths = new Map<string, number>()
  const keyOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}`

  function knowLength(sha256: string, bytes: number): number {
    if (lengths.size >= LENGTHS_KNOWN) lengths.delete(lengths.keys().next().value ?? '')
    lengths.set(sha256, bytes)
    return bytes
  }

  async function askLength(sha256: string): Promise<number> {
    return await s3.getContentLength(keyOf(sha256)).catch((error: Error) => { throw notThere(error.cause) ?? unavailable(error) })
  }

  const bytesOf = async (sha256: string) => lengths.get(sha256) ?? knowLength(sha256, await askLength(sha256))

  async function get(sha256: string, range?: { start: number, end: number }): Promise<Readable> {
    const { body } = await s3.getObjectRaw(keyOf(sha256), !range, range?.start, range && range.end + 1)
      .catch((error: unknown) => { throw notThere(error) ?? unavailable(error) })
    // Node's own web streams, under the names of the browser's types.
    return body ? Readable.fromWeb(body as ReadableStream) : Readable.from([])
  }

  const keep: Files['keep'] = (source, limitBytes, accept) =>
    incoming.take(source, limitBytes, accept, async ({ sha256, bytes }, temporary) => {
      // Also where it is there: it is young from now on, and no sweep takes it.
      await inTurn(async () => {
        await s3.putAnyObject(keyOf(sha256), await openAsBlob(temporary)).catch((error: unknown) => { throw unavailable(error) })
        const there = await askLength(sha256)
        if (there !== bytes) throw new Error(`the storage has ${there} bytes of ${bytes}`)
      })
      knowLength(sha256, bytes)
      await copies.adopt(sha256, temporary)
    })

  return {
    keep,

    keepFile: async (localPath) => keep(await readingOf(localPath), Number.MAX_SAFE_INTEGER, async () => {}),

    bytesOf,

    async open(sha256, range) {
      const bytes = await bytesOf(sha256)
      return { stream: await get(sha256, range), bytes }
    },

    local: (sha256) => copies.copyOf(sha256, () => get(sha256)),

    async remove(sha256) {
      await inTurn(() => s3.deleteObject(keyOf(sha256)).catch((error: unknown) => { throw unavailable(error) }))
      lengths.delete(sha256)
      await copies.remove(sha256)
    },

    async sweep(known) {
      let swept = 0
      let token: string | undefined
      do {
        const listed = await s3.listObjectsPaged('/', '', LISTED_AT_ONCE, token)
        if (!listed) throw new Error('the bucket is not there')
        token = listed.nextContinuationToken
        const old = (listed.objects ?? []).filter(({ Key, LastModified }) => /^[0-9a-f]{2}\/[0-9a-f]{64}$/.test(Key) && isStale(LastModified))
          .map(({ Key }) => path.posix.basename(Key))
        if (!old.length) continue
        const inUse = await known(old)
        for (const sha256 of old.filter((one) => !inUse.has(one))) {
          swept += await inTurn(async () => {
            if (!isStale(await keptAt(sha256))) return 0
            await s3.deleteObject(keyOf(sha256))
            lengths.delete(sha256)
            return 1
          })
        }
      } while (token)
      return swept
    },
  }

  async function keptAt(sha256: string): Promise<Date> {
    const listed = await s3.listObjectsPaged('/', keyOf(sha256), 1)
    return listed?.objects?.[0]?.LastModified ?? new Date()
  }
}

const isStale = (at: Date) => Date.now() - at.getTime() > STALE_MS

const unavailable = (cause: unknown) => new AppError('storageUnavailable', {}, { cause })

/** What a file that is not there is on a local disk too. */
function notThere(error: unknown): Error | undefined {
  return error instanceof S3ServiceError && error.status === 404 ? Object.assign(new Error('a kept file is not there', { cause: error }), { code: 'ENOENT' }) : undefined
}
