import { describe, expect, test } from 'vitest'
import { newItem, type AgendaItemState } from '../../protocol/agenda.ts'
import { sameOutline } from './order.ts'
import { countdown, nextItem } from './progress.ts'

const item = (itemId: string, change: Partial<AgendaItemState> = {}): AgendaItemState => ({
  ...newItem({ itemId, title: { $text: itemId, mac: '' }, minutes: 30, presenterId: null, purpose: 'decide', classified: false }), ...change,
})

describe('same outline', () => {
  const lines = (text: string) => text.split(' ').map((one) => ({ itemId: one[0] ?? '', level: Number(one[1] ?? 0) }))
  test('counts what both have, and how deep it stands', () => {
    expect(sameOutline(lines('b a'), lines('b c a'))).toBe(true)
    expect(sameOutline(lines('b x a1'), lines('b a1 c'))).toBe(true)
    expect(sameOutline(lines('b a'), lines('a c b'))).toBe(false)
    expect(sameOutline(lines('b a1'), lines('b a'))).toBe(false)
  })
})

describe('progress', () => {
  test('counts down, then over', () => {
    expect(countdown(125_900)).toEqual({ minutes: 2, seconds: 5, over: false })
    expect(countdown(-61_000)).toEqual({ minutes: 1, seconds: 1, over: true })
  })
  test('the next item is the first pending one after the current, else one left behind', () => {
    const agenda = [item('a'), item('b', { status: 'current' }), item('c', { status: 'done' }), item('x', { status: 'deferred' }), item('d')]
    expect(nextItem(agenda)?.itemId).toBe('d')
    expect(nextItem(agenda.slice(0, 4))?.itemId).toBe('a')
    expect(nextItem([item('b', { status: 'current' })])).toBeUndefined()
  })
})
