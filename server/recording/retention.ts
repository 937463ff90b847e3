import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Journal } from '../journal/journal.ts'
import type { RecordingFolders } from './folders.ts'
import type { RecordingRow, RecordingsStore } from './recording.ts'

export interface RetentionDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  store: RecordingsStore
  folders: RecordingFolders
  log: Pick<Logger, 'warn'>
}

/** What of recordings lies on the disk, and no longer than it is to. */
export function createRetention({ db, journal, store, folders, log }: RetentionDeps) {
  /** A recording is composed whether this succeeds or not: what is left goes in the hourly round. */
  async function removeParts(recordingId: string): Promise<void> {
    await folders.removeParts(recordingId).catch((err: unknown) => { log.warn({ recordingId, err }, 'raw files of a recording not removed') })
  }

  async function expire({ id: recordingId, meetingId }: RecordingRow): Promise<void> {
    await journal.run(meetingId, { actorId: null }, async (tx) => {
      if (!await store.advance(tx.trx, recordingId, { from: ['ready', 'failed'], to: 'deleted' })) return
      tx.append({ kind: 'recording.deleted', data: { recordingId, why: 'retention' }, audience: { scope: 'meeting' } })
    })
    await folders.remove(recordingId)
  }

  return {
    removeParts,

    /**
     * Deletes what has been kept as long as was decided, what lies about of deleted ones, and raw files of composed ones.
     * Gives how many were kept long enough.
     */
    async deleteExpired(now: Date): Promise<number> {
      const expired = await store.expired(db, now)
      for (const row of expired) await expire(row)
      const present = await folders.list()
      const kept = await store.kept(db, present)
      for (const id of present) {
        const status = kept.get(id)
        if (status === undefined) await folders.remove(id)
        else if (status === 'ready') await removeParts(id)
      }
      return expired.length
    },
  }
}
