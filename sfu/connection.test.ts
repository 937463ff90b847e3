import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SIGNALLING_LIMITS, type AnswerMessage } from '../protocol/media.ts'
import { rtpParametersOf, send, startTestNode, type TestNode, type TestPeer } from './test-node.ts'

/** Clients that lie, err or shout: refused, while a bystander in the same room notices nothing. */

let media: TestNode
let bystander: TestPeer
const room = 'room'
let names = 0
const newcomer = () => media.join(room, `peer ${(names += 1)}`)

beforeAll(async () => {
  media = await startTestNode()
  bystander = await media.join(room, 'bystander')
  await bystander.request('createTransport', { direction: 'receive' })
})
afterAll(async () => {
  await bystander.request('createTransport', { direction: 'send' })
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN)
  await media.stop()
})

describe('before joining', () => {
  test('nothing but join is taken', async () => {
    const stranger = await media.connect()
    await expect(stranger.request('createTransport', { direction: 'send' })).rejects.toThrow('notJoined')
    await expect(stranger.request('leave', {})).rejects.toThrow('notJoined')
    stranger.socket.close()
  })

  test('a grant counts once, and a second join of one connection is refused', async () => {
    const grant = await media.grant(room, 'once')
    const first = await media.connect()
    await first.joinWith(grant)
    const second = await media.connect()
    await expect(second.joinWith(grant)).rejects.toThrow('grantUsed')
    await expect(first.joinWith(await media.grant(room, 'twice'))).rejects.toThrow('alreadyJoined')
    expect(media.node.list(room).map(({ peer }) => peer)).not.toContain('twice')
    first.socket.close()
    second.socket.close()
  })

  test('an expired grant and one for another node are refused', async () => {
    const stranger = await media.connect()
    const past = Math.floor(Date.now() / 1000) - 60
    await expect(stranger.joinWith(await media.grant(room, 'late', { exp: past }))).rejects.toThrow('grantExpired')
    await expect(stranger.joinWith(await media.grant(room, 'lost', { aud: 'elsewhere' }))).rejects.toThrow('grantInvalid')
    await expect(stranger.joinWith('rubbish')).rejects.toThrow('grantInvalid')
    stranger.socket.close()
  })
})

describe('what belongs to another peer', () => {
  test('is unknown', async () => {
    const [owner, thief] = [await newcomer(), await newcomer()]
    const { transportId, dtlsParameters } = await owner.request('createTransport', { direction: 'receive' })
    const producerId = await send(owner, 'microphone')
    const { consumers: [offered] } = await bystander.notice('newConsumers')
    const consumerId = offered?.consumerId ?? ''
    await expect(thief.request('connectTransport', { transportId, dtlsParameters })).rejects.toThrow('transportNotFound')
    await expect(thief.request('restartIce', { transportId })).rejects.toThrow('transportNotFound')
    await expect(thief.request('closeProducer', { producerId })).rejects.toThrow('producerNotFound')
    await expect(thief.request('pauseProducer', { producerId })).rejects.toThrow('producerNotFound')
    await thief.request('resumeConsumers', { consumerIds: [consumerId] })
    expect(media.consumer(room, 'bystander', consumerId)?.paused).toBe(true)
    expect((await media.room(room)).sources.get(producerId)?.paused()).toBe(false)
  })

  test('cannot be reached from another room', async () => {
    const foreign = await media.join('another room', 'spy')
    await foreign.request('createTransport', { direction: 'receive' })
    const owner = await newcomer()
    await send(owner, 'microphone')
    await bystander.notice('newConsumers')
    expect(foreign.answer?.peers).toEqual([])
    expect(foreign.notices.filter(({ notice }) => notice === 'newConsumers' || notice === 'peerJoined')).toEqual([])
    await foreign.request('leave', {})
  })
})

describe('a message that does not fit', () => {
  test.each<[string, string | Buffer]>([
    ['no JSON', '{'],
    ['an empty one', ''],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[]'],
    ['binary', Buffer.from([0, 255, 1])],
    ['an unknown method', JSON.stringify({ id: 1, method: 'constructor', data: {} })],
    ['a prototype', '{"id":1,"method":"join","data":{"__proto__":{"grant":"x"}}}'],
    ['a text for an id', JSON.stringify({ id: 'x', method: 'leave', data: {} })],
    ['a missing part', JSON.stringify({ id: 1, method: 'createTransport', data: {} })],
    ['a wrong part', JSON.stringify({ id: 1, method: 'createTransport', data: { direction: 'up' } })],
    ['parameters without end', JSON.stringify({
      id: 1, method: 'produce',
      data: { source: 'camera', kind: 'video', paused: false, rtpParameters: { codecs: Array(2_000).fill({ payloadType: 1 }) } },
    })],
  ])('%s gets an error, and the connection goes on', async (_, text) => {
    const peer = await newcomer()
    expect(await peer.raw(text)).toMatchObject({ ok: false, error: { code: 'badRequest' } })
    await peer.request('createTransport', { direction: 'send' })
    await peer.request('leave', {})
  })

  test('parameters that the worker refuses get an error', async () => {
    const peer = await newcomer()
    await peer.request('createTransport', { direction: 'send' })
    const rtpParameters = { ...rtpParametersOf('video'), codecs: [{ mimeType: 'video/none', payloadType: 1, clockRate: 1 }] }
    const camera = { source: 'camera', kind: 'video', paused: false } as const
    await expect(peer.request('produce', { ...camera, rtpParameters })).rejects.toThrow('unsupportedMedia')
    const taken = rtpParametersOf('video')
    await peer.request('produce', { ...camera, rtpParameters: taken })
    const clash = { ...taken, codecs: rtpParametersOf('audio').codecs }
    await expect(peer.request('produce', { source: 'microphone', kind: 'audio', paused: false, rtpParameters: clash }))
      .rejects.toThrow('unsupportedMedia')
    await peer.request('leave', {})
  })

  test('an oversized one ends its connection alone; the peer may come back', async () => {
    const peer = await newcomer()
    peer.socket.send('x'.repeat(SIGNALLING_LIMITS.messageBytes + 1))
    const [code] = await once(peer.socket, 'close') as [number]
    expect(code).toBe(1009)
    const again = await media.connect()
    const grant = await media.grant(room, peer.answer?.peerId ?? '')
    expect((await again.joinWith(grant, peer.answer?.resumeKey)).resumed).toBe(true)
    await again.request('leave', {})
  })

  test('large ones count as several', async () => {
    const peer = await newcomer()
    const consumerIds = Array.from({ length: 1_000 }, (_, n) => `${n}`.padStart(36, 'x'))
    const text = JSON.stringify({ id: 1, method: 'resumeConsumers', data: { consumerIds } })
    const answers: AnswerMessage[] = []
    for (let n = 0; n < 15; n += 1) answers.push(await peer.raw(text))
    expect(answers[5]).toMatchObject({ ok: true })
    expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'tooManyRequests' } })
    peer.socket.close()
  })

  test('transports are made a few times at most', async () => {
    const peer = await newcomer()
    const asked = Array.from({ length: SIGNALLING_LIMITS.transports + 5 }, () => peer.request('createTransport', { direction: 'send' }))
    const made = await Promise.allSettled(asked)
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(SIGNALLING_LIMITS.transports)
    await peer.request('leave', {})
  })

  test('a consumer is resumed once, however often it is named', async () => {
    const [owner, peer] = [await newcomer(), await newcomer()]
    await peer.request('createTransport', { direction: 'receive' })
    await send(owner, 'microphone')
    const { consumers: [offered] } = await peer.notice('newConsumers')
    const consumer = media.consumer(room, peer.answer?.peerId ?? '', offered?.consumerId)
    const sent = vi.spyOn(consumer ?? expect.fail(), 'resume')
    const named = { consumerIds: Array<string>(500).fill(offered?.consumerId ?? '') }
    await peer.request('resumeConsumers', named)
    await peer.request('resumeConsumers', named)
    expect(sent).toHaveBeenCalledOnce()
    for (const one of [owner, peer]) await one.request('leave', {})
  })

  test('a flood is refused, then ended', async () => {
    const peer = await newcomer()
    const text = JSON.stringify({ id: 1, method: 'resumeConsumers', data: { consumerIds: [] } })
    const closed = once(peer.socket, 'close')
    const refusals: string[] = []
    peer.socket.on('message', (raw) => refusals.push(String(raw)))
    for (let n = 0; n < 3 * SIGNALLING_LIMITS.messages; n += 1) peer.socket.send(text)
    const [code] = await closed as [number]
    expect(code).toBe(1008)
    expect(refusals.filter((refusal) => refusal.includes('tooManyRequests')).length).toBeGreaterThan(100)
    await bystander.request('resumeConsumers', { consumerIds: [] })
  })
})
