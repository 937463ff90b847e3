import { describe, expect, it } from 'vitest'
import type { Unit } from '../../protocol/units.ts'
import { pathOf, treeLines } from './tree.ts'

const unit = (id: string, name: string, superiorId: string | null, until: string | null = null): Unit => ({
  id, name, superiorId, until, code: null, since: '2020-01-01', version: 1, people: 0, predecessors: [], successors: [],
})
const units = [
  unit('p', 'Phòng Tổng hợp', 'v'), unit('v', 'Văn phòng Tỉnh uỷ', 't'), unit('t', 'Tỉnh uỷ', null), unit('b', 'Ban Tổ chức', 't'),
  unit('e', 'Ban Dân vận', 't', '2025-02-28'), unit('đ', 'Đảng uỷ xã', 'gone'),
]
const look = (options: Partial<Parameters<typeof treeLines>[1]> = {}) =>
  treeLines(units, { closed: new Set(), search: '', today: '2026-01-01', ...options }).map(({ unit: { id }, level }) => `${id}${level}`)

describe('the tree of units', () => {
  it('is in the order of names, each under its superior; one whose superior is not there stands at the top', () => {
    expect(look()).toEqual(['đ1', 't1', 'e2', 'b2', 'v2', 'p3'])
  })

  it('hides what is under a closed unit, unless it is searched for, and shows what is above what is found', () => {
    expect(look({ closed: new Set(['v']) })).toEqual(['đ1', 't1', 'e2', 'b2', 'v2'])
    expect(look({ closed: new Set(['t', 'v']), search: 'tong hop' })).toEqual(['t1', 'v2', 'p3'])
  })

  it('marks what has ended, and tells places among siblings', () => {
    const lines = treeLines(units, { closed: new Set(), search: '', today: '2025-02-28' })
    expect(lines.some(({ ended }) => ended)).toBe(false)
    const later = treeLines(units, { closed: new Set(), search: '', today: '2025-03-01' })
    expect(later.filter(({ ended }) => ended).map(({ unit: { id }, position, size }) => [id, position, size])).toEqual([['e', 1, 3]])
  })

  it('names the way to a unit', () => {
    expect(pathOf(units, 'p')).toEqual(['Tỉnh uỷ', 'Văn phòng Tỉnh uỷ', 'Phòng Tổng hợp'])
    expect(pathOf(units, null)).toEqual([])
  })
})
