import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MediaSource } from '../protocol/media-grant.ts'
import { createQualities } from './quality.ts'
import type { Source } from './source.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

const absent = () => Promise.reject(new Error('not asked here'))

function peer() {
  const state: Partial<Record<MediaSource, { score: number; paused?: boolean }>> = {}
  const told: string[] = []
  const sourcesOf = () => Object.entries(state).map(([source, { score, paused }]): Source => ({
    id: source, peerId: 'ann', label: 'ann', source: source as MediaSource, events: new EventEmitter(),
    paused: () => paused ?? false, closed: () => false, score: () => score, on: absent, standby: absent, use: () => () => undefined,
  }))
  const qualities = createQualities({ sourcesOf, tell: ({ quality }) => told.push(quality), pauseMs: 1_000 })
  return { state, told, ...qualities, look: () => qualities.look('ann') }
}

test('the worst of camera and microphone counts, and only a change is told', () => {
  const { state, told, look, unwell } = peer()
  state.microphone = { score: 10 }
  look()
  expect(told).toEqual([])
  state.camera = { score: 6 }
  look()
  expect(told).toEqual(['fair'])
  expect(unwell()).toEqual([{ peerId: 'ann', quality: 'fair' }])
  vi.advanceTimersByTime(1_000)
  look()
  expect(told).toEqual(['fair'])
})

test('what is muted, and a screen, do not count', () => {
  const { state, told, look } = peer()
  state.screen = { score: 0 }
  state.microphone = { score: 0, paused: true }
  look()
  expect(told).toEqual([])
})

test('a flickering line is told once a while, and ends as it is', () => {
  const { state, told, look, unwell } = peer()
  for (const score of [3, 10, 3, 10, 6]) {
    state.camera = { score }
    look()
  }
  expect(told).toEqual(['poor'])
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual(['poor', 'fair'])
  state.camera = { score: 9 }
  vi.advanceTimersByTime(1_000)
  look()
  expect(told).toEqual(['poor', 'fair', 'good'])
  expect(unwell()).toEqual([])
})

test('who has left is forgotten', () => {
  const { state, told, look, forget, unwell } = peer()
  state.camera = { score: 1 }
  look()
  forget('ann')
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual(['poor'])
  expect(unwell()).toEqual([])
})
