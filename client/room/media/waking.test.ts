import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onWaking } from './waking.ts'

let page: EventTarget
let connection: EventTarget & { type?: string }
let woke: number
let stop: () => void

function listen() {
  woke = 0
  stop = onWaking(() => { woke += 1 })
}

beforeEach(() => {
  vi.useFakeTimers()
  page = new EventTarget()
  connection = new EventTarget()
  const window = new EventTarget()
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
  vi.stubGlobal('dispatchEvent', window.dispatchEvent.bind(window))
  vi.stubGlobal('navigator', { connection })
  listen()
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('time that goes by as it should is no sleep', () => {
  vi.advanceTimersByTime(60_000)
  page.dispatchEvent(new Event('visibilitychange'))
  expect(woke).toBe(0)
})

test('a gap in time is a sleep, told once whatever finds it', () => {
  vi.setSystemTime(Date.now() + 30_000)
  page.dispatchEvent(new Event('resume'))
  page.dispatchEvent(new Event('visibilitychange'))
  dispatchEvent(new Event('online'))
  vi.advanceTimersByTime(2_500)
  expect(woke).toBe(1)
  vi.setSystemTime(Date.now() + 30_000)
  vi.advanceTimersByTime(2_500)
  expect(woke).toBe(2)
})

test('another kind of network is told, another speed of the same is not', () => {
  connection.dispatchEvent(new Event('change'))
  expect(woke).toBe(0)
  connection.type = 'cellular'
  connection.dispatchEvent(new Event('change'))
  expect(woke).toBe(1)
})

test('a browser that knows no kinds of network, as Safari, is told by coming online', () => {
  stop()
  vi.stubGlobal('navigator', {})
  listen()
  dispatchEvent(new Event('online'))
  expect(woke).toBe(1)
})

test('nothing is told after the end', () => {
  stop()
  dispatchEvent(new Event('online'))
  vi.setSystemTime(Date.now() + 30_000)
  vi.advanceTimersByTime(5_000)
  expect(woke).toBe(0)
})
