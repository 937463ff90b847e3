import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { diskFull, StartError, systemCode } from './start-error.ts'

/** Turns what the operating system said about a file of ours into a StartError that says what to do. */
export function fileProblem(error: unknown, place: string): unknown {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(place, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(
        'dataDirNotWritable',
        `There is no right to write ${place} (${systemCode(error)}).`,
        'Give the folder to the user who starts the program (chown), or set DATA_DIR to a folder that this user may write.',
        { cause: error },
      )
    default:
      return error
  }
}

/** Makes DATA_DIR and `DATA_DIR/keys` (0700) and proves that they can be written. Errors: dataDirNotWritable, diskFull. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  const keys = path.join(dataDir, 'keys')
  try {
    await mkdir(keys, { recursive: true })
    await chmod(keys, 0o700)
    for (const folder of [dataDir, keys]) {
      const probe = path.join(folder, `.write-probe-${randomUUID()}`)
      await writeFile(probe, 'x'.repeat(4096))
      await rm(probe)
    }
  } catch (error) {
    throw fileProblem(error, dataDir)
  }
}

/** Field 22 of /proc/PID/stat: tells a process from a later one with the same number. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/**
 * Claims DATA_DIR for this process, so that two starts never drive one embedded PostgreSQL. A claim left by a killed
 * process is void. Returns the function that gives the claim up. Errors: dataDirInUse.
 */
export async function claimDataDir(dataDir: string): Promise<() => void> {
  const file = path.join(dataDir, 'owner.pid')
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''}`
  for (let attempt = 0; ; attempt += 1) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || attempt > 3) throw fileProblem(error, dataDir)
    }
    const [pid = '', started = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ')
    const alive = pid !== '' && startTimeOf(Number(pid)) === started && started !== ''
    if (alive) {
      throw new StartError(
        'dataDirInUse',
        `Process ${pid} already runs on ${dataDir}.`,
        `Use that one, stop it first (kill ${pid}), or set DATA_DIR and PORT to start a second one beside it.`,
      )
    }
    await rm(file, { force: true })
  }
}
