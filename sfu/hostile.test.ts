import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { kindOfSource, type MediaSource } from '../protocol/media-grant.ts'
import { MOST_WATCHED, SIGNALLING_LIMITS } from '../protocol/media.ts'
import { FULL_RIGHTS, receives, rtpParametersOf, send, startTestNode, type TestNode, type TestPeer } from './test-node.ts'
import { addVoice, listenTo } from './test-voice.ts'

/**
 * A client that lies. Whatever it tries is refused and logged once, and two who talk in the same room notice nothing: their
 * requests are answered, the sound goes on, no process ends.
 */

let media: TestNode
let ann: TestPeer
let binh: TestPeer
let liar: TestPeer
let transportId: string
let liars = 0
let pids: number[]
let packets: () => number
let noticedBefore: number

beforeAll(async () => {
  media = await startTestNode({ workers: 2 })
  ann = await media.join('room', 'ann')
  binh = await media.join('room', 'binh')
  await receives(binh)
  transportId = (await receives(ann)).transportId
  const room = await media.room('room')
  const voice = await addVoice(room, room.places.main(), 'voice')
  voice.speak(-100)
  packets = (await listenTo(voice.source, room.places.main().router)).packets
  pids = media.pool.state().map(({ pid }) => pid)
})
afterAll(() => media.stop())

const come = (claims = {}) => media.join('room', `liar ${(liars += 1)}`, claims)
beforeEach(async () => {
  liar = await come({ rights: { publish: ['camera'], receive: FULL_RIGHTS.receive, say: ['reaction'] } })
  noticedBefore = binh.notices.length
  media.logged()
})

/** What the others were told since, beyond that somebody came or went. */
const noticed = () => binh.notices.slice(noticedBefore).map(({ notice }) => notice)
  .filter((notice) => notice !== 'peerJoined' && notice !== 'peerLeft' && notice !== 'heartbeat')
const refusals = () => media.logged().filter(({ msg }) => msg === 'request refused')

afterEach(async () => {
  const before = packets()
  await ann.request('restartIce', { transportId })
  await binh.request('setView', { watched: [] })
  await expect.poll(packets).toBeGreaterThan(before)
  expect(media.pool.state().map(({ pid }) => pid)).toEqual(pids)
  expect(media.logged().filter(({ level }) => level >= 50)).toEqual([])
  liar.socket.terminate()
})

const produce = (peer: TestPeer, source: MediaSource) => peer.request('produce', {
  source, kind: kindOfSource[source], rtpParameters: rtpParametersOf(kindOfSource[source]), paused: false,
})

describe('a client that lies about what it may', () => {
  test('produces without the right', async () => {
    await liar.request('createTransport', { direction: 'send' })
    for (const source of ['microphone', 'screen', 'screenAudio'] as const) {
      await expect(produce(liar, source)).rejects.toThrow('notAllowed')
    }
    expect(refusals()).toMatchObject([{ code: 'notAllowed' }])
    expect(noticed()).toEqual([])
  })

  test('produces before it has joined', async () => {
    const stranger = await media.connect()
    await expect(produce(stranger, 'camera')).rejects.toThrow('notJoined')
    await expect(stranger.request('say', { channel: 'reaction', text: 'x' })).rejects.toThrow('notJoined')
    await expect(stranger.request('setView', { watched: [] })).rejects.toThrow('notJoined')
    expect(refusals()).toMatchObject([{ code: 'notJoined' }])
    expect(noticed()).toEqual([])
  })

  test.each<[string, string, () => Promise<string>]>([
    ['of another node', 'grantInvalid', async () => {
      const other = await startTestNode()
      const grant = await other.grant('room', 'ann')
      await other.stop()
      return grant
    }],
    ['that has expired', 'grantExpired', () => media.grant('room', 'ann', { exp: Math.floor(Date.now() / 1_000) - 30 })],
    ['whose rights it raised', 'grantInvalid', async () => {
      const [head, body = '', signature] = (await media.grant('room', 'ann', { rights: { publish: [], receive: [], say: [] } })).split('.')
      const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString())
      const raised = Buffer.from(JSON.stringify({ ...claims as object, rights: FULL_RIGHTS })).toString('base64url')
      return [head, raised, signature].join('.')
    }],
    ['that was used', 'grantUsed', async () => {
      const grant = await media.grant('room', 'guest')
      const guest = await media.connect()
      await guest.joinWith(grant)
      await guest.request('leave', {})
      return grant
    }],
    ['from before it was put out', 'grantRevoked', async () => {
      const grant = await media.grant('room', 'guest', { issuedAt: Date.now() - 10 })
      media.orders.closePeer('room', 'guest', Date.now())
      return grant
    }],
  ])('joins with a grant %s', async (_, code, make) => {
    const stranger = await media.connect()
    const grant = await make()
    media.logged()
    await expect(stranger.joinWith(grant)).rejects.toThrow(code)
    await expect(stranger.joinWith(grant)).rejects.toThrow(code)
    expect(refusals()).toMatchObject([{ code }])
    expect(noticed()).toEqual([])
  })

  test('watches and resumes what belongs to another room', async () => {
    const foreign = await media.join('foreign', 'chi')
    const [camera, microphone] = [await send(foreign, 'camera'), await send(foreign, 'microphone')]
    const viewer = await media.join('foreign', 'dung')
    await receives(viewer)
    const { consumers: [offered] } = await viewer.notice('newConsumers')
    await receives(liar)
    await liar.request('setView', { watched: [camera, microphone].map((producerId) => ({ producerId, layer: 2 })) })
    await liar.request('resumeConsumers', { consumerIds: [offered?.consumerId ?? ''] })
    const received = media.node.guest('room', liar.answer?.peerId ?? '')?.peer.receiver.consumers() ?? []
    expect(received.map(({ appData }) => appData.peerId).filter((peer) => peer === 'chi')).toEqual([])
    expect(media.consumer('foreign', 'dung', offered?.consumerId)?.paused).toBe(true)
    await expect(liar.request('closeProducer', { producerId: camera })).rejects.toThrow('producerNotFound')
    await expect(liar.request('resumeProducer', { producerId: microphone })).rejects.toThrow('producerNotFound')
    expect(refusals()).toMatchObject([{ code: 'producerNotFound' }])
    for (const peer of [viewer, foreign]) await peer.request('leave', {})
  })

  test('says something as somebody else, or without the right', async () => {
    await liar.raw(JSON.stringify({
      id: 1, method: 'say', data: { channel: 'reaction', text: '👏', peerId: 'ann', label: 'label of ann' }, peerId: 'ann',
    }))
    expect(await binh.notice('said')).toEqual({ peerId: liar.answer?.peerId, channel: 'reaction', text: '👏' })
    const mute = await come({ rights: { ...FULL_RIGHTS, say: [] } })
    await expect(mute.request('say', { channel: 'reaction', text: '👏' })).rejects.toThrow('notAllowed')
    expect(await mute.raw(JSON.stringify({ id: 2, method: 'say', data: { channel: 'chat', text: 'x' } })))
      .toMatchObject({ ok: false, error: { code: 'badRequest' } })
    expect(refusals()).toMatchObject([{ code: 'notAllowed' }])
    expect(noticed()).toEqual(['said'])
    await mute.request('leave', {})
  })
})

describe('a client that floods', () => {
  test('with sayings is heard as often as is allowed', async () => {
    const sayings = Array.from({ length: SIGNALLING_LIMITS.sayings + 30 }, () => liar.request('say', { channel: 'reaction', text: '!' }))
    const outcomes = await Promise.allSettled(sayings)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(SIGNALLING_LIMITS.sayings)
    await expect.poll(noticed).toHaveLength(SIGNALLING_LIMITS.sayings)
    expect(refusals()).toMatchObject([{ code: 'tooManyRequests' }])
  })

  test('by muting and unmuting all the time is seen as often as is allowed', async () => {
    const camera = await send(liar, 'camera')
    const changes = Array.from({ length: SIGNALLING_LIMITS.changes + 20 }, (_, n) =>
      liar.request(n % 2 ? 'resumeProducer' : 'pauseProducer', { producerId: camera }))
    const outcomes = await Promise.allSettled(changes)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(SIGNALLING_LIMITS.changes - 1)
    await expect.poll(noticed).toHaveLength(SIGNALLING_LIMITS.changes)
    expect(refusals()).toMatchObject([{ code: 'tooManyRequests' }])
  })

  test('with views is refused, then ended', async () => {
    await receives(liar)
    const closed = once(liar.socket, 'close')
    const watched = (layer: number) => Array.from({ length: MOST_WATCHED }, (_, n) => ({ producerId: `producer ${n}`, layer }))
    for (let n = 0; n < 3 * SIGNALLING_LIMITS.messages; n += 1) {
      liar.socket.send(JSON.stringify({ id: n, method: 'setView', data: { watched: watched(n % 3) } }))
    }
    await binh.request('resumeConsumers', { consumerIds: [] })
    expect((await closed)[0]).toBe(1008)
    expect(refusals()).toMatchObject([{ code: 'tooManyRequests' }])
    expect(noticed()).toEqual([])
  })

  test('with nonsense is refused, then ended', async () => {
    const closed = once(liar.socket, 'close')
    for (let n = 0; n < 3 * SIGNALLING_LIMITS.messages; n += 1) liar.socket.send(`{"id":${n},"method":`)
    expect((await closed)[0]).toBe(1008)
    expect(refusals()).toMatchObject([{ code: 'badRequest' }])
    expect(noticed()).toEqual([])
  })
})

describe('a message that is no good', () => {
  const message = (method: string, data: string) => `{"id":1,"method":"${method}","data":${data}}`
  test.each<[string, string]>([
    ['a polluted saying', message('say', '{"channel":"reaction","text":7,"__proto__":{"polluted":true}}')],
    ['a constructor', message('setView', '{"watched":[{"constructor":{"prototype":{"polluted":true}}}]}')],
    ['a method of objects', message('__proto__', '{}')],
    ['a view that is too long', message('setView', JSON.stringify({
      watched: Array.from({ length: MOST_WATCHED + 1 }, () => ({ producerId: 'x', layer: 0 })),
    }))],
    ['a layer that is none', message('setView', '{"watched":[{"producerId":"x","layer":3}]}')],
    ['a layer beyond all numbers', message('setView', '{"watched":[{"producerId":"x","layer":1e999}]}')],
    ['a saying that is too long', message('say', JSON.stringify({ channel: 'reaction', text: 'x'.repeat(SIGNALLING_LIMITS.sayingLength + 1) }))],
    ['a saying of nothing', message('say', '{"channel":"reaction","text":""}')],
  ])('%s', async (_, text) => {
    expect(await liar.raw(text)).toMatchObject({ ok: false, error: { code: 'badRequest' } })
    expect(refusals()).toMatchObject([{ code: 'badRequest' }])
    expect({}).not.toHaveProperty('polluted')
    await liar.request('setView', { watched: [{ producerId: '__proto__', layer: 1 }, { producerId: 'constructor', layer: 1 }] })
    expect(noticed()).toEqual([])
  })

  test('one that is too large ends its connection alone', async () => {
    const closed = once(liar.socket, 'close')
    liar.socket.send(message('say', JSON.stringify({ channel: 'reaction', text: 'x'.repeat(SIGNALLING_LIMITS.messageBytes) })))
    expect((await closed)[0]).toBe(1009)
    expect(noticed()).toEqual([])
  })

  const camera = rtpParametersOf('video')
  const [encoding] = camera.encodings ?? []
  test.each<[string, object]>([
    ['no codec', { ...camera, codecs: [] }],
    ['no encoding', { ...camera, encodings: [] }],
    ['a thousand encodings', { ...camera, encodings: Array.from({ length: 1_000 }, (_, n) => ({ ssrc: n + 1 })) }],
    ['a negative source', { ...camera, encodings: [{ ssrc: -1 }] }],
    ['a source beyond 32 bits', { ...camera, encodings: [{ ssrc: 2 ** 53 }] }],
    ['a source that is half', { ...camera, encodings: [{ ssrc: 1.5 }] }],
    ['the same source twice', { ...camera, encodings: [encoding, encoding] }],
    ['a payload type beyond a byte', { ...camera, codecs: [{ ...camera.codecs[0], payloadType: 70_000 }] }],
    ['a header extension that is none', { ...camera, headerExtensions: [{ uri: 'urn:none', id: 1 }] }],
    ['a header extension without a number', { ...camera, headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 0 }] }],
    ['a mode of scaling without end', { ...camera, encodings: [{ ...encoding, scalabilityMode: 'L99T99' }] }],
    ['a polluted object', JSON.parse(`{"codecs":[],"__proto__":{"codecs":[]}}`) as object],
  ])('parameters of %s end nothing', async (_, rtpParameters) => {
    await liar.request('createTransport', { direction: 'send' })
    const answer = await liar.raw(JSON.stringify({
      id: 9_000, method: 'produce', data: { source: 'camera', kind: 'video', paused: false, rtpParameters },
    }))
    if (!answer.ok) expect(['badRequest', 'unsupportedMedia']).toContain(answer.error.code)
    await liar.request('createTransport', { direction: 'send' })
  })
})
