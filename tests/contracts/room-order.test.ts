import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { goToItem } from '../../protocol/agenda-live.ts'
import type { MediaSource } from '../../protocol/media-grant.ts'
import { requestFloor, withdrawRequests } from '../../protocol/floor.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import {
  admit, eject, handChair, inviteToSpeak, liftBan, mute, setRule, stopShare, type RoomRule,
} from '../../protocol/order.ts'
import { enterRoom, probeConnection } from '../../protocol/room.ts'
import { endTurn, startTurn } from '../../protocol/turns.ts'
import { connectTestPeer, receives, rtpParametersOf, send, watch, type TestPeer } from '../../sfu/test-node.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'

/** From what the chair decides to what the real media node does to peers that do not ask. */

let assembly: Assembly
let chair: Socket

beforeAll(async () => {
  assembly = await startAssembly({ media: true })
  chair = await assembly.chair.client.socket()
})
afterAll(() => assembly.close())

type Way = { grant: string, path: string }
type Others = 'ask' | 'replace' | 'beside'

/** What somebody is answered who asks to come in; a new socket each time, as a new tab has. */
async function ask(actor: Actor, meetingId: string, more: { deviceId?: string, others?: Others, attending?: 'full' | 'companion' } = {}) {
  const { deviceId = randomUUID(), others = 'ask', attending = 'full' } = more
  const answer = await command(await actor.client.socket(), enterRoom, { meetingId, deviceId, others, attending })
  return answer.ok ? answer.result : { outcome: answer.error.code }
}

async function wayOf(...asked: Parameters<typeof ask>): Promise<Way> {
  const answer = await ask(...asked)
  if (!('grant' in answer)) throw new Error(answer.outcome)
  return answer
}

async function joinBy({ client }: Actor, { grant, path }: Way): Promise<TestPeer> {
  const { origin } = assembly.server
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const peer = await connectTestPeer(origin.replace(/^http/, 'ws') + path, false, { origin, cookie })
  await peer.joinWith(grant)
  return peer
}

const join = async (...asked: Parameters<typeof ask>) => joinBy(asked[0], await wayOf(...asked))
const of = ({ personId }: Actor) => ({ key: freshKey(), personId })
const rule = async (meetingId: string, name: RoomRule, on = true) =>
  expect(await command(chair, setRule, { meetingId, key: freshKey(), rule: name, on })).toEqual({ ok: true, result: {} })
const produce = (peer: TestPeer, source: MediaSource) =>
  peer.request('produce', { source, kind: 'audio', rtpParameters: rtpParametersOf('audio'), paused: false })
const state = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)
const arrived = (meetingId: string, { personId }: Actor) =>
  until(async () => ((await state(meetingId)).attendance.devices[personId] ?? []).length > 0)

it('mutes one, or everybody but who asks; each unmutes alone', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const [own, member, guest] = [await join(assembly.chair, meetingId), await join(assembly.member, meetingId), await join(assembly.guest, meetingId)]
  const [ownSends, memberSends, guestSends] = [await send(own, 'microphone'), await send(member, 'microphone'), await send(guest, 'microphone')]
  await command(chair, mute, { meetingId, ...of(assembly.member) })
  expect(await member.notice('ownProducerMuted')).toEqual({ producerId: memberSends, source: 'microphone' })
  await command(chair, mute, { meetingId, key: freshKey(), personId: null })
  expect(await guest.notice('ownProducerMuted')).toEqual({ producerId: guestSends, source: 'microphone' })
  await guest.request('resumeProducer', { producerId: guestSends })
  expect(await own.notice('producerResumed')).toEqual({ producerId: guestSends })
  expect(own.notices.filter(({ notice }) => notice === 'ownProducerMuted')).toEqual([])
  expect(ownSends).not.toBe(guestSends)
})

it('ends a share; one may share at a time unless the chair allows more', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const [member, guest] = [await join(assembly.member, meetingId), await join(assembly.guest, meetingId)]
  const screen = await send(member, 'screen')
  await expect(send(guest, 'screen')).rejects.toThrow('screenTaken')
  await rule(meetingId, 'severalScreens')
  await send(guest, 'screen')
  await command(chair, stopShare, { meetingId, ...of(assembly.member) })
  expect(await member.notice('ownProducerClosed')).toEqual({ producerId: screen, source: 'screen', why: 'stopped' })
  await send(member, 'screen')
})

it('lets only the invited speak, at once, whatever grant they hold', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const [member, held] = [await join(assembly.member, meetingId), await wayOf(assembly.guest, meetingId)]
  const camera = await send(member, 'camera')
  await rule(meetingId, 'invitedOnly')
  expect(await member.notice('ownProducerClosed')).toEqual({ producerId: camera, source: 'camera', why: 'rights' })
  const guest = await joinBy(assembly.guest, held)
  expect(guest.answer?.rights.publish).toEqual([])
  await guest.request('createTransport', { direction: 'send' })
  await expect(produce(guest, 'microphone')).rejects.toThrow('notAllowed')
  await command(chair, inviteToSpeak, { meetingId, ...of(assembly.guest), on: true })
  await guest.notice('rightsChanged')
  const { producerId } = await produce(guest, 'microphone')
  await command(chair, inviteToSpeak, { meetingId, ...of(assembly.guest), on: false })
  expect(await guest.notice('ownProducerClosed')).toEqual({ producerId, source: 'microphone', why: 'rights' })

  await arrived(meetingId, assembly.member)
  await command(chair, handChair, { meetingId, ...of(assembly.member) })
  await member.notice('rightsChanged')
  await until(async () => member.notices.filter(({ notice }) => notice === 'rightsChanged').length === 2)
  await send(member, 'microphone')
})

it('sound and picture come with the turn and go with it, whoever ends it', async () => {
  const { meetingId, items } = await assembly.newMeeting('live')
  const [member, guest] = [await join(assembly.member, meetingId), await join(assembly.guest, meetingId)]
  await rule(meetingId, 'invitedOnly')
  for (const peer of [member, guest]) {
    await peer.notice('rightsChanged')
    await peer.request('createTransport', { direction: 'send' })
    await expect(produce(peer, 'microphone')).rejects.toThrow('notAllowed')
  }
  const give = async (actor: Actor, after: string | null) => {
    const answer = await command(chair, startTurn, { meetingId, key: freshKey(), who: { personId: actor.personId }, after })
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.result.turnId
  }
  const first = await give(assembly.member, null)
  await until(() => member.notices.filter(({ notice }) => notice === 'rightsChanged').length === 2)
  const spoken = await produce(member, 'microphone')
  // The next one is invited: the turn before ends, and with it what it brought.
  const second = await give(assembly.guest, first)
  expect(await member.notice('ownProducerClosed')).toEqual({ producerId: spoken.producerId, source: 'microphone', why: 'rights' })
  await until(() => guest.notices.filter(({ notice }) => notice === 'rightsChanged').length === 2)
  const [sound, picture] = [await produce(guest, 'microphone'), await produce(guest, 'screenAudio')]
  // They end it themselves.
  expect(await command(await assembly.guest.client.socket(), endTurn, { meetingId, key: freshKey(), turnId: second })).toEqual({ ok: true, result: {} })
  await until(() => guest.notices.filter(({ notice }) => notice === 'ownProducerClosed').length === 2)
  expect(sound.producerId).not.toBe(picture.producerId)
  await expect(produce(guest, 'microphone')).rejects.toThrow('notAllowed')
  // The item ends it.
  await give(assembly.member, null)
  await until(() => member.notices.filter(({ notice }) => notice === 'rightsChanged').length === 4)
  const again = await produce(member, 'microphone')
  await command(chair, goToItem, { meetingId, key: freshKey(), itemId: items[0] })
  await until(() => member.notices.some((one) => one.notice === 'ownProducerClosed' && JSON.stringify(one).includes(again.producerId)))
})

it('a ban holds against new tabs, new devices, and the grant taken before', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const deviceId = randomUUID()
  const [inside, tablet] = [await join(assembly.guest, meetingId, { deviceId }), await join(assembly.guest, meetingId, { others: 'beside' })]
  const taken = await wayOf(assembly.guest, meetingId, { others: 'beside' })
  await command(chair, eject, { meetingId, ...of(assembly.guest), ban: true, reason: 'Gây ồn' })
  for (const peer of [inside, tablet]) expect(await peer.notice('closed')).toEqual({ reason: 'removed' })
  await expect(joinBy(assembly.guest, taken)).rejects.toThrow('grantRevoked')
  for (const others of ['ask', 'replace', 'beside'] as const) {
    expect(await ask(assembly.guest, meetingId, { others })).toEqual({ outcome: 'banned' })
    expect(await ask(assembly.guest, meetingId, { others, deviceId })).toEqual({ outcome: 'banned' })
  }
  await until(async () => (await state(meetingId)).attendance.devices[assembly.guest.personId]?.length === 0)
  await command(chair, liftBan, { meetingId, ...of(assembly.guest) })
  expect((await join(assembly.guest, meetingId, { deviceId })).socket.readyState).toBe(1)
})

it('who was put out comes in again when admitted', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const inside = await join(assembly.guest, meetingId)
  await command(chair, eject, { meetingId, ...of(assembly.guest), ban: false, reason: '' })
  await inside.notice('closed')
  expect(await ask(assembly.guest, meetingId)).toEqual({ outcome: 'wait' })
  expect(await command(chair, admit, { meetingId, ...of(assembly.guest) })).toEqual({ ok: true, result: {} })
  await join(assembly.guest, meetingId)
})

it('a lock lets those back in who were cut off, and nobody else', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const deviceId = randomUUID()
  const inside = await join(assembly.member, meetingId, { deviceId })
  await rule(meetingId, 'locked')
  expect(await ask(assembly.guest, meetingId)).toEqual({ outcome: 'roomLocked' })
  await inside.cut()
  await join(assembly.member, meetingId, { deviceId })
  expect(await ask(assembly.clerk, meetingId)).toMatchObject({ outcome: 'enter' })
})

it('a second tab is asked about, and takes over', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const first = await join(assembly.member, meetingId)
  await arrived(meetingId, assembly.member)
  expect(await ask(assembly.member, meetingId)).toEqual({ outcome: 'elsewhere', devices: 1 })
  const closing = once(first.socket, 'close')
  const second = await join(assembly.member, meetingId, { others: 'replace' })
  await closing
  await send(second, 'microphone')
})

it('a companion has no part in sound', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const [member, hall] = [await join(assembly.member, meetingId), await join(assembly.guest, meetingId, { attending: 'companion' })]
  await receives(hall)
  const [microphone, camera] = [await send(member, 'microphone'), await send(member, 'camera')]
  expect(hall.answer?.rights.publish.toSorted()).toEqual(['camera', 'screen'])
  await watch(hall, camera)
  const { consumers } = await hall.notice('newConsumers')
  expect(consumers.map(({ producerId }) => producerId)).toEqual([camera])
  await rule(meetingId, 'invitedOnly')
  await rule(meetingId, 'invitedOnly', false)
  await hall.request('createTransport', { direction: 'send' })
  await expect(produce(hall, 'microphone')).rejects.toThrow('notAllowed')
  expect(hall.notices.map((one) => JSON.stringify(one)).join('')).not.toContain(microphone)
})

it('a connection is tried in a room of its own, which is nobody’s presence', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const answer = await command(await assembly.guest.client.socket(), probeConnection, { meetingId })
  if (!answer.ok) throw new Error(answer.error.code)
  const [sender, receiver] = await Promise.all(answer.result.ways.map((way) => joinBy(assembly.guest, way)))
  if (!sender || !receiver) throw new Error('two ways were asked for')
  await receives(receiver)
  const camera = await send(sender, 'camera')
  await watch(receiver, camera)
  expect((await receiver.notice('newConsumers')).consumers).toHaveLength(1)
  await expect(send(receiver, 'microphone')).rejects.toThrow('notAllowed')
  expect((await state(meetingId)).attendance.stays).toEqual({})
})

it('a hand is raised by who is there, and goes down when they leave', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const guest = await assembly.guest.client.socket()
  const raise = () => command(guest, requestFloor, { meetingId, ...of(assembly.guest), itemId: null, kind: 'speak', replyTo: null, topic: null, speaker: null })
  expect(await raise()).toMatchObject({ error: { code: 'notPresent' } })
  const peer = await join(assembly.guest, meetingId)
  await arrived(meetingId, assembly.guest)
  const raised = await raise()
  if (!raised.ok) throw new Error(raised.error.code)
  await command(guest, withdrawRequests, { meetingId, key: freshKey(), requestIds: [raised.result.requestId] })
  await raise()
  expect((await state(meetingId)).floor.requests).toHaveLength(1)
  await peer.request('leave', {})
  await until(async () => (await state(meetingId)).floor.requests.length === 0)
})

it('locks out who holds a way in of before the lock and has not used it', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const inside = await join(assembly.member, meetingId)
  const way = await wayOf(assembly.guest, meetingId)
  await rule(meetingId, 'locked')
  await expect(joinBy(assembly.guest, way)).rejects.toThrow('grantRevoked')
  expect(await ask(assembly.guest, meetingId)).toEqual({ outcome: 'roomLocked' })
  await send(inside, 'microphone')
})
