import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divided, meetingCost, savedBy, sum, type CostFacts, type Estimate, type Rate, type RateBook, type RateItem } from './costs.ts'

const id = '00000000-0000-4000-8000-000000000001'
const of = (low: number, likely = low, high = likely): Estimate => ({ low, likely, high })
const book = (rates: Partial<Record<RateItem, Estimate>>): RateBook => (item) => {
  const rate = rates[item]
  return rate && { id, item, ...rate } satisfies Rate
}
/** The example of the norms: 40 km one way, 0,2 l a km, 20.000 đồng a litre. */
const example = book({
  consumption: of(200), fuel: of(20_000), threshold: of(10, 15, 15), drinks: of(20_000), paper: of(100), printing: of(200), sessionMinutes: of(240),
})
const facts: CostFacts = {
  minutes: 480, sites: 0, papers: [{ people: 50, inHall: 0, pages: 100 }], speakers: 0,
  travellers: [{ unit: { id, name: 'Các xã, phường' }, inPerson: 0, online: 50, kilometres: of(40) }],
}
const amounts = (side: ReturnType<typeof meetingCost>) => Object.fromEntries(side.entries.map(({ item, amount }) => [item, amount.likely]))

describe('what a meeting costs', () => {
  it('is 19.500.000 đồng for 50 delegates over 80 km, two sessions and 100 pages, before allowances', () => {
    const inPerson = meetingCost(facts, 'inPerson', example)
    expect(amounts(inPerson)).toEqual({ travel: 16_000_000, drinks: 2_000_000, paper: 500_000, printing: 1_000_000 })
    expect(inPerson.cash).toEqual(of(19_500_000))
    expect(meetingCost(facts, 'held', example).cash).toEqual(of(0))
  })

  it('reckons allowance, nights, hall, speakers, connections and, apart, working time', () => {
    const rates = book({
      consumption: of(200), fuel: of(20_000), threshold: of(15), drinks: of(20_000), sessionMinutes: of(240), allowance: of(300_000), lodging: of(350_000),
      hall: of(0, 1_000_000, 3_000_000), speaker: of(500_000), connection: of(50_000), salary: of(60_000),
    })
    // Two days: three sessions.
    const long: CostFacts = {
      minutes: 700, sites: 2, papers: [], speakers: 1,
      travellers: [
        { unit: { id, name: 'Xã xa' }, inPerson: 2, online: 3, kilometres: of(50) }, { unit: { id: null, name: 'Tại chỗ' }, inPerson: 4, online: 0, kilometres: of(0) },
        { unit: { id: null, name: 'Không rõ' }, inPerson: 1, online: 0, kilometres: null },
      ],
    }
    const held = meetingCost(long, 'held', rates)
    expect(amounts(held)).toEqual({
      travel: 2 * 50 * 2 * 4_000, allowance: 2 * 2 * 300_000, lodging: 2 * 350_000, drinks: 7 * 3 * 20_000, hall: 3_000_000, speaker: 3 * 500_000,
      connection: 5 * 3 * 50_000, salary: 10 * 700 * 1_000,
    })
    expect(held.salary.likely).toBe(7_000_000)
    expect(held.cash.likely).toBe(sum(held.entries.filter(({ item }) => item !== 'salary').map(({ amount }) => amount)).likely)
    expect(held.unknownWays).toBe(1)
    expect(amounts(meetingCost(long, 'online', rates))).toEqual({ speaker: 1_500_000, connection: 12 * 3 * 50_000, salary: 7_000_000 })
  })

  it('prints papers for the stated share of the hall, and for guests of single items those of their items', () => {
    const rates = book({ paper: of(100), printing: of(200), printedShare: of(0, 50, 100) })
    const papers = [{ people: 10, inHall: 6, pages: 30 }, { people: 2, inHall: 1, pages: 7 }]
    const printed = (way: 'inPerson' | 'held' | 'online') => meetingCost({ ...facts, travellers: [], papers }, way, rates).cash
    expect(printed('inPerson')).toEqual(of((10 * 30 + 2 * 7) * 300))
    expect(printed('held')).toEqual({ low: 0, likely: (6 * 30 + 7) * 150, high: (6 * 30 + 7) * 300 })
    expect(printed('online')).toEqual(of(0))
  })

  it('knows nothing of a cost without a rate: it is neither nothing nor all, and nobody saves it', () => {
    const rates = {
      consumption: of(200), fuel: of(20_000), allowance: of(300_000), drinks: of(20_000), paper: of(100), printing: of(200),
      sessionMinutes: of(240), salary: of(1),
    }
    const both = (known: Partial<Record<RateItem, Estimate>>) => (['inPerson', 'held'] as const).map((way) => meetingCost(facts, way, book(known)))
    const [all, held] = both({ ...rates, printedShare: of(0) })
    expect(all!.unknown).toEqual([{ item: 'travel', rate: 'threshold' }, { item: 'allowance', rate: 'threshold' }, { item: 'hall', rate: 'hall' }])
    expect(amounts(all!)).toEqual({ drinks: 2_000_000, paper: 500_000, printing: 1_000_000, salary: 400 })
    expect(savedBy(all!, held!)).toEqual(of(3_500_000))
    // Without a length of a half day nothing that goes by half days is known; papers are.
    const [timeless] = both({ ...rates, threshold: of(15), sessionMinutes: undefined as never })
    expect(amounts(timeless!)).toEqual({ travel: 16_000_000, paper: 500_000, printing: 1_000_000, salary: 400 })
    // Who sat in the hall may have had papers, so nobody knows what was saved on them.
    const hall = { ...facts, papers: [{ people: 50, inHall: 50, pages: 100 }] }
    expect(meetingCost(hall, 'held', book(rates)).unknown).toContainEqual({ item: 'paper', rate: 'printedShare' })
    expect(savedBy(meetingCost(hall, 'inPerson', book(rates)), meetingCost(hall, 'held', book(rates)))).toEqual(of(2_000_000))
  })

  it('pays no way below the threshold, each estimate with its own', () => {
    const near = (km: Estimate) => meetingCost({ ...facts, papers: [], travellers: [{ ...facts.travellers[0]!, kilometres: km }] }, 'inPerson', book({
      consumption: of(200), fuel: of(20_000), threshold: of(10, 15, 15), sessionMinutes: of(240),
    })).cash
    expect(near(of(9))).toEqual(of(0))
    expect(near(of(12))).toEqual(of(0, 0, 50 * 12 * 2 * 4_000))
    expect(near(of(15))).toEqual(of(50 * 15 * 2 * 4_000))
  })

  it.each([[0n, 2, 0n], [1n, 2, 1n], [3n, 2, 2n], [1499n, 1000, 1n], [1500n, 1000, 2n], [59n, 60, 1n], [29n, 60, 0n]])('rounds %s / %s half up to %s', (value, by, expected) => {
    expect(divided(value, by)).toBe(expected)
  })

  it('is integer đồng throughout, ordered, the same in any order, and additive over meetings', () => {
    const estimate = (max: number) => fc.tuple(fc.nat(max), fc.nat(max), fc.nat(max))
      .map((three) => of(...three.sort((a, b) => a - b) as [number, number, number]))
    const rates = fc.record({
      allowance: estimate(400_000), lodging: estimate(1_000_000), threshold: estimate(20), consumption: estimate(300), fuel: estimate(30_001),
      drinks: estimate(30_000),
      hall: estimate(5_000_000), paper: estimate(151), printing: estimate(351), speaker: estimate(2_000_000),
      connection: estimate(200_000), salary: estimate(100_001),
    }).map((rest) => book({ ...rest, sessionMinutes: of(240), printedShare: of(0, 60, 100) }))
    const travellers = fc.array(fc.record({
      unit: fc.constant({ id, name: 'Đơn vị' }), inPerson: fc.nat(40), online: fc.nat(40), kilometres: fc.option(estimate(200)),
    }), { maxLength: 6 })
    fc.assert(fc.property(rates, travellers, fc.integer({ min: 1, max: 1500 }), fc.nat(300), (known, people, minutes, pages) => {
      const papers = people.map(({ inPerson, online }) => ({ people: inPerson + online, inHall: inPerson, pages }))
      const whole: CostFacts = { minutes, sites: 0, papers, speakers: 1, travellers: people }
      for (const way of ['inPerson', 'held', 'online'] as const) {
        const side = meetingCost(whole, way, known)
        for (const { low, likely, high } of [side.cash, side.salary, ...side.entries.map(({ amount }) => amount)]) {
          expect([low, likely, high].every(Number.isSafeInteger)).toBe(true)
          expect(low <= likely && likely <= high).toBe(true)
        }
        const turned = meetingCost({ ...whole, travellers: people.toReversed() }, way, known)
        expect([turned.cash, turned.salary, turned.unknownWays]).toEqual([side.cash, side.salary, side.unknownWays])
        // Every figure opens to its entries, and each entry to its factors.
        for (const { factors, divisor, amount } of side.entries) {
          expect(BigInt(amount.likely)).toBe(divided(factors.reduce((all, { likely }) => all * BigInt(likely), 1n), divisor))
        }
      }
      const [all, none] = [meetingCost(whole, 'inPerson', known), meetingCost(whole, 'online', known)]
      const saved = savedBy(all, none)
      expect(saved.likely).toBe(all.cash.likely - none.cash.likely)
      for (const level of ['low', 'high'] as const) expect(saved.low <= all.cash[level] - none.cash[level] && all.cash[level] - none.cash[level] <= saved.high).toBe(true)
    }), { numRuns: 60 })
  })
})
