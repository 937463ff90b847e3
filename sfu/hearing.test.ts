import { describe, expect, test } from 'vitest'
import { MOST_HEARD } from '../protocol/media.ts'
import { createHearing, LINGER_MS } from './hearing.ts'
import { send, receives, startTestNode } from './test-node.ts'
import { addVoice } from './test-voice.ts'

function room(most: number) {
  let now = 1_000_000
  const hearing = createHearing({ most, now: () => now })
  return { ...hearing, later: (ms: number) => { now += ms } }
}

describe('which microphones are passed on', () => {
  test('all, up to the most', () => {
    const { opened, heard, measured } = room(2)
    expect([...opened('a'), ...opened('b')]).toEqual([])
    expect(measured(['b', 'a'])).toEqual([])
    expect(['a', 'b'].map(heard)).toEqual([true, true])
  })

  test('with more, who is silent makes room for who speaks', () => {
    const { opened, heard, measured } = room(2)
    for (const id of ['a', 'b']) opened(id)
    expect(opened('c')).toEqual(['c'])
    measured(['a'])
    expect(measured(['c', 'a']).sort()).toEqual(['b', 'c'])
    expect(['a', 'b', 'c'].map(heard)).toEqual([true, false, true])
  })

  test('nobody is cut while speaking, nor in a short pause, however loud another is', () => {
    const { opened, heard, measured, later } = room(2)
    for (const id of ['a', 'b', 'c']) opened(id)
    measured(['a', 'b'])
    later(LINGER_MS - 1)
    expect(measured(['c', 'b'])).toEqual([])
    later(1)
    expect(measured(['c', 'b']).sort()).toEqual(['a', 'c'])
    expect(['a', 'b', 'c'].map(heard)).toEqual([false, true, true])
  })

  test('who mutes or leaves makes room for who spoke last', () => {
    const { opened, ended, heard, measured, later } = room(2)
    for (const id of ['a', 'b', 'c', 'd']) opened(id)
    measured(['d'])
    later(LINGER_MS)
    measured(['b', 'a'])
    expect(ended('a')).toEqual(['d'])
    expect(['b', 'c', 'd'].map(heard)).toEqual([true, false, true])
    expect(opened('a')).toEqual(['a'])
  })

  test('what is muted is not held back: it is silent by itself', () => {
    const { opened, ended, heard, measured } = room(1)
    for (const id of ['a', 'b']) opened(id)
    expect(ended('b')).toEqual(['b'])
    expect(heard('b')).toBe(true)
    expect(measured(['b'])).toEqual([])
    expect(ended('b')).toEqual([])
  })
})

test('in a room with many open microphones the loudest are received, and the sound of a screen always', async () => {
  const media = await startTestNode()
  const binh = await media.join('room', 'binh')
  await receives(binh)
  const ann = await media.join('room', 'ann')
  const screenAudio = await send(ann, 'screenAudio')
  const room = await media.room('room')
  const voices = []
  for (let n = 0; n < MOST_HEARD + 2; n += 1) voices.push(await addVoice(room, room.places.main(), `speaker ${n}`))
  const receiver = media.node.guest('room', 'binh')?.peer.receiver
  await expect.poll(() => receiver?.consumers().length).toBe(MOST_HEARD + 3)
  await binh.request('resumeConsumers', { consumerIds: receiver?.consumers().map(({ id }) => id) ?? [] })
  const received = () => receiver?.consumers().filter(({ paused }) => !paused).map(({ producerId }) => producerId)
  await expect.poll(received).toEqual([screenAudio, ...voices.slice(0, MOST_HEARD).map(({ source }) => source.id)])

  const last = voices.at(-1)
  last?.talk()
  await expect.poll(received, { timeout: 5_000 }).toContain(last?.source.id)
  expect(received()).toHaveLength(MOST_HEARD + 1)
  expect(received()).toContain(screenAudio)
  expect((await binh.notice('audioLevels')).levels).toMatchObject([{ peerId: last?.source.peerId }])
  // Nobody else was named before, though all were silent.
  expect(await binh.notice('activeSpeaker')).toEqual({ peerId: last?.source.peerId })
  // Who comes later is told who speaks.
  expect(await (await media.join('room', 'chi')).notice('activeSpeaker')).toEqual({ peerId: last?.source.peerId })
  await media.stop()
})
