import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { getHealth, getOpenapi } from '../../protocol/health.ts'
import { createAccount } from '../../protocol/accounts.ts'
import { changePassword, getMe, signIn, signOut } from '../../protocol/identity.ts'
import { defineRoute } from '../../protocol/route.ts'
import { createClient } from '../../tests/support/client.ts'
import { PASSWORD, person, signedIn } from '../../tests/support/people.ts'
import { openRelay, type Relay } from '../../tests/support/relay.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'
import { withClient } from './embedded-postgres.ts'
import { createApp } from './http.ts'
import { createLog } from './log.ts'

let server: TestServer
const lines: string[] = []

beforeAll(async () => {
  server = await startTestServer({ env: { PUBLIC_ORIGINS: 'https://meet.example.vn' }, onLog: (line) => lines.push(line) })
})
afterAll(() => server.stop())

describe('a request from a foreign page', () => {
  it('is refused at sign-in, where there is no token yet', async () => {
    const { username } = await person(server, 'origin')
    for (const origin of ['https://evil.example', 'null', server.origin.replace('localhost', 'localhost.evil.example')]) {
      const answer = await createClient(server.origin).call(signIn, { body: { username, password: PASSWORD }, headers: { origin } })
      expect(answer).toMatchObject({ status: 403, error: { code: 'originRefused' } })
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const published = await createClient(server.origin).call(signIn, { body: { username, password: PASSWORD }, headers: { origin: 'https://meet.example.vn' } })
    expect(published.status).toBe(200)
  })

  it('is refused without an Origin when it changes something', async () => {
    const body = JSON.stringify({ username: 'origin', password: PASSWORD })
    const answer = await fetch(`${server.origin}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'originRefused' } }])
  })

  it('is refused without the token of the session, or with another', async () => {
    const { client } = await signedIn(server, 'token')
    for (const token of ['', 'f'.repeat(64)]) {
      expect(await client.call(signOut, { headers: { 'x-csrf-token': token } })).toMatchObject({ status: 403, error: { code: 'csrfRefused' } })
    }
    const upperCase = await client.send('DELETE', '/API/Session', { headers: { 'x-csrf-token': '' } })
    expect(upperCase.status).toBe(403)
    const { client: other } = await signedIn(server, 'token2')
    const foreign = (await other.call(getMe)).body.csrfToken
    expect((await client.call(signOut, { headers: { 'x-csrf-token': foreign } })).error?.code).toBe('csrfRefused')
    expect((await client.call(getMe)).status).toBe(200)
    expect((await client.call(signOut)).status).toBe(200)
  })

  it('gets no leave to read answers', async () => {
    const answer = await fetch(`${server.origin}/api/health`, { headers: { origin: 'https://evil.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('bad input', () => {
  it('is answered with where and why', async () => {
    const { client } = await signedIn(server, 'input', { administrator: true })
    const answer = await client.call(createAccount, { body: { fullName: '  ', office: 'x', username: '../etc' } })
    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 'badRequest', details: { issues: [{ path: 'body.fullName' }, { path: 'body.username' }] } })
  })

  it.each([
    ['no JSON', '{"username":', 'application/json'],
    ['another type', 'username=x', 'application/x-www-form-urlencoded'],
    ['a prototype', '{"__proto__":{"administrator":true}}', 'application/json'],
    ['more than 1 MB', JSON.stringify({ username: 'x'.repeat(1_100_000), password: 'x' }), 'application/json'],
    ['an unknown charset', '{}', 'application/json; charset=utf-99'],
  ])('that is %s is answered with badRequest and no stack', async (_, body, type) => {
    const answer = await createClient(server.origin).send('POST', '/api/session', { headers: { 'content-type': type }, body })
    const text = await answer.text()
    expect([answer.status, JSON.parse(text)]).toMatchObject([400, { error: { code: 'badRequest' } }])
    expect(text).not.toMatch(/node_modules|at \w+/)
  })

  it('in an address is no failure of ours', async () => {
    for (const place of ['/api/%E0%A4%A', '/%c0%ae', '/api/nothing', '/assets/none.js', '/..%2f..%2fpackage.json']) {
      expect((await fetch(server.origin + place)).status, place).toBeLessThan(500)
    }
  })

  it('to no route is answered with notFound', async () => {
    expect(await (await fetch(`${server.origin}/api/nothing`)).json()).toMatchObject({ error: { code: 'notFound' } })
    expect((await createClient(server.origin).send('POST', '/api/me')).status).toBe(404)
  })
})

describe('the log', () => {
  it('tells no names, secrets, queries, bodies or cookies', async () => {
    const { client, username } = await signedIn(server, 'confidential', { fullName: 'Nguyễn Bí Mật' })
    await client.call(changePassword, { body: { current: 'sai-mat-khau-cu', next: 'Mật khẩu kế tiếp' } })
    await client.send('GET', '/api/meetings?title=kin-dao')
    await createClient(server.origin).call(signIn, { body: { username, password: 'sai-mat-khau' } })
    await server.db('person').insert({ full_name: 'Nguyễn Bí Mật', office: null }).catch((err: unknown) => { createLog('info', { write: (line) => lines.push(line) }).error({ err }, 'refused') })
    const log = lines.join('')
    expect(log).toContain('"path":"/api/meetings"')
    expect(log).toContain('"type":"DatabaseError"')
    const secrets = ['Bí Mật', PASSWORD, 'sai-mat-khau', 'kế tiếp', 'kin-dao', client.cookies.get('nghisu.session') ?? '?', username]
    for (const secret of secrets) expect(log).not.toContain(secret)
  })
})

describe('headers', () => {
  it('allow scripts and connections of this origin alone', async () => {
    const { headers } = await fetch(`${server.origin}/api/health`)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`connect-src 'self' ${server.origin.replace('http', 'ws')}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('permissions-policy')).toContain('camera=(self)')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('strict-transport-security')).toBeNull()
  })
})

describe('the description of the interface', () => {
  it('is OpenAPI 3.1 with every route', async () => {
    const { body } = await createClient(server.origin).call(getOpenapi)
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/api/meetings/{meetingId}': { get: { operationId: 'meetings.get' } } } })
  })
})

describe('a database that goes away', () => {
  let relay: Relay
  let cut: TestServer
  beforeAll(async () => {
    const postgres = new URL(inject('postgres').appUrl)
    relay = await openRelay({ host: postgres.hostname, port: Number(postgres.port) })
    cut = await startTestServer({ databaseUrl: (url) => Object.assign(new URL(url), { port: String(relay.port) }).href })
  })
  afterAll(async () => {
    await cut.stop()
    await relay.close()
  })

  it('is told as 503, also by the health, and the server goes on once it is back', async () => {
    const { client } = await signedIn(cut, 'cut')
    relay.cut()
    expect(await client.call(getMe)).toMatchObject({ status: 503, error: { code: 'databaseUnavailable', details: {} } })
    const health = await fetch(`${cut.origin}/api/health`)
    expect([health.status, await health.json()]).toMatchObject([503, { status: 'degraded', database: 'down' }])
    relay.mend()
    expect((await client.call(getMe)).status).toBe(200)
    expect((await client.call(getHealth)).body.database).toBe('up')
  })

  it('in the middle of a request fails that request alone, and changes nothing', async () => {
    const { client, personId } = await signedIn(cut, 'middle')
    await withClient(cut.ownerUrl, async (holder) => {
      // The change waits for this lock in the middle of its transaction; there its connection is cut.
      await holder.query('BEGIN')
      await holder.query('SELECT FROM account WHERE person_id = $1 FOR UPDATE', [personId])
      const asked = client.call(changePassword, { body: { current: PASSWORD, next: 'Mật khẩu dở dang' } })
      // By the server's login: its working role may neither see nor end connections.
      const login = cut.config.database.kind === 'external' ? cut.config.database.url : ''
      const cutWaiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF account%'`
      await withClient(login, (other) => expect.poll(async () => (await other.query(cutWaiting)).rowCount, { timeout: 10_000 }).toBe(1))
      expect(await asked).toMatchObject({ status: 503, error: { code: 'databaseUnavailable' } })
      await holder.query('ROLLBACK')
    })
    expect((await client.call(getMe)).status).toBe(200)
    await createClient(cut.origin).signIn('middle', PASSWORD)
  })
})

describe('a defect of ours', () => {
  let failing: Server
  let origin: string
  let folder: string
  const logged: string[] = []
  const broken = defineRoute({
    id: 'test.broken', method: 'get', path: '/api/broken', access: 'anyone', errors: [], summary: '', response: z.record(z.string(), z.string()),
  })
  const halfway = defineRoute({ ...broken, id: 'test.halfway', path: '/api/halfway' })

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'client-'))
    await mkdir(path.join(folder, 'assets'))
    await writeFile(path.join(folder, 'index.html'), '<title>Nghị Sự</title>')
    await writeFile(path.join(folder, 'assets', 'app-1a2b.js'), '1')
    await writeFile(path.join(folder, 'assets', 'app-1a2b.js.gz'), gzipSync('1'))
    await writeFile(path.join(folder, 'assets', 'app-1a2b.js.br'), brotliCompressSync('1'))
    const app = createApp({ allowedOrigins: [], https: false, tlsFiles: undefined, trustedProxies: [] }, {
      session: (_req, _res, next) => next(), authenticate: async () => null, client: folder,
      log: createLog('info', { write: (line) => logged.push(line) }),
      mount(route) {
        route(broken, () => JSON.parse('{"wanted":1}'))
        route(halfway, ({ res }) => {
          res.write('half')
          throw new Error('gone wrong')
        })
      },
    })
    failing = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => failing.once('listening', resolve))
    const address = failing.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  })
  afterAll(async () => {
    failing.close()
    await rm(folder, { recursive: true })
  })

  it('is answered with a reference that the log has, and nothing else', async () => {
    const answer = await fetch(`${origin}/api/broken`)
    const { error } = await answer.json() as { error: { code: string, message: string, details: { reference: string } } }
    expect([answer.status, error.code, error.message, Object.keys(error.details)]).toEqual([500, 'internal', 'internal', ['reference']])
    const line = logged.find((one) => one.includes(error.details.reference))
    expect(line).toContain('ZodError')
  })

  it('cuts an answer that had begun', async () => {
    await expect(fetch(`${origin}/api/halfway`).then((answer) => answer.text())).rejects.toThrow()
  })

  it.each([['br, gzip', 'br'], ['gzip', 'gzip'], ['identity', null]])('sends a file as packed at build time (%s)', async (accepted, sent) => {
    const asset = await fetch(`${origin}/assets/app-1a2b.js`, { headers: { 'Accept-Encoding': accepted } })
    expect([asset.headers.get('content-encoding'), asset.headers.get('content-type')?.toLowerCase(), await asset.text()])
      .toEqual([sent, 'text/javascript; charset=utf-8', '1'])
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('serves hashed files for a year, pages fresh, and no page for a file that is missing', async () => {
    const asset = await fetch(`${origin}/assets/app-1a2b.js`)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const page = await fetch(`${origin}/meetings/42`)
    expect([await page.text(), page.headers.get('cache-control')]).toEqual(['<title>Nghị Sự</title>', 'no-cache'])
    expect((await fetch(`${origin}/assets/app-9z9z.js`)).status).toBe(404)
  })
})
