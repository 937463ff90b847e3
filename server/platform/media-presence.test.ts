import pino from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ControlEvent, PresentPeer } from '../../protocol/media-control.ts'
import { AppError } from './error.ts'
import { createPresence } from './media-presence.ts'

const log = pino({ level: 'silent' })
const joined = (peer: string): ControlEvent => ({ event: 'peerJoined', room: 'r', peer, label: '', at: 1 })
const present = (peer: string): PresentPeer => ({ room: 'r', peer, label: '', joinedAt: 1, cutAt: null })

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
afterEach(() => { vi.useRealTimers() })

function start() {
  const presence = createPresence({ graceMs: 90_000, log })
  const told: string[] = []
  presence.follow({
    event: async ({ event, peer, at }) => void told.push(`${event} ${peer} ${at}`),
    reconcile: async (peers, lostAt) => void told.push(`reconcile ${peers.map(({ peer }) => peer).join()} ${lostAt}`),
  })
  return { presence, told }
}

test('the grace of a dead node’s peers begins when the next node is there', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann'), present('binh')])
  presence.lost('one', 500)
  expect(presence.peers('r')).toMatchObject([{ peer: 'ann', cutAt: 500 }, { peer: 'binh', cutAt: 500 }])
  await vi.advanceTimersByTimeAsync(60_000)
  presence.connected('two', [])
  await vi.advanceTimersByTimeAsync(80_000)
  presence.report('two', joined('ann'), () => undefined)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told).toEqual(['peerCut ann 500', 'peerCut binh 500', 'peerResumed ann 1', 'peerLeft binh 500'])
  expect(presence.peers('r').map(({ peer }) => peer)).toEqual(['ann'])
})

test('without a next node presence ends too, later', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann')])
  presence.lost('one', 500)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(told).toEqual(['peerCut ann 500'])
  await vi.advanceTimersByTimeAsync(100_000)
  expect(told).toEqual(['peerCut ann 500', 'peerLeft ann 500'])
})

test('a connection lost and made again to the same node changes nothing', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann')])
  presence.connected('one', [present('ann')])
  await vi.advanceTimersByTimeAsync(500_000)
  expect(told).toEqual([])
  expect(presence.peers()).toHaveLength(1)
})

test('what can never be stored is given up unconfirmed, holds nothing else up for ever, and is mended', async () => {
  const presence = createPresence({ graceMs: 90_000, log })
  const told: string[] = []
  const confirmed: string[] = []
  presence.follow({
    async event({ event, peer }) {
      if (peer === 'ann') throw new Error('cannot be stored')
      told.push(`${event} ${peer}`)
    },
    reconcile: async (peers) => void told.push(`reconcile ${peers.map(({ peer }) => peer).join()}`),
  })
  presence.connected('one', [])
  for (const peer of ['ann', 'binh']) presence.report('one', joined(peer), () => confirmed.push(peer))
  await vi.advanceTimersByTimeAsync(200_000)
  expect(told).toEqual(['peerJoined binh', 'reconcile ann,binh'])
  expect(confirmed).toEqual(['binh'])
})

test('a database that is away is waited for, however long, and order is kept', async () => {
  const presence = createPresence({ graceMs: 90_000, log })
  const told: string[] = []
  const confirmed: string[] = []
  let away = true
  presence.follow({
    async event({ event, peer }) {
      if (away) throw new AppError('databaseUnavailable')
      told.push(`${event} ${peer}`)
    },
    reconcile: async () => void told.push('reconcile'),
  })
  presence.connected('one', [])
  for (const peer of ['ann', 'binh']) presence.report('one', joined(peer), () => confirmed.push(peer))
  await vi.advanceTimersByTimeAsync(3600_000)
  expect(confirmed).toEqual([])
  away = false
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told).toEqual(['peerJoined ann', 'peerJoined binh'])
  expect(confirmed).toEqual(['ann', 'binh'])
})

test('who moves to another node stays present, whatever the one that was left still reports', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann')])
  presence.connected('two', [])
  presence.report('two', joined('ann'), () => undefined)
  const confirmed: string[] = []
  presence.report('one', { event: 'peerLeft', room: 'r', peer: 'ann', at: 2, reason: 'removed' }, () => confirmed.push('left'))
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['peerResumed ann 1'])
  expect(confirmed).toEqual(['left'])
  expect([presence.nodeOf('r', 'ann'), presence.load('one'), presence.load('two', 'r')]).toEqual(['two', 0, 1])
})

test('a node that returns does not win back who has joined another one meanwhile, and is told so', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann'), present('binh')])
  presence.connected('two', [])
  presence.lost('one', 500)
  presence.report('two', { event: 'peerJoined', room: 'r', peer: 'ann', label: '', at: 600 }, () => undefined)
  expect(presence.connected('one', [{ ...present('ann'), cutAt: 400 }, present('binh')])).toMatchObject([{ peer: 'ann' }])
  expect(['ann', 'binh'].map((peer) => presence.nodeOf('r', peer))).toEqual(['two', 'one'])
  presence.report('one', { event: 'peerLeft', room: 'r', peer: 'ann', at: 700, reason: 'removed' }, () => undefined)
  await vi.advanceTimersByTimeAsync(500_000)
  expect(told).not.toContain('peerLeft ann 700')
  expect(presence.peers('r').map(({ peer, cutAt }) => [peer, cutAt])).toEqual([['ann', null], ['binh', null]])
})

test('the death of one node of several: its peers have the grace to join another one; those of the others are untouched', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann'), present('binh')])
  presence.connected('two', [present('chi')])
  presence.lost('one', 500)
  await vi.advanceTimersByTimeAsync(60_000)
  presence.report('two', joined('ann'), () => undefined)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual(['peerCut ann 500', 'peerCut binh 500', 'peerResumed ann 1', 'peerLeft binh 500'])
  expect(presence.nodesOf('r')).toEqual(['two'])
})

test('what a reached node tells again of a peer that it lists is told as it was: the server before may not have stored it', async () => {
  const { presence, told } = start()
  presence.connected('one', [present('ann')])
  presence.report('one', joined('ann'), () => undefined)
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['peerJoined ann 1'])
})
