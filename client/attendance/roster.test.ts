import { expect, test } from 'vitest'
import { noAttendance } from '../../protocol/attendance.ts'
import type { Person } from '../../protocol/identity.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { Sitting } from '../../protocol/roll.ts'
import { isShown, roster, rosterFilters } from './roster.ts'

const participant = (personId: string, rank: number, more: Partial<Participant> = {}): Participant =>
  ({ personId, rank, role: 'member', office: 'Uỷ viên', voting: true, ...more })
const person = (id: string, fullName: string): Person => ({ id, kind: 'person', fullName, office: '' })
const people = [person('1', 'Trần Văn Đức'), person('2', 'Lê Thị An'), person('3', 'Bùi Đông')]
const participants = [participant('1', 2), participant('2', 3), participant('3', 1)]
const sitting = (more: Partial<Sitting> = {}): Sitting =>
  ({ status: 'live', openedAt: 'a', closedAt: null, participants, attendance: noAttendance, ...more })

test('goes by protocol rank, or by given name in Vietnamese order', () => {
  expect(roster(sitting(), people).map((line) => line.fullName)).toEqual(['Bùi Đông', 'Trần Văn Đức', 'Lê Thị An'])
  expect(roster(sitting(), people, 'givenName').map((line) => line.personId)).toEqual(['2', '3', '1'])
})

test('tells each person’s state, and who attends for whom', () => {
  const lines = roster(sitting({
    participants: [...participants, participant('4', 4, { voting: false, substituteFor: '2' })],
    attendance: {
      ...noAttendance, excused: ['2'],
      stays: { 1: [{ from: 'a', to: null, mode: 'inPerson' }], 3: [{ from: 'a', to: 'b', mode: 'online' }], 4: [{ from: 'a', to: null, mode: 'online' }] },
    },
  }), [...people, person('4', 'Ngô Thay')])
  expect(lines.map(({ personId, status, substitute, replaces }) => [personId, status, substitute, replaces])).toEqual([
    ['3', 'left', null, null], ['1', 'inPerson', null, null], ['2', 'substitute', 'Ngô Thay', null], ['4', 'online', null, 'Lê Thị An']])
})

test('every state is in one part of the list', () => {
  const parts = rosterFilters.filter((filter) => filter !== 'all')
  for (const status of ['inPerson', 'online', 'left', 'substitute', 'absentExcused', 'absentUnexcused', 'notChecked'] as const) {
    expect(parts.filter((filter) => isShown({ status }, filter))).toHaveLength(1)
    expect(isShown({ status }, 'all')).toBe(true)
  }
})
