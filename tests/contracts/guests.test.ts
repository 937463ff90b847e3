import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goToItem } from '../../protocol/agenda-live.ts'
import { setItemGuests } from '../../protocol/agenda-guests.ts'
import { sendChat } from '../../protocol/chat.ts'
import { readDocument } from '../../protocol/documents.ts'
import { fold } from '../../protocol/journal.ts'
import { exportJournal, listMeetings } from '../../protocol/convening.ts'
import { getMeeting } from '../../protocol/meetings.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { getMinutes } from '../../protocol/minutes.ts'
import { entriesNotice, followMeeting, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { freshKey, itemDraft, REASON } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'
import { approveMinutes } from '../support/minutes-issued.ts'

/** Guests of single items over real sockets and routes: they see theirs, and of the others nothing at all. */

let assembly: Assembly
let pdf: Buffer
beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Tờ trình'])
})
afterAll(() => assembly.close())

/** A meeting of two items, each with a paper; the visitor is a guest of the first one. */
async function scene(status: 'draft' | 'published' | 'live', visitors: readonly Actor[]) {
  const { agenda, documents, meetings } = assembly.server.domains
  const { clerk, chair } = assembly
  const { meetingId, items: [mine, theirs] } = await assembly.newMeeting('draft')
  const attach = async (itemId: string, name: string) => (await documents.attachMade(meetingId, itemId, clerk.caller, {
    pdf, name, key: freshKey(),
  })).documentId
  const papers = { mine: await attach(mine, 'Bài của khách.pdf'), theirs: await attach(theirs, 'Bài kín.pdf') }
  await until(async () => (await stateOf(meetingId)).documents.every(({ versions }) => versions[0]?.rendition?.status === 'ready'))
  await agenda.setGuests(meetingId, mine, clerk.caller, { personIds: visitors.map(({ personId }) => personId), was: [] })
  if (status !== 'draft') await meetings.publish(meetingId, clerk.caller, REASON)
  if (status === 'live') await meetings.open(meetingId, chair.caller, freshKey())
  return { meetingId, mine, theirs, papers }
}

/** A client as the browser is one, with all that came over its wire. */
async function follower({ client }: Actor, meetingId: string) {
  const socket = await client.socket()
  let state: MeetingState = meetingReducer.initial()
  const raw: string[] = []
  let snapshots = 0
  const take = (payload: SnapshotPayload) => { state = payload.state as MeetingState }
  socket.onAny((...args: unknown[]) => { raw.push(JSON.stringify(args)) })
  socket.on(entriesNotice.name, (payload: EntriesPayload) => { state = fold(meetingReducer, payload.entries, state) })
  socket.on(snapshotNotice.name, (payload: SnapshotPayload) => {
    snapshots += 1
    take(payload)
  })
  const answer = await command(socket, followMeeting, { meetingId })
  if (!answer.ok) throw Object.assign(new Error(answer.error.code), answer.error)
  raw.push(JSON.stringify(answer.result))
  if (answer.result.snapshot) take(answer.result.snapshot)
  return { socket, raw, get state() { return state }, get snapshots() { return snapshots } }
}

const stateOf = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)
const send = async (socket: Socket, contract: Parameters<typeof command>[1], input: Record<string, unknown>) =>
  await command(socket, contract, { key: freshKey(), ...input } as never)
const visitor = async () => await assembly.newVisitor()

async function call(actor: Actor, route: { method: string, path: string }, params: Record<string, string>, body?: object) {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  const response = await actor.client.send(route.method.toUpperCase(), path, {
    headers: { 'content-type': 'application/json' }, ...body ? { body: JSON.stringify(body) } : {},
  })
  const text = await response.text()
  return { status: response.status, text, code: response.ok ? 'ok' : (JSON.parse(text) as { error: { code: string } }).error.code }
}

describe('a guest of a single item', () => {
  it('sees it, its paper and its votes, and of the others nothing: no id, no title, no paper, no vote, no message', async () => {
    const guest = await visitor()
    const { meetingId, mine, theirs, papers } = await scene('live', [guest])
    const { agenda, voting, chat } = assembly.server.domains
    const { chair, clerk, member } = assembly
    const seen = await follower(guest, meetingId)
    const whole = await follower(member, meetingId)
    expect(seen.state.agenda.map(({ itemId }) => itemId)).toEqual([mine])
    expect(seen.state.documents.map(({ documentId }) => documentId)).toEqual([papers.mine])
    const say = (text: string) => chat.send(meetingId, member.caller, { key: freshKey(), to: 'everyone', text })
    const vote = async (itemId: string, question: string) => {
      const { voteId } = await voting.open(meetingId, chair.caller, { key: freshKey(), itemId, kind: 'named', question, withoutQuorum: 'Diễn tập' })
      await voting.cast(meetingId, member.caller, { key: freshKey(), voteId, content: { kind: 'named', choice: 'approve' } })
      await voting.close(meetingId, chair.caller, { key: freshKey(), voteId })
    }
    await say('Lời trước khi bàn')
    await agenda.goTo(meetingId, chair.caller, freshKey(), theirs)
    await say('Lời kín')
    await vote(theirs, 'Câu hỏi kín?')
    const { itemId: added } = await agenda.add(meetingId, clerk.caller, { ...itemDraft('Nội dung thêm kín'), key: freshKey(), consent: { how: 'vote', note: 'Ghi chú kín' } })
    await agenda.defer(meetingId, chair.caller, { key: freshKey(), itemId: added, reason: 'Lý do kín' })
    await agenda.goTo(meetingId, chair.caller, freshKey(), mine)
    await say('Lời của khách nghe được')
    await vote(mine, 'Câu hỏi mở?')
    await agenda.order(meetingId, chair.caller, [{ itemId: mine, level: 0 }, { itemId: added, level: 1 }, { itemId: theirs, level: 0 }])
    await until(() => seen.state.votes.some(({ closedAt }) => closedAt) && whole.state.agenda[1]?.itemId === added && whole.state.votes.length === 2)
    const heard = seen.raw.join('\n')
    for (const told of [mine, papers.mine, 'Nội dung một', 'Bài của khách', 'Lời của khách nghe được', 'Câu hỏi mở?']) expect(heard).toContain(told)
    for (const kept of [theirs, added, papers.theirs, 'Nội dung hai', 'Bài kín', 'Lời kín', 'Lời trước khi bàn', 'Câu hỏi kín?', 'Nội dung thêm kín', 'Ghi chú kín', 'Lý do kín']) {
      expect(heard).not.toContain(kept)
    }
    const projected = meetingReducer.project(await stateOf(meetingId), { personId: guest.personId, office: false, items: [mine] })
    expect(seen.state).toEqual(projected)
    // Who comes back begins with the same.
    const back = await follower(guest, meetingId)
    expect(back.state).toEqual(projected)
    expect(back.raw.join()).not.toContain('Lời kín')
    expect(whole.state).toEqual(meetingReducer.project(await stateOf(meetingId), { personId: member.personId, office: false, items: 'all' }))
  })

  it('reads the papers of it alone, neither minutes nor journal', async () => {
    const guest = await visitor()
    const { meetingId, papers } = await scene('live', [guest])
    expect((await call(guest, readDocument, { meetingId, documentId: papers.mine })).code).toBe('ok')
    expect((await call(guest, readDocument, { meetingId, documentId: papers.theirs })).code).toBe('documentNotFound')
    expect((await call(guest, exportJournal, { meetingId })).code).toBe('forbiddenInMeeting')
    const { meetings } = assembly.server.domains
    await meetings.close(meetingId, assembly.chair.caller, freshKey())
    await approveMinutes(assembly.server.domains, meetingId, assembly.clerk.caller, assembly.chair.caller)
    expect((await call(assembly.member, getMinutes, { meetingId })).code).toBe('ok')
    expect((await call(guest, getMinutes, { meetingId })).code).toBe('minutesNotFound')
    expect(JSON.parse((await call(guest, getMeeting, { meetingId })).text)).toMatchObject({ role: 'guest', minutes: 'none' })
    expect((await call(guest, readDocument, { meetingId, documentId: papers.mine })).code).toBe('ok')
  })

  it('writes to everyone under their item alone', async () => {
    const guest = await visitor()
    const { meetingId, mine, theirs } = await scene('live', [guest])
    const [socket, chair] = [await guest.client.socket(), await assembly.chair.client.socket()]
    const say = async (to: 'everyone' | 'office') => {
      const answer = await send(socket, sendChat, { meetingId, to, text: 'Xin trình bày' })
      return answer.ok ? 'ok' : answer.error.code
    }
    expect([await say('everyone'), await say('office')]).toEqual(['forbiddenInMeeting', 'ok'])
    await send(chair, goToItem, { meetingId, itemId: theirs })
    expect(await say('everyone')).toBe('forbiddenInMeeting')
    await send(chair, goToItem, { meetingId, itemId: mine })
    expect(await say('everyone')).toBe('ok')
    expect((await stateOf(meetingId)).chat.map(({ to, itemId }) => [to, itemId])).toEqual([['office', null], ['everyone', mine]])
  })

  it('counts for no quorum and votes on nothing', async () => {
    const guest = await visitor()
    const { meetingId, mine } = await scene('live', [guest])
    const { voting } = assembly.server.domains
    const { voteId } = await voting.open(meetingId, assembly.chair.caller, { key: freshKey(), itemId: mine, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    expect((await stateOf(meetingId)).votes.at(-1)?.electorate).not.toContain(guest.personId)
    await expect(voting.cast(meetingId, guest.caller, { key: freshKey(), voteId, content: { kind: 'named', choice: 'approve' } })).rejects.toMatchObject({ code: 'notEntitledToVote' })
  })

  it('is told when it is planned and expected, and not of the others', async () => {
    const guest = await visitor()
    const { meetingId, mine, theirs } = await scene('live', [guest])
    await assembly.server.domains.agenda.order(meetingId, assembly.clerk.caller, [{ itemId: theirs, level: 0 }, { itemId: mine, level: 1 }])
    const { items } = await assembly.server.domains.agenda.plan(meetingId, guest.caller)
    const starts = Date.parse((await stateOf(meetingId)).facts?.startsAt ?? '')
    expect(items).toMatchObject([{ itemId: mine, number: '1.1', from: new Date(starts + 30 * 60_000).toISOString() }])
    expect(Date.parse(items[0]?.expected ?? '')).toBeGreaterThan(Date.now() + 29 * 60_000)
    expect((await assembly.server.domains.agenda.plan(meetingId, assembly.member.caller)).items).toHaveLength(2)
    await expect(assembly.server.domains.agenda.plan(meetingId, assembly.stranger.caller)).rejects.toMatchObject({ code: 'meetingNotFound' })
  })
})

describe('when the guests of an item change', () => {
  const setGuests = (meetingId: string, itemId: string, personIds: string[], was: string[]) =>
    assembly.server.domains.agenda.setGuests(meetingId, itemId, assembly.clerk.caller, { personIds, was })

  it('those concerned get a new state, nobody else does, and who has none any more has no part in the meeting', async () => {
    const [guest, other] = [await visitor(), await visitor()]
    const { meetingId, mine, theirs } = await scene('live', [guest, other])
    const [seen, beside, member] = [await follower(guest, meetingId), await follower(other, meetingId), await follower(assembly.member, meetingId)]
    await setGuests(meetingId, theirs, [guest.personId], [])
    await until(() => seen.snapshots === 1)
    expect(seen.state.agenda.map(({ itemId }) => itemId)).toEqual([mine, theirs])
    await setGuests(meetingId, mine, [other.personId], [guest.personId, other.personId])
    await until(() => seen.snapshots === 2 && member.state.agenda[0]?.guests.length === 1 && beside.state.agenda[0]?.guests.length === 1)
    expect(seen.state.agenda.map(({ itemId }) => itemId)).toEqual([theirs])
    expect([beside.snapshots, member.snapshots]).toEqual([0, 0])
    expect(beside.raw.join()).not.toContain(theirs)
    await setGuests(meetingId, theirs, [], [guest.personId])
    await until(() => !seen.socket.connected)
    await expect(follower(guest, meetingId)).rejects.toMatchObject({ code: 'meetingNotFound' })
    expect((await call(guest, listMeetings, {})).text).not.toContain(meetingId)
    expect((await call(other, listMeetings, {})).text).toContain(meetingId)
  })

  it('goes on with what comes after a cut, and begins anew where it changed meanwhile', async () => {
    const guest = await visitor()
    const { meetingId, mine, theirs } = await scene('live', [guest])
    const first = await follower(guest, meetingId)
    first.socket.disconnect()
    await setGuests(meetingId, theirs, [guest.personId], [])
    const back = await follower(guest, meetingId)
    expect(back.state.agenda.map(({ itemId }) => itemId)).toEqual([mine, theirs])
  })

  it('removing the item takes it from them', async () => {
    const guest = await visitor()
    const { meetingId, mine } = await scene('published', [guest])
    await assembly.server.domains.agenda.remove(meetingId, mine, assembly.clerk.caller)
    await expect(follower(guest, meetingId)).rejects.toMatchObject({ code: 'meetingNotFound' })
  })
})

describe('guests are set', () => {
  it('by chair and clerk, for items of that meeting, on what they have read', async () => {
    const guest = await visitor()
    const { meetingId, mine, theirs } = await scene('published', [guest])
    const other = await scene('published', [])
    const put = (actor: Actor, itemId: string, body: object, on = meetingId) => call(actor, setItemGuests, { meetingId: on, itemId }, body)
    const body = { personIds: [], was: [guest.personId] }
    for (const [actor, code] of [
      [guest, 'forbiddenInMeeting'], [assembly.member, 'forbiddenInMeeting'], [assembly.guest, 'forbiddenInMeeting'],
      [assembly.stranger, 'meetingNotFound'], [assembly.administrator, 'meetingNotFound'],
    ] as const) expect((await put(actor, mine, body)).code).toBe(code)
    expect((await put(assembly.clerk, other.mine, body)).code).toBe('agendaItemNotFound')
    expect((await put(assembly.clerk, mine, { personIds: [], was: [] })).text).toContain(guest.personId)
    expect((await put(assembly.clerk, mine, { personIds: [], was: [] })).code).toBe('agendaItemChanged')
    expect((await put(assembly.clerk, theirs, { personIds: [randomUUID()], was: [] })).code).toBe('personNotFound')
    expect((await put(assembly.clerk, theirs, { personIds: ['x'], was: [] })).code).toBe('badRequest')
    // A member invited to an item stays a member.
    expect((await put(assembly.clerk, theirs, { personIds: [assembly.member.personId], was: [] })).code).toBe('ok')
    expect((await stateOf(meetingId)).participants.find(({ personId }) => personId === assembly.member.personId)).toMatchObject({ role: 'member', voting: true })
    expect((await follower(assembly.member, meetingId)).state.agenda).toHaveLength(2)
  })

  it('not where the programme was stated to everybody at once, as it was before there were such guests', async () => {
    const guest = await visitor()
    const { meetingId, items: [one] } = await assembly.newMeeting('draft')
    await assembly.server.journal.run(meetingId, { actorId: assembly.clerk.personId }, async (tx) => {
      const { facts, participants, agenda, documents } = await tx.state(meetingReducer)
      const items = agenda.map(({ itemId, title, minutes, presenterId, purpose, classified }) => ({ itemId, title, minutes, presenterId, purpose, classified }))
      await tx.trx('meeting').where({ id: meetingId }).update({ status: 'published', published_at: tx.at })
      tx.append({ kind: 'meeting.published', data: { facts, participants, items, documents }, audience: { scope: 'meeting' } })
    })
    await expect(assembly.server.domains.agenda.setGuests(meetingId, one, assembly.clerk.caller, { personIds: [guest.personId], was: [] }))
      .rejects.toMatchObject({ code: 'guestsNotPossible' })
    const member = await follower(assembly.member, meetingId)
    expect(member.state.agenda.map(({ itemId, version, level }) => [itemId === one, version, level])).toEqual([[true, 1, 0], [false, 1, 0]])
  })
})
