import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateBook } from './costs.ts'
import type { HeldMeeting } from './replay-diary.ts'
import { replayAsAsked, replayByRules, type Replayed } from './replay.ts'
import { createTotals, type Totals } from './replay-totals.ts'
import type { ReplayBody, ReplayMatter, ReplayYear } from './replay-year.ts'
import { asThen, supposed, type KnownYear } from './simulating.ts'
import { ASSUMPTIONS, compare, compareBoth, runsOf, spreadOf, summariseBoth, sweeps, SWEPT_NAMES, type Tried } from './simulation.ts'
import { drawParameters, drawYear, LIKELY, PARAMETERS, PARAMETER_NAMES } from './synthetic-year.ts'
import { rulesFor, type Effect, type TriageRule, type Way } from './triage-rules.ts'

const wording = { vi: 'Quy tắc', en: 'Rule' }
const basis = { document: 'Quy chế', clause: 'Điều 1' }
function rule(code: string, effect: Effect, when: TriageRule['when'] = []): TriageRule {
  return { id: code, code, bodyId: null, version: 1, since: '2026-01-01', until: null, name: wording, when, effect, basis }
}
const otherwiseMeet = rule('otherwise', { kind: 'favour', ways: ['meet'], weight: 1 })
const always = (way: Way) => [rule(way, { kind: 'favour', ways: [way], weight: 50 })]

const body: ReplayBody = {
  id: null, name: 'Ban Thường vụ', sittings: [{ day: 19, minutes: 60, mode: 'inPerson' }, { day: 39, minutes: 60, mode: 'online' }],
  terms: [{
    from: 0, travellers: 2, members: [
      { unit: { id: null, name: 'Tỉnh' }, inPerson: 8, online: 0, kilometres: { low: 0, likely: 0, high: 0 } },
      { unit: { id: null, name: 'Xã' }, inPerson: 2, online: 0, kilometres: { low: 40, likely: 40, high: 40 } },
    ],
  }],
}
const plain: ReplayMatter = {
  body: 0, day: 0, asks: 'decide', urgency: 'normal', disagreement: 'none', legal: 'none', cautions: [], secret: false, wantsMeeting: false, minutes: 30,
  daysLeft: null, granted: true, failsInWriting: false, comesBack: false, onlineByHabit: false,
}
const yearOf = (...matters: Partial<ReplayMatter>[]): ReplayYear =>
  ({ days: 250, gatherDays: 0, bodies: [body], matters: matters.map((matter) => ({ ...plain, ...matter })) })
const notHeld = { ...ASSUMPTIONS, emptyHeld: false }
const by = (year: ReplayYear, rules: TriageRule[], circumstances = notHeld) => replayByRules(year, () => rulesFor(rules, null, '2026-06-01'), [10], circumstances)
const noRates: RateBook = () => undefined
const tried = (rules: TriageRule[]): Tried => ({ rulesOf: () => rulesFor(rules, null, '2026-06-01'), ratesOn: () => noRates, quotaPercent: 90 })
const days = ({ meetings }: Pick<Replayed, 'meetings'>) => meetings.map(({ day, planned, mode }) => [day, planned, mode !== 'inPerson'])

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
    ['waits for a sitting where the office grants no meeting', [{ wantsMeeting: true, granted: false }, { daysLeft: 5, granted: false }], [[19, true, false]]],
    ['meets where no sitting is left to wait for', [{ day: 240, granted: false }], [[243, false, false]]],
    ['joins a meeting that was convened and comes in time', [{ minutes: 200, wantsMeeting: true }, { day: 0, minutes: 40, daysLeft: 10 }], [[3, false, false]]],
  ])('%s', (_, matters, expected) => {
    expect(days(replayAsAsked(yearOf(...matters), notHeld))).toEqual(expected)
  })

  it('holds its meetings later, within what units can wait, where others are to join them', () => {
    const asks = { wantsMeeting: true, daysLeft: 4 }
    const year = { ...yearOf({ wantsMeeting: true }, { ...asks, day: 2 }, { ...asks, day: 100 }), gatherDays: 4 }
    expect(days(replayAsAsked(year, notHeld))).toEqual([[6, false, false], [7, false, false], [104, false, false]])
    expect(days(replayAsAsked({ ...year, gatherDays: 2 }, notHeld))).toEqual([[5, false, false], [104, false, false]])
  })

  it('holds its regular sittings though nothing is on them, where bodies have to, but none of next year', () => {
    const year = { ...yearOf({ wantsMeeting: true }), days: 39 }
    expect(days(replayAsAsked(year, { emptyHeld: true }))).toEqual([[3, false, false], [19, true, false]])
  })
})

describe('a year by rules', () => {
  it('meets about nothing that is written about, and takes five working days for it', () => {
    expect(by(yearOf({}, { day: 30 }), always('write'))).toMatchObject({ meetings: [], rebounds: 0, days: 10, ways: { write: 2 } })
  })

  it('brings what failed in writing onto the next sitting, and counts the days from its beginning', () => {
    expect(by(yearOf({ day: 10, failsInWriting: true }), always('write'))).toMatchObject({ meetings: [{ day: 19, planned: true }], rebounds: 1, days: 9 })
  })

  it.each<[string, Partial<ReplayMatter>, number]>([
    ['waits for a sitting by its own day', { day: 10, daysLeft: 12 }, 19],
    ['has a meeting where no sitting comes by its own day', { day: 0, daysLeft: 9 }, 8],
    ['has one at once where its own day is past', { day: 10, daysLeft: 5 }, 18],
    ['waits for a sitting where the office would grant no meeting', { day: 10, daysLeft: 5, granted: false }, 19],
  ])('what failed in writing %s, as it would have without rules', (_, matter, on) => {
    const rules = [...always('write'), otherwiseMeet]
    expect(days(by(yearOf({ ...matter, failsInWriting: true }), rules))).toEqual([[on, on === 19, false]])
    const asked = replayAsAsked(yearOf({ ...matter, day: (matter.day ?? 0) + 5, daysLeft: matter.daysLeft! - 5 }), notHeld)
    expect(days(asked)).toEqual([[on, on === 19, false]])
  })

  it('meets about what came back in the form that its rules favour, not online by itself', () => {
    const year = yearOf({ daysLeft: 9, failsInWriting: true })
    expect(days(by(year, [...always('write'), otherwiseMeet]))).toEqual([[8, false, false]])
    const online = rule('online', { kind: 'favour', ways: ['online'], weight: 2 })
    expect(days(by(year, [...always('write'), otherwiseMeet, online]))).toEqual([[8, false, true]])
  })

  it.each<[Way, number, Way, number]>([
    // How long the unit can wait, what is done, and how many days it takes.
    ['write', 2, 'meet', 3], ['write', 3, 'write', 3], ['write', 4, 'write', 4], ['write', 30, 'write', 5],
    ['delegate', 0, 'meet', 3], ['delegate', 4, 'delegate', 4], ['delegate', 30, 'delegate', 10],
  ])('favouring %s, of what can wait %i working days does: %s', (way, daysLeft, done, took) => {
    const { ways, days: all } = by(yearOf({ daysLeft }), [...always(way), otherwiseMeet])
    expect([ways[done], all]).toEqual([1, took])
  })

  it('convenes no meeting that the office would not have granted', () => {
    expect(days(by(yearOf({ daysLeft: 5, granted: false }), always('online')))).toEqual([[19, true, false]])
  })

  it('knows of the meetings that were held, and not of those to come', () => {
    const rules = [rule('few', { kind: 'favour', ways: ['online'], weight: 50 }, [{ fact: 'onlinePercent', atLeast: null, atMost: 40 }]), otherwiseMeet]
    // On day 1 the meeting of day 3 has not been held yet; on day 30 it has, in person.
    const year = yearOf({ wantsMeeting: true, daysLeft: 5 }, { day: 1, minutes: 230, daysLeft: 5 }, { day: 30, daysLeft: 5 })
    expect(days(by(year, rules))).toEqual([[3, false, false], [4, false, false], [33, false, true]])
  })

  it('holds empty sittings as before the rules, where bodies have to', () => {
    expect(days(by(yearOf({}), always('write'), { ...ASSUMPTIONS, emptyHeld: true }))).toEqual([[19, true, false], [39, true, true]])
  })

  it('convenes about what came back after the last sitting of the year', () => {
    const { meetings, rebounds } = by(yearOf({ day: 245, comesBack: true }), always('delegate'))
    expect([meetings.map(({ day }) => day), rebounds]).toEqual([[258], 1])
  })

  it('merges with a sitting that has room, and meets otherwise', () => {
    const rules = [...always('merge'), otherwiseMeet]
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
    const totals = createTotals(yearOf({}), () => book, ASSUMPTIONS)
    const inPerson = { body: 0, day: 3, minutes: 40, matters: 2, mode: 'inPerson' as const, planned: false }
    const of = (meetings: HeldMeeting[], written: Replayed['written'] = []) => totals({ meetings, written })
    const likely = ({ entries }: Pick<Totals, 'entries'>) => entries.reduce((sum, { amount }) => sum + amount.likely, 0)
    expect(of([inPerson])).toMatchObject({ meetings: 1, online: 0, hours: 10 })
    expect(likely(of([inPerson]))).toBe(2 * 40 * 2 * 4000 + 10 * 30 * 100)
    expect([of([{ ...inPerson, mode: 'online' }]).online, likely(of([{ ...inPerson, mode: 'online' }]))]).toEqual([1, 10 * 50_000])
    // Counted as online, as results do, and costed as if all came.
    expect([of([{ ...inPerson, mode: 'hybrid' }]).online, likely(of([{ ...inPerson, mode: 'hybrid' }]))]).toEqual([1, likely(of([inPerson]))])
    // Answering takes 15 minutes of each of ten.
    expect(of([], [{ body: 0, day: 3 }, { body: 0, day: 9 }]).hours).toBe(5)
    expect(of([{ ...inPerson, planned: true, day: 250 }]).meetings).toBe(0)
  })

  it('is of who was a member on the day, and by the rates of the day', () => {
    const [term] = body.terms
    const year = { ...yearOf(), bodies: [{ ...body, terms: [term!, { ...term!, from: 100, members: term!.members.slice(0, 1) }] }] }
    const book = (paper: number): RateBook => (item) => item === 'paper' ? { id: item, item, low: paper, likely: paper, high: paper } : undefined
    const [cheap, dear] = [book(100), book(300)]
    const totals = createTotals(year, (day) => day < 50 ? cheap : dear, ASSUMPTIONS)
    const paper = (day: number) => totals({ written: [], meetings: [{ body: 0, day, minutes: 40, matters: 1, mode: 'inPerson', planned: false }] }).entries[0]!.amount.likely
    expect([paper(3), paper(60), paper(120)]).toEqual([10 * 15 * 100, 10 * 15 * 300, 8 * 15 * 300])
  })

  it('saves by the least, the likely and the most of each rate', () => {
    const paper: RateBook = (item) => item === 'paper' ? { id: item, item, low: 100, likely: 200, high: 300 } : undefined
    const { saved } = compare(yearOf({}), { ...tried(always('write')), ratesOn: () => paper }, false)
    expect(saved).toEqual({ low: 10 * 15 * 100, likely: 10 * 15 * 200, high: 10 * 15 * 300 })
    const { held: { saved: spread } } = summariseBoth([...runsOf({ ...tried(always('write')), ratesOn: () => paper }, 1, 3)], 1)
    expect(spread.high.middle / spread.low.middle).toBeCloseTo(3)
  })

  it.each([
    [[5], { low: 5, middle: 5, high: 5 }], [[1, 2, 3, 4, 5], { low: 1.2, middle: 3, high: 4.8 }], [[], { low: 0, middle: 0, high: 0 }],
  ])('spreads %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread)
  })
})

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
    const { held, notHeld: cancelled } = summariseBoth([...runsOf(tried(always('write')), 1, 5)], 1)
    // Secrets are met about whatever the rules say, and what failed came back.
    expect(cancelled.avoidedPercent.low).toBeGreaterThan(25)
    expect(cancelled.meetingsAfter.low).toBeGreaterThan(0)
    expect(held.avoidedPercent.middle).toBeLessThan(cancelled.avoidedPercent.low)
    const none = compareBoth(yearOf({ wantsMeeting: true }, { day: 9, wantsMeeting: true }), tried(always('meet')))
    const meetings = (count: number) => ({ avoidedPercent: 0, before: { meetings: count }, after: { meetings: count } })
    expect(none).toMatchObject({ notHeld: meetings(2), held: meetings(4) })
  })

  it('avoid no meeting by writing about what was on sittings that are held anyway', () => {
    expect(compareBoth(yearOf({}, { day: 21 }), tried(always('write')))).toMatchObject({ held: { avoidedPercent: 0 }, notHeld: { avoidedPercent: 100 } })
  })

  it('are swept by every assumption, first by that of the empty sittings', () => {
    const found = [...sweeps(tried(always('write')), 1, 1)]
    expect(found.map(({ parameter }) => parameter)).toEqual(SWEPT_NAMES)
    expect(found[0]!.low.middle).toBeGreaterThan(found[0]!.high.middle)
  })
})

describe('a year that was', () => {
  const nothing: KnownYear = { days: 250, dates: ['2026-01-02'], bodies: [body], matters: [], rules: [], rates: [], quotaPercent: 90 }

  it('has the rules and rates of each of its days, and before the first rules these', () => {
    const version = (way: Way, since: string, until: string | null) => ({ ...rule('way', { kind: 'favour', ways: [way], weight: 1 }), since, until })
    const rules = [version('meet', '2026-03-02', '2026-03-31'), version('write', '2026-04-01', null)]
    const rate = (since: string, until: string | null, amount: number) => ({ id: since, item: 'paper' as const, low: amount, likely: amount, high: amount, since, until })
    const rates = [rate('2026-01-01', '2026-03-31', 100), rate('2026-04-01', null, 300)]
    const then = asThen({ ...nothing, dates: ['2026-03-01', '2026-03-31', '2026-04-01'], rules, rates })
    const ways = (day: number) => then.rulesOf(body, day).map(({ effect }) => 'ways' in effect && effect.ways[0])
    expect([0, 1, 2, 9].map(ways)).toEqual([['meet'], ['meet'], ['write'], ['write']])
    expect([0, 1, 2, 9].map((day) => then.ratesOn(day)('paper')?.likely)).toEqual([100, 100, 300, 300])
    expect(then.ratesOn(0)).toBe(then.ratesOn(1))
  })

  it('keeps what is known of it, and draws the rest by the seed', () => {
    const matter = { ...plain, failsInWriting: null, comesBack: null, onlineByHabit: null, disagreement: 'strong' as const }
    const known = { ...nothing, matters: [...Array.from({ length: 200 }, () => matter), { ...matter, failsInWriting: true, comesBack: false }] }
    const first = supposed(known, 1)
    expect(first).toEqual(supposed(known, 1))
    expect(first).not.toEqual(supposed(known, 2))
    expect(first.matters.at(-1)).toMatchObject({ failsInWriting: true, comesBack: false })
    expect(first.matters.filter(({ failsInWriting }) => failsInWriting).length / 201).toBeCloseTo(LIKELY.failsStrong, 1)
  })
})
