import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import pino from 'pino'
import { CONTROL_VERSION, type StartReport } from '../protocol/media-control.ts'
import { RtpCapabilities } from '../protocol/rtp.ts'
import { createControl, listenForServer } from './control.ts'
import { NodeStartFailure } from './failure.ts'
import { createGrants } from './grants.ts'
import { createLinks } from './links.ts'
import { createMediaNode } from './node.ts'
import { keepNodeFile } from './node-file.ts'
import { createOrders } from './orders.ts'
import { createOutbox } from './outbox.ts'
import { createRecorder } from './recording.ts'
import { registerAtServer } from './registration.ts'
import { linkPorts, readSettings, type LocalSettings, type RemoteSettings } from './settings.ts'
import { listenForBrowsers } from './signalling.ts'
import { startWorkers } from './workers.ts'

/** The media node's process. It outlives the server that started it, so that media goes on while that one is restarted. */

const settings = readSettings(process.argv.slice(2))
const nodeId = settings['node-id']
const log = pino({ level: settings['log-level'], base: { node: nodeId } })
/** Farewells leave within this, and the server hears of a drain, in ms. */
const FAREWELL_MS = 200

/** Tells the process that started us, over Node's IPC channel, and lets go of it. */
function tellStarter(report: StartReport): void {
  if (!process.send) return
  process.send(report, () => process.disconnect?.())
}

async function run(): Promise<void> {
  const secret = Buffer.from((await readFile(settings['grant-secret-file'], 'utf8')).trim(), 'hex')
  if (secret.length < 32) throw new Error('the grant secret is shorter than 256 bits')
  const listen = { listenAddress: settings['listen-address'], announcedAddress: settings['announced-address'] }
  const pool = await startWorkers({
    workers: settings.workers, basePort: settings['base-port'], ...listen, workerBin: settings['worker-bin'], log,
  })
  const outbox = createOutbox()
  const grants = createGrants({ secret, nodeId })
  const node = createMediaNode({ pool, grants, graceMs: settings['grace-ms'], report: outbox.add, log })
  const recorder = createRecorder({ rooms: node.rooms, roomOf: node.room, log })
  const portRange = linkPorts(settings['base-port'])
  const links = createLinks({
    roomOf: node.room, listen: { ip: listen.listenAddress, announcedAddress: listen.announcedAddress, portRange },
    tell: (what) => control.tell(what), log,
  })
  const at = 'register' in settings
    ? { host: settings['signalling-host'], port: settings['signalling-port'] } : { path: settings.signalling }
  const signalling = await listenForBrowsers({
    at, nodeId, node, routerRtpCapabilities: RtpCapabilities.parse(pool.rtpCapabilities), log,
  })
  const control = createControl({
    identity: {
      version: CONTROL_VERSION, nodeId, pid: process.pid, settings: 'register' in settings ? '' : settings.settings,
      startedAt: Date.now(),
    },
    node, orders: createOrders({ node, grants }), links, recorder, pool, outbox, stop, log,
  })
  let draining = false
  const inUse = () => node.counts().peers > 0
  const leave = 'register' in settings ? await joinServer(settings) : await awaitServer(settings)

  /** On a machine of its own. */
  async function joinServer({ register: server, workers, 'signalling-host': host, 'signalling-port': port }: RemoteSettings) {
    const registration = { nodeId, version: CONTROL_VERSION, workers, host, port }
    const serve = (connection: Duplex) => {
      control.serve(connection)
      // A server that was out of reach when the drain began hears of it now.
      if (draining) control.tell({ draining: true })
    }
    return registerAtServer({ server, secret, registration, serve, log }).close
  }

  /** Beside the server. */
  async function awaitServer(given: LocalSettings) {
    const listening = await listenForServer(given.control, control)
    const content = { pid: process.pid, nodeId, controlSocket: given.control, signallingSocket: given.signalling }
    const file = await keepNodeFile(given['node-file'], content, { ms: given['idle-ms'], attended: control.attended, inUse, stop })
    return () => {
      listening.close()
      for (const path of [given.signalling, given.control]) rmSync(path, { force: true })
      // The file stays: its time tells the next server when this node's peers were last here.
      file.mark()
    }
  }

  let stopping = false
  function stop(): void {
    if (stopping) return
    stopping = true
    signalling.close()
    node.close()
    recorder.close()
    control.close()
    leave()
    pool.close()
    log.info('media node stopped')
    // The farewells leave first. Our listeners took away Node's own exit at a signal, so we exit ourselves.
    void wait(FAREWELL_MS).then(() => process.exit(0))
  }

  /** Takes nobody new; whoever is still here after the patience is led to another node. Asked twice, at once. */
  async function drain(patienceMs: number): Promise<void> {
    if (draining) return stop()
    draining = true
    control.tell({ draining: true })
    log.info({ patienceMs, peers: node.counts().peers }, 'media node is drained')
    const until = Date.now() + patienceMs
    await wait(FAREWELL_MS)
    while (inUse() && Date.now() < until && !stopping) await wait(FAREWELL_MS)
    stop()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ('register' in settings ? void drain(settings['drain-ms']) : stop()))

  log.info({ workers: settings.workers, basePort: settings['base-port'] }, 'media node ready')
  tellStarter({ state: 'ready', nodeId })
}

// A defect in one request must not end everybody's meeting; an exception outside any request leaves an unknown state,
// and ends the process: the server starts another one.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

run().catch((error: unknown) => {
  log.fatal({ err: error }, 'media node cannot start')
  const known = error instanceof NodeStartFailure
  tellStarter({
    state: 'failed',
    reason: known ? error.reason : 'other',
    message: error instanceof Error ? error.message : String(error),
    ...(known && error.port !== undefined ? { port: error.port } : {}),
  })
  process.exitCode = 1
  setTimeout(() => process.exit(1), 500)
})
