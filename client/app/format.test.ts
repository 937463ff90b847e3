import { describe, expect, it } from 'vitest'
import { dayOf, formatDate, formatDateTime, formatSpan, formatTime } from './format.ts'

describe('dates and times', () => {
  it('are those of Vietnam, wherever the browser is', () => {
    const lateInLondon = '2026-12-31T17:05:00.000Z'
    expect(formatDate(lateInLondon)).toBe('01/01/2027')
    expect(formatTime(lateInLondon)).toBe('00:05')
    expect(formatDateTime(lateInLondon)).toBe('01/01/2027 00:05')
    expect(dayOf(lateInLondon)).toBe('2027-01-01')
  })
})

describe('formatSpan', () => {
  it.each([[0, '00:00'], [134_000, '02:14'], [3_734_999, '1:02:14'], [-5000, '−00:05']])('%i ms is %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text)
  })
})
