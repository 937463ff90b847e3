import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWorkingDay, workingCalendar, workingDaysBetween } from './calendar.ts'
import { opinionDeadline, reminderTimes, tallyOpinions, type CountedMember, type OpinionChoice } from './opinion-counting.ts'
import { OpinionRule } from './opinion-rule.ts'

const rule = (changes: Partial<OpinionRule> = {}): OpinionRule => ({ ...OpinionRule.parse({}), ...changes })
const twoThirds = { numerator: 2, denominator: 3, strict: false, basis: '' }

/** `+` agrees, `-` disagrees, `?` is of another opinion, `.` is silent; in brackets: who left; `!` demands a meeting, and agrees. */
function members(text: string): CountedMember[] {
  let departed = false
  return [...text].flatMap((sign) => {
    if (sign === '(' || sign === ')') { departed = sign === '('; return [] }
    const choice = ({ '+': 'agree', '-': 'disagree', '?': 'other', '!': 'agree' } as Record<string, OpinionChoice>)[sign] ?? null
    return [{ choice, departed, demandsMeeting: sign === '!' }]
  })
}

describe('what written opinions come to', () => {
  it.each<[string, Partial<OpinionRule>, string, Partial<ReturnType<typeof tallyOpinions>>]>([
    ['15 incumbents: 8 are more than half', {}, '++++++++-------', { outcome: 'passed', base: 15, needed: 8, inFavour: 8 }],
    ['15 incumbents: 7 miss it by exactly one', {}, '+++++++-------.', { outcome: 'rebound', causes: ['threshold'], needed: 8, inFavour: 7 }],
    ['16 incumbents: half is not more than half', {}, '++++++++--------', { outcome: 'rebound', needed: 9, inFavour: 8 }],
    ['silence is not in favour', {}, '+++....', { outcome: 'rebound', silent: 4, inFavour: 3, needed: 4 }],
    ['silence counts where the body switched it on', { silence: 'consent' }, '+++....', { outcome: 'passed', silent: 4, agree: 3, inFavour: 7 }],
    ['another opinion is not in favour', {}, '++++????', { outcome: 'rebound', other: 4 }],
    ['another opinion is not in favour, though silence is', { silence: 'consent' }, '++????', { outcome: 'rebound', inFavour: 2 }],
    ['who left is out of the base with their answer', {}, '+++--(+)', { outcome: 'passed', asked: 6, departed: 1, base: 5, needed: 3, inFavour: 3 }],
    ['their leaving can lower what is needed', {}, '+++--(-)', { outcome: 'passed', base: 5 }],
    ['and take a vote away that was needed', {}, '+++---(+)', { outcome: 'rebound', base: 6, needed: 4, inFavour: 3 }],
    ['a body may keep them in the base', { departed: 'stays' }, '+++--(-)', { outcome: 'rebound', base: 6, departed: 1, needed: 4 }],
    ['two thirds are reached', { threshold: twoThirds }, '++++--', { outcome: 'passed', needed: 4 }],
    ['two thirds are missed by one', { threshold: twoThirds }, '+++---', { outcome: 'rebound', needed: 4, inFavour: 3 }],
    ['one demand brings what all agree to before a meeting', {}, '++++!', { outcome: 'rebound', causes: ['demand'], demands: 1 }],
    ['too few demands do not', { meetingDemandedBy: 2 }, '++++!', { outcome: 'passed', demands: 1 }],
    ['as many as the rule asks for do', { meetingDemandedBy: 2 }, '+++!!', { outcome: 'rebound', demands: 2 }],
    ['nobody may demand where the rule says so', { meetingDemandedBy: null }, '++++!', { outcome: 'passed' }],
    ['the demand of who left counts no more', {}, '++++(!)', { outcome: 'passed', demands: 0 }],
    ['both causes are told', {}, '!--', { outcome: 'rebound', causes: ['threshold', 'demand'] }],
    ['nobody is left: nothing passes', {}, '(++)', { outcome: 'rebound', base: 0, needed: 1 }],
    ['nobody is left and silence is consent: nothing passes', { silence: 'consent' }, '(..)', { outcome: 'rebound', base: 0 }],
    ['everybody is silent', {}, '.....', { outcome: 'rebound', inFavour: 0 }],
    ['one of one', {}, '+', { outcome: 'passed', needed: 1 }],
  ])('%s', (_, changes, text, expected) => {
    expect(tallyOpinions(rule(changes), members(text))).toMatchObject(expected)
  })

  const someone = fc.record({ choice: fc.constantFrom('agree', 'disagree', 'other', null), departed: fc.boolean(), demandsMeeting: fc.constant(false) })
  const people: fc.Arbitrary<CountedMember[]> = fc.array(someone, { maxLength: 40 })

  it('counts everybody once, and passes exactly from what is needed on', () => {
    fc.assert(fc.property(people, fc.constantFrom('leaves' as const, 'stays' as const), fc.constantFrom('consent' as const, 'notInFavour' as const), (all, departed, silence) => {
      const found = tallyOpinions(rule({ departed, silence }), all)
      expect(found.agree + found.disagree + found.other + found.silent).toBe(found.base)
      expect(found.asked - (departed === 'leaves' ? found.departed : 0)).toBe(found.base)
      expect(found.outcome === 'passed').toBe(found.inFavour >= found.needed)
      expect(tallyOpinions(rule({ departed, silence }), all.toReversed())).toEqual(found)
    }))
  })

  it('never loses by one more who agrees, nor wins by one who falls silent where silence is no consent', () => {
    fc.assert(fc.property(people, fc.nat(39), (all, index) => {
      const turned = (choice: OpinionChoice | null) => tallyOpinions(rule(), all.map((one, at) => at === index ? { ...one, choice } : one)).outcome
      const before = tallyOpinions(rule(), all).outcome
      if (before === 'passed') expect(turned('agree')).toBe('passed')
      if (before === 'rebound') expect(turned(null)).toBe('rebound')
    }))
  })
})

// Tết of 2026, with a Saturday that is worked off.
const calendar = workingCalendar([
  ...['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'].map((day) => ({ day, kind: 'holiday' as const })),
  { day: '2026-02-23', kind: 'swappedOff' }, { day: '2026-02-28', kind: 'swappedWorking' },
])

describe('the deadline in working days', () => {
  it.each<[string, string, Parameters<typeof opinionDeadline>[2], object]>([
    ['five days of a plain week', '2026-03-02', { workingDays: 5 }, { ok: true, dueOn: '2026-03-09', workingDays: 5, movedFrom: null }],
    ['three days over Tết and the day off after it', '2026-02-12', { workingDays: 3 }, { ok: true, dueOn: '2026-02-25', workingDays: 3, movedFrom: null }],
    ['a Saturday that is worked counts', '2026-02-24', { workingDays: 4 }, { ok: true, dueOn: '2026-02-28', workingDays: 4, movedFrom: null }],
    ['and may be the last day', '2026-02-24', { on: '2026-02-28' }, { ok: true, dueOn: '2026-02-28', workingDays: 4, movedFrom: null }],
    ['a holiday moves on, and says so', '2026-02-10', { on: '2026-02-17' }, { ok: true, dueOn: '2026-02-24', workingDays: 4, movedFrom: '2026-02-17' }],
    ['a Sunday moves on', '2026-03-02', { on: '2026-03-08' }, { ok: true, dueOn: '2026-03-09', workingDays: 5, movedFrom: '2026-03-08' }],
    ['too soon', '2026-03-02', { on: '2026-03-04' }, { ok: false, why: 'tooSoon', earliest: '2026-03-05', latest: '2026-03-09' }],
    ['today', '2026-03-02', { on: '2026-03-02' }, { ok: false, why: 'tooSoon' }],
    ['too late', '2026-03-02', { workingDays: 6 }, { ok: false, why: 'tooLate', latest: '2026-03-09' }],
    ['the last day allowed moved on is too late', '2026-02-09', { on: '2026-02-26' }, { ok: false, why: 'tooLate' }],
  ])('%s', (_, from, wanted, expected) => {
    expect(opinionDeadline(rule(), from, wanted, calendar)).toMatchObject(expected)
  })

  it('is always a working day, as many working days on as it says, within what the rule allows', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40 }), (start, ahead) => {
      const day = (offset: number) => new Date(Date.UTC(2026, 0, 20) + offset * 86_400_000).toISOString().slice(0, 10)
      const found = opinionDeadline(rule(), day(start), { on: day(start + ahead) }, calendar)
      if (!found.ok) return
      expect(isWorkingDay(found.dueOn, calendar)).toBe(true)
      expect(workingDaysBetween(day(start), found.dueOn, calendar)).toBe(found.workingDays)
      expect(found.workingDays >= 3 && found.workingDays <= 5).toBe(true)
      expect(found.movedFrom === null).toBe(found.dueOn === day(start + ahead))
    }))
  })

  it('reminds at the times of the rule, never at or after its end', () => {
    const reminders = [{ workingDaysBefore: 0, at: '08:00' }, { workingDaysBefore: 1, at: '08:00' }, { workingDaysBefore: 0, at: '17:00' }, { workingDaysBefore: 1, at: '08:00' }]
    expect(reminderTimes(rule({ reminders }), '2026-02-24', calendar).map((at) => at.toISOString())).toEqual(['2026-02-13T01:00:00.000Z', '2026-02-24T01:00:00.000Z'])
  })
})
