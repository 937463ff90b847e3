import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listMeetings } from '../protocol/convening.ts'
import { createClient } from './support/client.ts'
import { freshDatabase } from './support/postgres.ts'
import { freePort } from './support/ports.ts'

/** The program as a process of its own, from nothing to its end and again. */

const root = path.resolve(import.meta.dirname, '..')
const running = new Set<ChildProcess>()
let folder: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-program-'))
  await chmod(folder, 0o755)
  env = {
    PATH: process.env['PATH'], HOME: process.env['HOME'], MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
    DATA_DIR: path.join(folder, 'data'), PORT: String(await freePort()), MEDIA_PORT: String(await freePort()), MEDIA_WORKERS: '1',
  }
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function start(more: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [path.join(root, 'server/main.ts')], { env: { ...env, ...more } })
  running.add(child)
  let output = ''
  let changed = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      changed()
    })
  }
  const status = new Promise<number | null>((resolve) => child.once('exit', (code) => {
    running.delete(child)
    changed()
    resolve(code)
  }))
  return {
    child, status, output: () => output,
    says: (pattern: RegExp) => new Promise<RegExpMatchArray>((resolve, reject) => {
      changed = () => {
        const found = output.match(pattern)
        if (found) resolve(found)
        else if (child.exitCode !== null) reject(new Error(`ended without saying ${pattern}:\n${output}`))
      }
      changed()
    }),
  }
}

/** Command lines of all processes that have to do with the folder. */
async function processesOf(place: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.replaceAll('\0', ' ')).filter((line) => line.includes(place))
}

describe('the program', () => {
  it('starts from nothing, keeps everything over a stop and a start, and leaves no process behind', async () => {
    const first = start()
    const [, password = ''] = await first.says(/with the password (\S+)/)
    await first.says(new RegExp(`\nready http://localhost:${env['PORT']}\n`))
    expect(first.output()).toMatch(/bao +science council: chair/)
    const origin = `http://localhost:${env['PORT']}`
    const client = createClient(origin)
    await client.signIn('bao', password)
    const { body: before } = await client.call(listMeetings, { query: {} })
    expect(before.meetings).toHaveLength(1)
    // As a terminal does it through `npm start`: the same Ctrl-C arrives twice.
    first.child.kill('SIGINT')
    first.child.kill('SIGINT')
    expect(await first.status).toBe(0)
    expect(await processesOf(folder)).toEqual([])

    const second = start()
    expect((await second.says(/with the password (\S+)/))[1]).toBe(password)
    await second.says(/\nready /)
    expect((await client.call(listMeetings, { query: {} })).body).toEqual(before)
    second.child.kill('SIGTERM')
    expect(await second.status).toBe(0)
    expect(await processesOf(folder)).toEqual([])
  }, 120_000)

  it('says what to do when the port is taken, and starts nothing', async () => {
    const other = createServer().listen(Number(env['PORT']), '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const refused = start()
    expect(await refused.status).toBe(1)
    other.close()
    expect(refused.output()).toContain(`Port ${env['PORT']} is taken by another program.`)
    expect(refused.output()).toMatch(/PORT=\d+ npm start/)
    expect(refused.output()).not.toContain('    at ')
    expect(await processesOf(folder)).toEqual([])
  })

  it('names a wrong setting', async () => {
    const refused = start({ PORT: 'three thousand' })
    expect(await refused.status).toBe(1)
    expect(refused.output()).toContain('PORT=three thousand is not a port')
  })

  it('on a PostgreSQL of others neither seeds nor prints an account', async () => {
    const database = await freshDatabase()
    const mine = start({ DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl, SESSION_SECRET: 'x'.repeat(32) })
    await mine.says(/\nready /)
    expect(mine.output()).not.toMatch(/password|bao/)
    mine.child.kill('SIGINT')
    expect(await mine.status).toBe(0)
    await database.drop()
    expect(await processesOf(folder)).toEqual([])
  }, 60_000)
})
