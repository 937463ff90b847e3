import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { startServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { launchBrowser } from '../../tests/support/browser.ts'
import { framesShown } from '../../tests/support/measure.ts'
import { at, enterRoom, takeSeat, type Seat } from '../../tests/support/seat.ts'
import { freePort } from '../../tests/support/ports.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report, type Table } from '../report.ts'
import { median, percentile, sorted } from '../statistics.ts'
import { installStopwatch, momentsToFirstFrame, type Moment } from './stopwatch.ts'
import { weighScripts, type ScriptWeight } from './weight.ts'

/**
 * `npm run bench:join -- [--joins 30] [--quick]`: from the click on Join in the lobby to the first painted frame of somebody
 * else, with the whole server and real browsers on this machine; and the weight of the scripts on that way.
 */

const GOAL_MS = 1_000
const GOAL_BYTES = 250_000

const { values: options } = parseArgs({ options: { joins: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const joins = Number(options.joins ?? (options.quick ? 5 : 30))

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'bench-join-'))
const server = await startServer(loadConfig({
  PORT: String(await freePort()), DATA_DIR: path.join(dataDir, 'data'), LOG_LEVEL: 'warn',
  MEDIA_PORT: String(await freePort()), MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
}))
const browsers: Browser[] = [await launchBrowser(), await launchBrowser()]
const [near, far] = browsers as [Browser, Browser]

try {
  const sender = await takeSeat(near, server, 'bao')
  const [meeting] = (await (await sender.page.request.get(`${server.origin}/api/meetings`)).json() as { meetings: { id: string }[] }).meetings
  const room = `/meetings/${meeting!.id}`
  await enterRoom(sender, server, room, true)
  const viewer = await takeSeat(far, server, 'nguyet')
  const weight = await weighWayIn(room)
  await joinOnce(viewer, sender, room)
  const timed: Moment[][] = []
  for (let done = 0; done < joins; done += 1) timed.push(await joinOnce(viewer, sender, room))

  const report: Report = {
    benchmark: 'join',
    command: `npm run bench:join${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
    takenAt: new Date().toISOString(), quick: options.quick, machine: describeMachine(), parts: [timesOf(timed), weightOf(weight)],
  }
  for (const part of report.parts) console.log(`${partText(part)}\n`)
  console.log(`Written to ${keep(report)}`)
} finally {
  for (const browser of browsers) await browser.close()
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit(0)

/** Opens the lobby in a page of its own, joins as a person would, leaves; what happened meanwhile. */
async function joinOnce(viewer: Seat, sender: Seat, room: string): Promise<Moment[]> {
  const page = await viewer.context.newPage()
  await installStopwatch(page, sender.personId)
  await page.goto(`${server.origin}${room}/room`)
  await page.locator('[data-testid="camera-preview"][data-camera="on"]').waitFor()
  await page.waitForLoadState('networkidle')
  await page.getByTestId('join-room').click()
  const moments = await momentsToFirstFrame(page)
  await page.getByTestId('leave-room').click()
  await page.waitForURL(`${server.origin}${room}`)
  await page.close()
  return moments
}

/** With an empty cache, from the room's address until one is in. */
async function weighWayIn(room: string): Promise<ScriptWeight> {
  const newcomer = await takeSeat(far, server, 'mai')
  const context = await far.newContext({ locale: 'vi-VN', storageState: await newcomer.context.storageState() })
  await newcomer.context.close()
  const page = await context.newPage()
  const scale = weighScripts(page)
  await page.goto(`${server.origin}${room}/room`)
  const seat: Seat = { ...newcomer, page, context }
  await at(seat, 'join-room').click()
  await at(seat, 'leave-room').waitFor()
  const weight = await scale.stop()
  await framesShown(page, (await personOf('bao')), 'camera', 1)
  await context.close()
  return weight
}

async function personOf(username: string): Promise<string> {
  const account = await server.domains.identity.findAccount(username)
  if (!account) throw new Error(`nobody is named ${username}`)
  return account.person.id
}

function timesOf(timed: Moment[][]): PartReport {
  const totals = sorted(timed.map((moments) => moments.find(({ what }) => what === 'first frame')?.ms ?? Number.NaN))
  const names = [...new Set(timed.flatMap((moments) => moments.map(({ what }) => what)))]
  const firsts = names.map((what) => {
    const times = timed.flatMap((moments) => moments.find((moment) => moment.what === what)?.ms ?? [])
    return { what, times: sorted(times), median: median(times) }
  }).sort((a, b) => a.median - b.median)
  const table: Table = {
    title: 'From the click on Join, each step where it happened first, ms', columns: ['step', 'median', 'p95', 'joins'],
    rows: firsts.map(({ what, times, median: middle }) =>
      [what, format(middle, 0), format(percentile(times, 0.95), 0), String(times.length)]),
  }
  return {
    part: `Joining (${timed.length} joins)`, tables: [table],
    verdicts: [verdict({ what: 'click on Join to first frame, p95', figure: percentile(totals, 0.95), digits: 0, unit: ' ms', atMost: GOAL_MS })],
    remarks: [
      `Median ${format(percentile(totals, 0.5), 0)} ms. Server, media node, sender and viewer share this machine; the network is the loopback.`,
      'Sender and viewer encode their cameras in software, three layers each, in the same cores that are measured.',
    ],
    raw: timed,
  }
}

function weightOf(weight: ScriptWeight): PartReport {
  return {
    part: 'Weight of the scripts on the way in',
    tables: [{
      title: 'The heaviest', columns: ['file', 'gzip, bytes'],
      rows: weight.heaviest.map(({ file, gzip }) => [path.basename(file), String(gzip)]),
    }],
    verdicts: [verdict({ what: 'script from the room’s address until one is in, gzipped', figure: weight.gzip, digits: 0, unit: ' B', atMost: GOAL_BYTES })],
    remarks: [`${weight.files} files; ${weight.sent} bytes as the server sends them (packed by Brotli). Menus and dialogs come in a calm moment after that.`],
    raw: weight,
  }
}
