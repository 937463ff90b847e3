import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agendaTotal, forecast, leftOf, plannedTimes, spentOn, type RunningItem } from './plan.ts'

const MINUTE = 60_000
const Start = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
const Items = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 300 }).map((all) => all.map((minutes, index) => ({ itemId: `i${index}`, minutes })))
/** The calendar day at the meeting's place, by another way than the one that is tested. */
const dayOf = (ms: number) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh' }).format(ms)

describe('the clock of an agenda', () => {
  it('begins with the meeting, leaves no gap and no overlap, and ends after the sum of its minutes', () => {
    fc.assert(fc.property(Start, Items, (start, items) => {
      const times = plannedTimes(start, items)
      const begin = Date.parse(start)
      expect(times.map(({ itemId }) => itemId)).toEqual(items.map(({ itemId }) => itemId))
      times.forEach((time, index) => {
        expect(time.from).toBe(times[index - 1]?.to ?? begin)
        expect(time.to - time.from).toBe((items[index]?.minutes ?? 0) * MINUTE)
      })
      expect((times.at(-1)?.to ?? begin) - begin).toBe(agendaTotal(items, 0).minutes * MINUTE)
    }))
  })

  it('ends at the same time in whatever order', () => {
    fc.assert(fc.property(Start, Items, fc.infiniteStream(fc.nat()), (start, items, choose) => {
      const rest = [...items]
      const shuffled = items.map(() => rest.splice((choose.next().value ?? 0) % rest.length, 1)[0]!)
      expect(plannedTimes(start, shuffled).at(-1)?.to).toBe(plannedTimes(start, items).at(-1)?.to)
    }))
  })

  it('counts the midnights that it passes', () => {
    const late = plannedTimes('2026-03-02T16:50:00.000Z', [{ itemId: 'a', minutes: 5 }, { itemId: 'b', minutes: 10 }, { itemId: 'c', minutes: 600 }])
    expect(late.map(({ day }) => day)).toEqual([0, 0, 1])
    fc.assert(fc.property(Start, Items, (start, items) => {
      let midnights = 0
      let day = dayOf(Date.parse(start))
      for (const time of plannedTimes(start, items)) {
        // No item is as long as a day.
        if (dayOf(time.from) !== day) midnights += 1
        day = dayOf(time.from)
        expect(time.day).toBe(midnights)
      }
    }), { numRuns: 30 })
  })

  it.each([[120, -30], [90, 0], [60, 30]])('against a planned length of %i minutes', (planned, over) => {
    expect(agendaTotal([{ minutes: 40 }, { minutes: 50 }], planned)).toEqual({ minutes: 90, over })
  })
})

describe('what comes when', () => {
  const start = '2026-03-02T01:00:00.000Z'
  const at = (minute: number) => Date.parse(start) + minute * MINUTE
  const item = (itemId: string, change: Partial<RunningItem> = {}): RunningItem => ({ itemId, minutes: 30, status: 'pending', startedAt: null, spentMs: 0, ...change })
  const current = (from: number, change: Partial<RunningItem> = {}) => item('b', { status: 'current', startedAt: new Date(at(from)).toISOString(), ...change })

  it('adds the present turn to the earlier ones', () => {
    expect(spentOn(current(10, { spentMs: MINUTE }), at(20))).toBe(11 * MINUTE)
    expect(leftOf(current(10, { spentMs: MINUTE }), at(20))).toBe(19 * MINUTE)
    expect(spentOn(current(10), at(9))).toBe(0)
  })

  it('follows what is left of the current item; what runs over pushes the rest', () => {
    const items = [item('a', { status: 'done', spentMs: 30 * MINUTE }), current(30), item('c'), item('d')]
    const good = forecast(start, items, at(45))
    expect([good.from.get('c'), good.from.get('d'), good.end, good.late]).toEqual([at(60), at(90), at(120), 0])
    const over = forecast(start, items, at(75))
    expect([over.from.get('c'), over.late]).toEqual([at(75), 15 * MINUTE])
  })

  it('of a meeting that goes by its plan is its plan, and what is put off is not waited for', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 40 }), fc.nat(39), (minutes, which) => {
      const at0 = minutes.map((length, index) => item(`i${index}`, { minutes: length }))
      const times = plannedTimes(start, at0)
      const index = which % at0.length
      const begun = at0.map((one, place): RunningItem => place < index ? { ...one, status: 'done', spentMs: one.minutes * MINUTE }
        : place === index ? { ...one, status: 'current', startedAt: new Date(times[index]?.from ?? 0).toISOString() } : one)
      const now = times[index]?.from ?? 0
      const told = forecast(start, begun, now)
      expect(told.late).toBe(0)
      for (const time of times.slice(index + 1)) expect(told.from.get(time.itemId)).toBe(time.from)
      const deferred = begun.map((one): RunningItem => one.status === 'pending' ? { ...one, status: 'deferred' } : one)
      expect(forecast(start, deferred, now).end).toBe(times[index]?.to)
    }))
  })
})
