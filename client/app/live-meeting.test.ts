/// <reference types="node" />
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as Peer } from 'socket.io'
import { io } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, watch, type EffectScope } from 'vue'
import { fold, TEXT_ERASED, type SignedHead, type VisibleEntry } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { unfollowMeeting } from '../../protocol/room.ts'
import { keptHead, type Keeping } from './heads.ts'
import { followLiveMeeting, type LiveMeeting } from './live-meeting.ts'
import { createSocketClient, type SocketClient } from './socket.ts'

const uuid = (n: number) => `019ab000-0000-7000-8000-${String(n).padStart(12, '0')}`
const hash = (n: number) => n.toString(16).padStart(64, '0')
const meetingId = uuid(1)
const textRef = (n: number) => ({ $text: uuid(n), mac: hash(n) })

const itemAdded = (n: number): VisibleEntry => ({
  at: '2026-11-25T01:00:00.000Z', actorId: null, kind: 'agenda.itemAdded', audience: { scope: 'office' },
  data: { itemId: uuid(100 + n), title: textRef(n), minutes: 10, presenterId: null, purpose: 'report' },
})
const head = (n: number, at: string): SignedHead => ({ meetingId, hash: hash(n), at, keyId: hash(7), signature: 'A'.repeat(86) })

let server: Server
let client: SocketClient
let scope: EffectScope
let peers: Peer[]
/** The journal as the server has it; a cursor is how many entries were given, behind the viewer's rights. */
let journal: VisibleEntry[]
let rights: string
let lastHead: SignedHead | null
let asked: (string | undefined)[]
/** Runs between reading the journal for an answer and giving it. */
let meanwhile: (peer: Peer) => void
let storage: Keeping

const cursorAt = (count: number) => `${rights}:${count}`
const bodies = (entries: VisibleEntry[]) => Object.fromEntries(entries
  .flatMap(({ data }) => data.title ? [(data.title as { $text: string }).$text] : [])
  .map((id) => [id, `lời ${Number(id.slice(-12))}`]))
const snapshot = () => ({
  meetingId, state: fold(meetingReducer, journal), texts: bodies(journal), cursor: cursorAt(journal.length),
})
const page = (from: number, to = journal.length) => {
  const entries = journal.slice(from, to)
  return { meetingId, entries, texts: bodies(entries), cursor: cursorAt(to) }
}

function follow(peer: Peer, { cursor }: { cursor?: string }, acknowledge: (answer: unknown) => void) {
  asked.push(cursor)
  const [given, count] = cursor?.split(':') ?? []
  if (cursor && given !== rights) {
    acknowledge({ ok: false, error: { code: 'invalidCursor', message: '', details: {} } })
    return
  }
  const result = cursor
    ? { snapshot: null, entries: page(Number(count)), head: lastHead }
    : { snapshot: snapshot(), entries: null, head: lastHead }
  meanwhile(peer)
  acknowledge({ ok: true, result })
}

function append(...entries: VisibleEntry[]) {
  const from = journal.length
  journal.push(...entries)
  for (const peer of peers) if (peer.connected) peer.emit('meeting:entries', page(from))
}

function open(): LiveMeeting {
  return scope.run(() => followLiveMeeting(meetingId, client, storage))!
}

const items = (live: LiveMeeting) => live.state.value?.agenda.map((item) => Number(item.itemId.slice(-12)) - 100)

beforeEach(async () => {
  peers = []
  journal = [itemAdded(1), itemAdded(2)]
  rights = 'member'
  lastHead = null
  asked = []
  meanwhile = () => undefined
  const kept = new Map<string, string>()
  storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
  scope = effectScope(true)
  const http = createServer()
  server = new Server(http)
  server.on('connection', (peer) => {
    peers.push(peer)
    peer.on('meeting:follow', (input: { cursor?: string }, acknowledge: (answer: unknown) => void) =>
      follow(peer, input, acknowledge))
    peer.on('meeting:unfollow', (_: unknown, acknowledge: (answer: unknown) => void) => acknowledge({ ok: true, result: {} }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  client = createSocketClient(
    io(`http://127.0.0.1:${port}`, {
      autoConnect: false, transports: ['websocket'], reconnectionDelay: 10, reconnectionDelayMax: 20,
    }),
    () => undefined,
  )
})

afterEach(async () => {
  scope.stop()
  client.disconnect()
  await server.close()
})

const live = async (meeting: LiveMeeting) => vi.waitFor(() => expect(meeting.status.value).toBe('live'))

describe('a followed meeting', () => {
  it('begins with a snapshot and takes entries and texts as they come', async () => {
    const meeting = open()
    expect([meeting.status.value, meeting.state.value]).toEqual(['loading', null])
    await live(meeting)
    expect(items(meeting)).toEqual([1, 2])
    append(itemAdded(3))
    await vi.waitFor(() => expect(items(meeting)).toEqual([1, 2, 3]))
    expect([1, 3, 9].map((n) => meeting.text(textRef(n)))).toEqual(['lời 1', 'lời 3', null])
    expect(meeting.text(null)).toBeNull()
  })

  it('takes entries that overtake the answer, once and in order', async () => {
    meanwhile = () => append(itemAdded(3), itemAdded(4))
    const meeting = open()
    await live(meeting)
    append(itemAdded(5))
    await vi.waitFor(() => expect(items(meeting)).toEqual([1, 2, 3, 4, 5]))
  })

  it('goes on from its cursor after each cut, so that nothing is lost or doubled', async () => {
    const meeting = open()
    await live(meeting)
    for (let n = 3; n < 9; n += 2) {
      append(itemAdded(n))
      await vi.waitFor(() => expect(items(meeting)).toContain(n))
      // Written, but the notice is lost with the connection.
      journal.push(itemAdded(n + 1))
      peers.at(-1)!.conn.close()
      await vi.waitFor(() => expect(items(meeting)).toContain(n + 1))
    }
    expect(items(meeting)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(asked).toEqual([undefined, 'member:3', 'member:5', 'member:7'])
  })

  it('tells each new entry once, over a cut too, and none of those in the snapshot', async () => {
    const meeting = open()
    const told: unknown[] = []
    const stop = meeting.onEntry(({ data }) => told.push(data.itemId))
    await live(meeting)
    append(itemAdded(3))
    await vi.waitFor(() => expect(told).toEqual([uuid(103)]))
    journal.push(itemAdded(4))
    peers.at(-1)!.conn.close()
    await vi.waitFor(() => expect(told).toEqual([uuid(103), uuid(104)]))
    stop()
    append(itemAdded(5))
    await vi.waitFor(() => expect(items(meeting)).toContain(5))
    expect(told).toHaveLength(2)
  })

  it('loses and doubles nothing when the cut comes while it waits for the answer', async () => {
    const meeting = open()
    await live(meeting)
    for (const n of [3, 6]) {
      meanwhile = (peer) => {
        meanwhile = () => undefined
        // Both the notice and the answer may or may not come through before the cut.
        append(itemAdded(n + 1))
        peer.conn.close()
        journal.push(itemAdded(n + 2))
      }
      journal.push(itemAdded(n))
      peers.at(-1)!.conn.close()
      await vi.waitFor(() => expect(items(meeting)).toContain(n + 2))
    }
    append(itemAdded(9))
    await vi.waitFor(() => expect(items(meeting)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]))
    // Once a connection.
    expect(asked).toHaveLength(peers.length)
  })

  it('takes nothing after a refusal until it could follow again, which it tries by itself', async () => {
    const meeting = open()
    await live(meeting)
    const refused: string[] = []
    server.removeAllListeners('connection')
    server.on('connection', (peer) => {
      peers.push(peer)
      peer.on('meeting:unfollow', (_: unknown, acknowledge: (answer: unknown) => void) => acknowledge({ ok: true, result: {} }))
      peer.on('meeting:follow', (input: { cursor?: string }, acknowledge: (answer: unknown) => void) => {
        if (refused.length) return follow(peer, input, acknowledge)
        refused.push('once')
        acknowledge({ ok: false, error: { code: 'internal', message: '', details: {} } })
        append(itemAdded(4))
      })
    })
    journal.push(itemAdded(3))
    peers[0]!.conn.close()
    await vi.waitFor(() => expect([meeting.status.value, meeting.error.value?.code]).toEqual(['failed', 'internal']))
    await vi.waitFor(() => expect(items(meeting)).toEqual([1, 2, 3, 4]), { timeout: 5000 })
    expect([meeting.status.value, meeting.error.value]).toEqual(['live', null])
  })

  it('says that it is behind from the cut until it has caught up', async () => {
    const meeting = open()
    const said: string[] = []
    scope.run(() => watch(meeting.status, (status) => said.push(status), { flush: 'sync' }))
    await live(meeting)
    peers[0]!.conn.close()
    await vi.waitFor(() => expect(said).toEqual(['live', 'behind', 'live']))
  })

  it('asks for everything anew when its cursor was made for other rights', async () => {
    const meeting = open()
    await live(meeting)
    rights = 'clerk'
    journal = [itemAdded(7), ...journal]
    peers[0]!.conn.close()
    await vi.waitFor(() => expect(items(meeting)).toEqual([7, 1, 2]))
    expect(asked).toEqual([undefined, 'member:2', undefined])
  })

  it('replaces everything by a new snapshot', async () => {
    const meeting = open()
    await live(meeting)
    journal = [itemAdded(5)]
    peers[0]!.emit('meeting:snapshot', snapshot())
    await vi.waitFor(() => expect(items(meeting)).toEqual([5]))
    expect([meeting.text(textRef(1)), meeting.text(textRef(5))]).toEqual([null, 'lời 5'])
  })

  it('forgets a text that was erased', async () => {
    const meeting = open()
    await live(meeting)
    append({
      at: '2026-11-25T02:00:00.000Z', actorId: null, kind: TEXT_ERASED, data: { textId: uuid(1) }, audience: { scope: 'meeting' },
    })
    await vi.waitFor(() => expect(meeting.text(textRef(1))).toBeNull())
    expect(items(meeting)).toEqual([1, 2])
  })

  it('takes no notice of other meetings', async () => {
    const meeting = open()
    await live(meeting)
    peers[0]!.emit('meeting:entries', { meetingId: uuid(2), entries: [itemAdded(9)], texts: {}, cursor: 'x:9' })
    append(itemAdded(3))
    await vi.waitFor(() => expect(items(meeting)).toEqual([1, 2, 3]))
  })

  it('says why it failed, and tries again when told', async () => {
    server.removeAllListeners('connection')
    server.on('connection', (peer) => {
      peer.on('meeting:follow', (_: unknown, acknowledge: (answer: unknown) => void) =>
        acknowledge({ ok: false, error: { code: 'meetingNotFound', message: '', details: {} } }))
      peer.on('meeting:unfollow', (_: unknown, acknowledge: (answer: unknown) => void) => acknowledge({ ok: true, result: {} }))
    })
    const meeting = open()
    await vi.waitFor(() => expect(meeting.status.value).toBe('failed'))
    expect(meeting.error.value?.code).toBe('meetingNotFound')
    meeting.retry()
    expect(meeting.status.value).toBe('loading')
    await vi.waitFor(() => expect(meeting.status.value).toBe('failed'))
  })

  it('stops when its scope ends', async () => {
    const meeting = open()
    await live(meeting)
    const unfollowed = new Promise((resolve) => peers[0]!.once('meeting:unfollow', resolve))
    scope.stop()
    await unfollowed
    append(itemAdded(3))
    await client.send(unfollowMeeting, { meetingId })
    expect(items(meeting)).toEqual([1, 2])
  })
})

describe('signed heads', () => {
  it('keeps the latest one in the browser, also over a reload', async () => {
    lastHead = head(1, '2026-11-25T01:00:00.000Z')
    const meeting = open()
    await live(meeting)
    peers[0]!.emit('meeting:head', head(2, '2026-11-25T01:01:00.000Z'))
    await vi.waitFor(() => expect(meeting.head.value?.hash).toBe(hash(2)))
    expect(keptHead(storage, meetingId)).toEqual(head(2, '2026-11-25T01:01:00.000Z'))
    scope.stop()
    scope = effectScope(true)
    expect(open().head.value?.hash).toBe(hash(2))
  })

  it('never lets an older head replace a newer one', async () => {
    storage.setItem(`nghi-su.head.${meetingId}`, JSON.stringify(head(5, '2026-11-25T03:00:00.000Z')))
    lastHead = head(1, '2026-11-25T01:00:00.000Z')
    const meeting = open()
    await live(meeting)
    expect(keptHead(storage, meetingId)?.hash).toBe(hash(5))
    expect(meeting.head.value?.hash).toBe(hash(5))
  })

  it('takes what cannot be read for no head', () => {
    storage.setItem(`nghi-su.head.${meetingId}`, '{"hash":')
    expect(keptHead(storage, meetingId)).toBeNull()
  })
})
