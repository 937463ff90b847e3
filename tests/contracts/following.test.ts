import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordAbsence } from '../../protocol/attendance.ts'
import { goToItem } from '../../protocol/agenda-live.ts'
import { fold, SignedHead, textRefs } from '../../protocol/journal.ts'
import { closeMeeting, openMeeting } from '../../protocol/meetings.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import {
  entriesNotice, followMeeting, headNotice, snapshotNotice, unfollowMeeting, type EntriesPayload, type SnapshotPayload,
} from '../../protocol/room.ts'
import { castBallot, closeVote, openVote } from '../../protocol/voting.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { CONSENT, draft, freshKey, itemDraft, REASON } from '../support/house.ts'
import { until } from '../support/journal.ts'

let assembly: Assembly

beforeAll(async () => { assembly = await startAssembly() })
afterAll(() => assembly.close())

/** A client that keeps a meeting as the browser does, and remembers each entry that it got. */
async function follower({ client }: Actor, meetingId: string, before?: { state: MeetingState, cursor: string }) {
  const socket = await client.socket()
  let state = before?.state ?? meetingReducer.initial()
  let cursor = before?.cursor
  const entries: EntriesPayload['entries'] = []
  const texts: Record<string, string | null> = {}
  const heads: SignedHead[] = []
  const raw: string[] = []
  let waiting: (() => void)[] | null = []

  function takeEntries(payload: EntriesPayload) {
    state = fold(meetingReducer, payload.entries, state)
    entries.push(...payload.entries)
    Object.assign(texts, payload.texts)
    cursor = payload.cursor
  }
  function takeSnapshot(payload: SnapshotPayload) {
    state = payload.state as MeetingState
    Object.assign(texts, payload.texts)
    cursor = payload.cursor
  }
  const later = (act: () => void) => { if (waiting) waiting.push(act); else act() }
  socket.onAny((...args: unknown[]) => { raw.push(JSON.stringify(args)) })
  socket.on(entriesNotice.name, (payload: EntriesPayload) => { if (payload.meetingId === meetingId) later(() => { takeEntries(payload) }) })
  socket.on(snapshotNotice.name, (payload: SnapshotPayload) => { if (payload.meetingId === meetingId) later(() => { takeSnapshot(payload) }) })
  socket.on(headNotice.name, (head: SignedHead) => { heads.push(SignedHead.parse(head)) })

  const answer = await command(socket, followMeeting, { meetingId, ...(cursor === undefined ? {} : { cursor }) })
  if (!answer.ok) throw Object.assign(new Error(answer.error.code), answer.error)
  const begun = answer.result
  if (begun.snapshot) takeSnapshot(begun.snapshot)
  if (begun.entries) takeEntries(begun.entries)
  if (begun.head) heads.push(begun.head)
  const overtaken = waiting
  waiting = null
  for (const act of overtaken) act()
  return {
    socket, entries, texts, heads, raw, begun,
    get state() { return state },
    get cursor() { return cursor ?? '' },
    kinds: () => entries.map(({ kind }) => kind),
  }
}

const whole = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)
const projected = async (meetingId: string, { personId }: Actor, office: boolean) =>
  meetingReducer.project(await whole(meetingId), { personId, office, items: 'all' })

async function send(socket: Socket, contract: Parameters<typeof command>[1], input: Record<string, unknown>) {
  return await command(socket, contract, { key: freshKey(), ...input } as never)
}

describe('following', () => {
  it('begins with the state and goes on with each entry once, as everyone may see it', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const [chair, member, second] = [
      await follower(assembly.chair, meetingId), await follower(assembly.member, meetingId), await follower(assembly.member, meetingId)]
    expect(member.begun).toMatchObject({ entries: null, head: null, snapshot: { state: { status: 'published' } } })
    await send(chair.socket, openMeeting, { meetingId })
    await send(member.socket, recordAbsence, { meetingId, personId: assembly.member.personId, reason: 'Công tác' })
    await send(chair.socket, goToItem, { meetingId, itemId: items[0] })
    const opened = await send(chair.socket, openVote, { meetingId, itemId: items[0], kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    const { voteId } = opened.ok ? opened.result as { voteId: string } : { voteId: '' }
    await send(member.socket, castBallot, { meetingId, voteId, content: { kind: 'named', choice: 'approve' } })
    await send(chair.socket, closeVote, { meetingId, voteId })
    await send(chair.socket, closeMeeting, { meetingId })
    await until(() => [chair, member, second].every(({ state }) => state.status === 'closed') && chair.kinds().includes('minutes.saved'))

    const kinds = ['meeting.opened', 'attendance.absenceRecorded', 'agenda.itemStarted', 'vote.opened', 'vote.ballotCast', 'vote.closed', 'agenda.itemEnded', 'meeting.closed']
    expect(member.kinds()).toEqual(kinds)
    expect(second.kinds()).toEqual(kinds)
    expect(chair.kinds()).toEqual([...kinds.slice(0, 2), 'attendance.absenceReason', ...kinds.slice(2), 'minutes.saved'])
    expect(member.state).toEqual(await projected(meetingId, assembly.member, false))
    expect(chair.state).toEqual(await whole(meetingId))
    for (const [who, knows] of [[member, false], [chair, true]] as const) {
      expect(textRefs(who.state).every(({ $text }) => typeof who.texts[$text] === 'string')).toBe(true)
      expect(Object.values(who.texts).includes('Công tác')).toBe(knows)
      expect(who.raw.join('').includes('Công tác')).toBe(knows)
    }
    // Neither a place in the chain nor a hash: they would tell how much else there is.
    for (const entry of member.entries) expect(Object.keys(entry).toSorted()).toEqual(['actorId', 'at', 'audience', 'data', 'kind'])
  })

  it('sends signed heads at the opening and at the closing, and at once to who comes between', async () => {
    const { meetingId } = await assembly.newMeeting('published')
    const member = await follower(assembly.member, meetingId)
    const chair = await assembly.chair.client.socket()
    expect(member.heads).toEqual([])
    await send(chair, openMeeting, { meetingId })
    await until(() => member.heads.length === 1)
    const late = await follower(assembly.guest, meetingId)
    expect(late.begun.head).toMatchObject({ meetingId })
    await send(chair, closeMeeting, { meetingId })
    await until(() => member.heads.length === 2)
    expect(new Set(member.heads.map(({ hash }) => hash)).size).toBe(2)
  })

  it('goes on after a cut with what was missed, nothing lost or doubled', async () => {
    const { meetingId, items } = await assembly.newMeeting('live')
    const { agenda } = assembly.server.domains
    const steps = Array.from({ length: 12 }, (_, index) => items[index % 2] ?? null)
    const first = await follower(assembly.member, meetingId)
    const steady = await follower(assembly.guest, meetingId)
    for (const itemId of steps.slice(0, 4)) await agenda.goTo(meetingId, assembly.chair.caller, freshKey(), itemId)
    await until(() => first.state.agenda.every(({ spentMs, status }) => status !== 'pending' && spentMs >= 0) && first.entries.length >= 7)
    first.socket.disconnect()
    const { state, cursor } = first
    const seen = first.entries.length
    for (const itemId of steps.slice(4, 8)) await agenda.goTo(meetingId, assembly.chair.caller, freshKey(), itemId)
    // Back while more is happening.
    const going = Promise.all(steps.slice(8).map((itemId) => agenda.goTo(meetingId, assembly.chair.caller, freshKey(), itemId)))
    const back = await follower(assembly.member, meetingId, { state, cursor })
    await going
    await agenda.goTo(meetingId, assembly.chair.caller, freshKey(), null)
    const final = await projected(meetingId, assembly.member, false)
    await until(() => back.state.agenda.every(({ status }) => status === 'done') && steady.entries.length === seen + back.entries.length)
    expect(back.begun.snapshot).toBeNull()
    expect(back.state).toEqual(final)
    expect([...first.entries, ...back.entries]).toEqual(steady.entries)
  })

  it('of many who come and go during a burst gives each the same story', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const { agenda } = assembly.server.domains
    const actors = [assembly.chair, assembly.member, assembly.guest, assembly.clerk]
    const burst = Promise.all(Array.from({ length: 60 }, (_, index) => agenda.add(meetingId, assembly.clerk.caller, { ...itemDraft(`Nội dung ${index}`), key: freshKey(), consent: CONSENT })))
    const followers = await Promise.all(Array.from({ length: 16 }, (_, index) => follower(actors[index % 4] ?? assembly.member, meetingId)))
    const resumed = await Promise.all(followers.slice(0, 8).map(async (one, index) => {
      one.socket.disconnect()
      return await follower(actors[index % 4] ?? assembly.member, meetingId, { state: one.state, cursor: one.cursor })
    }))
    await burst
    const expected = (await whole(meetingId)).agenda.map(({ itemId }) => itemId)
    const all = [...followers.slice(8), ...resumed]
    await until(() => all.every(({ state }) => state.agenda.length >= expected.length))
    for (const { state } of all) expect(state.agenda.map(({ itemId }) => itemId)).toEqual(expected)
  })

  it('with a cursor of other rights, of another meeting or made up begins anew', async () => {
    const { meetingId } = await assembly.newMeeting('published')
    const other = await assembly.newMeeting('published')
    const office = await follower(assembly.clerk, meetingId)
    const elsewhere = await follower(assembly.member, other.meetingId)
    for (const cursor of [office.cursor, elsewhere.cursor, 'made-up', '']) {
      const member = await follower(assembly.member, meetingId, { state: office.state, cursor })
      expect(member.begun).toMatchObject({ entries: null, snapshot: { state: { status: 'published' } } })
    }
  })

  it('stops on request', async () => {
    const { meetingId } = await assembly.newMeeting('published')
    const [member, guest] = [await follower(assembly.member, meetingId), await follower(assembly.guest, meetingId)]
    await send(member.socket, unfollowMeeting, { meetingId })
    await assembly.server.domains.meetings.change(meetingId, assembly.clerk.caller, { ...draft({ place: 'Hội trường' }), version: 1 })
    await until(() => guest.kinds().includes('meeting.changed'))
    await command(member.socket, unfollowMeeting, { meetingId })
    expect(member.entries).toEqual([])
  })

  it('of a draft is for its office; members come to know nothing before the publication', async () => {
    const { meetingId } = await assembly.newMeeting('draft')
    await expect(follower(assembly.member, meetingId)).rejects.toMatchObject({ code: 'meetingNotFound' })
    const clerk = await follower(assembly.clerk, meetingId)
    await assembly.server.domains.meetings.publish(meetingId, assembly.clerk.caller, REASON)
    await until(() => clerk.kinds().includes('meeting.published'))
    const member = await follower(assembly.member, meetingId)
    expect(member.state).toEqual(await projected(meetingId, assembly.member, false))
  })

  it('is refused alike for unknown and foreign meetings, and nothing of them is heard', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    for (const actor of [assembly.stranger, assembly.administrator]) {
      const socket = await actor.client.socket()
      const heard: unknown[] = []
      socket.onAny((...args: unknown[]) => { heard.push(args) })
      const [foreign, unknown] = [await command(socket, followMeeting, { meetingId }), await command(socket, followMeeting, { meetingId: freshKey() })]
      expect(foreign).toEqual(unknown)
      expect(foreign).toMatchObject({ ok: false, error: { code: 'meetingNotFound' } })
      await assembly.server.domains.agenda.add(meetingId, assembly.clerk.caller, { ...itemDraft(), key: freshKey(), consent: CONSENT })
      await command(socket, unfollowMeeting, { meetingId })
      expect(heard).toEqual([])
    }
  })
})

it('commands sent again over another socket are carried out once and answered alike', async () => {
  const { meetingId, items } = await assembly.newMeeting('live')
  const [one, two] = [await assembly.chair.client.socket(), await assembly.chair.client.socket()]
  const key = freshKey()
  const input = { meetingId, key, itemId: items[0], kind: 'named' as const, question: 'Thông qua?', withoutQuorum: 'Diễn tập' }
  const answers = [await command(one, openVote, input), await command(two, openVote, input)]
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toMatchObject({ ok: true })
  expect((await whole(meetingId)).votes).toHaveLength(1)
})
