import { EventEmitter } from 'node:events'
import { readdir, readFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTimeline, TIMELINE_FILE } from '../protocol/recording-timeline.ts'
import { createRecorder, type RecordedRoom, type Recorder, type RecorderOptions } from './recording.ts'
import { createRoom, type Room } from './room.ts'
import { createSource, type Source } from './source.ts'
import { freePorts } from '../tests/support/ports.ts'
import { startSender, type TestSender } from './test-sender.ts'
import { startWorkers, type WorkerPool } from './workers.ts'

const log = pino({ level: 'silent' })
let folder: string
let pool: WorkerPool
let room: Room
let recorder: Recorder | undefined
const senders: TestSender[] = []
const rooms = new EventEmitter<{ opened: [RecordedRoom] }>()

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'recording-'))
  pool = await startWorkers({
    workers: 1, basePort: await freePorts(1), listenAddress: '127.0.0.1', announcedAddress: '127.0.0.1',
    workerBin: process.env.MEDIASOUP_WORKER_BIN, log,
  })
  room = await createRoom({ id: 'room', pool, screens: 1, log })
})
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.stop()
  recorder?.close()
  room.close()
  pool.close()
  await rm(folder, { recursive: true, force: true })
})

function recording(options: Partial<RecorderOptions> = {}): Recorder {
  recorder = createRecorder({ rooms, roomOf: async () => room, log, ...options })
  return recorder
}

/** Somebody sends, from now on. */
async function sends(peerId: string, source: 'microphone' | 'camera'): Promise<Source> {
  const { router } = room.places.main()
  const sender = await startSender(router, source === 'camera' ? 'video' : 'audio')
  senders.push(sender)
  const made = createSource({ producer: sender.producer, router, peerId, label: `label of ${peerId}`, source })
  room.addSource(made)
  return made
}

const timeline = async () => readTimeline(await readFile(path.join(folder, TIMELINE_FILE), 'utf8'))
const told = async () => (await timeline()).map((line) => [line.event, ...('file' in line ? [line.file] : [])].join(' '))
const until = (line: string) => expect.poll(told, { timeout: 15_000 }).toContain(line)

test('whatever is sent has a file of its own, and the timeline says when', async () => {
  const one = recording()
  await sends('ann', 'microphone')
  expect(await one.start({ room: 'room', recordingId: 'r1', folder })).toBeNull()
  await until('fileBegun 0001-microphone.mkv')
  await sends('binh', 'camera')
  await until('fileBegun 0002-camera.mkv')
  room.events.emit('activeSpeaker', { peerId: 'ann' })
  room.events.emit('activeSpeaker', { peerId: 'ann' })
  expect(one.running()).toEqual([{ recordingId: 'r1', room: 'room', missed: 0 }])
  await one.stop('r1')
  expect(one.running()).toEqual([])
  const lines = await timeline()
  expect(lines[0]?.event).toBe('begun')
  expect(lines.at(-1)).toMatchObject({ event: 'ended', why: 'asked' })
  expect(lines).toContainEqual(expect.objectContaining({ event: 'fileBegun', peer: 'binh', label: 'label of binh', source: 'camera' }))
  expect(lines.filter(({ event }) => event === 'speaker')).toMatchObject([{ peer: 'ann' }])
  expect((await told()).filter((line) => line.startsWith('fileEnded'))).toHaveLength(2)
  expect((await readdir(folder)).toSorted()).toEqual(['0001-microphone.mkv', '0002-camera.mkv', 'timeline.jsonl'])
}, 60_000)

test('who is muted gets a file when first heard; a room that begins later is recorded from its beginning', async () => {
  const one = recording({ roomOf: () => undefined })
  await one.start({ room: 'room', recordingId: 'r1', folder })
  const { router } = room.places.main()
  const sender = await startSender(router, 'audio')
  senders.push(sender)
  await sender.producer.pause()
  room.addSource(createSource({ producer: sender.producer, router, peerId: 'ann', label: '', source: 'microphone' }))
  rooms.emit('opened', room)
  expect(await told()).toEqual(['begun'])
  await sender.producer.resume()
  await until('fileBegun 0001-microphone.mkv')
  await sender.producer.pause()
  await until('paused 0001-microphone.mkv')
  await one.stop('r1')
}, 60_000)

test('beyond the limit it says what is not recorded, and takes it up when a place is free', async () => {
  const one = recording({ mostFiles: 1 })
  const first = await sends('ann', 'microphone')
  await one.start({ room: 'room', recordingId: 'r1', folder })
  await until('fileBegun 0001-microphone.mkv')
  await sends('binh', 'microphone')
  expect(await timeline()).toContainEqual(expect.objectContaining({ event: 'missed', peer: 'binh', why: 'limit' }))
  expect(one.running()).toMatchObject([{ missed: 1 }])
  ;(await first.on(room.places.main().router)).close()
  await until('fileBegun 0002-microphone.mkv')
  await one.stop('r1')
}, 60_000)

test('refuses without the program and without space, and ends when the space runs out', async () => {
  expect(await recording({ program: '/nowhere/ffmpeg' }).start({ room: 'room', recordingId: 'r1', folder })).toBe('ffmpegMissing')
  recorder?.close()
  let free = 1024
  const one = recording({ freeBytes: async () => free, diskCheckMs: 50 })
  expect(await one.start({ room: 'room', recordingId: 'r1', folder })).toBe('storageFull')
  free = 10 * 1024 ** 3
  expect(await one.start({ room: 'room', recordingId: 'r1', folder })).toBeNull()
  expect(one.running()).toHaveLength(1)
  free = 1024
  await expect.poll(() => one.running()).toEqual([])
  expect((await timeline()).at(-1)).toMatchObject({ event: 'ended', why: 'storageFull' })
}, 60_000)

test('a program that fails is told and given up; the recording goes on', async () => {
  const program = path.join(folder, 'program')
  await writeFile(program, '#!/bin/sh\n[ "$1" = -version ]\n', { mode: 0o700 })
  const one = recording({ program })
  await one.start({ room: 'room', recordingId: 'r1', folder })
  await sends('ann', 'microphone')
  await until('missed')
  expect(await timeline()).toContainEqual(expect.objectContaining({ event: 'missed', peer: 'ann', why: 'failed' }))
  expect(one.running()).toMatchObject([{ recordingId: 'r1' }])
}, 60_000)
