import type { EventEmitter } from 'node:events'
import { appendFileSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Logger } from 'pino'
import { TIMELINE_FILE, type TimelineLine } from '../protocol/recording-timeline.ts'
import type { RecordingRefusal, RunningRecording } from '../protocol/media-control.ts'
import { ffmpegRuns } from './ffmpeg.ts'
import { recordProducer, type RecordingFile } from './recording-file.ts'
import type { Room } from './room.ts'
import type { Source } from './source.ts'

/** What a recording needs of a room. */
export type RecordedRoom = Pick<Room, 'id' | 'events' | 'sources' | 'places' | 'activeSpeaker'>

/**
 * Records rooms: whatever is sent goes to a file of its own, and beside them lies the timeline. A room without a
 * recording costs nothing; a recording goes on while its room is empty.
 */
export interface Recorder {
  /** Why a recording in this folder would be refused at this moment; null if it would not. */
  refusal(folder: string): Promise<RecordingRefusal | null>
  /** Begins, with what is sent already; a recording that runs is left alone. */
  start(recording: { room: string; recordingId: string; folder: string }): Promise<RecordingRefusal | null>
  /** Ends it in order. Resolves once every file is complete; at once for one that does not run. */
  stop(recordingId: string): Promise<void>
  running(): RunningRecording[]
  close(): void
}

export interface RecorderOptions {
  /** Tells of rooms that begin: one whose recording runs is recorded. */
  rooms: EventEmitter<{ opened: [RecordedRoom] }>
  /** The room of this id, if there is one now. */
  roomOf(id: string): Promise<RecordedRoom> | undefined
  program?: string
  /** Files written at once, of all recordings here: each is a process of about 50 MB and a pair of ports. */
  mostFiles?: number
  /** How many bytes the disk of a folder has left. */
  freeBytes?: (folder: string) => Promise<number>
  diskCheckMs?: number
  log: Logger
}

interface Recording extends RunningRecording {
  folder: string
  files: number
  open: Map<string, Promise<RecordingFile | undefined>>
  /** How often the program failed, by source: one that fails again and again is given up. */
  failures: Map<string, number>
  /** Sources that were told of as missed. */
  leftOut: Set<string>
  speaker: string | undefined
  attended: RecordedRoom | undefined
  stopped: Promise<void> | undefined
  leave: () => void
}

const FAILURES = 3
/** A recording neither begins nor goes on where the disk has less than this left, in bytes. */
const LEAST_FREE = 2 * 1024 ** 3

async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { rooms, roomOf, program = 'ffmpeg', mostFiles = 64, freeBytes = freeOnDisk, diskCheckMs = 10_000, log } = options
  const recordings = new Map<string, Recording>()
  const filesOpen = () => [...recordings.values()].reduce((sum, { open }) => sum + open.size, 0)

  const hasSpace = async (folder: string) => await freeBytes(folder) >= LEAST_FREE

  async function refusal(folder: string): Promise<RecordingRefusal | null> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!await ffmpegRuns(program)) return 'ffmpegMissing'
    return await hasSpace(folder) ? null : 'storageFull'
  }

  function note({ folder }: Recording, line: TimelineLine): void {
    try {
      appendFileSync(path.join(folder, TIMELINE_FILE), `${JSON.stringify(line)}\n`, { mode: 0o600 })
    } catch (error) {
      log.error({ err: error }, 'timeline of a recording not written')
    }
  }

  /** Begins a file for what is sent now and has none; a muted microphone gets one when it is first heard. */
  function consider(recording: Recording, room: RecordedRoom, source: Source): void {
    const { open, stopped, failures } = recording
    if (stopped || open.has(source.id) || source.closed() || source.paused()) return
    if ((failures.get(source.id) ?? 0) >= FAILURES) return
    if (filesOpen() >= mostFiles) return missed(recording, source, 'limit')
    const file = record(recording, room, source).catch((error: unknown) => {
      log.warn({ recordingId: recording.recordingId, err: error }, 'a source is not recorded')
      open.delete(source.id)
      if (!source.closed()) {
        failures.set(source.id, FAILURES)
        missed(recording, source, 'failed')
      }
      return undefined
    })
    open.set(source.id, file)
  }

  function missed(recording: Recording, { id, peerId, source }: Source, why: 'limit' | 'failed'): void {
    if (recording.leftOut.has(id)) return
    recording.leftOut.add(id)
    recording.missed += 1
    log.warn({ recordingId: recording.recordingId, source, why, mostFiles }, 'a source is not recorded')
    note(recording, { event: 'missed', at: Date.now(), peer: peerId, source, why })
  }

  async function record(recording: Recording, room: RecordedRoom, source: Source): Promise<RecordingFile> {
    recording.files += 1
    const file = `${String(recording.files).padStart(4, '0')}-${source.source}.mkv`
    const { router } = room.places.main()
    const tell = (event: 'paused' | 'resumed' | 'fileEnded') => (at: number) => note(recording, { event, at, file })
    return await recordProducer({
      producer: await source.on(router), router, program, path: path.join(recording.folder, file), log,
      on: {
        begun: (at) => note(recording, {
          event: 'fileBegun', at, file, peer: source.peerId, label: source.label, source: source.source,
        }),
        paused: tell('paused'),
        resumed: tell('resumed'),
        ended(at, failed) {
          note(recording, { event: 'fileEnded', at, file })
          recording.open.delete(source.id)
          if (failed) recording.failures.set(source.id, (recording.failures.get(source.id) ?? 0) + 1)
          // A place is free for whatever was left out for want of one, or this one again.
          for (const one of room.sources.values()) consider(recording, room, one)
        },
      },
    })
  }

  function attend(recording: Recording, room: RecordedRoom): void {
    if (recording.attended === room) return
    recording.attended = room
    const take = (source: Source) => consider(recording, room, source)
    const speaker = ({ peerId }: { peerId: string }) => {
      if (recording.speaker === peerId) return
      recording.speaker = peerId
      note(recording, { event: 'speaker', at: Date.now(), peer: peerId })
      // A cut in the composition begins at a key frame.
      for (const source of room.sources.values()) {
        if (source.peerId === peerId) void recording.open.get(source.id)?.then((file) => file?.refresh())
      }
    }
    room.events.on('sourceAdded', take)
    room.events.on('sourceResumed', take)
    room.events.on('activeSpeaker', speaker)
    recording.leave = () => {
      room.events.off('sourceAdded', take)
      room.events.off('sourceResumed', take)
      room.events.off('activeSpeaker', speaker)
    }
    for (const source of room.sources.values()) take(source)
    const peerId = room.activeSpeaker()
    if (peerId !== undefined) speaker({ peerId })
  }

  async function finish(recording: Recording, why: 'asked' | 'storageFull'): Promise<void> {
    recording.leave()
    await Promise.all([...recording.open.values()].map(async (file) => (await file)?.end()))
    note(recording, { event: 'ended', at: Date.now(), why })
    recordings.delete(recording.recordingId)
  }

  const end = (recording: Recording, why: 'asked' | 'storageFull') => (recording.stopped ??= finish(recording, why))

  const opened = (room: RecordedRoom) => {
    for (const recording of recordings.values()) if (recording.room === room.id && !recording.stopped) attend(recording, room)
  }
  rooms.on('opened', opened)

  const watch = setInterval(() => {
    for (const recording of recordings.values()) {
      hasSpace(recording.folder).then((space) => {
        if (space) return
        log.error({ recordingId: recording.recordingId }, 'the disk is full: recording ended')
        void end(recording, 'storageFull')
      }, (error: unknown) => log.error({ err: error }, 'free space not known'))
    }
  }, diskCheckMs).unref()

  return {
    refusal,

    async start({ room: id, recordingId, folder }) {
      if (recordings.has(recordingId)) return null
      const refused = await refusal(folder)
      if (refused || recordings.has(recordingId)) return refused
      const recording: Recording = {
        recordingId, room: id, folder, files: 0, missed: 0, open: new Map(), failures: new Map(), leftOut: new Set(), speaker: undefined,
        attended: undefined, stopped: undefined, leave: () => undefined,
      }
      recordings.set(recordingId, recording)
      note(recording, { event: 'begun', at: Date.now() })
      const room = await roomOf(id)
      if (room && !recording.stopped) attend(recording, room)
      return null
    },

    async stop(recordingId) {
      const recording = recordings.get(recordingId)
      if (recording) await end(recording, 'asked')
    },

    running: () => [...recordings.values()].map(({ recordingId, room, missed: count }) => ({ recordingId, room, missed: count })),

    close() {
      rooms.off('opened', opened)
      clearInterval(watch)
      for (const recording of recordings.values()) recording.leave()
    },
  }
}
