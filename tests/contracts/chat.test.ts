import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendChat, type ChatTo } from '../../protocol/chat.ts'
import { fold } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { eject, handChair, setRule } from '../../protocol/order.ts'
import { enterRoom, entriesNotice, followMeeting, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'

/** Who sees what: of the chat, and of what is for the office as the chair passes from one to another. All over real sockets. */

let assembly: Assembly

beforeAll(async () => { assembly = await startAssembly() })
afterAll(() => assembly.close())

/** A client as the browser is one, with all that came over its wire. */
async function follower({ client }: Actor, meetingId: string, cursor?: string) {
  const socket = await client.socket()
  let state: MeetingState = meetingReducer.initial()
  let last = cursor ?? ''
  const texts: Record<string, string | null> = {}
  const raw: string[] = []
  let snapshots = 0
  function takeSnapshot(payload: SnapshotPayload): void {
    state = payload.state as MeetingState
    Object.assign(texts, payload.texts)
    last = payload.cursor
  }
  function takeEntries(payload: EntriesPayload): void {
    state = fold(meetingReducer, payload.entries, state)
    Object.assign(texts, payload.texts)
    last = payload.cursor
  }
  socket.onAny((...args: unknown[]) => { raw.push(JSON.stringify(args)) })
  socket.on(entriesNotice.name, takeEntries)
  socket.on(snapshotNotice.name, (payload: SnapshotPayload) => {
    snapshots += 1
    takeSnapshot(payload)
  })
  const answer = await command(socket, followMeeting, { meetingId, ...(cursor === undefined ? {} : { cursor }) })
  if (!answer.ok) throw new Error(answer.error.code)
  raw.push(JSON.stringify(answer.result))
  if (answer.result.snapshot) takeSnapshot(answer.result.snapshot)
  if (answer.result.entries) takeEntries(answer.result.entries)
  return {
    socket, raw,
    get state() { return state },
    get cursor() { return last },
    get snapshots() { return snapshots },
    chat: () => state.chat.map(({ text }) => texts[text.$text]),
  }
}

const say = async (socket: Socket, meetingId: string, to: ChatTo, text: string, key = freshKey()) => {
  const answer = await command(socket, sendChat, { meetingId, key, to, text })
  return answer.ok ? 'ok' : answer.error.code
}
const projected = async (meetingId: string, { personId }: Actor, office: boolean) =>
  meetingReducer.project(await assembly.server.journal.state(meetingId, meetingReducer), { personId, office, items: 'all' })
const arrives = ({ personId }: Actor, meetingId: string) => assembly.server.domains.attendance.event(
  { event: 'peerJoined', room: meetingId, peer: `${personId}.${randomUUID()}`, label: personId, at: Date.now() })

describe('a message', () => {
  it('to everybody reaches everybody; one to the office chair, clerk and the sender, and nobody else learns of it', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const [chair, clerk, member, tablet, guest] = [
      await follower(assembly.chair, meetingId), await follower(assembly.clerk, meetingId), await follower(assembly.member, meetingId),
      await follower(assembly.member, meetingId), await follower(assembly.guest, meetingId)]
    await say(member.socket, meetingId, 'everyone', 'Chào các đồng chí')
    await say(member.socket, meetingId, 'office', 'Xin phép ra ngoài')
    await say(guest.socket, meetingId, 'office', 'Màn hình bị tối')
    await say(clerk.socket, meetingId, 'office', 'Đã rõ')
    await say(guest.socket, meetingId, 'everyone', 'Xin cảm ơn')
    const all = ['Chào các đồng chí', 'Xin phép ra ngoài', 'Màn hình bị tối', 'Đã rõ', 'Xin cảm ơn']
    await until(() => [chair, clerk, member, tablet, guest].every((one) => one.chat().at(-1) === 'Xin cảm ơn'))
    for (const office of [chair, clerk]) expect(office.chat()).toEqual(all)
    for (const own of [member, tablet]) expect(own.chat()).toEqual([all[0], all[1], all[4]])
    expect(guest.chat()).toEqual([all[0], all[2], all[4]])
    expect(member.raw.join('')).not.toContain('Màn hình')
    expect(member.raw.join('')).not.toContain('Đã rõ')
    expect(guest.raw.join('')).not.toContain('ra ngoài')
    for (const [who, actor, office] of [[chair, assembly.chair, true], [member, assembly.member, false], [guest, assembly.guest, false]] as const) {
      expect(who.state).toEqual(await projected(meetingId, actor, office))
    }
    // The text is erasable: the entries hold none of it.
    expect(JSON.stringify(await assembly.server.db('journal_entry').where({ meeting_id: meetingId }).select('data'))).not.toContain('ra ngoài')
  })

  it('is there again after a cut, from the cursor of before or of after it', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const before = await follower(assembly.member, meetingId)
    const early = before.cursor
    await say(before.socket, meetingId, 'office', 'Xin phép ra ngoài')
    await until(() => before.chat().length === 1)
    const late = before.cursor
    await say(await assembly.chair.client.socket(), meetingId, 'everyone', 'Xin chào')
    for (const cursor of [early, late]) {
      const again = await follower(assembly.member, meetingId, cursor)
      const wanted = await projected(meetingId, assembly.member, false)
      expect(again.state.chat).toEqual(again.state.chat.length === 2 ? wanted.chat : wanted.chat.slice(1))
      expect(again.chat().at(-1)).toBe('Xin chào')
    }
    const other = await follower(assembly.guest, meetingId, late)
    expect(other.chat()).toEqual(['Xin chào'])
  })

  it('is written by participants of a published or live meeting, once under its key', async () => {
    const socket = await assembly.member.client.socket()
    const clerk = await assembly.clerk.client.socket()
    const said = async (status: 'draft' | 'published' | 'closed', from: Socket) => await say(from, (await assembly.newMeeting(status)).meetingId, 'everyone', 'Xin chào')
    expect(await said('draft', socket)).toBe('meetingNotFound')
    expect(await said('draft', clerk)).toBe('meetingNotPublished')
    expect(await said('published', socket)).toBe('ok')
    expect(await said('closed', socket)).toBe('meetingClosed')
    const { meetingId } = await assembly.newMeeting('live')
    expect(await say(await assembly.stranger.client.socket(), meetingId, 'everyone', 'x')).toBe('meetingNotFound')
    expect(await say(socket, meetingId, 'everyone', ' \n ')).toBe('badRequest')
    const key = freshKey()
    for (let n = 0; n < 2; n += 1) expect(await say(socket, meetingId, 'everyone', 'Một lần', key)).toBe('ok')
    expect(await say(socket, meetingId, 'everyone', 'Hai lần', key)).toBe('idempotencyKeyReused')
    expect((await projected(meetingId, assembly.member, false)).chat).toHaveLength(1)
  })

  it('of who was put out goes to the office alone', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const chair = await assembly.chair.client.socket()
    await command(chair, eject, { meetingId, key: freshKey(), personId: assembly.guest.personId, ban: true, reason: '' })
    const guest = await assembly.guest.client.socket()
    expect([await say(guest, meetingId, 'everyone', 'x'), await say(guest, meetingId, 'office', 'Xin giải thích')]).toEqual(['forbiddenInMeeting', 'ok'])
  })

  it('is one of thirty a minute', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const socket = await assembly.chair.client.socket()
    const answers: string[] = []
    for (let n = 0; n < 40; n += 1) answers.push(await say(socket, meetingId, 'everyone', `Lần ${n}`))
    expect(new Set(answers)).toEqual(new Set(['ok', 'tooManyRequests']))
    expect(answers.at(-1)).toBe('tooManyRequests')
    const { chat } = await projected(meetingId, assembly.chair, true)
    expect(chat).toHaveLength(answers.filter((answer) => answer === 'ok').length)
    expect(chat.length).toBeLessThanOrEqual(30)
  })
})

describe('who presides', () => {
  const hand = async (socket: Socket, meetingId: string, to: Actor | null) =>
    expect(await command(socket, handChair, { meetingId, key: freshKey(), personId: to?.personId ?? null })).toEqual({ ok: true, result: {} })
  const knock = async ({ client }: Actor, meetingId: string) => {
    const socket = await client.socket()
    const answer = await command(socket, enterRoom, { meetingId, deviceId: randomUUID(), attending: 'full', others: 'ask' })
    expect(answer).toEqual({ ok: true, result: { outcome: 'wait' } })
    return socket
  }

  it('sees who waits from the moment the chair is handed over, and no longer when it is given back', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    await arrives(assembly.member, meetingId)
    const [chair, member, guest] = [
      await follower(assembly.chair, meetingId), await follower(assembly.member, meetingId), await follower(assembly.guest, meetingId)]
    expect((await command(chair.socket, setRule, { meetingId, key: freshKey(), rule: 'lobby', on: true })).ok).toBe(true)
    const waiting = await knock(assembly.guest, meetingId)
    await until(() => chair.state.order.waiting.length === 1)
    expect([member.state.order.waiting, guest.state.order.waiting]).toEqual([[], []])

    await hand(chair.socket, meetingId, assembly.member)
    await until(() => member.state.order.waiting.length === 1)
    expect(member.snapshots).toBe(1)
    expect(member.state).toEqual(await projected(meetingId, assembly.member, true))
    await say(guest.socket, meetingId, 'office', 'Xin vào phòng')
    await until(() => member.chat().at(-1) === 'Xin vào phòng')
    const cursorOfThen = member.cursor

    await hand(member.socket, meetingId, null)
    await until(() => member.snapshots === 2)
    waiting.disconnect()
    await until(() => chair.state.order.waiting.length === 0)
    await knock(assembly.guest, meetingId)
    await until(() => chair.state.order.waiting.length === 1)
    expect(member.state).toEqual(await projected(meetingId, assembly.member, false))
    expect(member.state.order.waiting).toEqual([])
    expect(member.chat()).toEqual([])
    // What was for the office is not had again by a cursor of then.
    const again = await follower(assembly.member, meetingId, cursorOfThen)
    expect(again.state).toEqual(await projected(meetingId, assembly.member, false))
    expect(again.raw.join('')).not.toContain('Xin vào phòng')
    expect(guest.snapshots).toBe(0)
    expect(guest.state).toEqual(await projected(meetingId, assembly.guest, false))
  })

  it('stays so for who follows anew, and for the second device', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    await arrives(assembly.member, meetingId)
    const [first, second] = [await follower(assembly.member, meetingId), await follower(assembly.member, meetingId)]
    const chair = await assembly.chair.client.socket()
    const clerkRule = await command(chair, setRule, { meetingId, key: freshKey(), rule: 'clerkActs', on: true })
    expect(clerkRule.ok).toBe(true)
    await hand(chair, meetingId, assembly.member)
    await until(() => first.snapshots === 1 && second.snapshots === 1)
    const third = await follower(assembly.member, meetingId)
    for (const one of [first, second, third]) expect(one.state).toEqual(await projected(meetingId, assembly.member, true))
    await hand(chair, meetingId, null)
    await until(() => [first, second].every(({ snapshots }) => snapshots === 2) && third.snapshots === 1)
  })
})
