import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SpeakRequest, Turn } from './floor-entries.ts'
import { SpeakKind, type FloorRule } from './floor-rules.ts'
import { leftOf, nextOf, queueOf, spokenBy } from './speaking.ts'

const at = (second: number) => new Date(Date.parse('2026-11-24T01:00:00.000Z') + second * 1000).toISOString()
const request = (personId: string, kind: SpeakKind, itemId: string | null = 'now'): SpeakRequest =>
  ({ requestId: `${personId} ${kind}`, personId, kind, itemId, replyTo: null, topic: null, speaker: null, at: at(0), byId: null })
const turn = (personId: string, from: number, until: number | null, itemId: string | null = 'now', limitS: number | null = null): Turn => ({
  turnId: `${personId} ${from}`, requestId: null, personId, kind: 'speak', itemId, replyTo: null, topic: null, speaker: null,
  from: at(from), until: until === null ? null : at(until), limitS, extendedS: 0, outOfOrder: false, grants: false, why: null,
})

/** As they asked. */
const asked = [request('an', 'speak'), request('binh', 'reply'), request('chi', 'speak'), request('dung', 'pointOfOrder'), request('en', 'reply')]
const rule = (...precedence: FloorRule['precedence']) => ({ precedence })
const order = (requests: SpeakRequest[], of: Pick<FloorRule, 'precedence'>, currentId: string | null = 'now') =>
  queueOf({ requests }, currentId, of).map(({ personId }) => personId)

describe('the queue', () => {
  it.each([
    ['points of order, then replies', rule('pointOfOrder', 'reply'), ['dung', 'binh', 'en', 'an', 'chi']],
    ['points of order alone', rule('pointOfOrder'), ['dung', 'an', 'binh', 'chi', 'en']],
    ['replies first', rule('reply', 'pointOfOrder'), ['binh', 'en', 'dung', 'an', 'chi']],
    ['nothing first', rule(), ['an', 'binh', 'chi', 'dung', 'en']],
    ['all kinds named', rule('speak', 'pointOfOrder', 'reply'), ['an', 'chi', 'dung', 'binh', 'en']],
  ] as const)('by a rule that puts %s', (_, by, expected) => {
    expect(order(asked, by)).toEqual(expected)
  })

  it('has what was asked for now and outside the items, and nothing for another item', () => {
    const requests = [request('later', 'speak', 'later'), request('any', 'speak', null), request('an', 'speak')]
    expect(order(requests, rule())).toEqual(['any', 'an'])
    expect(order(requests, rule(), 'later')).toEqual(['later', 'any'])
    expect(order(requests, rule(), null)).toEqual(['any'])
  })

  it('calls up the first who is there', () => {
    const queue = queueOf({ requests: asked }, 'now', rule('pointOfOrder', 'reply'))
    expect(nextOf(queue, () => true)?.personId).toBe('dung')
    expect(nextOf(queue, (personId) => personId === 'chi')?.personId).toBe('chi')
    expect(nextOf(queue, () => false)).toBeUndefined()
  })

  it('keeps the order of asking within a kind, and loses nobody, by any rule', () => {
    const Requests = fc.array(fc.constantFrom(...SpeakKind.options)).map((kinds) => kinds.map((kind, index) => request(String(index), kind)))
    fc.assert(fc.property(Requests, fc.uniqueArray(fc.constantFrom(...SpeakKind.options)), (requests, precedence) => {
      const queue = queueOf({ requests }, 'now', { precedence })
      expect(new Set(queue)).toEqual(new Set(requests))
      for (const kind of SpeakKind.options) expect(queue.filter((one) => one.kind === kind)).toEqual(requests.filter((one) => one.kind === kind))
    }))
  })
})

describe('time', () => {
  const now = Date.parse(at(100))

  it.each([[300, 0, 200_000], [90, 0, -10_000], [null, 0, null]] as const)('of a turn of %s s that began at %s leaves %s ms', (limitS, from, left) => {
    expect(leftOf(turn('an', from, null, 'now', limitS), now)).toBe(left)
  })

  it('is summed by person and by item, that which goes on up to now', () => {
    const turns = [turn('an', 0, 30), turn('binh', 30, 31, null), turn('an', 40, 45, 'later'), turn('binh', 90, null)]
    expect(Object.fromEntries(spokenBy(turns, now, ({ personId }) => personId))).toEqual({ an: { turns: 2, seconds: 35 }, binh: { turns: 2, seconds: 11 } })
    expect([...spokenBy(turns, now, ({ itemId }) => itemId)]).toEqual([['now', { turns: 2, seconds: 40 }], [null, { turns: 1, seconds: 1 }], ['later', { turns: 1, seconds: 5 }]])
  })

  it('is never negative, whatever a clock says', () => {
    expect(spokenBy([turn('an', 130, null)], now, () => 0).get(0)).toEqual({ turns: 1, seconds: 0 })
  })
})
