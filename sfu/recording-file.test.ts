import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as mediasoup from 'mediasoup'
import type { types } from 'mediasoup'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endRecordingProgram, ffmpegRuns, freePortPair, sdpOf, startRecordingProgram } from './ffmpeg.ts'
import { recordProducer, type RecordingFile } from './recording-file.ts'
import { startSender, type TestSender } from './test-sender.ts'
import { MEDIA_CODECS } from './workers.ts'

let folder: string
let worker: types.Worker
let router: types.Router
const senders: TestSender[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'recording-'))
  worker = await mediasoup.createWorker({
    logLevel: 'none', ...(process.env.MEDIASOUP_WORKER_BIN ? { workerBin: process.env.MEDIASOUP_WORKER_BIN } : {}),
  })
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS })
})
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.stop()
  worker.close()
  await rm(folder, { recursive: true, force: true })
})

async function producerOf(kind: 'audio' | 'video'): Promise<types.Producer> {
  const sender = await startSender(router, kind)
  senders.push(sender)
  return sender.producer
}

/** Records, and what was told of the file. */
async function record(producer: types.Producer, name: string) {
  const told: [string, number][] = []
  const tell = (what: string) => (at: number, failed?: boolean) => void told.push([failed ? `${what} by itself` : what, at])
  const file: RecordingFile = await recordProducer({
    producer, router, program: 'ffmpeg', path: path.join(folder, name), log: pino({ level: 'silent' }),
    on: { begun: tell('begun'), paused: tell('paused'), resumed: tell('resumed'), ended: tell('ended') },
  })
  const names = () => told.map(([what]) => what)
  return { file, told, names, begun: () => expect.poll(names, { timeout: 10_000 }).toContain('begun') }
}

/** What a decoder finds in a file. */
function probe(name: string): { frames: number; seconds: number; codec: string } {
  const { stdout } = spawnSync('ffprobe', [
    '-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames:packet=pts_time', '-of', 'json', path.join(folder, name),
  ], { encoding: 'utf8' })
  const { streams: [stream], packets } = JSON.parse(stdout) as {
    streams: { codec_name: string; nb_read_frames: string }[]; packets: { pts_time: string }[]
  }
  return { frames: Number(stream?.nb_read_frames), codec: stream?.codec_name ?? '', seconds: Number(packets.at(-1)?.pts_time) }
}

test('names one stream of this machine', () => {
  expect(sdpOf({ kind: 'video', port: 20_000, payloadType: 101, key: 'key' }))
    .toContain('m=video 20000 RTP/SAVPF 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:key\r\na=rtcp:20001\r\n')
})

test('takes nothing from whoever has not the key', async () => {
  const [port, name] = [await freePortPair(), path.join(folder, 'a.mkv')]
  const stream = { kind: 'audio' as const, port, payloadType: 100, key: randomBytes(30).toString('base64') }
  const program = await startRecordingProgram({ program: 'ffmpeg', stream, path: name, said: () => undefined })
  const socket = createSocket('udp4')
  for (let sequence = 0; sequence < 100; sequence += 1) {
    const packet = Buffer.alloc(40)
    packet.set([0x80, 100])
    packet.writeUInt16BE(sequence, 2)
    packet.writeUInt32BE(sequence * 960, 4)
    packet.writeUInt32BE(1, 8)
    packet[12] = 0xf8
    socket.send(packet, port, '127.0.0.1')
    await wait(20)
  }
  await endRecordingProgram(program)
  socket.close()
  expect((await stat(name).catch(() => undefined))?.size ?? 0).toBe(0)
}, 60_000)

test('tells an absent program', async () => {
  expect(await ffmpegRuns('ffmpeg')).toBe(true)
  expect(await ffmpegRuns('/nowhere/ffmpeg')).toBe(false)
})

test('what is sent is in the files, as it was coded', async () => {
  const [audio, video] = [await producerOf('audio'), await producerOf('video')]
  const recorded = [await record(audio, 'a.mkv'), await record(video, 'v.mkv')]
  for (const one of recorded) await one.begun()
  await wait(2_000)
  await Promise.all(recorded.map(({ file }) => file.end()))
  for (const one of recorded) expect(one.names()).toEqual(['begun', 'ended'])
  const [sound, picture] = [probe('a.mkv'), probe('v.mkv')]
  expect([sound.codec, picture.codec]).toEqual(['opus', 'vp8'])
  expect(sound.frames).toBeGreaterThan(60)
  expect(picture.frames).toBeGreaterThan(15)
}, 60_000)

test('a pause, however long, is a gap in the times of one file', async () => {
  const producer = await producerOf('audio')
  const { file, begun, names } = await record(producer, 'a.mkv')
  await begun()
  await wait(1_000)
  await producer.pause()
  await wait(12_000)
  await producer.resume()
  await wait(1_500)
  await file.end()
  expect(names()).toEqual(['begun', 'paused', 'resumed', 'ended'])
  expect(probe('a.mkv').seconds).toBeGreaterThan(13)
}, 60_000)

test('ends with its producer, and is complete', async () => {
  const producer = await producerOf('video')
  const { begun, names } = await record(producer, 'v.mkv')
  await begun()
  await wait(1_000)
  producer.close()
  await expect.poll(names, { timeout: 10_000 }).toEqual(['begun', 'ended'])
  expect(probe('v.mkv').frames).toBeGreaterThan(5)
}, 60_000)

test('killed in the middle, it leaves what came until then, and says so', async () => {
  const { begun, names } = await record(await producerOf('video'), 'v.mkv')
  await begun()
  await wait(4_500)
  const found = spawnSync('pgrep', ['-f', `file:${folder}/v.mkv`], { encoding: 'utf8' }).stdout.trim()
  process.kill(Number(found), 'SIGKILL')
  await expect.poll(names, { timeout: 10_000 }).toEqual(['begun', 'ended by itself'])
  expect(probe('v.mkv').frames).toBeGreaterThan(10)
}, 60_000)

test('a program that does not start is a failure, and nothing is left', async () => {
  const producer = await producerOf('audio')
  const on = { begun() {}, paused() {}, resumed() {}, ended() {} }
  await expect(recordProducer({
    producer, router, program: '/nowhere/ffmpeg', path: path.join(folder, 'a.mkv'), on, log: pino({ level: 'silent' }),
  })).rejects.toThrow('status 127')
  const { transportIds } = await router.dump()
  expect(transportIds).toHaveLength(1)
}, 60_000)
