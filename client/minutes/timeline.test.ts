import { expect, test } from 'vitest'
import { newItem } from '../../protocol/agenda.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { timelineOf } from './timeline.ts'

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 2, 2, 1, minute, second)).toISOString()

const state: MeetingState = {
  ...meetingReducer.initial(), openedAt: at(5), closedAt: at(50),
  attendance: {
    devices: {}, excused: [], reasons: {}, headCounts: {},
    told: {},
    stays: {
      a: [{ from: at(0), to: at(50, 30), mode: 'inPerson' }],
      // Came in online, and from there into the hall: no departure.
      b: [{ from: at(1), to: at(20), mode: 'online' }, { from: at(30), to: at(40), mode: 'online' }, { from: at(40), to: at(51), mode: 'inPerson' }],
      c: [{ from: at(9), to: null, mode: 'online' }],
    },
  },
  agenda: [
    { ...newItem({ itemId: 'x', title: { $text: 't', mac: '' }, minutes: 10, presenterId: null, purpose: 'decide', classified: false }), status: 'done', spentMs: 60_000 },
    newItem({ itemId: 'y', title: { $text: 't', mac: '' }, minutes: 10, presenterId: null, purpose: 'decide', classified: false }),
  ],
}

test('tells the course in order; who comes or goes together stands in one line', () => {
  const told = timelineOf(state).events.map((event) => [event.at, event.kind, 'personIds' in event ? event.personIds : []])
  expect(told).toEqual([
    [at(0), 'joined', ['a', 'b']],
    [at(5), 'opened', []],
    [at(9), 'joined', ['c']],
    [at(20), 'left', ['b']],
    [at(30), 'joined', ['b']],
    [at(50), 'closed', []],
    [at(50, 30), 'left', ['a', 'b']],
  ])
})

test('tells the items that were taken up', () => {
  expect(timelineOf(state).items.map(({ item, number }) => [item.itemId, number])).toEqual([['x', 1]])
})
