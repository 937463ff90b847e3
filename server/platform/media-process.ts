import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CONTROL_VERSION, NodeFile, StartReport } from '../../protocol/media-control.ts'
import { fileProblem } from './data-dir.ts'
import { connectMediaControl } from './media-control.ts'
import { StartError } from './start-error.ts'

/** What a media node is started with. */
export interface MediaProcessOptions {
  dataDir: string
  /** undefined: mediasoup's own place. */
  workerBin: string | undefined
  workers: number
  basePort: number
  listenAddress: string
  announcedAddress: string
  /** Hexadecimal, at least 256 bits. */
  grantSecretFile: string
  /** How long a peer outlives its signalling, in ms. */
  graceMs: number
}

/** The program is run by its path: the server loads nothing of the media node. */
const PROGRAM = fileURLToPath(new URL('../../sfu/main.ts', import.meta.url))
/** Unix socket paths end at 107 bytes; beyond this many the sockets move to a short folder. */
const LONGEST_SOCKET_PATH = 100
const LOG_LIMIT_BYTES = 10_000_000
const START_PATIENCE_MS = 30_000
const HELLO_PATIENCE_MS = 10_000

const folderOf = (dataDir: string) => path.join(dataDir, 'media')
export const nodeFileOf = (dataDir: string) => path.join(folderOf(dataDir), 'node.json')

function settingsOf({ dataDir: _, ...settings }: MediaProcessOptions): string {
  return createHash('sha256').update(JSON.stringify(Object.entries(settings).sort())).digest('hex').slice(0, 32)
}

/** The folder for the sockets: `DATA_DIR/media`, or a private one under /tmp when that path is too long. */
async function socketFolder(dataDir: string): Promise<string> {
  const folder = folderOf(dataDir)
  if (Buffer.byteLength(path.join(folder, 'signalling-12345678.sock')) <= LONGEST_SOCKET_PATH) return folder
  const short = `/tmp/nghi-su-${process.getuid?.() ?? ''}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
  await mkdir(short, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw fileProblem(error, short)
  })
  const found = await lstat(short)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    const message = `${short} is not a private folder of this user.`
    throw new StartError('mediaStartFailed', message, `Remove it (rm -r ${short}) and start again.`)
  }
  return short
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A number in a file may meanwhile belong to another program. */
async function isMediaNode(pid: number, nodeFile: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(nodeFile)
}

export async function readNodeFile(dataDir: string): Promise<NodeFile | undefined> {
  try {
    return NodeFile.parse(JSON.parse(await readFile(nodeFileOf(dataDir), 'utf8')))
  } catch {
    return undefined
  }
}

/** When the last node of this folder was last known to live, in ms; undefined if there was none. */
export async function lastSignOfLife(dataDir: string): Promise<number | undefined> {
  return stat(nodeFileOf(dataDir)).then((one) => one.mtimeMs, () => undefined)
}

/** Ends a node: politely, then not. Returns once its process is gone. */
export async function endMediaProcess(pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (let waited = 0; waited < 5_000; waited += 50) {
      if (!isAlive(pid)) return
      await wait(50)
    }
  }
}

/**
 * The node that lives on this folder, if it is one that we would start ourselves. One that does not answer, speaks
 * another version or was started with other settings is ended.
 */
export async function findMediaProcess(options: MediaProcessOptions): Promise<NodeFile | undefined> {
  const file = await readNodeFile(options.dataDir)
  if (!file || !isAlive(file.pid) || !(await isMediaNode(file.pid, nodeFileOf(options.dataDir)))) return undefined
  const hello = await Promise.race([sayHello(file.controlSocket), wait(HELLO_PATIENCE_MS, undefined, { ref: false })])
  if (hello?.version === CONTROL_VERSION && hello.nodeId === file.nodeId && hello.settings === settingsOf(options)) return file
  await endMediaProcess(file.pid)
  return undefined
}

async function sayHello(socket: string) {
  try {
    const control = await connectMediaControl(socket, { report: () => undefined, close: () => undefined })
    return await control.request('hello', {}).finally(() => control.close())
  } catch {
    return undefined
  }
}

/**
 * Starts a node detached from us, and returns when it is ready. It inherits none of our environment but PATH.
 * Errors: mediaPortTaken, mediaAddressUnusable, mediaWorkerUnusable, mediaStartFailed.
 */
export async function startMediaProcess(options: MediaProcessOptions): Promise<NodeFile> {
  const folder = folderOf(options.dataDir)
  const logFile = path.join(folder, 'node.log')
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => { throw fileProblem(error, folder) })
  const sockets = await socketFolder(options.dataDir)
  for (const name of await readdir(sockets)) if (name.endsWith('.sock')) await rm(path.join(sockets, name), { force: true })
  if (await stat(logFile).then((one) => one.size > LOG_LIMIT_BYTES, () => false)) await truncate(logFile)

  const nodeId = randomUUID()
  const nodeFile = nodeFileOf(options.dataDir)
  const socket = (name: string) => path.join(sockets, `${name}-${nodeId.slice(0, 8)}.sock`)
  const given: Record<string, string | number | undefined> = {
    'node-id': nodeId, 'control': socket('control'), 'signalling': socket('signalling'), 'node-file': nodeFile,
    'grant-secret-file': options.grantSecretFile, 'workers': options.workers, 'base-port': options.basePort,
    'listen-address': options.listenAddress, 'announced-address': options.announcedAddress,
    'worker-bin': options.workerBin, 'grace-ms': options.graceMs, 'settings': settingsOf(options),
  }
  const args = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    detached: true, stdio: ['ignore', log, log, 'ipc'], cwd: '/', env: { PATH: process.env.PATH },
  })
  closeSync(log)

  const report = await new Promise<StartReport>((resolve, reject) => {
    const failed = (message: string) => resolve({ state: 'failed', reason: 'other', message })
    child.once('message', (message) => resolve(StartReport.parse(message)))
    child.once('error', reject)
    child.once('exit', (status, signal) => failed(`it ended at once (${signal ?? status})`))
    setTimeout(() => failed(`it was not ready after ${START_PATIENCE_MS / 1000} s`), START_PATIENCE_MS).unref()
  })
  child.removeAllListeners('exit')
  if (report.state === 'failed') {
    child.kill('SIGKILL')
    throw startProblem(report, options, logFile)
  }
  if (child.connected) child.disconnect()
  child.unref()
  const file = await readNodeFile(options.dataDir)
  if (file?.nodeId === nodeId) return file
  throw startProblem({ state: 'failed', reason: 'other', message: `${nodeFile} is not its own` }, options, logFile)
}

type Failed = Extract<StartReport, { state: 'failed' }>

function startProblem(report: Failed, options: MediaProcessOptions, logFile: string): StartError {
  const { basePort, workers } = options
  switch (report.reason) {
    case 'portTaken':
      return new StartError('mediaPortTaken', `Port ${report.port ?? basePort}, wanted for media, is taken by another program.`,
        `Stop that program (ss -lunp shows it), or use other ports: MEDIA_PORT=${basePort > 60_000 ? 44_400 : basePort + 100}`)
    case 'addressUnusable':
      return new StartError('mediaAddressUnusable', `Media cannot be received at ${options.listenAddress}: ${report.message}`,
        'Set MEDIA_LISTEN_ADDRESS to an address of this machine (ip -brief address lists them), or 0.0.0.0 for all of them.')
    case 'workerUnusable':
      return new StartError('mediaWorkerUnusable', `${report.message}.`,
        'Remove that file and start again with npm start, which brings a media worker; or name one in MEDIASOUP_WORKER_BIN.')
    case 'other':
      return new StartError('mediaStartFailed', `The media node (${workers} workers) did not start: ${report.message}`,
        `Its log is ${logFile}.`)
  }
}
