import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Id } from '../../protocol/journal.ts'

/** The composed file in the folder of its recording. */
export const COMPOSED = 'recording.webm'

/**
 * Where recordings lie: `DATA_DIR/recordings/<id>`, for the user of the server alone. `raw` is what the media node writes,
 * `work` what the composition makes on its way; both go once the one file is there.
 */
export async function openRecordingFolders(dataDir: string) {
  const root = path.join(dataDir, 'recordings')
  await mkdir(root, { recursive: true, mode: 0o700 })
  const folderOf = (recordingId: string) => path.join(root, Id.parse(recordingId))

  return {
    root,
    raw: (recordingId: string) => path.join(folderOf(recordingId), 'raw'),
    work: (recordingId: string) => path.join(folderOf(recordingId), 'work'),
    composed: (recordingId: string) => path.join(folderOf(recordingId), COMPOSED),
    async removeParts(recordingId: string): Promise<void> {
      for (const part of ['raw', 'work']) await rm(path.join(folderOf(recordingId), part), { recursive: true, force: true })
    },
    remove: (recordingId: string) => rm(folderOf(recordingId), { recursive: true, force: true }),
    /** The recordings that have a folder. */
    list: async () => (await readdir(root)).filter((name) => Id.safeParse(name).success),
  }
}

export type RecordingFolders = Awaited<ReturnType<typeof openRecordingFolders>>
