import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launchBrowser } from '../../tests/support/browser.ts'
import { at, enterRoom, takeSeat, type Seat } from '../../tests/support/seat.ts'
import { freePort } from '../../tests/support/ports.ts'
import { format, verdict, type PartReport } from '../report.ts'
import { percentile, sorted } from '../statistics.ts'

/** From the start of a new server, after a kill -9 of the old one, to a room that is as before; media goes on meanwhile. */

const PROGRAM = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const LONGEST_WAIT_MS = 60_000
/** A room that is cut again within seconds is tried with growing pauses; what is measured is a room that stood. */
const STANDING_MS = 6_000

interface Running { child: ChildProcess; origin: string; password: string }

async function start(env: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text })
  for (let waited = 0; waited < LONGEST_WAIT_MS; waited += 20) {
    const ready = /ready (\S+)/.exec(said)
    if (ready?.[1]) return { child, origin: ready[1], password: /with the password (\S+)/.exec(said)?.[1] ?? '' }
    if (child.exitCode !== null) break
    await wait(20)
  }
  child.kill('SIGKILL')
  throw new Error(`the server did not start:\n${said}`)
}

/** Both ways stand, and nothing is said to be cut. */
async function whole({ page }: Seat): Promise<boolean> {
  return await page.evaluate(() => {
    const line = document.querySelector<HTMLElement>('[data-testid="room-connection"]')
    return line?.dataset.media === 'connected' && line.textContent.trim() === ''
  })
}

/** Frames of all pictures that were shown so far. */
const shown = ({ page }: Seat) => page.evaluate(() => [...document.querySelectorAll('video')]
  .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0))

export async function measureServerKills(kills: number): Promise<PartReport> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-recovery-'))
  const env = {
    ...process.env, DATA_DIR: path.join(folder, 'data'), PORT: String(await freePort()), MEDIA_PORT: String(await freePort()),
    MEDIA_WORKERS: '1', LOG_LEVEL: 'warn',
  }
  const browser = await launchBrowser()
  let running = await start(env)
  try {
    const house = { origin: running.origin, demo: { password: running.password } }
    const chair = await takeSeat(browser, house, 'bao')
    const clerk = await takeSeat(browser, house, 'nhan.khong')
    const answer = await chair.page.request.get(`${house.origin}/api/meetings?status=published`)
    const { meetings: [meeting] } = await answer.json() as { meetings: { id: string }[] }
    for (const seat of [chair, clerk]) await enterRoom(seat, house, `/meetings/${meeting?.id}`, false)
    while (await shown(chair) === 0) await wait(50)
    const times: number[] = []
    let stood = 0
    for (let kill = 0; kill < kills; kill += 1) {
      await wait(STANDING_MS)
      running.child.kill('SIGKILL')
      await once(running.child, 'exit')
      const before = await shown(chair)
      await wait(2_000)
      if (await shown(chair) > before) stood += 1
      const from = performance.now()
      running = await start(env)
      while (!(await whole(chair) && await whole(clerk))) {
        if (performance.now() - from > LONGEST_WAIT_MS) throw new Error('the room did not come back')
        await wait(20)
      }
      times.push(performance.now() - from)
    }
    const present = await at(chair, 'quorum').first().innerText()
    const back = sorted(times)
    const p95 = percentile(back, 0.95)
    return {
      part: 'kill -9 of the server', tables: [{
        title: 'From the start of the next server to a whole room at two browsers, ms',
        columns: ['kills', 'pictures went on', 'median', 'p95', 'longest'],
        rows: [[`${kills}`, `${stood}`, format(percentile(back, 0.5), 0), format(p95, 0), format(back.at(-1) ?? Number.NaN, 0)]],
      }],
      verdicts: [verdict({ what: 'p95', figure: p95 / 1_000, atMost: 5, unit: ' s' })],
      remarks: ['The embedded PostgreSQL and the media node live on and are taken over; the time has the start of the program in it.'],
      raw: { times, stood, present },
    }
  } finally {
    await browser.close()
    running.child.kill('SIGTERM')
    await once(running.child, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
}
