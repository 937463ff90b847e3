import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { getHealth } from '../../protocol/health.ts'
import { createClient, type Client } from '../../tests/support/client.ts'
import { signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let client: Client
let media: string

beforeAll(async () => {
  server = await startTestServer({ media: true })
  client = (await signedIn(server, 'upgrade')).client
  const { body } = await client.call(getHealth)
  expect(body.status).toBe('ok')
  media = `/media/${body.mediaNodes[0]?.id}`
})
afterAll(() => server.stop())

/** The first message, or the refusal. */
function first(path: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(server.origin.replace('http', 'ws') + path, { headers })
  return new Promise((resolve) => {
    socket.once('message', (data) => {
      resolve(String(data))
      socket.close()
    })
    socket.once('error', (error) => resolve(error.message))
  })
}

const cookie = () => [...client.cookies].map((pair) => pair.join('=')).join('; ')

describe('the way to the media node', () => {
  it('is open to who is signed in, on a page of ours', async () => {
    expect(JSON.parse(await first(media, { cookie: cookie(), origin: server.origin }))).toMatchObject({ notice: 'welcome' })
  })

  it.each([
    ['a foreign page', () => ({ cookie: cookie(), origin: 'https://evil.example' }), '403'],
    ['no page', () => ({ cookie: cookie() }), '403'],
    ['nobody', () => ({ origin: server.origin }), '401'],
    ['a forged session', () => ({ origin: server.origin, cookie: 'nghisu.session=s%3Aforged.forged' }), '401'],
  ])('is closed to %s', async (_, headers, status) => {
    expect(await first(media, headers())).toContain(status)
  })

  it.each(['/media/another-node', '/media/', '/media/..%2f', '/nothing', '/', '/api/me'])('does not lead to %s', async (path) => {
    expect(await first(path, { cookie: cookie(), origin: server.origin })).toContain('404')
  })

  it('survives a connection that breaks in the middle of the handshake', async () => {
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(server.config.port, '127.0.0.1')
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.write(`GET ${media} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
      socket.resetAndDestroy()
    }
    expect((await createClient(server.origin).call(getHealth)).status).toBe(200)
  })
})
