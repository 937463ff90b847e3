import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { startMediaRoom } from '../../tests/support/media-room.ts'
import { format, verdict, type PartReport } from '../report.ts'
import { percentile, sorted } from '../statistics.ts'

/** From the kill of a media worker to the first new picture at a viewer, in real browsers. */

const LONGEST_WAIT_MS = 30_000
const LOOK_MS = 10

const trackOf = (page: Page) => page.evaluate(() => window.session.remoteMedia().find(({ source }) => source === 'camera')?.track?.id)
const frames = (page: Page) => page.evaluate(() => window.presented['speaker/camera'] ?? 0)

/** Resolves to the ms since `from` once a frame of another track than `before` is shown; NaN if it takes too long. */
async function pictureBack(viewer: Page, before: string | undefined, from: number): Promise<number> {
  let shownBefore: number | undefined
  for (;;) {
    if (performance.now() - from > LONGEST_WAIT_MS) return Number.NaN
    const track = await trackOf(viewer)
    if (track !== undefined && track !== before) {
      const shown = await frames(viewer)
      shownBefore ??= shown
      if (shown > shownBefore) return performance.now() - from
    }
    await wait(LOOK_MS)
  }
}

export async function measureWorkerKills(kills: number): Promise<PartReport> {
  const media = await startMediaRoom({ workers: 1 })
  try {
    const speaker = await media.open('bench', 'speaker')
    await speaker.evaluate(() => window.session.start('camera'))
    const viewer = await media.open('bench', 'viewer')
    while (await frames(viewer) === 0) await wait(LOOK_MS)
    const times: number[] = []
    for (let kill = 0; kill < kills; kill += 1) {
      await wait(1_000)
      const before = await trackOf(viewer)
      const [pid] = (await media.processes()).workers
      if (pid === undefined) throw new Error('no media worker lives')
      const from = performance.now()
      process.kill(pid, 'SIGKILL')
      times.push(await pictureBack(viewer, before, from))
    }
    const back = sorted(times.filter(Number.isFinite))
    const p95 = times.some(Number.isNaN) && back.length < 0.95 * kills ? Number.NaN : percentile(back, 0.95)
    return {
      part: 'kill -9 of the media worker', tables: [{
        title: 'From the kill to the next picture at a viewer (Chromium), ms', columns: ['kills', 'came back', 'median', 'p95', 'longest'],
        rows: [[`${kills}`, `${back.length}`, format(percentile(back, 0.5), 0), format(p95, 0), format(back.at(-1) ?? Number.NaN, 0)]],
      }],
      verdicts: [verdict({ what: 'p95', figure: p95 / 1_000, atMost: 3, unit: ' s' })],
      remarks: ['One worker carries the room, so every kill takes all media; the node replaces it and both browsers make their media anew.'],
      raw: times,
    }
  } finally {
    await media.stop()
  }
}
