import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateBook } from './costs.ts'
import { createTotals, replayAsAsked, replayByRules, type Replayed } from './replay.ts'
import type { ReplayBody, ReplayMatter, ReplayYear } from './replay-year.ts'
import { supposed } from './simulating.ts'
import { compare, runsOf, spreadOf, summarise, type Tried } from './simulation.ts'
import { ASSUMPTIONS, drawParameters, drawYear, LIKELY, PARAMETERS, PARAMETER_NAMES } from './synthetic-year.ts'
import { rulesFor, type Effect, type TriageRule, type Way } from './triage-rules.ts'

const wording = { vi: 'Quy tắc', en: 'Rule' }
const basis = { document: 'Quy chế', clause: 'Điều 1' }
function rule(code: string, effect: Effect, when: TriageRule['when'] = []): TriageRule {
  return { id: code, code, bodyId: null, version: 1, since: '2026-01-01', until: null, name: wording, when, effect, basis }
}
const always = (way: Way) => [rule(way, { kind: 'favour', ways: [way], weight: 50 })]

const body: ReplayBody = {
  id: null, name: 'Ban Thường vụ', travellers: 2, sittings: [{ day: 19, minutes: 60, online: false }, { day: 39, minutes: 60, online: true }],
  members: [
    { unit: { id: null, name: 'Tỉnh' }, inPerson: 8, online: 0, kilometres: { low: 0, likely: 0, high: 0 } },
    { unit: { id: null, name: 'Xã' }, inPerson: 2, online: 0, kilometres: { low: 40, likely: 40, high: 40 } },
  ],
}
const plain: ReplayMatter = {
  body: 0, day: 0, asks: 'decide', urgency: 'normal', disagreement: 'none', legal: 'none', cautions: [], secret: false, wantsMeeting: false, minutes: 30,
  daysLeft: null, failsInWriting: false, comesBack: false, onlineByHabit: false,
}
const yearOf = (...matters: Partial<ReplayMatter>[]): ReplayYear => ({ days: 250, bodies: [body], matters: matters.map((matter) => ({ ...plain, ...matter })) })
const by = (year: ReplayYear, rules: TriageRule[]) => replayByRules(year, () => rulesFor(rules, null, '2026-06-01'), [10])
const days = ({ meetings }: Pick<Replayed, 'meetings'>) => meetings.map(({ day, planned, online }) => [day, planned, online])

describe('a year as it was asked for', () => {
  it.each<[string, Partial<ReplayMatter>[], [number, boolean, boolean][]]>([
    ['waits for the next sitting', [{}], [[19, true, false]]],
    ['meets at once where its unit asks for it, three working days ahead', [{ wantsMeeting: true }], [[3, false, false]]],
    ['meets where no sitting comes in time', [{ daysLeft: 10 }], [[3, false, false]]],
    ['meets the same day where it is immediate', [{ daysLeft: 1, urgency: 'immediate' }], [[0, false, false]]],
    ['takes the sitting after one that is full', [{ minutes: 50 }, { minutes: 20 }], [[19, true, false], [39, true, true]]],
    ['shares a meeting of its day', [{ wantsMeeting: true }, { wantsMeeting: true }], [[3, false, false]]],
    ['is online by habit', [{ wantsMeeting: true, onlineByHabit: true }], [[3, false, true]]],
    ['is never online with a secret', [{ wantsMeeting: true, onlineByHabit: true, secret: true }], [[3, false, false]]],
    ['keeps a secret out of a sitting online', [{ day: 20, secret: true }], [[23, false, false]]],
    ['holds no sitting that nothing is on', [], []],
  ])('%s', (_, matters, expected) => {
    expect(days(replayAsAsked(yearOf(...matters)))).toEqual(expected)
  })
})

describe('a year by rules', () => {
  it('meets about nothing that is written about, and takes five working days for it', () => {
    expect(by(yearOf({}, { day: 30 }), always('write'))).toMatchObject({ meetings: [], rebounds: 0, days: 10, ways: { write: 2 } })
  })

  it('brings what failed in writing onto the next sitting, and counts the days from its beginning', () => {
    expect(by(yearOf({ day: 10, failsInWriting: true }), always('write'))).toMatchObject({ meetings: [{ day: 19, planned: true }], rebounds: 1, days: 9 })
  })

  it('convenes about what came back after the last sitting of the year', () => {
    const { meetings, rebounds } = by(yearOf({ day: 245, comesBack: true }), always('delegate'))
    expect([meetings.map(({ day }) => day), rebounds]).toEqual([[258], 1])
  })

  it('merges with a sitting that has room, and meets otherwise', () => {
    const rules = [...always('merge'), rule('meet', { kind: 'favour', ways: ['meet'], weight: 1 })]
    expect(days(by(yearOf({}, {}, {}), rules))).toEqual([[19, true, false], [39, true, true]])
    expect(days(by(yearOf({ day: 240 }), rules))).toEqual([[243, false, false]])
  })

  it('meets where the rules leave nothing', () => {
    const nothing = [rule('nothing', { kind: 'forbid', ways: ['write', 'delegate', 'merge', 'online', 'meet'] })]
    expect(by(yearOf({}), nothing).ways.meet).toBe(1)
  })
})

describe('what a year comes to', () => {
  it('is hours of everybody, with what a meeting has beside its matters, and money of who travels', () => {
    const rates: Partial<Record<string, number>> = {
      consumption: 200, fuel: 20_000, threshold: 15, sessionMinutes: 240, paper: 100, connection: 50_000, salary: 1_000_000,
    }
    const book: RateBook = (item) => rates[item] === undefined ? undefined : { id: item, item, low: rates[item], likely: rates[item], high: rates[item] }
    const totals = createTotals(yearOf({}), book, ASSUMPTIONS)
    const inPerson = { body: 0, day: 3, minutes: 40, matters: 2, online: false, planned: false }
    expect(totals([inPerson])).toMatchObject({ meetings: 1, online: 0, hours: 10, cost: { likely: 2 * 40 * 2 * 4000 + 10 * 30 * 100 } })
    expect(totals([{ ...inPerson, online: true }])).toMatchObject({ online: 1, cost: { likely: 10 * 50_000 } })
  })

  it.each([
    [[5], { low: 5, middle: 5, high: 5 }], [[1, 2, 3, 4, 5], { low: 1.2, middle: 3, high: 4.8 }], [[], { low: 0, middle: 0, high: 0 }],
  ])('spreads %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread)
  })
})

const tried = (rules: TriageRule[]): Tried => ({ rulesOf: () => rulesFor(rules, null, '2026-06-01'), rates: () => undefined, quotaPercent: 90 })

describe('synthetic years', () => {
  it('are the same for the same seed, and others for another', () => {
    const year = (seed: number) => drawYear(drawParameters(seed), seed)
    expect(year(7)).toEqual(year(7))
    expect(year(7).matters.length).not.toBe(year(8).matters.length)
  })

  it('draw every parameter over the whole of its range', () => {
    const drawn = Array.from({ length: 300 }, (_, seed) => drawParameters(seed))
    for (const name of PARAMETER_NAMES) {
      const { low, high } = PARAMETERS[name]
      const values = drawn.map((parameters) => (parameters[name] - low) / (high - low))
      expect(Math.min(...values), name).toBeLessThan(0.05)
      expect(Math.max(...values), name).toBeGreaterThan(0.95)
      expect(values.reduce((sum, value) => sum + value, 0) / values.length, name).toBeCloseTo(0.5, 1)
    }
  })

  it('have the shares that their parameters say', () => {
    const matters = Array.from({ length: 20 }, (_, seed) => drawYear({ ...LIKELY, mattersPerSitting: 8 }, seed).matters).flat()
    const share = (of: (matter: ReplayMatter) => boolean) => matters.filter(of).length / matters.length
    expect(share(({ asks }) => asks === 'report')).toBeCloseTo(LIKELY.reports, 1.5)
    expect(share(({ wantsMeeting }) => wantsMeeting)).toBeCloseTo(LIKELY.asksForMeeting, 1.5)
    expect(share(({ legal }) => legal !== 'none')).toBeCloseTo(LIKELY.legallyMet, 1.5)
    expect(share(({ secret }) => secret)).toBeCloseTo(LIKELY.secret, 1.5)
    expect(share(({ failsInWriting }) => failsInWriting))
      .toBeCloseTo(0.08 * LIKELY.failsStrong + 0.3 * LIKELY.failsSome + 0.62 * LIKELY.failsAgreed, 1.5)
  })

  it('lose no matter under any rules, and meet fewer times only for what does not meet', () => {
    const ways = fc.subarray<Way>(['write', 'delegate', 'merge', 'online', 'meet'], { minLength: 1 })
    fc.assert(fc.property(fc.nat(1000), ways, fc.integer({ min: 1, max: 100 }), (seed, favoured, weight) => {
      const year = drawYear({ ...drawParameters(seed), mattersPerSitting: 2 }, seed)
      const { meetings, ways: gone, rebounds } = by(year, [rule('favoured', { kind: 'favour', ways: favoured, weight })])
      const dealtWith = meetings.reduce((sum, { matters }) => sum + matters, 0)
      expect(Object.values(gone).reduce((sum, count) => sum + count, 0)).toBe(year.matters.length)
      expect(dealtWith).toBe(gone.merge + gone.online + gone.meet + rebounds)
      for (const { minutes, planned, body: at, day } of meetings) {
        if (planned) expect(minutes).toBeLessThanOrEqual(year.bodies[at]!.sittings.find((sitting) => sitting.day === day)!.minutes)
      }
    }), { numRuns: 40 })
  })

  it('avoid most where everything is written about, and nothing where all is met about', () => {
    const all = summarise([...runsOf(tried(always('write')), 1, 5)], 1)
    // Secrets are met about whatever the rules say, and what failed came back.
    expect(all.avoidedPercent.low).toBeGreaterThan(30)
    expect(all.meetingsAfter.low).toBeGreaterThan(0)
    const none = compare(yearOf({ wantsMeeting: true }, { day: 9, wantsMeeting: true }), tried(always('meet')))
    expect([none.avoidedPercent, none.before.meetings, none.after.meetings]).toEqual([0, 2, 2])
  })
})

describe('a year that was', () => {
  it('keeps what is known of it, and draws the rest by the seed', () => {
    const matter = { ...plain, failsInWriting: null, comesBack: null, onlineByHabit: null, disagreement: 'strong' as const }
    const known = { days: 250, bodies: [body], matters: [...Array.from({ length: 200 }, () => matter), { ...matter, failsInWriting: true, comesBack: false }] }
    const first = supposed(known, 1)
    expect(first).toEqual(supposed(known, 1))
    expect(first).not.toEqual(supposed(known, 2))
    expect(first.matters.at(-1)).toMatchObject({ failsInWriting: true, comesBack: false })
    expect(first.matters.filter(({ failsInWriting }) => failsInWriting).length / 201).toBeCloseTo(LIKELY.failsStrong, 1)
  })
})
