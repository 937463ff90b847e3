import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ErrorBody } from '../../protocol/error.ts'
import { getHealth } from '../../protocol/health.ts'
import { followMeeting } from '../../protocol/room.ts'
import { command, createClient, type Client } from '../../tests/support/client.ts'
import { signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'
import { SESSION_MS } from './session.ts'
import { personRoom, watchSessions } from './socket.ts'

let server: TestServer
let client: Client
let serial = 0
const crashes: unknown[] = []
const crashed = (error: unknown) => { crashes.push(error) }

beforeAll(async () => {
  server = await startTestServer()
  client = (await signedIn(server, 'socket')).client
  process.on('uncaughtExceptionMonitor', crashed)
})
afterEach(() => client.close())
afterAll(async () => {
  process.off('uncaughtExceptionMonitor', crashed)
  await server.stop()
})

async function expectAlive(): Promise<void> {
  expect((await createClient(server.origin).call(getHealth)).status).toBe(200)
  expect(crashes).toEqual([])
}

describe('the origin of a socket', () => {
  it.each(['https://evil.example', 'null', ''])('is refused as %j, with a session or without', async (origin) => {
    await expect(client.socket({ origin })).rejects.toThrow()
    if (origin) await expect(client.socket({ origin, transports: ['polling'] })).rejects.toThrow()
  })

  it('is checked again when polling goes on and when it is upgraded', async () => {
    const cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ')
    const poll = (path: string, origin: string | undefined, method = 'GET') => fetch(`${server.origin}/socket.io/?EIO=4&transport=polling${path}`, {
      method, headers: { cookie, ...(origin ? { origin } : {}) }, body: method === 'POST' ? '40' : null,
    })
    const opened = await (await poll('', server.origin)).text()
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string }
    expect((await poll(`&sid=${sid}`, 'https://evil.example', 'POST')).status).toBe(400)
    expect((await poll(`&sid=${sid}`, undefined, 'POST')).status).toBe(400)
    const upgrade = new WebSocket(`${server.origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${sid}`, {
      headers: { cookie, origin: 'https://evil.example' },
    })
    await expect(new Promise((resolve, reject) => { upgrade.once('open', resolve).once('error', reject) })).rejects.toThrow('400')
    expect((await poll(`&sid=${sid}`, server.origin, 'POST')).status).toBe(200)
  })

  it('lets polling and WebSocket of the own origin through', async () => {
    for (const transport of ['polling', 'websocket']) expect((await client.socket({ transports: [transport] })).connected).toBe(true)
  })
})

describe('a malformed command', () => {
  const inputs: unknown[] = [
    undefined, null, 42, 'text', [], {}, { meetingId: 'no-uuid' }, { meetingId: { $ne: null } }, { meetingId: randomUUID().toUpperCase() },
    JSON.parse('{"__proto__":{"administrator":true},"meetingId":7}'), Buffer.from('bytes'), { deep: JSON.parse('['.repeat(500) + ']'.repeat(500)) },
  ]

  it('is acknowledged with badRequest, whatever it is, and no stack', async () => {
    const socket = await client.socket()
    for (const input of inputs) {
      const answer = await socket.timeout(5000).emitWithAck(followMeeting.name, input)
      expect(answer).toMatchObject({ ok: false, error: { code: 'badRequest' } })
      expect(() => ErrorBody.parse(answer.error)).not.toThrow()
      expect(JSON.stringify(answer)).not.toMatch(/\.ts:|node_modules/)
    }
    await expectAlive()
  })

  it('that nobody knows is acknowledged with badRequest', async () => {
    const socket = await client.socket()
    for (const name of ['no:such', '__proto__', 'constructor', 'toString', 'connection', '']) {
      expect(await socket.timeout(5000).emitWithAck(name, {})).toMatchObject({ ok: false, error: { code: 'badRequest' } })
    }
    await expectAlive()
  })

  it('without an acknowledgement is passed over', async () => {
    const socket = await client.socket()
    for (const input of [...inputs, () => {}]) socket.emit(followMeeting.name, input)
    socket.emit(followMeeting.name, { meetingId: randomUUID() }, 'no function')
    expect(await command(socket, followMeeting, { meetingId: randomUUID() })).toMatchObject({ ok: false, error: { code: 'meetingNotFound' } })
    await expectAlive()
  })

  it('larger than 64 kB closes its socket alone', async () => {
    const [large, small] = [await client.socket(), await client.socket()]
    const closed = new Promise((resolve) => large.once('disconnect', resolve))
    large.emit(followMeeting.name, { meetingId: 'x'.repeat(70_000) })
    await closed
    expect(small.connected).toBe(true)
    await expectAlive()
  })

  it.each([
    '42', '42[', '42{}', '42["connect"]', '42["disconnecting",{}]', '42["__proto__"]', '421[1]', '450-["x",{"_placeholder":true,"num":0}]',
    '451-["x",{"_placeholder":true,"num":9}]', '43999[]', '44{"message":"x"}', '4', '9', '{', 'b!!!', '40/nowhere,{}', '42' + '['.repeat(5000),
  ])('as the raw packet %j ends at most its socket', async (packet) => {
    const cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ')
    const raw = new WebSocket(`${server.origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers: { cookie, origin: server.origin } })
    raw.on('error', () => {})
    await new Promise((resolve) => raw.once('open', resolve))
    raw.send('40')
    await new Promise((resolve) => raw.on('message', (data) => { if (String(data).startsWith('40')) resolve(undefined) }))
    raw.send(packet)
    raw.send(Buffer.from([1, 2, 3]))
    raw.send('2')
    raw.terminate()
    await expectAlive()
  })
})

describe('the sign-in of a socket', () => {
  it('keeps it open, and closes it when it has run out or was ended elsewhere', async () => {
    const [mine, theirs] = await Promise.all(['mine', 'theirs'].map((name) => signedIn(server, name)))
    const [open, ended] = [await mine!.client.socket(), await theirs!.client.socket()]
    const soon = new Date(Date.now() + 60_000)
    await server.db('user_session').where({ person_id: mine!.personId }).update({ expire: soon })
    await server.db('user_session').where({ person_id: theirs!.personId }).update({ expire: new Date(Date.now() - 1000) })
    const stop = watchSessions(server.open, server.sessions, server.log, 20)
    await expect.poll(() => ended.connected).toBe(false)
    stop()
    expect(open.connected).toBe(true)
    const { expire } = await server.db('user_session').where({ person_id: mine!.personId }).first('expire')
    expect(expire.getTime()).toBeGreaterThan(soon.getTime())
  })

  it.each([
    ['a week old', { signedInAt: Date.now() - SESSION_MS - 1000 }],
    ['of an account that has a new password', { version: 0 }],
  ])('%s is not kept by use', async (name, changed) => {
    const { client: other, personId } = await signedIn(server, name.slice(0, 4).trim() + randomUUID().slice(0, 8))
    const socket = await other.socket()
    const { sess } = await server.db('user_session').where({ person_id: personId }).first('sess')
    await server.db('user_session').where({ person_id: personId }).update({ sess: JSON.stringify({ ...sess, ...changed }) })
    const stop = watchSessions(server.open, server.sessions, server.log, 20)
    await expect.poll(() => socket.connected).toBe(false)
    stop()
  })
})

describe('a browser that does not read', () => {
  it('is cut off once too much waits for it; one that reads is not', async () => {
    const { client: other, personId } = await signedIn(server, `slow${randomUUID().slice(0, 8)}`)
    const reading = await other.socket()
    const cookie = [...other.cookies].map((pair) => pair.join('=')).join('; ')
    const raw = new WebSocket(`${server.origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers: { cookie, origin: server.origin } })
    await new Promise((resolve) => raw.once('open', resolve))
    raw.send('40')
    const room = server.io.in(personRoom(personId))
    await expect.poll(async () => (await room.fetchSockets()).length).toBe(2)
    raw.pause()
    for (let n = 0; n < 30; n += 1) {
      room.emit('text', 'x'.repeat(1024 * 1024))
      await new Promise((resolve) => reading.once('text', resolve))
    }
    expect((await room.fetchSockets()).map(({ id }) => id)).toEqual([reading.id])
    raw.terminate()
    other.close()
  })
})

describe('commands in a flood', () => {
  it('that each ask for a snapshot are refused earlier, on their socket alone', async () => {
    const { client: other } = await signedIn(server, `follow${randomUUID().slice(0, 8)}`)
    const [socket, another] = [await other.socket(), await other.socket()]
    const answers = await Promise.all(Array.from({ length: 32 }, () => command(socket, followMeeting, { meetingId: randomUUID() })))
    expect(answers.filter((answer) => !answer.ok && answer.error.code === 'tooManyRequests')).toHaveLength(2)
    expect(await command(another, followMeeting, { meetingId: randomUUID() })).toMatchObject({ error: { code: 'meetingNotFound' } })
    other.close()
  })

  it('are refused beyond the limit, and told when to come back', async () => {
    serial += 1
    const { client: other } = await signedIn(server, `flood${serial}`)
    const socket = await other.socket()
    const answers = await Promise.all(Array.from({ length: 450 }, () => socket.timeout(10_000).emitWithAck('no:such', {})))
    const refused = answers.filter((answer) => answer.error.code === 'tooManyRequests')
    expect(refused).toHaveLength(50)
    expect(refused[0].error.details.retryAfterSeconds).toBeGreaterThan(0)
    const mine = await client.socket()
    expect(await command(mine, followMeeting, { meetingId: randomUUID() })).toMatchObject({ error: { code: 'meetingNotFound' } })
    other.close()
  })
})
