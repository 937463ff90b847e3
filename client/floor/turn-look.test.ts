import { describe, expect, it } from 'vitest'
import { turnLook } from './turn-look.ts'

const from = '2026-11-24T01:00:00.000Z'
const start = Date.parse(from)
const at = (limitS: number | null, seconds: number) => turnLook({ from, until: null, limitS }, start + seconds * 1000)

describe('the clock of a turn', () => {
  it.each([
    [300, 0, 'left', '05:00'], [300, 0.2, 'left', '05:00'], [300, 1, 'left', '04:59'], [300, 239, 'left', '01:01'], [300, 240, 'closing', '01:00'],
    [300, 299.5, 'closing', '00:01'], [300, 300, 'closing', '00:00'], [300, 331, 'over', '00:31'],
    // Half of a short turn.
    [60, 29, 'left', '00:31'], [60, 30, 'closing', '00:30'],
  ] as const)('of %s s shows after %s s: %s %s', (limitS, seconds, state, span) => {
    expect(at(limitS, seconds)).toMatchObject({ state, span })
  })

  it('counts up where there is no limit', () => {
    expect(at(null, 134)).toEqual({ state: 'counting', span: '02:14', share: null })
  })

  it('never shows more than the whole, nor less than nothing', () => {
    expect([at(300, -2).share, at(300, 150).share, at(300, 400).share]).toEqual([0, 0.5, 1])
  })
})
