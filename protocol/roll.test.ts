import { describe, expect, it } from 'vitest'
import { noAttendance, type AttendanceState } from './attendance.ts'
import type { Participant } from './meetings.ts'
import { attendanceStatus, quorumOf, type Sitting } from './roll.ts'
import type { Stay } from './stays.ts'

const at = (clock: string) => `2026-06-08T${clock}:00.000Z`
const stay = (from: string, to: string | null, mode: Stay['mode'] = 'online'): Stay => ({ from: at(from), to: to && at(to), mode })
const member = (personId: string, more: Partial<Participant> = {}): Participant => ({ personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 1, ...more })
const attendance = (stays: Record<string, Stay[]>, excused: string[] = []): AttendanceState => ({ ...noAttendance, stays, excused })

const sitting = (stays: Record<string, Stay[]>, more: Partial<Sitting> = {}, excused: string[] = []): Sitting => ({
  status: 'live', openedAt: at('01:00'), closedAt: null, participants: [member('a'), member('b')], attendance: attendance(stays, excused), ...more,
})
const closed = { status: 'closed', closedAt: at('03:00') } as const
const withSubstitute = { participants: [member('a'), member('s', { voting: false, substituteFor: 'a' })] }

describe('the state of a person', () => {
  it.each<[string, Sitting, string]>([
    ['nobody has said anything', sitting({}), 'notChecked'],
    ['in the hall', sitting({ a: [stay('01:00', null, 'inPerson')] }), 'inPerson'],
    ['online', sitting({ a: [stay('01:00', null)] }), 'online'],
    ['came from the room into the hall', sitting({ a: [stay('00:50', '01:10'), stay('01:10', null, 'inPerson')] }), 'inPerson'],
    ['was there and went', sitting({ a: [stay('01:00', '01:30')] }), 'left'],
    ['said why they do not come', sitting({}, {}, ['a']), 'absentExcused'],
    ['said so, and came all the same', sitting({ a: [stay('01:00', null)] }, {}, ['a']), 'online'],
    ['said so, came, and went', sitting({ a: [stay('01:00', '01:10')] }, {}, ['a']), 'left'],
    ['somebody is there instead', sitting({ s: [stay('01:00', null)] }, withSubstitute), 'substitute'],
    ['somebody is to come instead', sitting({}, withSubstitute), 'notChecked'],
    ['came themselves too', sitting({ a: [stay('01:00', null, 'inPerson')], s: [stay('01:00', null)] }, withSubstitute), 'inPerson'],
    ['closed: was there the longer time in the hall', sitting({ a: [stay('01:00', '01:30'), stay('01:30', '03:00', 'inPerson')] }, closed), 'inPerson'],
    ['closed: was there the longer time online', sitting({ a: [stay('01:00', '01:10', 'inPerson'), stay('01:10', '03:00')] }, closed), 'online'],
    ['closed: went before the end', sitting({ a: [stay('01:00', '01:30')] }, closed), 'online'],
    ['closed: was there before the opening alone', sitting({ a: [stay('00:30', '00:50')] }, closed), 'absentUnexcused'],
    ['closed: with a reason', sitting({}, closed, ['a']), 'absentExcused'],
    ['closed: without', sitting({}, closed), 'absentUnexcused'],
    ['closed: somebody was there instead', sitting({ s: [stay('01:00', '02:00')] }, { ...closed, ...withSubstitute }, ['a']), 'substitute'],
  ])('%s', (_, one, expected) => {
    expect(attendanceStatus(one, 'a')).toBe(expected)
  })
})

describe('the quorum', () => {
  const rules = (countsForQuorum: boolean) => ({
    quorum: { numerator: 2, denominator: 3, strict: false, basis: '' }, substitutes: { countsForQuorum, mayVote: false, basis: '' },
  })
  const participants = [
    member('a'), member('b'), member('c'), member('clerk', { role: 'clerk', voting: false }),
    member('s', { voting: false, substituteFor: 'a' }), member('g', { role: 'guest', itemsOnly: true }),
  ]
  const here = (...ids: string[]) => ({ participants, attendance: attendance(Object.fromEntries(ids.map((id) => [id, [stay('01:00', null)]]))) })

  it('counts the voting members who are there, and nobody else', () => {
    expect(quorumOf(here('a', 'clerk', 'g', 's'), rules(false))).toEqual({ present: 1, summoned: 3, needed: 2, met: false })
    expect(quorumOf(here('a', 'b'), rules(false))).toEqual({ present: 2, summoned: 3, needed: 2, met: true })
  })

  it('counts who attends in a member’s place where the body says so, never beside the member', () => {
    expect(quorumOf(here('s', 'b'), rules(false))).toMatchObject({ present: 1, met: false })
    expect(quorumOf(here('s', 'b'), rules(true))).toMatchObject({ present: 2, summoned: 3, met: true })
    expect(quorumOf(here('s', 'a'), rules(true))).toMatchObject({ present: 1, met: false })
  })

  it('never counts a guest of single items, whatever else stands beside them', () => {
    const voting = participants.map((one) => one.personId === 'g' ? { ...one, voting: true } : one)
    expect(quorumOf({ ...here('g', 'a'), participants: voting }, rules(true))).toMatchObject({ present: 1, summoned: 3 })
  })

  it('of nobody summoned is never met', () => {
    expect(quorumOf({ participants: [], attendance: noAttendance }, rules(true))).toEqual({ present: 0, summoned: 0, needed: 1, met: false })
  })
})
