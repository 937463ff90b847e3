import { describe, expect, test } from 'vitest'
import type { AgendaItemState } from '../../protocol/agenda.ts'
import { agendaTotal, plannedTimes } from './clock.ts'
import { movedBy, movedTo, sameOrder } from './order.ts'
import { countdown, leftOf, nextItem, spentOn } from './progress.ts'

const item = (itemId: string, change: Partial<AgendaItemState> = {}): AgendaItemState => ({
  itemId, title: { $text: itemId, mac: '' }, minutes: 30, presenterId: null, purpose: 'decide', classified: false,
  status: 'pending', startedAt: null, spentMs: 0, ...change,
})

describe('planned clock', () => {
  test('each item begins when the one before it ends', () => {
    const times = plannedTimes('2026-03-02T01:00:00.000Z', [{ itemId: 'a', minutes: 15 }, { itemId: 'b', minutes: 45 }])
    expect(times.map(({ from, to }) => [new Date(from).toISOString(), new Date(to).toISOString()])).toEqual([
      ['2026-03-02T01:00:00.000Z', '2026-03-02T01:15:00.000Z'],
      ['2026-03-02T01:15:00.000Z', '2026-03-02T02:00:00.000Z'],
    ])
  })

  test.each([[120, -30], [90, 0], [60, 30]])('against a planned length of %i minutes', (planned, over) => {
    expect(agendaTotal([{ itemId: 'a', minutes: 40 }, { itemId: 'b', minutes: 50 }], planned)).toEqual({ minutes: 90, over })
  })
})

describe('order', () => {
  const ids = ['a', 'b', 'c']
  test('moves by a step', () => {
    expect(movedBy(ids, 'b', -1)).toEqual(['b', 'a', 'c'])
    expect(movedBy(ids, 'b', 1)).toEqual(['a', 'c', 'b'])
  })
  test('moves to a place', () => expect(movedTo(ids, 'a', 2)).toEqual(['b', 'c', 'a']))
  test.each([['a', -1], ['c', 1], ['x', 1]])('%s cannot move by %i', (id, step) => expect(movedBy(ids, id, step)).toBe(ids))
})

describe('same order', () => {
  test('counts what both have', () => {
    expect(sameOrder(['b', 'a'], ['b', 'c', 'a'])).toBe(true)
    expect(sameOrder(['b', 'gone', 'a'], ['b', 'a', 'c'])).toBe(true)
    expect(sameOrder(['b', 'a'], ['a', 'c', 'b'])).toBe(false)
  })
})

describe('progress', () => {
  const now = Date.parse('2026-03-02T02:00:00.000Z')
  test('adds the present turn to the earlier ones', () => {
    const current = item('a', { status: 'current', spentMs: 60_000, startedAt: '2026-03-02T01:50:00.000Z' })
    expect(spentOn(current, now)).toBe(660_000)
    expect(leftOf(current, now)).toBe(19 * 60_000)
  })
  test('a clock behind the server’s never counts backwards', () => {
    expect(spentOn(item('a', { startedAt: '2026-03-02T02:00:03.000Z' }), now)).toBe(0)
  })
  test('counts down, then over', () => {
    expect(countdown(125_900)).toEqual({ minutes: 2, seconds: 5, over: false })
    expect(countdown(-61_000)).toEqual({ minutes: 1, seconds: 1, over: true })
  })
  test('the next item is the first pending one after the current, else one left behind', () => {
    const agenda = [item('a'), item('b', { status: 'current' }), item('c', { status: 'done' }), item('d')]
    expect(nextItem(agenda)?.itemId).toBe('d')
    expect(nextItem(agenda.slice(0, 3))?.itemId).toBe('a')
    expect(nextItem([item('b', { status: 'current' })])).toBeUndefined()
  })
})
