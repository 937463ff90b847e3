import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** One that old was left by a process that was killed: nothing here takes that long. */
const STALE_MS = 3600_000

/** Folders that programs work in, one each time, gone afterwards: `DATA_DIR/conversion`, beside the files that come of it. */
export async function openWorkFolders(dataDir: string) {
  const root = path.join(dataDir, 'conversion')
  await mkdir(root, { recursive: true, mode: 0o700 })
  for (const name of await readdir(root)) {
    const folder = path.join(root, name)
    const found = await stat(folder).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > STALE_MS) await rm(folder, { recursive: true, force: true })
  }
  const make = () => mkdtemp(path.join(root, 'work-'))
  const drop = (folder: string) => rm(folder, { recursive: true, force: true })
  return {
    /** A folder that whoever asks for it drops. */
    make, drop,
    async within<T>(work: (folder: string) => Promise<T>): Promise<T> {
      const folder = await make()
      return await work(folder).finally(() => drop(folder))
    },
  }
}

export type WorkFolders = Awaited<ReturnType<typeof openWorkFolders>>
