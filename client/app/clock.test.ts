import { describe, expect, it } from 'vitest'
import { createClock } from './clock.ts'

const HOUR = 3_600_000
const noon = Date.parse('2026-11-25T05:00:00Z')
const header = (ms: number) => new Date(ms).toUTCString()

describe('clock', () => {
  it('leaves a clock alone that agrees with the server to the second', () => {
    let local = noon + 300
    const clock = createClock(() => local)
    clock.observe(header(noon), local, local + 80)
    local += 5000
    expect(clock.now()).toBe(local)
  })

  it.each([[HOUR], [-HOUR]])('corrects a clock that is %i ms off to within a second', (off) => {
    let server = noon + 400
    const clock = createClock(() => server + off)
    for (let answer = 0; answer < 20; answer++) {
      clock.observe(header(server), server + off, server + off + 30)
      server += 1370
    }
    expect(Math.abs(clock.now() - server)).toBeLessThan(100)
  })

  it('follows when the local clock is set', () => {
    let off = 0
    const clock = createClock(() => noon + off)
    clock.observe(header(noon), noon, noon + 10)
    off = HOUR
    clock.observe(header(noon), noon + off, noon + off + 10)
    expect(Math.abs(clock.now() - noon)).toBeLessThan(1100)
  })

  it('takes no notice of an answer without a date', () => {
    const clock = createClock(() => noon)
    clock.observe(null, noon, noon)
    clock.observe('nonsense', noon, noon)
    expect(clock.now()).toBe(noon)
  })
})
