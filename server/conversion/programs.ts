import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/**
 * The programs that read files of strangers: behind everything else on the machine, within bounds of time, memory and disk,
 * in a process group of their own, without a network, and ended with us.
 */

/** Why a program did not do it. */
export class ProgramFailure extends Error {
  readonly reason: 'status' | 'tookTooLong' | 'crashed' | 'tooLarge' | 'missing'
  readonly status: number | null

  constructor(message: string, reason: ProgramFailure['reason'], status: number | null = null) {
    super(message)
    this.reason = reason
    this.status = status
  }
}

export interface Bounds {
  wallMs: number
  memoryBytes: number
  /** Of any file that it writes. */
  fileBytes: number
}

export interface Run {
  /** Where it works; also its home and its place for temporary files. */
  folder: string
  bounds: Bounds
  signal?: AbortSignal
  /** What it prints beyond that is thrown away. */
  printedBytes?: number
  /** Gets what it prints instead, as it comes. */
  onPrinted?: (chunk: Buffer) => void
}

const PRINTED_BYTES = 1024 * 1024

const PLACES: Record<string, readonly string[]> = {
  // The starter would leave a second process behind when it is ended.
  'soffice.bin': ['/usr/lib/libreoffice/program', '/usr/lib64/libreoffice/program', '/opt/libreoffice/program'],
}

/** The full path of a program; undefined where it is not installed. It is looked for each time: it may be installed meanwhile. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...PLACES[name] ?? [], ...(process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean)]
  for (const folder of folders) {
    const place = path.join(folder, name)
    if (await access(place, constants.X_OK).then(() => true, () => false)) return place
  }
  return undefined
}

let withoutNetwork: Promise<readonly string[]> | undefined

/** The words that take the network from a program, as far as this system lets us. */
function isolation(): Promise<readonly string[]> {
  withoutNetwork ??= (async () => {
    for (const words of [['unshare', '--net'], ['unshare', '--map-current-user', '--net']]) {
      const ok = await new Promise((resolve) => {
        const child = spawn(words[0] ?? '', [...words.slice(1), 'true'], { stdio: 'ignore' })
        child.on('error', () => resolve(false))
        child.on('exit', (status) => resolve(status === 0))
      })
      if (ok) return words
    }
    return []
  })()
  return withoutNetwork
}

/** Whether programs run without a network here. */
export const isIsolated = async (): Promise<boolean> => (await isolation()).length > 0

/** Runs it to its end and gives what it printed. Throws `ProgramFailure`, and the signal's reason once that is given. */
export async function runProgram(name: string, args: readonly string[], run: Run): Promise<Buffer> {
  const { folder, bounds, signal, printedBytes = PRINTED_BYTES, onPrinted } = run
  signal?.throwIfAborted()
  const program = await findProgram(name)
  if (!program) throw new ProgramFailure(`${name} is not installed`, 'missing')
  const limits = [`--as=${bounds.memoryBytes}`, `--cpu=${Math.ceil(bounds.wallMs / 1000)}`, `--fsize=${bounds.fileBytes}`, '--core=0']
  const child = spawn('nice', [
    '-n', '10', 'prlimit', ...limits, ...await isolation(), 'setpriv', '--pdeathsig', 'KILL', '--no-new-privs', program, ...args,
  ], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    env: { PATH: '/usr/bin:/bin', HOME: folder, TMPDIR: folder, LC_ALL: 'C.UTF-8', SAL_USE_VCLPLUGIN: 'svp' },
  })
  const chunks: Buffer[] = []
  let printed = 0
  let complaints = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (onPrinted) return onPrinted(chunk)
    if (printed < printedBytes) chunks.push(chunk)
    printed += chunk.length
  })
  child.stderr.on('data', (chunk: Buffer) => { complaints = (complaints + chunk.toString()).slice(-2_000) })

  let ended: 'tookTooLong' | 'aborted' | undefined
  const end = (why: typeof ended) => {
    ended ??= why
    try {
      // The whole group, whatever it has started.
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  const timer = setTimeout(end, bounds.wallMs, 'tookTooLong')
  const abort = () => end('aborted')
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const [status, killedBy] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (...how) => resolve(how))
    })
    signal?.throwIfAborted()
    if (ended === 'tookTooLong' || killedBy === 'SIGXCPU') throw new ProgramFailure(`${name} took longer than ${bounds.wallMs} ms`, 'tookTooLong')
    if (killedBy === 'SIGXFSZ') throw new ProgramFailure(`${name} wrote more than ${bounds.fileBytes} bytes`, 'tooLarge')
    if (killedBy !== null) throw new ProgramFailure(`${name} ended by ${killedBy}: ${complaints.trim()}`, 'crashed')
    if (status !== 0) throw new ProgramFailure(`${name} ended with ${status}: ${complaints.trim()}`, 'status', status)
    return Buffer.concat(chunks).subarray(0, printedBytes)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
