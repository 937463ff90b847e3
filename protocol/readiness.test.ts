import { describe, expect, it } from 'vitest'
import { workingCalendar } from './calendar.ts'
import { Finding, findReadiness, lastDayFor, type ReadinessFacts } from './readiness.ts'

const PERSON = '01900000-0000-7000-8000-000000000001'
const ITEM = '01900000-0000-7000-8000-00000000000a'
/** 08:00 on Monday 8 June 2026 in Vietnam. */
const STARTS = '2026-06-08T01:00:00.000Z'
const EARLY = '2026-06-01T01:00:00.000Z'
const kind = { maxMinutes: 240, invitationDays: 3, papersDays: 3, quota: null, onlinePercent: null }
const item = (changes: Partial<ReadinessFacts['items'][number]> = {}): ReadinessFacts['items'][number] =>
  ({ itemId: ITEM, level: 0, minutes: 60, presenterId: PERSON, classified: false, papersAt: [EARLY], ...changes })

const clear: ReadinessFacts = {
  now: EARLY, status: 'draft', startsAt: STARTS, plannedMinutes: 120, mode: 'hybrid', kind, cautions: [], people: 15, items: [item()],
  room: { seats: 40, hybrid: true }, clashes: [], year: null, calendar: workingCalendar([]), tasksOverdue: 0,
}
const clash = { title: 'Giao ban', startsAt: '2026-06-08T00:30:00.000Z', plannedMinutes: 60, room: false, personIds: [] as string[] }

const codes = (changes: Partial<ReadinessFacts>) =>
  findReadiness({ ...clear, ...changes }).map(({ severity, code, itemId, details }) => [severity, code, ...itemId ? [itemId] : [], details])

describe('readiness', () => {
  it('finds nothing where nothing is missing', () => expect(findReadiness(clear)).toEqual([]))

  it.each<[string, Partial<ReadinessFacts>, unknown[]]>([
    ['an empty agenda', { items: [] }, [['blocks', 'agendaEmpty', {}]]],
    ['a start that passes now', { now: STARTS, kind: { ...kind, invitationDays: 0, papersDays: 0 } }, [['blocks', 'dateInPast', {}]]],
    ['a start of before, once published', { now: '2026-06-08T02:00:00.000Z', status: 'published' }, []],
    ['a start of before, postponed', { now: STARTS, status: 'postponed', kind: { ...kind, invitationDays: 0, papersDays: 0 } }, [['blocks', 'dateInPast', {}]]],
    ['no kind', { kind: null }, [['warns', 'kindMissing', {}]]],
    ['half a day and a minute', { plannedMinutes: 241, items: [item({ minutes: 241 })] }, [['needsReason', 'tooLong', { maxMinutes: 240, minutes: 1 }]]],
    ['exactly half a day', { plannedMinutes: 240 }, []],
    ['no limit', { plannedMinutes: 2000, kind: { ...kind, maxMinutes: null } }, []],
    ['the last day of the invitation', { now: '2026-06-03T16:59:59.000Z' }, []],
    ['a day too late', { now: '2026-06-03T17:00:00.000Z' }, [
      ['needsReason', 'invitationLate', { lastDay: '2026-06-03', days: 3 }], ['needsReason', 'papersLate', { lastDay: '2026-06-03', days: 3 }],
    ]],
    ['an ad hoc meeting', { now: '2026-06-08T00:00:00.000Z', kind: { ...kind, invitationDays: 0, papersDays: 0 } }, []],
    ['a paper after the day, published in time', { status: 'published', now: '2026-06-05T01:00:00.000Z', items: [item(), item({ papersAt: [EARLY, '2026-06-04T01:00:00.000Z'] })] },
      [['needsReason', 'papersLate', ITEM, { lastDay: '2026-06-03', days: 3, number: '2' }]]],
    ['a quota that is not reached', { kind: { ...kind, quota: { perYear: 2, scope: 'province' } }, year: { sameKind: 1, all: 9, notInPerson: 9 } }, []],
    ['a quota that is passed', { kind: { ...kind, quota: { perYear: 2, scope: 'province' } }, year: { sameKind: 2, all: 9, notInPerson: 9 } },
      [['needsReason', 'quotaPassed', { held: 2, perYear: 2, scope: 'province' }]]],
    ['the least share online', { mode: 'inPerson', kind: { ...kind, onlinePercent: 60 }, year: { sameKind: 0, all: 4, notInPerson: 3 } }, []],
    ['too little online', { mode: 'inPerson', kind: { ...kind, onlinePercent: 60 }, year: { sameKind: 0, all: 5, notInPerson: 3 } },
      [['warns', 'onlineShareLow', { percent: 50, least: 60 }]]],
    ['one more online', { mode: 'online', kind: { ...kind, onlinePercent: 60 }, year: { sameKind: 0, all: 5, notInPerson: 0 } }, []],
    ['a case of not meeting', { cautions: [PERSON] }, [['needsReason', 'shouldNotMeet', { cautionId: PERSON }]]],
    ['too much for the time', { items: [item({ minutes: 90 }), item({ minutes: 45 })] }, [['warns', 'overfull', { minutes: 15 }]]],
    ['items without presenter and papers, by their number', { items: [item({ minutes: 10 }), item({ minutes: 10, level: 1, presenterId: null }), item({ minutes: 10, papersAt: [] })] },
      [['warns', 'presenterMissing', ITEM, { number: '1.1' }], ['warns', 'papersMissing', ITEM, { number: '2' }]]],
    ['a classified item, which has no papers by law', { mode: 'inPerson', items: [item({ classified: true, papersAt: [] })] }, []],
    ['a small room', { mode: 'inPerson', room: { seats: 14, hybrid: false } }, [['warns', 'roomTooSmall', { seats: 14, people: 15 }]]],
    ['a room without equipment', { room: { seats: 40, hybrid: false } }, [['warns', 'roomNotEquipped', {}]]],
    ['a room that is taken and somebody who is busy', { clashes: [{ ...clash, room: true, personIds: [PERSON] }] }, [
      ['needsReason', 'roomTaken', { title: 'Giao ban', from: '2026-06-08T00:30:00.000Z', to: '2026-06-08T01:30:00.000Z' }],
      ['needsReason', 'personBusy', { personIds: [PERSON], title: 'Giao ban', from: '2026-06-08T00:30:00.000Z', to: '2026-06-08T01:30:00.000Z' }],
    ]],
    ['a meeting that is not to be named', { clashes: [{ ...clash, title: null, room: true }] },
      [['needsReason', 'roomTaken', { title: null, from: '2026-06-08T00:30:00.000Z', to: '2026-06-08T01:30:00.000Z' }]]],
  ])('%s', (_, changes, expected) => { expect(codes(changes)).toEqual(expected) })

  it('puts what blocks first, and every finding fits the wire', () => {
    const found = findReadiness({
      ...clear, now: '2026-07-01T01:00:00.000Z', kind: null, cautions: [PERSON], items: [], clashes: [{ ...clash, room: true, personIds: [PERSON] }],
    })
    expect(found.map(({ severity }) => severity)).toEqual(['blocks', 'blocks', 'needsReason', 'needsReason', 'needsReason', 'warns'])
    for (const finding of found) expect(Finding.parse(finding)).toEqual(finding)
  })

  it('counts working days across Tết and swapped days', () => {
    const tet = ['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'].map((day) => ({ day, kind: 'holiday' as const }))
    // The Saturday before is worked.
    const calendar = workingCalendar([...tet, { day: '2026-02-14', kind: 'swappedWorking' as const }])
    expect(lastDayFor('2026-02-24T01:00:00.000Z', 3, calendar)).toBe('2026-02-13')
    expect(lastDayFor('2026-02-24T01:00:00.000Z', 3, workingCalendar(tet))).toBe('2026-02-12')
    expect(lastDayFor('2026-02-24T01:00:00.000Z', 0, calendar)).toBeNull()
  })
})
