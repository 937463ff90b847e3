import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { spawn, spawnSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readlink, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres, withClient, type EmbeddedPostgres } from './embedded-postgres.ts'
import { runningPostmaster } from './postgres-cluster.ts'

const log = { info: () => {}, warn: () => {} }
const asRoot = process.getuid?.() === 0
/** A small disk to fill: only root can mount one, and not in every container. */
const TRY = 'd=$(mktemp -d); mount -t tmpfs none "$d"; umount "$d"; rmdir "$d"'
const mayMount = asRoot && spawnSync('sh', ['-ec', TRY]).status === 0

let folder: string
let running: EmbeddedPostgres | undefined
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'embedded-'))
  await chmod(folder, 0o755)
})
afterEach(async () => {
  await running?.stop()
  running = undefined
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  running = await startEmbeddedPostgres({ dataDir, log })
  return running
}

/** Starts it in a process of its own, which prints its address and then waits to be killed. */
async function startElsewhere(dataDir: string): Promise<{ pid: number; url: string; kill: () => Promise<void> }> {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(path.resolve('server/platform/embedded-postgres.ts'))})
    const { url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: { info() {}, warn() {} } })
    console.log(url)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
    child.once('exit', (status) => reject(new Error(`ended with ${status}`)))
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return { pid: child.pid ?? 0, url, kill: () => (child.kill('SIGKILL'), ended) }
}

const portOf = (url: string) => Number(new URL(url).port)

describe('startEmbeddedPostgres', () => {
  it('keeps what was committed from one start to the next, at the same port, in UTF-8', async () => {
    const dataDir = path.join(folder, 'kept')
    const first = await start(dataDir)
    const create = `CREATE TABLE t AS SELECT 'Tỉnh uỷ' AS name, lower('ĐỒNG CHÍ') AS low`
    await withClient(first.ownerUrl, (client) => client.query(create))
    const settings = await withClient(first.url, (client) => client.query(`
      SELECT current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, uuidv7() AS id,
        current_setting('listen_addresses') AS listen`))
    expect(settings.rows[0]).toMatchObject({ encoding: 'UTF8', fsync: 'on', listen: '127.0.0.1', id: expect.any(String) })
    await first.stop()
    await first.stop()
    const second = await start(dataDir)
    expect(second).toMatchObject({ takenOver: false, url: first.url, ownerUrl: first.ownerUrl })
    const rows = await withClient(second.ownerUrl, (client) => client.query('SELECT * FROM t'))
    expect(rows.rows).toEqual([{ name: 'Tỉnh uỷ', low: 'đồng chí' }])
    expect((await stat(path.join(dataDir, 'keys/postgres.json'))).mode & 0o777).toBe(0o600)
  })

  it('lets nobody in without the password, and the working login change no schema', async () => {
    const { url, ownerUrl } = await start(path.join(folder, 'kept'))
    const bare = new URL(url)
    bare.password = 'guess'
    await expect(withClient(bare.href, (client) => client.query('SELECT 1'))).rejects.toMatchObject({ code: '28P01' })
    await expect(withClient(url, (client) => client.query('CREATE TABLE mine (id int)'))).rejects.toMatchObject({ code: '42501' })
    await withClient(ownerUrl, (client) => client.query('CREATE TABLE ours (id int); DROP TABLE ours'))
  })

  it('takes over the one that a killed start left running, with what was committed in it', async () => {
    const dataDir = path.join(folder, 'taken-over')
    const killed = await startElsewhere(dataDir)
    const before = runningPostmaster(await realpath(path.join(dataDir, 'postgres')))
    await killed.kill()
    const next = await start(dataDir)
    expect(next).toMatchObject({ takenOver: true, url: killed.url })
    expect(runningPostmaster(await realpath(path.join(dataDir, 'postgres')))?.pid).toBe(before?.pid)
    await next.stop()
    expect(runningPostmaster(await realpath(path.join(dataDir, 'postgres')))).toBeUndefined()
  })

  it('takes it over under another name of its folder: through a link, and after the folder was moved', async () => {
    const [dataDir, link, moved] = ['named', 'link', 'moved'].map((name) => path.join(folder, name)) as [string, string, string]
    await symlink(dataDir, link)
    const killed = await startElsewhere(dataDir)
    await killed.kill()
    const postmaster = runningPostmaster(path.join(dataDir, 'postgres'))
    expect(runningPostmaster(path.join(link, 'postgres'))).toEqual(postmaster)
    await rename(dataDir, moved)
    expect(await start(moved)).toMatchObject({ takenOver: true, url: killed.url })
    expect(runningPostmaster(path.join(moved, 'postgres'))).toEqual(postmaster)
  })

  it('refuses a data folder that another start is using', async () => {
    const dataDir = path.join(folder, 'taken-over')
    const other = await startElsewhere(dataDir)
    try {
      const message = expect.stringContaining(`Process ${other.pid} `)
      await expect(start(dataDir)).rejects.toMatchObject({ code: 'dataDirInUse', message })
      await withClient(other.url, (client) => client.query('SELECT 1'))
    } finally {
      await other.kill()
      await (await start(dataDir)).stop()
    }
  })

  it('starts over a pid file whose number now belongs to another program, and beside a taken port', async () => {
    const dataDir = path.join(folder, 'taken-over')
    const { url } = await start(dataDir)
    await running?.stop()
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(portOf(url), '127.0.0.1', resolve))
    const cluster = await realpath(path.join(dataDir, 'postgres'))
    const owner = await stat(cluster)
    const pidFile = path.join(cluster, 'postmaster.pid')
    const lines = [process.pid, cluster, '1', portOf(url), '', '127.0.0.1', '1 1', 'ready', '']
    await writeFile(pidFile, lines.join('\n'), { mode: 0o600 })
    await chown(pidFile, owner.uid, owner.gid)
    const moved = await start(dataDir)
    expect(moved.takenOver).toBe(false)
    expect(portOf(moved.url)).not.toBe(portOf(url))
    await new Promise((resolve) => blocker.close(resolve))
  })

  it('makes the database whole at the next start when the first was killed in the middle', async () => {
    const dataDir = path.join(folder, 'cut')
    await mkdir(path.join(dataDir, 'postgres.unfinished', 'base'), { recursive: true })
    const { url } = await start(dataDir)
    await withClient(url, (client) => client.query('SELECT 1'))
    expect(existsSync(path.join(dataDir, 'postgres.unfinished'))).toBe(false)
  })
})

describe('a database that cannot be started', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = path.join(folder, 'refused')
    await start(dataDir)
    await running?.stop()
  })

  const others = [[19, 'newer version'], [17, 'pg_upgrade']] as const
  it.each(others)('refuses one of PostgreSQL %i and changes nothing', async (major, advice) => {
    const version = path.join(dataDir, 'postgres', 'PG_VERSION')
    const own = await readFile(version, 'utf8')
    await writeFile(version, `${major}\n`)
    const found = await start(dataDir).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'databaseOtherVersion', remedy: expect.stringContaining(advice) })
    expect(await readFile(version, 'utf8')).toBe(`${major}\n`)
    await writeFile(version, own)
  })

  it('says when its passwords were lost', async () => {
    await rename(path.join(dataDir, 'keys'), path.join(folder, 'keys'))
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'databaseKeysLost' })
    expect(runningPostmaster(path.join(dataDir, 'postgres'))).toBeUndefined()
    await rm(path.join(dataDir, 'keys'), { recursive: true })
    await rename(path.join(folder, 'keys'), path.join(dataDir, 'keys'))
    await start(dataDir)
  })

  it('says when the data folder may not be written', async () => {
    const closed = path.join(folder, 'closed')
    await mkdir(closed, { mode: 0o555 })
    const place = path.join(closed, 'data')
    // Root may write anywhere, so it becomes somebody else once everything is loaded.
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(path.resolve('server/platform/embedded-postgres.ts'))})
      if (process.getuid() === 0) process.setuid(65534)
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(place)}, log: { info() {}, warn() {} } })
        .catch(({ code, message, remedy }) => console.log(JSON.stringify({ code, message, remedy })))`
    const tried = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect(JSON.parse(tried.stdout)).toMatchObject({
      code: 'dataDirNotWritable',
      message: expect.stringContaining(place),
      remedy: expect.stringContaining('chown'),
    })
  })

  const mounting = { meta: { needs: 'root with the right to mount a tmpfs' } }
  it.skipIf(!mayMount)('says when the disk is full, in initdb and later, and starts once there is space', mounting, async () => {
    const disk = path.join(folder, 'disk')
    await mkdir(disk)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'none', disk]).status).toBe(0)
    try {
      const refusal = { code: 'diskFull', remedy: expect.stringContaining('DATA_DIR') }
      await expect(start(path.join(disk, 'data'))).rejects.toMatchObject(refusal)
      expect(existsSync(path.join(disk, 'data', 'postgres'))).toBe(false)
      spawnSync('mount', ['-o', 'remount,size=200m', disk])
      const { ownerUrl } = await start(path.join(disk, 'data'))
      await withClient(ownerUrl, (client) => client.query('CREATE TABLE kept AS SELECT 1 AS one'))
      await running?.stop()
      await writeFile(path.join(disk, 'ballast'), Buffer.alloc(200_000_000)).catch(() => {})
      await expect(start(path.join(disk, 'data'))).rejects.toMatchObject(refusal)
      await rm(path.join(disk, 'ballast'))
      const again = await start(path.join(disk, 'data'))
      const rows = await withClient(again.ownerUrl, (client) => client.query('SELECT one FROM kept'))
      expect(rows.rows).toEqual([{ one: 1 }])
      await again.stop()
    } finally {
      await running?.stop()
      spawnSync('umount', [disk])
    }
  })

  it('says when the folder is a file', async () => {
    await writeFile(path.join(folder, 'file'), '')
    await expect(start(path.join(folder, 'file'))).rejects.toMatchObject({ code: 'dataDirNotWritable' })
  })
})

describe.skipIf(!asRoot)('as root, in a folder that PostgreSQL cannot enter', { meta: { needs: 'root' } }, () => {
  let dataDir: string
  let cluster: string
  beforeAll(async () => {
    const home = path.join(folder, 'home')
    await mkdir(home, { mode: 0o700 })
    dataDir = path.join(home, 'data')
  })
  afterAll(() => rm(cluster, { recursive: true, force: true }))

  it('keeps the database where it can, names it in the data folder, and finds it again', async () => {
    const { ownerUrl } = await start(dataDir)
    await withClient(ownerUrl, (client) => client.query('CREATE TABLE kept AS SELECT 1 AS one'))
    await running?.stop()
    cluster = await readlink(path.join(dataDir, 'postgres'))
    expect(cluster).toMatch(/^\/var\/lib\/nghi-su\/clusters\//)
    expect((await lstat(cluster)).mode & 0o777).toBe(0o700)
    const again = await start(dataDir)
    const rows = await withClient(again.ownerUrl, (client) => client.query('SELECT one FROM kept'))
    expect(rows.rows).toEqual([{ one: 1 }])
  })

  it('says when the database that it names is gone, and makes no empty one in its place', async () => {
    await rename(cluster, `${cluster}.away`)
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'databaseMissing', message: expect.stringContaining(cluster) })
    await rename(`${cluster}.away`, cluster)
  })

  it('keeps what a deleted data folder left behind aside, and begins anew', async () => {
    await rm(dataDir, { recursive: true })
    const warnings: string[] = []
    running = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, warn: (message) => warnings.push(message) } })
    const found = withClient(running.ownerUrl, (client) => client.query('SELECT one FROM kept'))
    await expect(found).rejects.toMatchObject({ code: '42P01' })
    const kept = /kept in (\S+)$/.exec(warnings.join())?.[1] ?? ''
    expect(existsSync(path.join(kept, 'PG_VERSION'))).toBe(true)
    await rm(kept, { recursive: true })
  })
})
