import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { startServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { launchBrowser } from '../../tests/support/browser.ts'
import { framesShown, mediaAddresses } from '../../tests/support/measure.ts'
import { enterRoom, takeSeat } from '../../tests/support/seat.ts'
import { freePort } from '../../tests/support/ports.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report } from '../report.ts'
import { openUdpRelay, type Stretch } from './relay.ts'

/**
 * `npm run bench:network -- [--quick]`: how long a picture stands still on a bad network, with the whole server, real
 * browsers, and a relay between them and the media node that loses and delays packets.
 */

const NODE = '127.0.0.1'
/** Where browsers are told to send their media: the relay. */
const RELAY = '127.0.0.2'
const GOAL_PERCENT = 1
const SETTLE_MS = 10_000

const good: Stretch = { loss: 0, delayMs: 0 }
const slow: Stretch = { loss: 0, delayMs: 50 }
const bad: Stretch = { loss: 0.03, delayMs: 50 }
/** From the same run: what the machine itself does to the picture; the viewer's network bad; everybody's network bad. */
const cases = [
  { name: 'no loss, no delay (control)', up: good, down: good, goal: false },
  { name: '3 % lost towards browsers, 50 ms each way', up: slow, down: bad, goal: true },
  { name: '3 % lost in both directions, 50 ms each way', up: bad, down: bad, goal: true },
]

const { values: { quick } } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const seconds = quick ? 15 : 60

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'bench-network-'))
const mediaPort = await freePort()
const server = await startServer(loadConfig({
  PORT: String(await freePort()), DATA_DIR: path.join(dataDir, 'data'), LOG_LEVEL: 'warn', MEDIA_WORKERS: '1',
  MEDIA_ADDRESS: RELAY, MEDIA_LISTEN_ADDRESS: NODE, MEDIA_PORT: String(mediaPort), MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
}))
const relay = await openUdpRelay({ address: RELAY, port: mediaPort }, { address: NODE, port: mediaPort })
const browsers: Browser[] = [await launchBrowser(), await launchBrowser()]

try {
  const [near, far] = browsers as [Browser, Browser]
  const [sender, viewer] = [await takeSeat(near, server, 'bao'), await takeSeat(far, server, 'nguyet')]
  const [meeting] = (await (await sender.page.request.get(`${server.origin}/api/meetings`)).json() as { meetings: { id: string }[] }).meetings
  await enterRoom(sender, server, `/meetings/${meeting!.id}`, true)
  await enterRoom(viewer, server, `/meetings/${meeting!.id}`, false)
  await framesShown(viewer.page, sender.personId, 'camera', 5)
  const addresses = await mediaAddresses(viewer.page)
  if (addresses.some((address) => address !== RELAY)) throw new Error(`media goes past the relay: ${addresses.join(', ')}`)

  const found: Found[] = []
  for (const { name, up, down, goal } of cases) {
    relay.impair(up, down)
    await pause(SETTLE_MS)
    relay.impair(up, down)
    found.push({ name, goal, ...await watch(viewer.page), network: relay.counts() })
  }
  const report: Report = {
    benchmark: 'network', command: `npm run bench:network${quick ? ' -- --quick' : ''}`, takenAt: new Date().toISOString(), quick,
    machine: describeMachine(), parts: [frozenTime(found)],
  }
  for (const part of report.parts) console.log(`${partText(part)}\n`)
  console.log(`Written to ${keep(report)}`)
} finally {
  for (const browser of browsers) await browser.close()
  relay.close()
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit(0)

/** What a viewer's browser tells of the one camera that it receives (webrtc-stats `inbound-rtp`). */
interface Picture { freezes: number, frozenS: number, decoded: number, lost: number, received: number, width: number }

interface Found {
  name: string
  goal: boolean
  watchedS: number
  picture: Picture
  network: ReturnType<Awaited<ReturnType<typeof openUdpRelay>>['counts']>
}

async function readPicture(page: Page): Promise<Picture> {
  return await page.evaluate(async () => {
    const { keptConnections } = globalThis as typeof globalThis & { keptConnections: RTCPeerConnection[] }
    const sum = { freezes: 0, frozenS: 0, decoded: 0, lost: 0, received: 0, width: 0 }
    for (const connection of keptConnections) {
      if (connection.connectionState === 'closed') continue
      for (const report of (await connection.getStats()).values()) {
        // The node's probes of the bandwidth come as a stream of their own, with gaps.
        if (report.type !== 'inbound-rtp' || report.kind !== 'video' || report.mid === 'probator') continue
        sum.freezes += report.freezeCount ?? 0
        sum.frozenS += report.totalFreezesDuration ?? 0
        sum.decoded += report.framesDecoded ?? 0
        sum.lost += report.packetsLost ?? 0
        sum.received += report.packetsReceived ?? 0
        sum.width = Math.max(sum.width, report.frameWidth ?? 0)
      }
    }
    return sum
  })
}

async function watch(page: Page): Promise<{ watchedS: number, picture: Picture }> {
  const before = await readPicture(page)
  const from = performance.now()
  await pause(seconds * 1_000)
  const after = await readPicture(page)
  const since = (field: keyof Picture) => after[field] - before[field]
  return {
    watchedS: (performance.now() - from) / 1_000,
    picture: {
      freezes: since('freezes'), frozenS: since('frozenS'), decoded: since('decoded'), lost: since('lost'), received: since('received'),
      width: after.width,
    },
  }
}

function frozenTime(found: Found[]): PartReport {
  const percent = ({ picture, watchedS }: Found) => 100 * picture.frozenS / watchedS
  return {
    part: 'A picture on a bad network',
    tables: [{
      title: `What the viewer's browser tells of one camera, ${seconds} s each`,
      columns: ['network', 'frozen', 'freezes', 'frames a second', 'width', 'packets lost, before repair', 'lost on purpose, down'],
      rows: found.map((one) => [
        one.name, `${format(percent(one))} %`, String(one.picture.freezes), format(one.picture.decoded / one.watchedS, 1), String(one.picture.width),
        `${one.picture.lost} of ${one.picture.received}`, `${one.network.down.lost} of ${one.network.down.came}`,
      ]),
    }],
    verdicts: found.filter(({ goal }) => goal).map((one) =>
      verdict({ what: `frozen time, ${one.name}`, figure: percent(one), unit: ' %', atMost: GOAL_PERCENT })),
    remarks: [
      'A freeze is what Chromium calls one: a frame that is shown later than three times the usual distance, and than that plus 150 ms.',
      '50 ms each way is 100 ms there and back, on the path of the sender to the node as on that of the viewer.',
      'Freezes of the control are the machine’s own: two browsers encode and decode in software beside the server.',
    ],
    raw: found,
  }
}
