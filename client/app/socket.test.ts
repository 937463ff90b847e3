/// <reference types="node" />
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as Peer } from 'socket.io'
import { io } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, defineNotice } from '../../protocol/event.ts'
import { createSocketClient, type SocketClient } from './socket.ts'

const meetingId = '019ab000-0000-7000-8000-000000000001'
const speak = defineCommand({
  name: 'test:speak', summary: '', access: '', errors: [],
  input: ChangeOfMeeting.extend({ words: z.string() }), output: z.object({ heard: z.string() }),
})
const ask = defineCommand({
  name: 'test:ask', summary: '', access: '', errors: [], input: z.object({}), output: z.object({ answer: z.int() }),
})
const told = defineNotice({ name: 'test:told', summary: '', payload: z.object({ count: z.int() }) })

type Acknowledge = (answer: unknown) => void

let server: Server
let client: SocketClient
let peers: Peer[]
let admit: () => Error | undefined
let hear: (payload: { key: string, words: string }, acknowledge: Acknowledge, peer: Peer) => void
const sessionEnded = vi.fn()

beforeEach(async () => {
  peers = []
  admit = () => undefined
  hear = ({ words }, acknowledge) => acknowledge({ ok: true, result: { heard: words } })
  sessionEnded.mockReset()
  const http = createServer()
  server = new Server(http)
  server.use((_, next) => next(admit()))
  server.on('connection', (peer) => {
    peers.push(peer)
    peer.on(speak.name, (payload: { key: string, words: string }, acknowledge: Acknowledge) => hear(payload, acknowledge, peer))
    peer.on(ask.name, (_: unknown, acknowledge: Acknowledge) => acknowledge({ ok: true, result: { answer: 'four' } }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  client = createSocketClient(
    io(`http://127.0.0.1:${port}`, {
      autoConnect: false, transports: ['websocket'], reconnectionDelay: 10, reconnectionDelayMax: 20,
    }),
    sessionEnded,
  )
})

afterEach(async () => {
  client.disconnect()
  await server.close()
})

const cut = (peer: Peer) => peer.conn.close()

describe('send', () => {
  it('waits for the connection, makes a key and resolves to the result', async () => {
    const keys: string[] = []
    hear = ({ key, words }, acknowledge) => {
      keys.push(key)
      acknowledge({ ok: true, result: { heard: words } })
    }
    const answer = client.send(speak, { meetingId, words: 'kính thưa' })
    client.connect()
    expect(await answer).toEqual({ heard: 'kính thưa' })
    expect(ChangeOfMeeting.shape.key.safeParse(keys[0]).success).toBe(true)
  })

  it('sends again after a cut, with the same key', async () => {
    const keys: string[] = []
    hear = ({ key, words }, acknowledge, peer) => {
      keys.push(key)
      if (keys.length < 3) cut(peer)
      else acknowledge({ ok: true, result: { heard: words } })
    }
    client.connect()
    expect(await client.send(speak, { meetingId, words: 'a' })).toEqual({ heard: 'a' })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it('sends again when no acknowledgement comes, with the key that was given', async () => {
    const keys: string[] = []
    hear = ({ key }, acknowledge) => {
      keys.push(key)
      if (keys.length === 2) acknowledge({ ok: true, result: { heard: '' } })
    }
    client.connect()
    await client.send(speak, { meetingId, words: 'a', key: 'my-own-key' }, { attemptMs: 50 })
    expect(keys).toEqual(['my-own-key', 'my-own-key'])
  })

  it('gives up after its patience', async () => {
    hear = () => undefined
    client.connect()
    const sending = client.send(speak, { meetingId, words: 'a' }, { attemptMs: 30, patienceMs: 100 })
    await expect(sending).rejects.toMatchObject({ code: 'noAnswer' })
  })

  it('gives up without a connection, too', async () => {
    await expect(client.send(ask, {}, { patienceMs: 30 })).rejects.toMatchObject({ code: 'noAnswer' })
  })

  it('rejects at once with the server’s code and details', async () => {
    const heard = vi.fn()
    hear = (_, acknowledge) => {
      heard()
      acknowledge({ ok: false, error: { code: 'forbiddenInMeeting', message: '', details: { role: 'guest' } } })
    }
    client.connect()
    await expect(client.send(speak, { meetingId, words: 'a' }))
      .rejects.toMatchObject({ code: 'forbiddenInMeeting', details: { role: 'guest' } })
    expect(heard).toHaveBeenCalledOnce()
  })

  it.each([
    ['nothing', undefined], ['a foreign error', { ok: false, error: 'no' }], ['another result', { ok: true, result: {} }],
  ])(
    'rejects an acknowledgement with %s as unexpectedAnswer', async (_, answer) => {
      hear = (_payload, acknowledge) => acknowledge(answer)
      client.connect()
      await expect(client.send(speak, { meetingId, words: 'a' })).rejects.toMatchObject({ code: 'unexpectedAnswer' })
    })

  it('holds results against the contract', async () => {
    client.connect()
    await expect(client.send(ask, {})).rejects.toMatchObject({ code: 'unexpectedAnswer' })
  })
})

describe('connection', () => {
  it('tells its state, and each connection', async () => {
    const connected = vi.fn()
    client.onConnected(connected)
    expect(client.state.value).toBe('idle')
    client.connect()
    expect(client.state.value).toBe('connecting')
    await vi.waitFor(() => expect(client.state.value).toBe('connected'))
    admit = () => new Error('later')
    cut(peers[0]!)
    await vi.waitFor(() => expect(client.state.value).toBe('interrupted'))
    admit = () => undefined
    await vi.waitFor(() => expect(client.state.value).toBe('connected'), 5000)
    expect(connected).toHaveBeenCalledTimes(2)
    client.disconnect()
    expect(client.state.value).toBe('idle')
  })

  it('comes back after the server closed the socket', async () => {
    client.connect()
    await vi.waitFor(() => expect(peers).toHaveLength(1))
    peers[0]!.disconnect()
    await vi.waitFor(() => expect(peers).toHaveLength(2))
    await vi.waitFor(() => expect(client.state.value).toBe('connected'))
  })

  it('stays away after the session ended, and says so', async () => {
    client.connect()
    await vi.waitFor(() => expect(peers).toHaveLength(1))
    peers[0]!.emit('session:ended', {})
    peers[0]!.disconnect()
    await vi.waitFor(() => expect(sessionEnded).toHaveBeenCalledOnce())
    expect(client.state.value).toBe('idle')
    expect(peers).toHaveLength(1)
  })

  it('does not insist where nobody is signed in', async () => {
    admit = () => Object.assign(new Error('signInRequired'), { data: { code: 'signInRequired' } })
    client.connect()
    await vi.waitFor(() => expect(sessionEnded).toHaveBeenCalledOnce())
    expect(client.state.value).toBe('idle')
  })
})

describe('on', () => {
  it('hears notices until stopped, and drops what breaks the contract', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const counts: number[] = []
    const stop = client.on(told, ({ count }) => counts.push(count))
    client.connect()
    await vi.waitFor(() => expect(peers).toHaveLength(1))
    const peer = peers[0]!
    for (const payload of [{ count: 1 }, { count: 'two' }, null, { count: 3 }]) peer.emit(told.name, payload)
    await vi.waitFor(() => expect(counts).toEqual([1, 3]))
    expect(warn).toHaveBeenCalledTimes(2)
    stop()
    peer.emit(told.name, { count: 4 })
    await client.send(speak, { meetingId, words: 'after' })
    expect(counts).toEqual([1, 3])
    warn.mockRestore()
  })
})
