import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccount, disableAccount, issueResetCode, listAccounts } from '../../protocol/accounts.ts'
import { changePassword, compareByGivenName, getMe, redeemResetCode, signIn, signOut } from '../../protocol/identity.ts'
import { sessionEndedNotice } from '../../protocol/room.ts'
import { createClient, type Client } from '../../tests/support/client.ts'
import { withClient } from '../platform/embedded-postgres.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'
import { createAttempts } from './attempts.ts'
import { createIdentity, hashPassword } from './identity.ts'
import { createIdentityStore } from './store.ts'

const PASSWORD = 'Sông Bình sơn 12'
let server: TestServer
let passwordHash: string
let serial = 0
const clients: Client[] = []

beforeAll(async () => {
  server = await startTestServer()
  passwordHash = await hashPassword(PASSWORD)
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
})

function browser(): Client {
  const client = createClient(server.origin)
  clients.push(client)
  return client
}

async function person(options: { administrator?: boolean, fullName?: string } = {}) {
  serial += 1
  const username = `person${serial}`
  const account = await server.domains.identity.install({
    kind: 'person', fullName: options.fullName ?? 'Lê Thị Thử', office: 'Chuyên viên', username, administrator: options.administrator ?? false, passwordHash,
  })
  return { username, personId: account.person.id }
}

async function signedIn(options: { administrator?: boolean } = {}) {
  const { username, personId } = await person(options)
  const client = browser()
  await client.signIn(username, PASSWORD)
  return { client, username, personId }
}

async function audit(personId: string): Promise<string[]> {
  const { rows } = await server.db.raw('SELECT action FROM audit_entry WHERE subject_id = ? ORDER BY id', [personId])
  return rows.map((row: { action: string }) => row.action)
}

describe('signing in', () => {
  it('opens a session for the right password, however its letters are composed', async () => {
    const { username } = await person()
    const client = browser()
    const { body } = await client.call(signIn, { body: { username: ` ${username.toUpperCase()}`, password: PASSWORD.normalize('NFD') } })
    expect(body.username).toBe(username)
    const me = await client.call(getMe)
    expect(me.body).toMatchObject({ username, administrator: false, csrfToken: body.csrfToken })
    expect(me.headers.get('cache-control')).toBe('no-store')
  })

  it('answers a wrong password, an unknown name and a disabled account alike', async () => {
    const { username } = await person()
    const disabled = await person()
    const { client: administrator } = await signedIn({ administrator: true })
    await administrator.call(disableAccount, { params: { personId: disabled.personId }, body: { disabled: true } })
    const answers = await Promise.all([
      browser().call(signIn, { body: { username, password: 'Sông Bình sơn 13' } }),
      browser().call(signIn, { body: { username: 'nobody-of-that-name', password: PASSWORD } }),
      browser().call(signIn, { body: { username: disabled.username, password: PASSWORD } }),
    ])
    for (const { status, error, headers } of answers) {
      expect({ status, error }).toEqual({ status: 401, error: { code: 'wrongCredentials', message: 'wrongCredentials', details: {} } })
      expect(headers.getSetCookie()).toEqual([])
    }
  })

  it('verifies a password even when nobody has that name', async () => {
    const store = createIdentityStore(server.db)
    const identity = createIdentity({
      store: { ...store, findByUsername: async () => null }, log: { info: () => {} },
      attempts: { begin: async () => ({ succeeded: async () => {} }) },
    })
    await identity.signIn('nobody', 'anything at all', '::1').catch(() => {})
    const started = process.cpuUsage()
    await expect(identity.signIn('nobody', 'anything at all', '::1')).rejects.toMatchObject({ code: 'wrongCredentials' })
    // An argon2id verification costs tens of milliseconds of processor time; a mere look-up well under one.
    expect(process.cpuUsage(started).user).toBeGreaterThan(5_000)
  })

  it('gives another session id at sign-in, so that one planted before is worth nothing', async () => {
    const { username } = await person()
    const first = await signedIn()
    const planted = first.client.cookies.get('nghisu.session')
    await first.client.signIn(username, PASSWORD)
    expect(first.client.cookies.get('nghisu.session')).not.toBe(planted)
    const thief = browser()
    thief.cookies.set('nghisu.session', planted ?? '')
    expect((await thief.call(getMe)).error?.code).toBe('signInRequired')
  })

  it('does not take a session id that the server never gave', async () => {
    const client = browser()
    client.cookies.set('nghisu.session', 's%3Amade-up.made-up-signature')
    expect((await client.call(getMe)).status).toBe(401)
  })

  it('keeps the cookie from scripts and foreign sites', async () => {
    const { username } = await person()
    const response = await browser().call(signIn, { body: { username, password: PASSWORD } })
    expect(response.headers.getSetCookie()[0]).toMatch(/; HttpOnly; SameSite=Lax$/)
  })

  it('limits failed attempts by name and address, says for how long, and forgets them after a success', async () => {
    const { username, personId } = await person()
    const attempts = createAttempts(server.db, { perName: { points: 2, duration: 60 }, perAddress: { points: 100, duration: 60 } })
    const identity = createIdentity({ store: createIdentityStore(server.db), attempts, log: { info: () => {} } })
    const attempt = (password: string, address = '203.0.113.7') => identity.signIn(username, password, address)
    await expect(attempt('wrong password')).rejects.toMatchObject({ code: 'wrongCredentials' })
    await expect(attempt(PASSWORD)).resolves.toMatchObject({ person: { id: personId } })
    await expect(attempt('wrong password')).rejects.toMatchObject({ code: 'wrongCredentials' })
    await expect(attempt('wrong password')).rejects.toMatchObject({ code: 'wrongCredentials' })
    await expect(attempt(PASSWORD)).rejects.toMatchObject({ code: 'tooManyRequests', details: { retryAfterSeconds: expect.any(Number) } })
    await expect(attempt(PASSWORD, '203.0.113.8')).resolves.toMatchObject({ username })
    const { rows } = await server.db.raw('SELECT key FROM attempt_limit')
    expect(JSON.stringify(rows)).not.toMatch(/person|203/)
  })

  it('answers 429 with Retry-After over HTTP', async () => {
    const { username } = await person()
    const client = browser()
    const wrong = () => client.call(signIn, { body: { username, password: 'not this one' } })
    await Promise.all(Array.from({ length: 10 }, wrong))
    const refused = await wrong()
    expect(refused).toMatchObject({ status: 429, error: { code: 'tooManyRequests' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60)
  })
})

describe('signing out', () => {
  it('ends the session and its sockets, and no other sign-in of the person', async () => {
    const { client, username, personId } = await signedIn()
    const elsewhere = browser()
    await elsewhere.signIn(username, PASSWORD)
    const [socket, other] = [await client.socket(), await elsewhere.socket()]
    const told = new Promise((resolve) => socket.once(sessionEndedNotice.name, resolve))
    const closed = new Promise((resolve) => socket.once('disconnect', resolve))
    const cookie = client.cookies.get('nghisu.session') ?? ''
    await client.call(signOut)
    await Promise.all([told, closed])
    expect(other.connected).toBe(true)
    client.cookies.set('nghisu.session', cookie)
    expect((await client.call(getMe)).error?.code).toBe('signInRequired')
    expect((await elsewhere.call(getMe)).status).toBe(200)
    expect(await audit(personId)).toEqual(['account.created', 'session.started', 'session.started', 'session.ended'])
  })
})

describe('changing the password', () => {
  it('ends every other session with its sockets, and renews the one at hand, whose sockets live on', async () => {
    const { client, username } = await signedIn()
    const elsewhere = browser()
    await elsewhere.signIn(username, PASSWORD)
    const [own, other] = [await client.socket(), await elsewhere.socket()]
    const closed = new Promise((resolve) => other.once('disconnect', resolve))
    const before = client.cookies.get('nghisu.session')
    const { body } = await client.call(changePassword, { body: { current: PASSWORD, next: 'Một mật khẩu khác 7' } })
    client.remember(body)
    await closed
    expect(client.cookies.get('nghisu.session')).not.toBe(before)
    expect((await client.call(getMe)).status).toBe(200)
    expect((await elsewhere.call(getMe)).error?.code).toBe('signInRequired')
    expect(own.connected).toBe(true)
    await client.call(signOut)
    await expect.poll(() => own.connected).toBe(false)
    expect((await browser().call(signIn, { body: { username, password: PASSWORD } })).error?.code).toBe('wrongCredentials')
    await browser().signIn(username, 'Một mật khẩu khác 7')
  })

  it.each([
    ['too short', 'ngắn quá'], ['the user name', 'xin-USERNAME-1234'], ['one sign', 'aaaaaaaaaaaaaaaa'],
  ])('refuses a new password that is %s', async (_, next) => {
    const { client, username } = await signedIn()
    const answer = await client.call(changePassword, { body: { current: PASSWORD, next: next.replace('USERNAME', username) } })
    expect(answer).toMatchObject({ status: 422, error: { code: 'passwordTooWeak', details: { minimumLength: 10 } } })
    await browser().signIn(username, PASSWORD)
  })

  it('refuses without the present one', async () => {
    const { client } = await signedIn()
    const answer = await client.call(changePassword, { body: { current: 'not the present one', next: 'Một mật khẩu khác 7' } })
    expect(answer).toMatchObject({ status: 403, error: { code: 'wrongPassword' } })
  })

  it('lets one of two changes at once win', async () => {
    const { client } = await signedIn()
    const change = (next: string) => client.call(changePassword, { body: { current: PASSWORD, next } })
    const answers = await Promise.all([change('Mật khẩu thứ nhất'), change('Mật khẩu thứ hai')])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('one-time codes', () => {
  async function withCode() {
    const { client: administrator } = await signedIn({ administrator: true })
    const subject = await signedIn()
    const { body: { code, expiresAt } } = await administrator.call(issueResetCode, { params: { personId: subject.personId } })
    const redeem = (given: string, next = 'Mật khẩu mới tinh') =>
      browser().call(redeemResetCode, { body: { username: subject.username, code: given, next } })
    return { ...subject, administrator, code, expiresAt, redeem }
  }

  it('set a new password once, end the old sessions, and sign in', async () => {
    const { client, code, redeem, username, personId, expiresAt } = await withCode()
    const hours = (Date.parse(expiresAt) - Date.now()) / 3600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
    expect(await redeem(code.toLowerCase().replaceAll('-', ' '))).toMatchObject({ status: 200, body: { username } })
    expect((await client.call(getMe)).error?.code).toBe('signInRequired')
    expect(await redeem(code, 'Lại một mật khẩu')).toMatchObject({ status: 403, error: { code: 'resetCodeInvalid' } })
    await browser().signIn(username, 'Mật khẩu mới tinh')
    expect(await audit(personId)).toEqual(['account.created', 'session.started', 'resetCode.issued', 'resetCode.redeemed', 'session.started'])
  })

  it('are used by one of two that come at once', async () => {
    const { code, redeem } = await withCode()
    const answers = await Promise.all([redeem(code, 'Mật khẩu của một'), redeem(code, 'Mật khẩu của hai')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
  })

  it('are void when expired, replaced, of somebody else or made up, and then change nothing', async () => {
    const { code, redeem, personId, administrator, username } = await withCode()
    const other = await withCode()
    const { body: { code: second } } = await administrator.call(issueResetCode, { params: { personId } })
    expect((await redeem(code)).error?.code).toBe('resetCodeInvalid')
    expect((await redeem(other.code)).error?.code).toBe('resetCodeInvalid')
    expect((await redeem('BBBB-BBBB-BBBB')).error?.code).toBe('resetCodeInvalid')
    await server.db('reset_code').where({ person_id: personId }).update({ expires_at: new Date(Date.now() - 1000) })
    expect((await redeem(second)).error?.code).toBe('resetCodeInvalid')
    await browser().signIn(username, PASSWORD)
  })

  it('are kept as a hash alone', async () => {
    const { code, personId } = await withCode()
    const row = await server.db('reset_code').where({ person_id: personId }).first()
    expect(JSON.stringify(row)).not.toContain(code.slice(0, 4))
    expect(row.code_hash).toHaveLength(32)
  })

  it('give a new person their first password', async () => {
    const { client: administrator } = await signedIn({ administrator: true })
    const body = { fullName: '  Phạm <b>Thị</b> Mới ', office: 'Văn thư', username: `moi.${serial}` }
    const created = await administrator.call(createAccount, { body })
    expect(created.body.account.person.fullName).toBe('Phạm <b>Thị</b> Mới')
    const next = 'Mật khẩu đầu tiên'
    expect((await browser().call(signIn, { body: { username: body.username, password: next } })).error?.code).toBe('wrongCredentials')
    await browser().call(redeemResetCode, { body: { username: body.username, code: created.body.code, next } })
    await browser().signIn(body.username, next)
    expect((await administrator.call(createAccount, { body })).error?.code).toBe('usernameTaken')
  })
})

describe('administering accounts', () => {
  it('lists them by given name', async () => {
    const { client } = await signedIn({ administrator: true })
    const { body } = await client.call(listAccounts)
    const names = body.accounts.map(({ person: { fullName } }) => fullName)
    expect(names).toEqual(names.toSorted((a, b) => compareByGivenName({ fullName: a }, { fullName: b })))
    expect(['Trần Thị Ánh', 'Bùi Đức An', 'Âu Văn Bé', 'Hà Đăng', 'Lò Thị Dung'].map((fullName) => ({ fullName })).sort(compareByGivenName))
      .toEqual(['Bùi Đức An', 'Trần Thị Ánh', 'Âu Văn Bé', 'Lò Thị Dung', 'Hà Đăng'].map((fullName) => ({ fullName })))
  })

  it('ends the sessions and sockets of a disabled account at once, and refuses to disable oneself', async () => {
    const { client: administrator, personId: own } = await signedIn({ administrator: true })
    const { client, personId, username } = await signedIn()
    const socket = await client.socket()
    await administrator.call(disableAccount, { params: { personId }, body: { disabled: true } })
    await expect.poll(() => socket.connected).toBe(false)
    expect((await client.call(getMe)).error?.code).toBe('signInRequired')
    await administrator.call(disableAccount, { params: { personId }, body: { disabled: false } })
    expect((await client.call(getMe)).error?.code).toBe('signInRequired')
    await client.signIn(username, PASSWORD)
    expect((await administrator.call(disableAccount, { params: { personId: own }, body: { disabled: true } })).error?.code).toBe('badRequest')
  })

  it('answers personNotFound for an id that nobody has', async () => {
    const { client } = await signedIn({ administrator: true })
    const params = { personId: '01900000-0000-7000-8000-000000000000' }
    expect(await client.call(issueResetCode, { params })).toMatchObject({ status: 404, error: { code: 'personNotFound' } })
  })
})

describe('the record of it', () => {
  it('cannot be changed by the server, nor by the owner of the table', async () => {
    await person()
    await expect(server.db('audit_entry').update({ action: 'nothing' })).rejects.toMatchObject({ code: '42501' })
    await expect(server.db('audit_entry').delete()).rejects.toMatchObject({ code: '42501' })
    await withClient(server.ownerUrl, async (owner) => {
      for (const statement of ["UPDATE audit_entry SET action = 'nothing'", 'DELETE FROM audit_entry', 'TRUNCATE audit_entry']) {
        await expect(owner.query(statement)).rejects.toThrow(/append-only/)
      }
    })
  })

  it('is in the transaction of the change: a change that is not recorded does not happen', async () => {
    const { personId } = await person()
    const identity = createIdentity({
      store: {
        ...createIdentityStore(server.db),
        change: (work) => createIdentityStore(server.db).change((tx) => work({ ...tx, audit: async () => { throw new Error('no record') } })),
      },
      attempts: { begin: async () => ({ succeeded: async () => {} }) }, log: { info: () => {} },
    })
    const administrator = { personId, administrator: true }
    await expect(identity.issueResetCode(administrator, personId)).rejects.toThrow('no record')
    expect(await server.db('reset_code').where({ person_id: personId })).toEqual([])
  })
})

describe('a socket', () => {
  it('is given to who is signed in alone', async () => {
    await expect(browser().socket()).rejects.toMatchObject({ data: { code: 'signInRequired' } })
    const { client } = await signedIn()
    expect((await client.socket()).connected).toBe(true)
  })
})
