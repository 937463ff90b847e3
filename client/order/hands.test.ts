import { describe, expect, it } from 'vitest'
import type { BodyRole } from '../../protocol/bodies.ts'
import { initialOrder, maySpeak, presidingAs } from '../../protocol/order.ts'
import { BREATH_MS, floorOf, nextTurn } from './hands.ts'

const now = Date.parse('2026-11-24T01:00:00.000Z')
const secondsAgo = (seconds: number) => new Date(now - seconds * 1000).toISOString()
const order = { ...initialOrder, hands: [{ personId: 'lan', at: secondsAgo(134) }, { personId: 'me', at: secondsAgo(8) }] }

describe('the floor', () => {
  const floor = floorOf({ order, turn: { personId: 'hang', since: now - 5000 }, unmuted: ['an', 'hang'], ownId: 'me', now })

  it('has the hands in the order of asking, with how long each has waited', () => {
    expect(floor.hands).toEqual([
      { personId: 'lan', place: 1, waitedMs: 134_000, own: false }, { personId: 'me', place: 2, waitedMs: 8_000, own: true },
    ])
  })

  it('tells who speaks from those whose microphone is merely on', () => {
    expect([floor.turn?.personId, floor.open]).toEqual(['hang', ['an']])
  })

  it('has nobody speak whose microphone is off', () => {
    expect(floorOf({ order, turn: { personId: 'hang', since: now }, unmuted: ['an'], ownId: 'me', now })).toMatchObject({
      turn: null, open: ['an'],
    })
  })

  it('shows no negative wait where the clocks differ', () => {
    const early = { ...initialOrder, hands: [{ personId: 'lan', at: secondsAgo(-3) }] }
    expect(floorOf({ order: early, turn: null, unmuted: [], ownId: null, now }).hands[0]?.waitedMs).toBe(0)
  })
})

describe('whose turn it is', () => {
  const nobody = new Set<string>()
  const first = nextTurn(null, new Set(['hang']), ['hang'], now)

  it('is of who is heard, from then on', () => {
    expect(first).toEqual({ personId: 'hang', since: now, heardAt: now })
    expect(nextTurn(first, new Set(['hang', 'an']), ['an', 'hang'], now + 60_000)).toMatchObject({ personId: 'hang', since: now })
  })

  it('outlasts a pause for breath, and not more', () => {
    expect(nextTurn(first, nobody, ['hang'], now + BREATH_MS - 1)).toMatchObject({ personId: 'hang', since: now })
    expect(nextTurn(first, nobody, ['hang'], now + BREATH_MS)).toBeNull()
  })

  it('passes on to the latest of those heard', () => {
    expect(nextTurn(first, new Set(['an', 'lan']), ['lan', 'hang', 'an'], now + 1000)).toMatchObject({ personId: 'lan', since: now + 1000 })
  })

  it('is of nobody who is not heard, however lately they spoke', () => {
    expect(nextTurn(null, nobody, ['hang'], now)).toBeNull()
  })
})

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
