import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  CautionCode, Disagreement, LegalDemand, NEVER_SECRET, RuleContent, rulesFor, stanceOf, triage, Urgency, WAYS,
  type Effect, type TriageFacts, type TriageRule, type Way,
} from '../../protocol/triage-rules.ts'

const DAY = '2026-11-28'
const id = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`
const BODY = id(900)
const shipped = z.array(RuleContent.extend({ code: z.string() }))
  .parse(JSON.parse(readFileSync(new URL('shipped-2026-12-01.json', import.meta.url), 'utf8')))
  .map((rule, index): TriageRule => ({ ...rule, id: id(index), bodyId: null, version: 1, since: '2026-01-01', until: null }))
const book = rulesFor(shipped, BODY, DAY)

const plain: TriageFacts = {
  asks: 'decide', urgency: 'normal', disagreement: 'unknown', legal: 'none', cautions: [], secret: false, wantsMeeting: false, minutes: 20, daysLeft: 20,
  quotaPercent: null, freeMinutes: null, travellers: null, onlinePercent: null,
}
const codes = (facts: Partial<TriageFacts>) => triage(book, { ...plain, ...facts }).reasons.map(({ code }) => code)
const wayOf = (facts: Partial<TriageFacts>) => triage(book, { ...plain, ...facts }).way
const openTo = (facts: Partial<TriageFacts>) => triage(book, { ...plain, ...facts }).open.map(({ way }) => way).sort()

/** Every rule that a first start has: facts by which it speaks, by which it does not, and what is proposed by the first. */
const table: [code: string, speaks: Partial<TriageFacts>, silent: Partial<TriageFacts>, way: Way | null][] = [
  ['secret', { secret: true }, {}, 'meet'],
  ['legalMeeting', { legal: 'meeting', disagreement: 'none', asks: 'report' }, { disagreement: 'none' }, 'meet'],
  ['legalInPerson', { legal: 'inPerson', travellers: 12, onlinePercent: 0 }, { legal: 'meeting' }, 'meet'],
  ['emergencyRoutine', { cautions: ['emergency'] }, { cautions: ['tourism'] }, 'write'],
  ['delegatedAlready', { cautions: ['delegated'], disagreement: 'some' }, {}, 'delegate'],
  ['settledOtherwise', { cautions: ['settledOtherwise'], freeMinutes: 60 }, {}, 'write'],
  ['inspectInstead', { cautions: ['insteadOfInspection'], asks: 'report' }, {}, 'delegate'],
  ['noTourism', { cautions: ['tourism'], disagreement: 'some' }, {}, 'online'],
  ['strongDisagreement', { disagreement: 'strong', asks: 'opinion' }, { disagreement: 'some' }, 'meet'],
  ['someDisagreement', { disagreement: 'some' }, { disagreement: 'unknown' }, 'meet'],
  ['writtenNeedsTime', { daysLeft: 2, asks: 'report' }, { daysLeft: 3 }, 'meet'],
  ['reportInWriting', { asks: 'report' }, { asks: 'report', disagreement: 'strong' }, 'write'],
  ['opinionInWriting', { asks: 'opinion' }, { asks: 'opinion', disagreement: 'some' }, 'write'],
  ['agreedInWriting', { disagreement: 'none' }, { disagreement: 'unknown' }, 'write'],
  ['freeTime', { freeMinutes: 20 }, { freeMinutes: null }, 'merge'],
  ['travel', { travellers: 3, onlinePercent: 60 }, { travellers: 2, onlinePercent: 60 }, 'online'],
  ['onlineShare', { onlinePercent: 59 }, { onlinePercent: 60 }, 'online'],
  ['immediate', { urgency: 'immediate', daysLeft: 0 }, { urgency: 'urgent' }, 'online'],
  ['quotaNearlyUsed', { quotaPercent: 80, asks: 'opinion' }, { quotaPercent: 79 }, 'write'],
  ['otherwiseMeet', {}, {}, 'meet'],
]

describe('the rules that a first start has', () => {
  it('are all in the table', () => expect(table.map(([code]) => code).sort()).toEqual(shipped.map(({ code }) => code).sort()))

  it.each(table)('%s', (code, speaks, silent, way) => {
    expect(codes(speaks)).toContain(code)
    if (code !== 'otherwiseMeet') expect(codes(silent)).not.toContain(code)
    expect(wayOf(speaks)).toBe(way)
  })

  it('say each in whole words of both languages, by which law, and what made them speak', () => {
    const { reasons } = triage(book, { ...plain, cautions: ['delegated', 'tourism'], daysLeft: -3 })
    expect(reasons.find(({ code }) => code === 'delegatedAlready')).toMatchObject({
      because: [{ fact: 'caution', value: ['delegated'] }], basis: { document: 'Quyết định 45/2018/QĐ-TTg' }, effect: { kind: 'require' },
    })
    expect(reasons.find(({ code }) => code === 'writtenNeedsTime')?.because).toEqual([{ fact: 'daysLeft', value: -3 }])
    for (const { name } of shipped) expect(name.vi.length * name.en.length).toBeGreaterThan(200)
  })

  it('leave no way where they contradict each other, instead of one that is forbidden', () => {
    const torn = triage(book, { ...plain, legal: 'meeting', cautions: ['delegated'] })
    expect([torn.way, torn.open]).toEqual([null, []])
    expect(torn.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['legalMeeting', 'delegatedAlready']))
  })

  it('open no meeting for the sake of its form, where a planned one has time or it can be done in writing', () => {
    for (const onlinePercent of [0, 60]) {
      expect(wayOf({ travellers: 9, onlinePercent, freeMinutes: 30 })).toBe('merge')
      expect(wayOf({ travellers: 9, onlinePercent, disagreement: 'none' })).toBe('write')
    }
  })

  it('keep in person what the law wants in person, and secrets too', () => {
    expect(openTo({ legal: 'inPerson', freeMinutes: 30 })).toEqual(['meet', 'merge'])
    expect(openTo({ secret: true, freeMinutes: 30 })).toEqual(['meet', 'merge'])
  })
})

describe('the rules of a body on a day', () => {
  const [first] = shipped as [TriageRule]
  const version = (changes: Partial<TriageRule>): TriageRule => ({ ...first, ...changes })
  it.each([
    ['its own takes the place of the common one', [version({}), version({ bodyId: BODY, version: 4 })], [4]],
    ['another body’s does not', [version({}), version({ bodyId: id(901), version: 4 })], [1]],
    ['its own may take the common one away', [version({}), version({ bodyId: BODY, version: 4, effect: { kind: 'off' } })], []],
    ['none before its first day', [version({ since: '2026-11-29' })], []],
    ['on its first day', [version({ since: DAY })], [1]],
    ['on its last day', [version({ until: DAY })], [1]],
    ['none after its last day', [version({ until: '2026-11-27' })], []],
  ] as const)('%s', (_, rules, versions) => {
    expect(rulesFor(rules, BODY, DAY).map((rule) => rule.version)).toEqual(versions)
    expect(rulesFor(rules.toReversed(), BODY, DAY).map((rule) => rule.version)).toEqual(versions)
  })
})

const ways = fc.subarray([...WAYS], { minLength: 1 })
const effects: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({ kind: fc.constant('forbid' as const), ways }),
  fc.record({ kind: fc.constant('require' as const), ways: fc.subarray([...WAYS], { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('favour' as const), ways, weight: fc.integer({ min: 1, max: 100 }) }),
)
const conditions = fc.oneof(
  fc.record({ fact: fc.constant('disagreement' as const), among: fc.subarray([...Disagreement.options], { minLength: 1 }) }),
  fc.record({ fact: fc.constant('caution' as const), among: fc.subarray([...CautionCode.options], { minLength: 1 }) }),
  fc.record({ fact: fc.constant('secret' as const), is: fc.boolean() }),
  fc.record({ fact: fc.constantFrom('daysLeft' as const, 'travellers' as const), atLeast: fc.integer({ min: -5, max: 9 }), atMost: fc.constant(null) }),
)
const rules = fc.array(fc.record({ effect: effects, when: fc.array(conditions, { maxLength: 2 }) }), { maxLength: 8 })
  .map((drafts) => drafts.map((draft, index): TriageRule => ({ ...shipped[0]!, ...draft, id: id(index), code: `rule${index}` })))
const maybe = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: null })
const facts: fc.Arbitrary<TriageFacts> = fc.record({
  asks: fc.constantFrom('decide', 'opinion', 'report'), urgency: fc.constantFrom(...Urgency.options), disagreement: fc.constantFrom(...Disagreement.options),
  legal: fc.constantFrom(...LegalDemand.options), cautions: fc.subarray([...CautionCode.options]), secret: fc.boolean(), wantsMeeting: fc.boolean(),
  minutes: fc.integer({ min: 1, max: 240 }), daysLeft: fc.option(fc.integer({ min: -20, max: 60 }), { nil: null }),
  quotaPercent: maybe(150), freeMinutes: maybe(240),
  travellers: maybe(15), onlinePercent: maybe(100),
})

describe('whatever the rules and the facts', () => {
  it('no way is proposed that a rule forbids or does not allow, and never writing or online for a secret', () => {
    fc.assert(fc.property(rules, facts, (some, known) => {
      const { way, open, reasons } = triage(some, known)
      expect(open[0]?.way ?? null).toBe(way)
      for (const { way: left } of open) {
        for (const reason of reasons) expect(stanceOf(reason, left)).not.toBe('against')
        if (known.secret) expect(NEVER_SECRET).not.toContain(left)
        if (known.freeMinutes === null) expect(left).not.toBe('merge')
      }
      // What is closed is closed by somebody who says so.
      for (const left of WAYS) if (!open.some((one) => one.way === left)) expect(reasons.some((reason) => stanceOf(reason, left) === 'against')).toBe(true)
    }), { numRuns: 200 })
  })

  it('the order in which rules come changes nothing, and equal weights fall by the order of ways', () => {
    fc.assert(fc.property(rules, facts, fc.infiniteStream(fc.double({ noNaN: true })), (some, known, dice) => {
      const shuffled = some.map((rule) => [dice.next().value as number, rule] as const).sort(([a], [b]) => a - b).map(([, rule]) => rule)
      const result = triage(some, known)
      expect(triage(shuffled, known)).toEqual(result)
      for (const [index, { way, weight }] of result.open.entries()) {
        const next = result.open[index + 1]
        if (next) expect(weight > next.weight || (weight === next.weight && WAYS.indexOf(way) < WAYS.indexOf(next.way))).toBe(true)
      }
    }), { numRuns: 200 })
  })

  it('thousands of matters take no time', () => {
    const began = performance.now()
    for (let index = 0; index < 20_000; index += 1) triage(book, { ...plain, daysLeft: index % 30, travellers: index % 16 })
    expect(performance.now() - began).toBeLessThan(3000)
  })
})
