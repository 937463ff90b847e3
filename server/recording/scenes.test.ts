import { expect, test } from 'vitest'
import type { TimelineLine } from '../../protocol/recording-timeline.ts'
import { PIECE_MS, planOf } from './scenes.ts'

const T = 1_800_000_000_000
const begun = (s: number, file: string, peer: string): TimelineLine => ({
  event: 'fileBegun', at: T + s * 1000, file, peer, label: '', source: file.slice(5, -4) as 'camera',
})
const of = (event: 'paused' | 'resumed' | 'fileEnded', s: number, file: string): TimelineLine => ({ event, at: T + s * 1000, file })
const speaks = (s: number, peer: string): TimelineLine => ({ event: 'speaker', at: T + s * 1000, peer })
const [annSound, annCamera, binhCamera, binhScreen] = ['0001-microphone.mkv', '0002-camera.mkv', '0003-camera.mkv', '0004-screen.mkv'] as const

/** `from–to main+inset` in seconds. */
const told = (lines: TimelineLine[], lengths = new Map<string, number>()) => planOf(lines, lengths)?.scenes
  .map(({ from, to, main, inset }) => `${from / 1000}–${to / 1000} ${main?.file ?? '-'}${inset ? `+${inset.file}` : ''}`)

test('nothing recorded is no plan', () => {
  expect(planOf([], new Map())).toBeUndefined()
  expect(planOf([begun(0, annSound, 'ann')], new Map())).toBeUndefined()
})

test('whoever speaks is shown, once they go on speaking; then a shared screen with them beside it', () => {
  expect(told([
    begun(0, annCamera, 'ann'), speaks(0, 'ann'), begun(1, binhCamera, 'binh'), speaks(5, 'binh'), speaks(6, 'ann'), speaks(20, 'binh'),
    begun(30, binhScreen, 'binh'), of('fileEnded', 40, binhScreen), of('fileEnded', 50, annCamera), of('fileEnded', 50, binhCamera),
  ])).toEqual([`0–20 ${annCamera}`, `20–30 ${binhCamera}`, `30–40 ${binhScreen}+${binhCamera}`, `40–50 ${binhCamera}`])
})

test('who speaks without a camera leaves the picture as it is; without any camera it is dark', () => {
  expect(told([
    begun(0, annSound, 'ann'), begun(10, binhCamera, 'binh'), speaks(12, 'ann'), of('paused', 20, binhCamera),
    of('resumed', 30, binhCamera), of('fileEnded', 40, binhCamera), of('fileEnded', 45, annSound),
  ])).toEqual(['0–10 -', `10–20 ${binhCamera}`, '20–30 -', `30–40 ${binhCamera}`, '40–45 -'])
})

test('a file of a killed node is as long as what can be read of it', () => {
  expect(told([begun(0, annCamera, 'ann')], new Map([[annCamera, 7_000]]))).toEqual([`0–7 ${annCamera}`])
})

test('long scenes are made in pieces that leave nothing out', () => {
  const scenes = planOf([begun(0, annCamera, 'ann'), of('fileEnded', 150, annCamera)], new Map())?.scenes ?? []
  expect(scenes.map(({ from, to }) => [from, to])).toEqual([[0, PIECE_MS], [PIECE_MS, 2 * PIECE_MS], [2 * PIECE_MS, 150_000]])
})

test('a camera that is turned on and off without end makes no more scenes than their least length allows', () => {
  const lines = [begun(0, annCamera, 'ann'), begun(0, binhCamera, 'binh'), speaks(0, 'ann')]
  for (let i = 1; i <= 30_000; i += 1) lines.push(of('paused', i * 1.2, annCamera), of('resumed', i * 1.2 + (i % 2 ? 0.3 : 1.1), annCamera))
  const seconds = 30_002 * 1.2
  lines.push(of('fileEnded', seconds, annCamera), of('fileEnded', seconds, binhCamera))
  const scenes = planOf(lines, new Map())?.scenes ?? []
  expect(scenes.length).toBeLessThanOrEqual(seconds / 2 + seconds * 1_000 / PIECE_MS + 1)
  expect(scenes.every(({ from, to }, index) => from < to && from === (scenes[index - 1]?.to ?? 0))).toBe(true)
  expect(scenes.at(-1)?.to).toBe(seconds * 1_000)
})

test('a camera off for a moment stays in the picture, and no change comes before the scene had its time', () => {
  expect(told([
    begun(0, annCamera, 'ann'), of('paused', 10, annCamera), of('resumed', 10.5, annCamera),
    of('paused', 20, annCamera), of('resumed', 21.5, annCamera), of('fileEnded', 30, annCamera),
  ])).toEqual([`0–20 ${annCamera}`, '20–22 -', `22–30 ${annCamera}`])
})

test('what is too short for a single picture is left out, so the pictures are as many as the sound is long', () => {
  const length = (2 * PIECE_MS + 10) / 1_000
  const scenes = planOf([begun(0, annCamera, 'ann'), of('fileEnded', length, annCamera)], new Map())?.scenes ?? []
  expect(scenes.map(({ from, to }) => [from, to])).toEqual([[0, PIECE_MS], [PIECE_MS, 2 * PIECE_MS]])
  expect(planOf([begun(0, annCamera, 'ann'), of('fileEnded', 0.01, annCamera)], new Map())).toBeUndefined()
})
