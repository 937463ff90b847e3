import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connect, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EntryPage, SignedHead, Viewer, VisibleEntry } from '../../protocol/journal.ts'
import { entriesNotice, headNotice, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { AppError } from '../platform/error.ts'
import type { Socket, SocketServer } from '../platform/socket.ts'
import { createFollowers, type Followers } from './followers.ts'

/** A journal in memory that can fail as a database does; cursors are positions. What real journals do: tests/contracts. */
function openBook() {
  const entries: VisibleEntry[] = []
  const listeners = new Set<() => void>()
  let reads = 0
  let failures: Error[] = []
  const page = (from: number, to: number, limit: number): EntryPage => {
    const chosen = entries.slice(from, Math.min(to, from + limit))
    return { entries: chosen, texts: {}, cursor: String(from + chosen.length) }
  }
  return {
    entries,
    write(kind: string, count = 1) {
      for (let index = 0; index < count; index += 1) {
        entries.push({ at: new Date().toISOString(), actorId: null, kind, data: { number: entries.length }, audience: { scope: 'meeting' } })
      }
      for (const listener of listeners) listener()
    },
    failWith(...errors: Error[]) { failures = errors },
    get reads() { return reads },
    get followed() { return listeners.size > 0 },
    journal: {
      async read(_: string, __: Viewer, cursor = '0', limit = 500, upTo?: string): Promise<EntryPage> {
        reads += 1
        const failure = failures.shift()
        if (failure) throw failure
        if (!/^\d+$/.test(cursor)) throw new AppError('invalidCursor')
        return page(Number(cursor), upTo === undefined ? entries.length : Number(upTo), limit)
      },
      snapshot: async <S>() => ({ state: entries.length as S, texts: {}, cursor: String(entries.length) }),
      subscribe(_: string, listener: () => void) {
        listeners.add(listener)
        queueMicrotask(listener)
        return () => { listeners.delete(listener) }
      },
      async signHead(meetingId: string): Promise<SignedHead> {
        return { meetingId, hash: 'a'.repeat(64), at: new Date().toISOString(), keyId: 'b'.repeat(64), signature: 'c'.repeat(86) }
      },
    },
  }
}

const meetingId = '01900000-0000-7000-8000-000000000001'
const viewer: Viewer = { personId: meetingId, office: false, items: 'all' }
let book: ReturnType<typeof openBook>
let io: SocketServer
let followers: Followers
let address: string
const warnings: string[] = []
const clients: ClientSocket[] = []

beforeEach(async () => {
  book = openBook()
  const http = createServer()
  io = new Server(http)
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve) })
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const warn = (_: unknown, message?: string) => { warnings.push(message ?? '') }
  followers = createFollowers({ io, journal: book.journal, liveAmong: async () => [], log: { warn, error: warn } })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  followers.close()
  await io.close()
  warnings.length = 0
})

/** A socket on both sides, and what its client got. */
async function newSocket() {
  const client = connect(address, { transports: ['websocket'], forceNew: true })
  clients.push(client)
  const numbers: unknown[] = []
  const snapshots: SnapshotPayload[] = []
  const heads: SignedHead[] = []
  client.on(entriesNotice.name, (payload: EntriesPayload) => { numbers.push(...payload.entries.map(({ data }) => data['number'])) })
  client.on(snapshotNotice.name, (payload: SnapshotPayload) => { snapshots.push(payload) })
  client.on(headNotice.name, (head: SignedHead) => { heads.push(head) })
  await new Promise<void>((resolve) => { client.once('connect', resolve) })
  const server: Socket | undefined = io.sockets.sockets.get(client.id ?? '')
  if (!server) throw new Error('the socket is not there')
  return { client, server, numbers, snapshots, heads }
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const until = (holds: () => boolean) => expect.poll(holds, { timeout: 10_000 }).toBe(true)

describe('followers', () => {
  it('share one read of what is new, however many they are', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, newSocket))
    await Promise.all(sockets.map(({ server }) => followers.follow(server, meetingId, viewer, undefined)))
    await until(() => book.reads > 0)
    const before = book.reads
    book.write('note.taken')
    await until(() => sockets.every(({ numbers }) => numbers.length === 1))
    expect(book.reads - before).toBeLessThanOrEqual(2)
  })

  it('get a long backlog in order and whole, page by page', async () => {
    const { server, numbers } = await newSocket()
    await followers.follow(server, meetingId, viewer, undefined)
    book.write('note.taken', 1234)
    await until(() => numbers.length === 1234)
    expect(numbers).toEqual(range(0, 1234))
  })

  it('that missed too much begin anew; those that missed little resume', async () => {
    book.write('note.taken', 2000)
    const [far, near] = [await newSocket(), await newSocket()]
    expect(await followers.follow(far.server, meetingId, viewer, '5')).toMatchObject({ entries: null, snapshot: { state: 2000 } })
    const resumed = await followers.follow(near.server, meetingId, viewer, '1990')
    expect(resumed.snapshot).toBeNull()
    expect(resumed.entries?.entries.map(({ data }) => data['number'])).toEqual(range(1990, 2000))
  })

  it('that come together with old and new cursors begin at one moment', async () => {
    book.write('note.taken', 10)
    const sockets = await Promise.all(Array.from({ length: 9 }, newSocket))
    const beginnings = await Promise.all(sockets.map(({ server }, index) => {
      book.write('note.taken')
      return followers.follow(server, meetingId, viewer, index % 3 ? String(index) : undefined)
    }))
    book.write('note.taken', 5)
    const total = book.entries.length
    const story = sockets.map(({ numbers }, index) => {
      const { snapshot, entries } = beginnings[index] ?? { snapshot: null, entries: null }
      return () => [...snapshot ? range(0, snapshot.state as number) : range(0, index), ...(entries?.entries ?? []).map(({ data }) => data['number']), ...numbers]
    })
    await until(() => story.every((told) => told().length >= total))
    for (const told of story) expect(told()).toEqual(range(0, total))
  })

  it('lose nothing when the journal cannot be read for a while', async () => {
    const { server, numbers } = await newSocket()
    await followers.follow(server, meetingId, viewer, undefined)
    await until(() => book.reads > 0)
    book.failWith(new AppError('databaseUnavailable'), new AppError('databaseUnavailable'))
    book.write('note.taken', 3)
    await until(() => numbers.length === 3)
    expect(warnings.filter((line) => line.includes('trying again'))).toHaveLength(2)
  })

  it('are told of the failure when they begin in such a moment, and may come again', async () => {
    const { server } = await newSocket()
    book.failWith(new AppError('databaseUnavailable'))
    await expect(followers.follow(server, meetingId, viewer, undefined)).rejects.toMatchObject({ code: 'databaseUnavailable' })
    expect(await followers.follow(server, meetingId, viewer, undefined)).toMatchObject({ snapshot: { state: 0 } })
  })

  it('get the state anew when the journal was put back', async () => {
    const { server, snapshots, numbers } = await newSocket()
    await followers.follow(server, meetingId, viewer, undefined)
    await until(() => book.reads > 0)
    book.failWith(new AppError('invalidCursor'))
    book.write('note.taken')
    await until(() => snapshots.length === 1)
    expect(snapshots[0]).toMatchObject({ meetingId, state: 1 })
    book.write('note.taken')
    await until(() => numbers.length === 1)
    expect(numbers).toEqual([1])
  })

  it('get the head when the meeting opens and closes, once each', async () => {
    const sockets = [await newSocket(), await newSocket()]
    for (const [index, { server }] of sockets.entries()) await followers.follow(server, meetingId, { ...viewer, office: index === 0 }, undefined)
    book.write('meeting.opened')
    book.write('note.taken')
    book.write('meeting.closed')
    await until(() => sockets.every(({ heads, numbers }) => numbers.length === 3 && heads.length >= 2))
    await new Promise((resolve) => { setTimeout(resolve, 50) })
    for (const { heads } of sockets) expect(heads.length).toBe(2)
  })

  it('that leave before they have begun hold nothing', async () => {
    const [queued, passing] = [await newSocket(), await newSocket()]
    const beginning = followers.follow(passing.server, meetingId, viewer, undefined)
    const waiting = followers.follow(queued.server, meetingId, viewer, undefined)
    followers.unfollow(queued.server, meetingId)
    followers.unfollow(passing.server, meetingId)
    await Promise.all([waiting, beginning].map((begun) => expect(begun).rejects.toMatchObject({ code: 'badRequest' })))
    await until(() => !book.followed)
  })

  it('get nothing twice when the group before theirs was still to try again', async () => {
    const { server, numbers } = await newSocket()
    await followers.follow(server, meetingId, viewer, undefined)
    await until(() => book.reads > 0)
    book.failWith(new AppError('databaseUnavailable'))
    book.write('note.taken')
    await until(() => warnings.length === 1)
    followers.unfollow(server, meetingId)
    expect(await followers.follow(server, meetingId, viewer, undefined)).toMatchObject({ snapshot: { state: 1 } })
    await new Promise((resolve) => { setTimeout(resolve, 1200) })
    book.write('note.taken')
    await until(() => numbers.length > 0)
    expect(numbers).toEqual([1])
    followers.unfollow(server, meetingId)
    expect(book.followed).toBe(false)
  })

  it('that are gone hold nothing', async () => {
    const [one, two] = [await newSocket(), await newSocket()]
    for (const { server } of [one, two]) await followers.follow(server, meetingId, viewer, undefined)
    followers.unfollow(one.server, meetingId)
    expect(book.followed).toBe(true)
    two.client.disconnect()
    await until(() => !book.followed)
  })
})
