import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TIMELINE_FILE, type TimelineLine } from '../../protocol/recording-timeline.ts'
import { createComposer, type Composer } from './composer.ts'
import { openRecordingFolders, type RecordingFolders } from './folders.ts'

let dataDir: string
let folders: RecordingFolders
let composer: Composer
let id: string
const T = 1_800_000_000_000

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'composer-'))
  folders = await openRecordingFolders(dataDir)
  composer = createComposer({ folders })
  id = randomUUID()
  await mkdir(folders.raw(id), { recursive: true })
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const ffmpeg = (...args: string[]) => {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
/** One colour without end, or one tone. */
const picture = (file: string, colour: string, s: number) =>
  ffmpeg('-f', 'lavfi', '-i', `color=c=${colour}:s=320x180:r=15`, '-t', String(s), '-c:v', 'libvpx', '-g', '30', path.join(folders.raw(id), file))
const tone = (file: string, s: number) =>
  ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=440', '-t', String(s), '-c:a', 'libopus', path.join(folders.raw(id), file))

async function timeline(lines: TimelineLine[]): Promise<void> {
  await writeFile(path.join(folders.raw(id), TIMELINE_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
const begun = (s: number, file: string, peer: string): TimelineLine => ({
  event: 'fileBegun', at: T + s * 1000, file, peer, label: '', source: file.slice(5, -4) as 'camera',
})
const ended = (s: number, file: string): TimelineLine => ({ event: 'fileEnded', at: T + s * 1000, file })
const speaks = (s: number, peer: string): TimelineLine => ({ event: 'speaker', at: T + s * 1000, peer })

const run = () => composer.run(id, new AbortController().signal)

/** The colour in the middle of the picture at a moment, red-green-blue. */
function colourAt(s: number): number[] {
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', '-ss', String(s), '-i', folders.composed(id), '-frames:v', '1',
    '-vf', 'crop=2:2,scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'])
  return [...stdout]
}
/** How loud a second is, in dB. */
function loudnessAt(s: number): number {
  const { stderr } = spawnSync('ffmpeg', ['-ss', String(s), '-t', '0.6', '-i', folders.composed(id), '-vn', '-af', 'volumedetect', '-f', 'null', '-'], { encoding: 'utf8' })
  return Number(/mean_volume: (-?[\d.]+)/.exec(stderr)?.[1] ?? -Infinity)
}
function lengthOf(): number {
  const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', folders.composed(id)], { encoding: 'utf8' })
  return Number(stdout)
}

test('shows who speaks and mixes what is heard, each at its time', async () => {
  picture('0001-camera.mkv', 'red', 8)
  picture('0002-camera.mkv', 'blue', 8)
  tone('0003-microphone.mkv', 2)
  await timeline([
    { event: 'begun', at: T }, begun(0, '0001-camera.mkv', 'ann'), begun(0, '0002-camera.mkv', 'binh'), speaks(0, 'ann'), speaks(4, 'binh'),
    begun(5, '0003-microphone.mkv', 'binh'), ended(7, '0003-microphone.mkv'), ended(8, '0001-camera.mkv'), ended(8, '0002-camera.mkv'),
    { event: 'ended', at: T + 8000, why: 'asked' },
  ])
  const composed = await run()
  if (typeof composed === 'string') throw new Error(composed)
  const file = await readFile(folders.composed(id))
  expect(composed).toEqual({ bytes: file.length, seconds: 8, sha256: createHash('sha256').update(file).digest('hex') })
  expect(lengthOf()).toBeCloseTo(8, 0)
  const [red = 0, , blueInRed = 0] = colourAt(2)
  const [redInBlue = 0, , blue = 0] = colourAt(6)
  expect([red > 200, blueInRed < 60, redInBlue < 60, blue > 200]).toEqual([true, true, true, true])
  expect(loudnessAt(2)).toBeLessThan(-60)
  expect(loudnessAt(5.6)).toBeGreaterThan(-40)
}, 180_000)

test('nothing recorded is told', async () => {
  expect(await run()).toBe('nothingRecorded')
  await writeFile(path.join(folders.raw(id), '0001-camera.mkv'), '')
  await timeline([{ event: 'begun', at: T }, begun(0, '0001-camera.mkv', 'ann'), ended(3, '0001-camera.mkv')])
  expect(await run()).toBe('nothingRecorded')
})

test('a node that was killed: what can be read of its files is composed, what cannot stays dark', async () => {
  picture('0001-camera.mkv', 'red', 6)
  const file = path.join(folders.raw(id), '0001-camera.mkv')
  await truncate(file, (await stat(file)).size - 400)
  await writeFile(path.join(folders.raw(id), '0002-camera.mkv'), 'no matroska at all')
  await timeline([begun(0, '0001-camera.mkv', 'ann'), begun(1, '0002-camera.mkv', 'binh'), ended(9, '0002-camera.mkv'), speaks(1, 'binh')])
  const composed = await run()
  if (typeof composed === 'string') throw new Error(composed)
  expect(composed.seconds).toBe(9)
  expect(colourAt(0.5)[0]).toBeGreaterThan(200)
  expect(colourAt(7)[0]).toBeLessThan(60)
}, 180_000)

test('an interrupted one goes on where it was', async () => {
  picture('0001-camera.mkv', 'red', 4)
  picture('0002-camera.mkv', 'blue', 4)
  await timeline([
    begun(0, '0001-camera.mkv', 'ann'), begun(0, '0002-camera.mkv', 'binh'), speaks(0, 'ann'), speaks(2, 'binh'),
    ended(4, '0001-camera.mkv'), ended(4, '0002-camera.mkv'),
  ])
  const interruption = new AbortController()
  const first = composer.run(id, interruption.signal)
  const pictures = async () => (await readdir(folders.work(id)).catch(() => [])).filter((name) => name.endsWith('.webm'))
  await expect.poll(pictures, { interval: 5, timeout: 120_000 }).toContain('picture-000000.webm')
  expect(composer.progress(id)).toBeLessThan(1)
  interruption.abort()
  await expect(first).rejects.toThrow()
  expect(composer.progress(id)).toBeNull()
  const before = path.join(folders.work(id), 'picture-000000.webm')
  await utimes(before, 1, 1)
  expect(await run()).toMatchObject({ seconds: 4 })
  expect((await stat(before)).mtimeMs).toBe(1_000)
}, 180_000)
