import { expect, test } from 'vitest'
import { noAttendance } from '../../protocol/attendance.ts'
import type { Person } from '../../protocol/identity.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { roster } from './roster.ts'

const participant = (personId: string, rank: number): Participant => ({ personId, rank, role: 'member', office: 'Uỷ viên', voting: true })
const person = (id: string, fullName: string): Person => ({ id, kind: 'person', fullName, office: '' })
const people = [person('1', 'Trần Văn Đức'), person('2', 'Lê Thị An'), person('3', 'Bùi Đông')]
const participants = [participant('1', 2), participant('2', 3), participant('3', 1)]

test('goes by protocol rank, or by given name in Vietnamese order', () => {
  expect(roster(participants, people, noAttendance).map((line) => line.fullName)).toEqual(['Bùi Đông', 'Trần Văn Đức', 'Lê Thị An'])
  expect(roster(participants, people, noAttendance, 'givenName').map((line) => line.personId)).toEqual(['2', '3', '1'])
})

test('tells each person’s state', () => {
  const lines = roster(participants, people, {
    devices: { 1: ['p'] }, stays: { 1: [{ from: 'a', to: null }], 3: [{ from: 'a', to: 'b' }] }, excused: ['2'], reasons: {}, headCounts: {},
  })
  expect(lines.map(({ personId, status }) => [personId, status])).toEqual([['3', 'left'], ['1', 'present'], ['2', 'absentExcused']])
})
