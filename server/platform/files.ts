import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { isOld, openIncoming, readingOf, type KeptFile } from './incoming-files.ts'
import { oneAfterTheOther } from './in-turn.ts'

export type { KeptFile }

export interface Files {
  /**
   * Keeps a stream under its SHA-256, durable when it returns. The bytes go to a temporary file while they are hashed and
   * counted; `accept` may refuse that file by throwing. Whatever fails, nothing is left behind and the rest of the stream is
   * not read. Throws `documentEmpty`, `documentTooLarge` (details `limitBytes`), `uploadIncomplete` for a stream that broke
   * off, `storageFull`, and what `accept` throws.
   */
  keep(source: Readable, limitBytes: number, accept: (temporaryPath: string) => Promise<void>): Promise<KeptFile>
  /** Keeps a file that a program of ours has made on this disk; the original stays. Throws `documentEmpty`, `storageFull`. */
  keepFile(localPath: string): Promise<KeptFile>
  /**
   * The bytes of a kept file, or of the part from `start` to `end`, both included; `bytes` is the length of the whole. A file
   * that is not there is a defect of ours: its row says that it is.
   */
  open(sha256: string, range?: { start: number, end: number }): Promise<{ stream: Readable, bytes: number }>
  /** The length of a kept file. */
  bytesOf(sha256: string): Promise<number>
  /** A path on this disk where a program may read the kept file; nobody writes to it. */
  local(sha256: string): Promise<string>
  /** Deletes a kept file at once: the law asks that it is no longer there. Nothing happens where it is not. */
  remove(sha256: string): Promise<void>
  /**
   * Deletes the kept files that are older than a day and that nobody knows: their upload was refused in the end. Gives how
   * many. `known` tells which of these hashes are in use; a file that is kept again meanwhile is young and stays.
   */
  sweep(known: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>
}

/** Content-addressed files on the local disk: `DATA_DIR/files/ab/<sha256>`. Equal contents are kept once. */
export async function openFiles(dataDir: string): Promise<Files> {
  const root = path.join(dataDir, 'files')
  const incoming = await openIncoming(path.join(root, 'incoming'))
  const inTurn = oneAfterTheOther()
  const placeOf = (sha256: string) => path.join(root, sha256.slice(0, 2), sha256)

  const keep: Files['keep'] = (source, limitBytes, accept) =>
    incoming.take(source, limitBytes, accept, ({ sha256 }, temporary) => inTurn(() => settle(temporary, placeOf(sha256))))

  return {
    keep,

    keepFile: async (localPath) => keep(await readingOf(localPath), Number.MAX_SAFE_INTEGER, async () => {}),

    async open(sha256, range) {
      const { size } = await stat(placeOf(sha256))
      return { stream: await readingOf(placeOf(sha256), range), bytes: size }
    },

    async bytesOf(sha256) {
      return (await stat(placeOf(sha256))).size
    },

    async local(sha256) {
      const place = placeOf(sha256)
      await stat(place)
      return place
    },

    remove: (sha256) => inTurn(() => rm(placeOf(sha256), { force: true })),

    async sweep(known) {
      let swept = 0
      for (const folder of (await readdir(root)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
        const names = await readdir(path.join(root, folder))
        const old = (await Promise.all(names.map(async (name) => await isOld(path.join(root, folder, name)) ? [name] : []))).flat()
        if (!old.length) continue
        const inUse = await known(old)
        for (const name of old.filter((one) => !inUse.has(one))) {
          const file = path.join(root, folder, name)
          swept += await inTurn(async () => {
            if (!await isOld(file)) return 0
            await rm(file)
            return 1
          })
        }
      }
      return swept
    },
  }
}

/** Puts the file in its place, and both it and the place on the disk for good. */
async function settle(temporary: string, place: string): Promise<void> {
  const folder = path.dirname(place)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(temporary, place)
  for (const changed of [folder, path.dirname(folder)]) {
    const handle = await open(changed, 'r')
    await handle.sync().finally(() => handle.close())
  }
}
