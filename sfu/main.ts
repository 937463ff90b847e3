import { readFileSync, rmSync, utimesSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import pino from 'pino'
import { CONTROL_VERSION, NODE_FILE_FRESH_MS, NodeFile, type StartReport } from '../protocol/media-control.ts'
import { RtpCapabilities } from '../protocol/rtp.ts'
import { listenForServer } from './control.ts'
import { NodeStartFailure } from './failure.ts'
import { createGrants } from './grants.ts'
import { createMediaNode } from './node.ts'
import { createOutbox } from './outbox.ts'
import { readSettings } from './settings.ts'
import { listenForBrowsers } from './signalling.ts'
import { startWorkers } from './workers.ts'

/** The media node's process. It outlives the server that started it, so that media goes on while that one is restarted. */

const settings = readSettings(process.argv.slice(2))
const nodeId = settings['node-id']
const log = pino({ level: settings['log-level'], base: { node: nodeId } })

/** Tells the process that started us, over Node's IPC channel, and lets go of it. */
function tellStarter(report: StartReport): void {
  if (!process.send) return
  process.send(report, () => process.disconnect?.())
}

async function run(): Promise<void> {
  const secret = Buffer.from((await readFile(settings['grant-secret-file'], 'utf8')).trim(), 'hex')
  if (secret.length < 32) throw new Error('the grant secret is shorter than 256 bits')
  const pool = await startWorkers({
    workers: settings.workers,
    basePort: settings['base-port'],
    listenAddress: settings['listen-address'],
    announcedAddress: settings['announced-address'],
    workerBin: settings['worker-bin'],
    log,
  })
  const outbox = createOutbox()
  const node = createMediaNode({
    pool, grants: createGrants({ secret, nodeId }), graceMs: settings['grace-ms'], report: outbox.add, log,
  })
  const signalling = await listenForBrowsers({
    path: settings.signalling, nodeId, node, routerRtpCapabilities: RtpCapabilities.parse(pool.rtpCapabilities), log,
  })
  const identity = {
    version: CONTROL_VERSION, nodeId, pid: process.pid, settings: settings.settings, startedAt: Date.now(),
  }
  const control = await listenForServer({ path: settings.control, identity, node, pool, outbox, stop, log })

  let stopping = false
  function stop(): void {
    if (stopping) return
    stopping = true
    signalling.close()
    node.close()
    control.close()
    pool.close()
    for (const file of [settings.signalling, settings.control]) rmSync(file, { force: true })
    // The file stays: its time tells the next server when this node's peers were last here.
    markFile()
    log.info('media node stopped')
    // The farewells leave first. mediasoup's workers took away Node's own exit at a signal, so we exit ourselves.
    void wait(200).then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  const file: NodeFile = { pid: process.pid, nodeId, controlSocket: settings.control, signallingSocket: settings.signalling }
  await writeFile(settings['node-file'], JSON.stringify(file), { mode: 0o600 })
  keepFileFresh(control.attended, () => node.counts().peers > 0, stop)
  log.info({ workers: settings.workers, basePort: settings['base-port'] }, 'media node ready')
  tellStarter({ state: 'ready', nodeId })
}

function fileIsOurs(): boolean {
  try {
    return NodeFile.parse(JSON.parse(readFileSync(settings['node-file'], 'utf8'))).nodeId === nodeId
  } catch {
    return false
  }
}

/** Renews the time of the node's file, so that after a sudden end too it is known when the node was last alive. */
function markFile(): boolean {
  const ours = fileIsOurs()
  if (ours) utimesSync(settings['node-file'], new Date(), new Date())
  return ours
}

/** Ends a node that nobody serves or uses for long, or whose file is gone: it would otherwise run for ever. */
function keepFileFresh(attended: () => boolean, inUse: () => boolean, stop: () => void): void {
  let lastUse = Date.now()
  setInterval(() => {
    const ours = markFile()
    if (attended() || inUse()) lastUse = Date.now()
    if (Date.now() - lastUse > settings['idle-ms'] || (!ours && !attended())) stop()
  }, Math.min(NODE_FILE_FRESH_MS, settings['idle-ms'])).unref()
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
