import { describe, expect, it } from 'vitest'
import { clockOf, instantOf } from './clock-fields.ts'
import { latestInHall } from './latest.ts'
import { stayTimes } from './stay-times.ts'
import { noAttendance } from '../../protocol/attendance.ts'

describe('a field of a clock time', () => {
  const day = '2026-06-08T20:00:00.000Z' // 03:00 of the 9th in Vietnam
  it('is of that day in Vietnam, to the second', () => {
    expect(instantOf(day, '08:05:30')).toBe('2026-06-09T01:05:30.000Z')
    expect(instantOf(day, '08:05')).toBe('2026-06-09T01:05:00.000Z')
    expect(clockOf('2026-06-09T01:05:30.400Z')).toBe('08:05:30')
  })
  it('that is no time is none', () => {
    for (const wrong of ['', '8:05', '24:00', '08:60', '08:05:61', 'x']) expect(instantOf(day, wrong), wrong).toBeUndefined()
  })
})

describe('what a list shows of stays', () => {
  const at = (clock: string) => `2026-06-09T${clock}:00.000Z`
  const stay = (from: string, to: string | null) => ({ from: at(from), to: to && at(to), mode: 'online' as const })
  it('is the first arrival, the last departure and the minutes since the opening', () => {
    expect(stayTimes({ stays: [stay('00:50', '01:20'), stay('01:30', null)] }, at('01:00'), at('02:00'))).toEqual({ arrived: '07:50:00', left: null, minutes: 50 })
    expect(stayTimes({ stays: [stay('00:50', '01:20')] }, null, at('02:00'))).toEqual({ arrived: '07:50:00', left: '08:20:00', minutes: null })
    expect(stayTimes({ stays: [] }, at('01:00'), at('02:00'))).toEqual({ arrived: null, left: null, minutes: null })
  })
})

it('the hall shows who came last', () => {
  const told = (...inPerson: { from: string, to: string | null }[]) => ({ corrected: [], online: [], since: {}, inPerson })
  const state = { ...noAttendance, told: { a: told({ from: '1', to: null }), b: told({ from: '2', to: '3' }), c: told({ from: '1', to: '2' }, { from: '4', to: null }) } }
  expect(latestInHall(state, 5)).toEqual([{ personId: 'c', since: '4' }, { personId: 'a', since: '1' }])
  expect(latestInHall(state, 1)).toHaveLength(1)
})
