import { describe, expect, it } from 'vitest'
import type { BodyRole } from '../../protocol/bodies.ts'
import { initialOrder, maySpeak, presidingAs } from '../../protocol/order.ts'

describe('who presides', () => {
  const nobody = { presidingId: null, clerkActs: false }
  const handed = { presidingId: 'hang', clerkActs: false }
  const clerks = { presidingId: null, clerkActs: true }
  const as = (presiding: typeof nobody | typeof handed, personId: string, role: BodyRole | undefined) => presidingAs({ personId, role }, presiding)

  it('is the chair, unless it was handed over', () => {
    expect([as(nobody, 'khai', 'chair'), as(handed, 'khai', 'chair')]).toEqual(['chair', null])
  })
  it('is whom the chair handed it to', () => {
    expect([as(handed, 'hang', 'member'), as(nobody, 'hang', 'member')]).toEqual(['deputy', null])
  })
  it('is a clerk where the chair says so, and nobody else', () => {
    expect([as(clerks, 'chi', 'clerk'), as(nobody, 'chi', 'clerk')]).toEqual(['clerk', null])
    expect([as(clerks, 'lan', 'member'), as(clerks, 'khach', 'guest'), as(clerks, 'la', undefined)]).toEqual([null, null, null])
  })
})

describe('who may speak', () => {
  const invitedOnly = { ...initialOrder, presiding: 'hang', invited: ['lan'], rules: { ...initialOrder.rules, invitedOnly: true } }
  const may = (personId: string | null, role: BodyRole | undefined) => maySpeak({ personId, role }, invitedOnly)

  it('is everybody, unless it takes an invitation', () => {
    expect(maySpeak({ personId: 'an', role: 'guest' }, { ...invitedOnly, rules: initialOrder.rules })).toBe(true)
    expect([may('an', 'member'), may('khach', 'guest'), may(null, undefined)]).toEqual([false, false, false])
    expect([may('lan', 'member'), may('khai', 'chair'), may('chi', 'clerk'), may('hang', 'member')]).toEqual([true, true, true, true])
  })
})
