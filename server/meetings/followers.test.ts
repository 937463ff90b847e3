import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connect, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canSee, fold, type AnyReducer, type Audience, type EntryPage, type SignedHead, type Viewer, type VisibleEntry } from '../../protocol/journal.ts'
import { entriesNotice, headNotice, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { AppError } from '../platform/error.ts'
import type { Socket, SocketServer } from '../platform/socket.ts'
import { createFollowers, type Followers } from './followers.ts'

/** A journal in memory that can fail as a database does; cursors are positions. What real journals do: tests/contracts. */
function openBook() {
  const entries: VisibleEntry[] = []
  /** Folded so far, as a journal keeps it. */
  const states = new Map<string, { state: unknown, count: number }>()
  const listeners = new Set<() => void>()
  let reads = 0
  let failures: Error[] = []
  const page = (viewer: Viewer, from: number, to: number, limit: number): EntryPage => {
    const chosen: VisibleEntry[] = []
    let position = from
    for (; position < to && chosen.length < limit; position += 1) {
      const entry = entries[position]
      if (entry && canSee(entry.audience, viewer)) chosen.push(entry)
    }
    return { entries: chosen, texts: {}, cursor: String(position) }
  }
  return {
    entries,
    write(kind: string, count = 1, audience: Audience = { scope: 'meeting' }, data: object = {}) {
      for (let index = 0; index < count; index += 1) {
        entries.push({ at: new Date().toISOString(), actorId: null, kind, data: { ...data, number: entries.length }, audience })
      }
      for (const listener of listeners) listener()
    },
    failWith(...errors: Error[]) { failures = errors },
    get reads() { return reads },
    get followed() { return listeners.size > 0 },
    journal: {
      async read(_: string, viewer: Viewer, cursor = '0', limit = 500, upTo?: string): Promise<EntryPage> {
        reads += 1
        const failure = failures.shift()
        if (failure) throw failure
        if (!/^\d+$/.test(cursor)) throw new AppError('invalidCursor')
        return page(viewer, Number(cursor), upTo === undefined ? entries.length : Number(upTo), limit)
      },
      async state<S>(_: string, reducer: AnyReducer<S>): Promise<S> {
        const kept = states.get(reducer.name) ?? { state: reducer.initial(), count: 0 }
        const state = fold(reducer, entries.slice(kept.count), kept.state as S)
        states.set(reducer.name, { state, count: entries.length })
        return state
      },
      cursorFor: (_: string, __: Viewer, cursor: string) => cursor,
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
let office: Set<string>
let io: SocketServer
let followers: Followers
let address: string
const warnings: string[] = []
const clients: ClientSocket[] = []

beforeEach(async () => {
  book = openBook()
  office = new Set()
  const http = createServer()
  io = new Server(http)
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve) })
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const warn = (_: unknown, message?: string) => { warnings.push(message ?? '') }
  followers = createFollowers({ io, journal: book.journal, officeOf: async () => office, liveAmong: async () => [], log: { warn, error: warn } })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  followers.close()
  await io.close()
  warnings.length = 0
})

/** A socket of a person on both sides, and what its client got. */
async function newSocket(personId: string = randomUUID()) {
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
  server.data = { caller: { personId, administrator: false }, family: '' }
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
    const chair = randomUUID()
    office.add(chair)
    const sockets = [await newSocket(chair), await newSocket()]
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

  it('whom an entry names get it, and nobody else learns of it', async () => {
    const person = randomUUID()
    const [laptop, phone, other] = [await newSocket(person), await newSocket(person), await newSocket()]
    for (const { server } of [laptop, phone, other]) await followers.follow(server, meetingId, viewer, undefined)
    book.write('note.taken')
    book.write('chat.sent', 1, { scope: 'office', and: [person] })
    book.write('note.taken')
    await until(() => [laptop, phone].every(({ numbers }) => numbers.length === 3) && other.numbers.length === 2)
    expect(laptop.numbers).toEqual([0, 1, 2])
    expect(phone.numbers).toEqual([0, 1, 2])
    expect(other.numbers).toEqual([0, 2])
    book.write('chat.sent', 1, { scope: 'office', and: [randomUUID()] })
    book.write('chat.sent', 1, { scope: 'people', ids: [person] })
    await until(() => laptop.numbers.length === 4 && phone.numbers.length === 4)
    expect(laptop.numbers.at(-1)).toBe(4)
    expect([laptop, phone, other].flatMap(({ snapshots }) => snapshots)).toEqual([])
    // Who comes back is led to their own entries at once, and is told whose rest they have missed.
    const later = await newSocket(person)
    expect((await followers.follow(later.server, meetingId, viewer, '0')).entries?.entries.map(({ data }) => data['number'])).toEqual([0, 1, 2, 4])
  })

  it('who come to see what is for the office, or no longer do, get a state instead of the entries', async () => {
    const person = randomUUID()
    const [deputy, member] = [await newSocket(person), await newSocket()]
    for (const { server } of [deputy, member]) await followers.follow(server, meetingId, viewer, undefined)
    book.write('order.knocked', 1, { scope: 'office' })
    office.add(person)
    book.write('order.chairHanded')
    await until(() => deputy.snapshots.length === 1 && member.numbers.length === 1)
    book.write('order.knocked', 1, { scope: 'office' })
    await until(() => deputy.numbers.length === 1)
    office.delete(person)
    book.write('order.chairHanded')
    book.write('order.knocked', 1, { scope: 'office' })
    await until(() => deputy.snapshots.length === 2)
    book.write('note.taken')
    await until(() => deputy.numbers.at(-1) === 5 && member.numbers.at(-1) === 5)
    expect(deputy.numbers).toEqual([2, 5])
    expect(member.numbers).toEqual([1, 3, 5])
    expect(member.snapshots).toEqual([])
  })

  it('who follow while that changes begin with what they may see then', async () => {
    const person = randomUUID()
    const deputy = await newSocket(person)
    office.add(person)
    // As they were found a moment ago.
    expect((await followers.follow(deputy.server, meetingId, viewer, undefined)).snapshot).not.toBeNull()
    book.write('order.knocked', 1, { scope: 'office' })
    await until(() => deputy.numbers.length === 1)
  })

  /** Makes somebody a guest of these items, as the journal tells it. */
  function invite(personId: string, ...itemIds: string[]) {
    book.write('meeting.participantAdded', 1, { scope: 'meeting' }, { participant: { personId, itemsOnly: true } })
    for (const itemId of itemIds) book.write('agenda.guestsSet', 1, { scope: 'item', itemId }, { itemId, personIds: [personId] })
  }
  const guestOf = (personId: string, ...items: string[]): Viewer => ({ personId, office: false, items })

  it('who are guests of single items get what is of these, and a state when they become others’', async () => {
    const person = randomUUID()
    const [first, second] = [randomUUID(), randomUUID()]
    invite(person, first)
    const [guest, member] = [await newSocket(person), await newSocket()]
    await followers.follow(guest.server, meetingId, guestOf(person, first), undefined)
    await followers.follow(member.server, meetingId, viewer, undefined)
    const from = book.entries.length
    book.write('note.taken', 1, { scope: 'item', itemId: first })
    book.write('note.taken', 1, { scope: 'item', itemId: second })
    book.write('note.taken', 1, { scope: 'whole' })
    book.write('note.taken')
    await until(() => guest.numbers.length === 2 && member.numbers.length === 4)
    expect(guest.numbers).toEqual([from, from + 3])
    book.write('agenda.guestsSet', 1, { scope: 'item', itemId: second }, { itemId: second, personIds: [person] })
    await until(() => guest.snapshots.length === 1)
    book.write('note.taken', 1, { scope: 'item', itemId: second })
    await until(() => guest.numbers.at(-1) === from + 5)
    expect(member.snapshots).toEqual([])
  })

  it('who followed as they were a moment ago begin with what they may see now; who sees nothing any more is cut off', async () => {
    const person = randomUUID()
    const [first, second] = [randomUUID(), randomUUID()]
    invite(person, first)
    const guest = await newSocket(person)
    expect((await followers.follow(guest.server, meetingId, guestOf(person, first, second), undefined)).snapshot).not.toBeNull()
    book.write('note.taken', 1, { scope: 'item', itemId: second })
    book.write('note.taken', 1, { scope: 'item', itemId: first })
    await until(() => guest.numbers.length === 1)
    expect(guest.numbers).toEqual([book.entries.length - 1])
    book.write('agenda.guestsSet', 1, { scope: 'item', itemId: first }, { itemId: first, personIds: [] })
    await until(() => !guest.client.connected)
    const again = await newSocket(person)
    await expect(followers.follow(again.server, meetingId, guestOf(person, first), undefined)).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('are as many groups as there are sets of items: 300 guests of 300 items cost 300 reads, and share them where they see the same', async () => {
    const guests = Array.from({ length: 300 }, () => ({ personId: randomUUID(), itemId: randomUUID() }))
    for (const { personId, itemId } of guests) invite(personId, itemId)
    const alike = guests.slice(0, 60).map(({ itemId }) => ({ personId: randomUUID(), itemId }))
    for (const [index, { personId, itemId }] of alike.entries()) {
      book.write('meeting.participantAdded', 1, { scope: 'meeting' }, { participant: { personId, itemsOnly: true } })
      book.write('agenda.guestsSet', 1, { scope: 'item', itemId }, { itemId, personIds: [guests[index]?.personId, personId] })
    }
    const sockets = await Promise.all([...guests, ...alike].map(async ({ personId, itemId }) => {
      const socket = await newSocket(personId)
      await followers.follow(socket.server, meetingId, guestOf(personId, itemId), undefined)
      return socket
    }))
    const before = book.reads
    const [target] = guests
    book.write('note.taken', 1, { scope: 'item', itemId: target?.itemId ?? '' })
    book.write('note.taken')
    await until(() => sockets.every(({ numbers }) => numbers.at(-1) === book.entries.length - 1))
    // Two commits at once are one pass, or two.
    expect(book.reads - before).toBeLessThanOrEqual(600)
    expect(sockets.filter(({ numbers }) => numbers.length === 2)).toHaveLength(2)
  }, 60_000)

  it('that are gone hold nothing', async () => {
    const [one, two] = [await newSocket(), await newSocket()]
    for (const { server } of [one, two]) await followers.follow(server, meetingId, viewer, undefined)
    followers.unfollow(one.server, meetingId)
    expect(book.followed).toBe(true)
    two.client.disconnect()
    await until(() => !book.followed)
  })
})
