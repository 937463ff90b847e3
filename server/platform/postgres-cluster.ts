import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileProblem } from './data-dir.ts'
import { canEnter, ownFolder, run, SHARED_FOLDER, type PostgresPrograms } from './postgres-programs.ts'
import { diskFull, StartError } from './start-error.ts'

export interface Log {
  info(message: string): void
  warn(message: string): void
}

/** What a running postmaster writes of itself into postmaster.pid. */
export interface Postmaster {
  pid: number
  port: number
  ready: boolean
}

export interface ClusterPlace {
  folder: string
  /** The link in DATA_DIR that names the folder, to be made once the cluster is whole. */
  link: string | undefined
}

/**
 * The folder of the cluster. As root in a DATA_DIR that PostgreSQL's user cannot enter (below a home of mode 0700), the
 * cluster lies in SHARED_FOLDER and `DATA_DIR/postgres` is a link to it. Errors: databaseMissing, dataDirNotWritable.
 */
export async function clusterPlace(dataDir: string, programs: PostgresPrograms, log: Log): Promise<ClusterPlace> {
  const inside = path.join(dataDir, 'postgres')
  const present = await lstat(inside).catch(() => undefined)
  if (present?.isSymbolicLink()) {
    const folder = path.resolve(dataDir, await readlink(inside))
    if (existsSync(folder)) return { folder, link: undefined }
    throw new StartError(
      'databaseMissing',
      `${inside} names the database in ${folder}, and nothing is there.`,
      'Put that folder back from the backup, or set DATA_DIR to another folder to begin anew. Nothing was changed.',
    )
  }
  if (present || (await canEnter(dataDir, programs.runAs))) return { folder: inside, link: undefined }

  const folder = path.join(SHARED_FOLDER, 'clusters', createHash('sha256').update(dataDir).digest('hex').slice(0, 16))
  try {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 })
    if (existsSync(folder)) {
      // DATA_DIR was deleted and made again: what it once pointed to is kept, but is not this DATA_DIR's any more.
      const kept = `${folder}.left-${Date.now()}`
      await run(path.join(programs.bin, 'pg_ctl'), ['stop', '-D', folder, '-m', 'fast', '-w'], programs.runAs)
      await rename(folder, kept)
      log.warn(`an earlier database of ${dataDir} was left without its keys; it is kept in ${kept}`)
    }
  } catch (error) {
    throw fileProblem(error, folder)
  }
  return { folder, link: inside }
}

/**
 * The folder that a process works in, wherever that was moved since. In a container even root may not look at another
 * user's process, so it asks as the user who owns the cluster.
 */
function workingFolder(pid: number, cluster: string): string {
  const link = `/proc/${pid}/cwd`
  try {
    return readlinkSync(link)
  } catch {
    const { uid, gid } = statSync(cluster)
    return spawnSync('readlink', [link], { cwd: '/', uid, gid, encoding: 'utf8' }).stdout.trimEnd()
  }
}

/** The live postmaster of a cluster, or undefined. A pid file whose number now belongs to another program is stale. */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  try {
    const [pid = '', , , port = '', , , , status = ''] = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    const command = readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').split('\0')
    if (path.basename(command[0] ?? '') !== 'postgres' || workingFolder(Number(pid), cluster) !== realpathSync(cluster)) return undefined
    return { pid: Number(pid), port: Number(port), ready: status.trim() === 'ready' }
  } catch {
    return undefined
  }
}

/** Refuses a cluster that these programs or this user cannot run. Errors: databaseOtherVersion, databaseNotOurs. */
export async function checkCluster(cluster: string, programs: PostgresPrograms): Promise<void> {
  const owner = (await stat(cluster)).uid
  const wanted = programs.runAs?.uid ?? process.getuid?.()
  if (owner !== wanted) {
    throw new StartError(
      'databaseNotOurs',
      `The database in ${cluster} belongs to user ${owner}, and PostgreSQL would run as user ${wanted}.`,
      'Start as the user who made it, or give the folder away while nothing runs: chown -R.',
    )
  }
  const major = Number((await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim())
  if (major === programs.major) return
  throw new StartError(
    'databaseOtherVersion',
    `The database in ${cluster} was made by PostgreSQL ${major}; this program brings PostgreSQL ${programs.major}.`,
    major > programs.major
      ? 'Start the newer version of this program that made it, or set DATA_DIR to another folder. Nothing was changed.'
      : `Move it with pg_upgrade, or with pg_dump of PostgreSQL ${major} into a fresh DATA_DIR. Nothing was changed.`,
  )
}

export function startFailure(cluster: string, what: string, output: string): StartError {
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(cluster)
  return new StartError(
    'databaseStartFailed',
    `PostgreSQL ${what} failed in ${cluster}:\n${output.trim().split('\n').slice(-8).join('\n')}`,
    `Its log is ${path.join(cluster, 'server.log')}. Nothing was deleted; mend what it names and start again.`,
  )
}

const SETTINGS = `
# Set by the program at the first start; change them here.
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
# People's data stays out of the log: no statements, no values of keys.
log_min_error_statement = panic
log_error_verbosity = terse
`

/**
 * Makes the cluster, whole or not at all, then the link that names it.
 * Errors: diskFull, dataDirNotWritable, databaseStartFailed.
 */
export async function makeCluster(place: ClusterPlace, superPassword: string, programs: PostgresPrograms): Promise<void> {
  const cluster = place.folder
  const unfinished = `${cluster}.unfinished`
  const passwordFile = `${cluster}.password`
  const { runAs } = programs
  try {
    await rm(unfinished, { recursive: true, force: true })
    await ownFolder(unfinished, runAs)
    await rm(passwordFile, { force: true })
    await writeFile(passwordFile, superPassword, { mode: 0o600 })
    if (runAs) await chown(passwordFile, runAs.uid, runAs.gid)
    const made = await run(path.join(programs.bin, 'initdb'), ['-D', unfinished, '--username=postgres',
      `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--lc-messages=C',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums'], runAs)
    if (made.status !== 0) throw startFailure(cluster, 'initialisation', made.output)
    const settings = path.join(unfinished, 'postgresql.conf')
    await writeFile(settings, SETTINGS, { flag: 'a' })
    await rename(unfinished, cluster)
    if (place.link) await symlink(cluster, place.link)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw fileProblem(error, cluster)
  } finally {
    await rm(passwordFile, { force: true })
  }
}
