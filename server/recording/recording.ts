import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { runningRecording, type RecordingState } from '../../protocol/recording.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requirePresiding, type MeetingAccess, type Permission } from '../meetings/access.ts'
import { requireLive } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { MediaNode } from '../platform/media-node.ts'
import type { Composed, Composer } from './composer.ts'
import { COMPOSED, type RecordingFolders } from './folders.ts'
import { createQueue } from './queue.ts'
import { createRetention } from './retention.ts'

type Status = RecordingState['status']

export interface RecordingRow { id: string, meetingId: string, status: Status }

/** Changes are made under the lock of the meeting's journal. */
export interface RecordingsStore {
  /** Gives the id of a recording that runs. */
  insert(trx: Knex.Transaction, meetingId: string, retentionDays: number): Promise<string>
  /** False, and nothing changed, when it is not in one of the states `from`. */
  advance(trx: Knex.Transaction, recordingId: string, step: { from: Status[], to: Status, stoppedAt?: Date }): Promise<boolean>
  find(db: Knex, recordingId: string): Promise<RecordingRow | undefined>
  /** Those that run or are to be composed, oldest first. */
  unfinished(db: Knex): Promise<RecordingRow[]>
  /** Finished ones whose time is over. */
  expired(db: Knex, now: Date): Promise<RecordingRow[]>
  /** Those of these that are not deleted. */
  kept(db: Knex, recordingIds: readonly string[]): Promise<ReadonlyMap<string, Status>>
}

/** What recording asks of the media nodes. */
export type RecordingMedia = Pick<MediaNode, 'checkRecording' | 'reachesRecorder' | 'startRecording' | 'stopRecording' | 'recordings'>

export interface RecordingsDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  access: MeetingAccess
  store: RecordingsStore
  folders: RecordingFolders
  composer: Composer
  /** Undefined where the server runs without a video room. */
  media: RecordingMedia | undefined
  log: Pick<Logger, 'warn' | 'error'>
}

/** What is refused on the node's side, as it is answered. */
const refusals = { ffmpegMissing: 'ffmpegMissing', storageFull: 'recordingDiskFull' } as const

const requireNoGuest: Permission = ({ role }) => {
  if (role === 'guest') throw new AppError('forbiddenInMeeting', { role })
}
const requireClerkOrPresiding: Permission = (access) => {
  if (access.role !== 'clerk') requirePresiding(access)
}
/** Who may do what. That there is a recording, everybody of the meeting sees: they are in it. */
const may = { start: requirePresiding, stop: requirePresiding, watch: requireNoGuest, delete: requireClerkOrPresiding }

/**
 * Recordings of meetings: recording → composing → ready or failed → deleted. The media node writes what is sent, the
 * composer makes one file of it; row and journal change together, and what is to be done outside of them follows after the
 * commit, or at the next look (`supervise`) if this process ended meanwhile.
 */
export function createRecordings({ db, journal, access, store, folders, composer, media, log }: RecordingsDeps) {
  /** Committed as running, and not yet told to the node by this process. */
  const starting = new Set<string>()
  const retention = createRetention({ db, journal, store, folders, log })
  const queue = createQueue({ work: compose, giveUp: (id) => conclude(id, 'notComposed'), log })

  async function close(tx: JournalTx, recordingId: string, why: RecordingState['whyStopped']): Promise<void> {
    const step = { from: ['recording' as const], to: 'composing' as const, stoppedAt: tx.at }
    if (!await store.advance(tx.trx, recordingId, step)) return
    tx.append({ kind: 'recording.stopped', data: { recordingId, why }, audience: { scope: 'meeting' } })
  }

  /** Ends the writing of a recording that was closed, and has it composed. */
  async function settle(recordingId: string): Promise<void> {
    await media?.stopRecording(recordingId).catch((err: unknown) => { log.warn({ recordingId, err }, 'recording not ended at the node yet') })
    queue.add(recordingId)
  }

  async function interrupt({ id, meetingId }: Pick<RecordingRow, 'id' | 'meetingId'>): Promise<void> {
    await journal.run(meetingId, { actorId: null }, (tx) => close(tx, id, 'interrupted'))
    await settle(id)
  }

  /** Throws `recordingNotFound`, also for one of another meeting. */
  async function rowOf(source: Knex, meetingId: string, recordingId: string): Promise<RecordingRow> {
    const row = await store.find(source, recordingId)
    if (!row || row.meetingId !== meetingId || row.status === 'deleted') throw new AppError('recordingNotFound')
    return row
  }

  async function conclude(recordingId: string, outcome: Composed | 'nothingRecorded' | 'notComposed'): Promise<void> {
    const row = await store.find(db, recordingId)
    if (row?.status !== 'composing') return
    await journal.run(row.meetingId, { actorId: null }, async (tx) => {
      const failed = typeof outcome === 'string'
      if (!await store.advance(tx.trx, recordingId, { from: ['composing'], to: failed ? 'failed' : 'ready' })) return
      const audience = { scope: 'meeting' as const }
      if (failed) tx.append({ kind: 'recording.failed', data: { recordingId, why: outcome }, audience })
      else tx.append({ kind: 'recording.composed', data: { recordingId, ...outcome }, audience })
    })
  }

  /** Makes one file of a recording that was closed, and writes down what came of it. */
  async function compose(recordingId: string, signal: AbortSignal): Promise<void> {
    const row = await store.find(db, recordingId)
    if (row?.status !== 'composing') return
    await media?.stopRecording(recordingId).catch((err: unknown) => { log.warn({ recordingId, err }, 'the media node is not there') })
    await conclude(recordingId, await composer.run(recordingId, signal))
    await retention.removeParts(recordingId)
  }

  return {
    /**
     * Journals the decision, and records. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`,
     * `classifiedItem`, `alreadyRecording`, `ffmpegMissing`, `recordingDiskFull`, `recordingElsewhere`,
     * `mediaUnavailable`, `idempotencyKeyReused`.
     */
    async start(
      meetingId: string, caller: Caller, { key, decision, retentionDays }: { key: string, decision: string, retentionDays: number },
    ): Promise<{ recordingId: string }> {
      const found = await access.accessTo(meetingId, caller)
      may.start(found)
      requireLive(found.meeting)
      if (!media) throw new AppError('mediaUnavailable')
      // Asked before, so that nothing is announced that cannot be done.
      if (!media.reachesRecorder(meetingId)) throw new AppError('recordingElsewhere')
      const unable = await media.checkRecording(folders.root)
      if (unable) throw new AppError(refusals[unable])
      const fingerprint = ['recording:start', decision, retentionDays]
      const started = await access.change(meetingId, caller, may.start, { key, fingerprint }, async (tx, { meeting }) => {
        requireLive(meeting)
        const { agenda, recordings } = await tx.state(meetingReducer)
        if (agenda.some(({ classified }) => classified)) throw new AppError('classifiedItem')
        if (runningRecording(recordings)) throw new AppError('alreadyRecording')
        const recordingId = await store.insert(tx.trx, meetingId, retentionDays)
        // Should this be undone, nobody will ask for this id again.
        starting.add(recordingId)
        const data = { recordingId, decision: await tx.text(decision), retentionDays }
        tx.append({ kind: 'recording.started', data, audience: { scope: 'meeting' } })
        return { recordingId }
      })
      const { recordingId } = started
      try {
        // Asked again under its key, it may have ended meanwhile.
        if ((await store.find(db, recordingId))?.status !== 'recording') return started
        const refused = await media.startRecording({ room: meetingId, recordingId, folder: folders.raw(recordingId) })
        if (refused) throw new AppError(refusals[refused])
        return started
      } catch (error) {
        await interrupt({ id: recordingId, meetingId })
        throw error
      } finally {
        starting.delete(recordingId)
      }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `notRecording`, `idempotencyKeyReused`. */
    async stop(meetingId: string, caller: Caller, key: string): Promise<void> {
      const recordingId = await access.change(meetingId, caller, may.stop, { key, fingerprint: 'recording:stop' }, async (tx, { meeting }) => {
        requireLive(meeting)
        const running = runningRecording((await tx.state(meetingReducer)).recordings)
        if (!running) throw new AppError('notRecording')
        await close(tx, running.recordingId, 'asked')
        return running.recordingId
      })
      await settle(recordingId)
    },

    /** A step of closing the meeting; `settleMeeting` follows after the commit. */
    async endAtClosing(tx: JournalTx): Promise<void> {
      const running = runningRecording((await tx.state(meetingReducer)).recordings)
      if (running) await close(tx, running.recordingId, 'meetingClosed')
    },

    async settleMeeting(meetingId: string): Promise<void> {
      const rows = await store.unfinished(db)
      for (const { id } of rows.filter((row) => row.meetingId === meetingId && row.status === 'composing')) await settle(id)
    },

    /** The composed file. Throws `meetingNotFound`, `forbiddenInMeeting`, `recordingNotFound`. */
    async read(meetingId: string, recordingId: string, caller: Caller): Promise<{ root: string, path: string }> {
      may.watch(await access.accessTo(meetingId, caller))
      const { id, status } = await rowOf(db, meetingId, recordingId)
      if (status !== 'ready') throw new AppError('recordingNotFound')
      return { root: folders.root, path: `${id}/${COMPOSED}` }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `recordingNotFound`. */
    async progress(meetingId: string, recordingId: string, caller: Caller): Promise<{ done: number | null }> {
      may.watch(await access.accessTo(meetingId, caller))
      const { id, status } = await rowOf(db, meetingId, recordingId)
      return { done: status === 'ready' ? 1 : composer.progress(id) }
    },

    /** For good. Throws `meetingNotFound`, `forbiddenInMeeting`, `recordingNotFound`, `recordingUnfinished`. */
    async delete(meetingId: string, recordingId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.delete, {}, async (tx) => {
        await rowOf(tx.trx, meetingId, recordingId)
        if (!await store.advance(tx.trx, recordingId, { from: ['ready', 'failed'], to: 'deleted' })) throw new AppError('recordingUnfinished')
        tx.append({ kind: 'recording.deleted', data: { recordingId, why: 'asked' }, audience: { scope: 'meeting' } })
      })
      await folders.remove(recordingId)
    },

    /**
     * Brings the rows, the node and the composer together: what a row says is recorded and no node records was interrupted,
     * what a node records and no row knows is ended, what waits to be composed is taken up.
     */
    async supervise(): Promise<void> {
      const rows = await store.unfinished(db)
      // In this order: what is not among these by now had reached the node before the node is asked.
      const underWay = new Set(starting)
      const running = media ? await media.recordings() : []
      if (!running) return
      const told = new Set(running.map(({ recordingId }) => recordingId))
      for (const row of rows) {
        if (row.status === 'composing') queue.add(row.id)
        else if (!told.has(row.id) && !underWay.has(row.id)) await interrupt(row)
      }
      for (const id of told) if ((await store.find(db, id))?.status !== 'recording') await media?.stopRecording(id)
    },

    deleteExpired: retention.deleteExpired,

    /** Leaves what is composed to the next start. */
    close: () => queue.close(),
  }
}

export type Recordings = ReturnType<typeof createRecordings>
