import { expect, test } from 'vitest'
import { noAttendance } from '../../protocol/attendance.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { roster } from './roster.ts'

const participant = (personId: string, rank: number): Participant => ({ personId, rank, role: 'member', office: 'Uỷ viên', voting: true })
const people = [
  { id: '1', fullName: 'Trần Văn Đức', office: '' }, { id: '2', fullName: 'Lê Thị An', office: '' }, { id: '3', fullName: 'Bùi Đông', office: '' },
]
const participants = [participant('1', 2), participant('2', 3), participant('3', 1)]

test('goes by protocol rank, or by given name in Vietnamese order', () => {
  expect(roster(participants, people, noAttendance).map((line) => line.fullName)).toEqual(['Bùi Đông', 'Trần Văn Đức', 'Lê Thị An'])
  expect(roster(participants, people, noAttendance, 'givenName').map((line) => line.personId)).toEqual(['2', '3', '1'])
})

test('tells each person’s state', () => {
  const lines = roster(participants, people, {
    devices: { 1: ['p'] }, stays: { 1: [{ from: 'a', to: null }], 3: [{ from: 'a', to: 'b' }] }, excused: ['2'], reasons: {},
  })
  expect(lines.map(({ personId, status }) => [personId, status])).toEqual([['3', 'left'], ['1', 'present'], ['2', 'absentExcused']])
})
