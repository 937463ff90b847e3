import { createHash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CheckInCode, CODE_EVERY_MS, CODE_GRACE_MS } from '../../protocol/check-in.ts'
import { createCheckInCodes } from './codes.ts'

const secret = createHash('sha256').update('only tests').digest()
const T = Date.UTC(2026, 5, 8, 1)

function at(start: number) {
  const clock = { now: start }
  return { clock, codes: createCheckInCodes({ secret, now: () => clock.now }) }
}
const meetingId = randomUUID()

describe('the codes in the hall', () => {
  it('change every 20 seconds, and each is taken until 20 seconds after the next is shown', () => {
    const { clock, codes } = at(T)
    const { code, changesAt, takenUntil } = codes.current(meetingId)
    expect(CheckInCode.parse(code)).toBe(code)
    expect([changesAt.getTime(), takenUntil.getTime()]).toEqual([T + CODE_EVERY_MS, T + CODE_EVERY_MS + CODE_GRACE_MS])
    clock.now = changesAt.getTime() - 1
    expect(codes.current(meetingId).code).toBe(code)
    clock.now = changesAt.getTime()
    expect(codes.current(meetingId).code).not.toBe(code)
    clock.now = takenUntil.getTime() - 1
    expect(codes.shownAt(meetingId, code)).toEqual(new Date(T))
    clock.now = takenUntil.getTime()
    expect(() => codes.shownAt(meetingId, code)).toThrow('checkInCodeExpired')
  })

  it('are read by every process of the installation, and made by no other', () => {
    const { code } = at(T).codes.current(meetingId)
    expect(at(T + 5000).codes.shownAt(meetingId, code)).toEqual(new Date(T))
    const other = createCheckInCodes({ secret: createHash('sha256').update('another').digest(), now: () => T })
    expect(() => other.shownAt(meetingId, code)).toThrow('checkInCodeInvalid')
  })

  it('are of one meeting', () => {
    const { codes } = at(T)
    expect(() => codes.shownAt(randomUUID(), codes.current(meetingId).code)).toThrow('checkInCodeInvalid')
  })

  it('of a time to come are no codes yet', () => {
    const { clock, codes } = at(T + 10 * CODE_EVERY_MS)
    const { code } = codes.current(meetingId)
    clock.now = T
    expect(() => codes.shownAt(meetingId, code)).toThrow('checkInCodeInvalid')
  })

  it('that somebody made up are refused, whatever they look like', () => {
    const { codes } = at(T)
    const { code } = codes.current(meetingId)
    const turn = code.slice(0, code.indexOf('.'))
    for (const made of ['', '.', turn, `${turn}.`, `${code}A`, code.slice(1), ` ${code}`, `${turn}.${'A'.repeat(22)}`, `0${code}`, `-1.${'A'.repeat(22)}`, `1e3.${'A'.repeat(22)}`]) {
      expect(() => codes.shownAt(meetingId, made), made).toThrow('checkInCodeInvalid')
    }
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (made) => {
      fc.pre(made !== code)
      expect(() => codes.shownAt(meetingId, made)).toThrow('checkInCodeInvalid')
    }))
    // Every single changed letter shows; the last one holds two bits that are no part of the code.
    for (let index = 0; index < code.length - 1; index += 1) {
      if (code[index] === '.') continue
      const changed = code.slice(0, index) + (code[index] === '7' ? '8' : '7') + code.slice(index + 1)
      expect(() => codes.shownAt(meetingId, changed), changed).toThrow(/checkInCode(Invalid|Expired)/)
    }
  })
})
