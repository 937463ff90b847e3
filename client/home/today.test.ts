import { describe, expect, it } from 'vitest'
import type { MeetingSummary } from '../../protocol/meetings.ts'
import { actionOf, actionPath, meetingOfToday } from './today.ts'

const MINUTE = 60_000
const now = Date.parse('2026-11-25T01:00:00Z') // 08:00 in Vietnam
const at = (minutes: number) => new Date(now + minutes * MINUTE).toISOString()
const DAY = 24 * 60

function meeting(title: string, part: Partial<MeetingSummary>): MeetingSummary {
  return {
    id: `id-${title}`, bodyId: 'body', bodyName: 'Ban Thường vụ', title, mode: 'online', place: 'Phòng 1',
    startsAt: at(60), plannedMinutes: 120,
    status: 'published', openedAt: null, closedAt: null, role: 'member', minutes: 'none', ...part,
  }
}

describe('actionOf', () => {
  it.each([
    ['join', { status: 'live', startsAt: at(-30) }],
    ['join', { startsAt: at(30) }],
    ['join', { startsAt: at(-5) }],
    ['read', { startsAt: at(31) }],
    ['prepare', { startsAt: at(31), role: 'clerk' }],
    ['prepare', { status: 'draft', role: 'chair' }],
    ['minutes', { status: 'closed', minutes: 'published' }],
    ['minutes', { status: 'closed', minutes: 'draft', role: 'clerk' }],
    ['read', { status: 'closed', minutes: 'draft' }],
    ['read', { status: 'closed', minutes: 'none', role: 'clerk' }],
  ] as const)('%s: %o', (action, part) => {
    expect(actionOf(meeting('a', part), now)).toBe(action)
  })

  it('leads to the room, the minutes or the meeting', () => {
    expect((['join', 'minutes', 'read', 'prepare'] as const).map((action) => actionPath(meeting('a', {}), action)))
      .toEqual(['/meetings/id-a/room', '/meetings/id-a/minutes', '/meetings/id-a', '/meetings/id-a'])
  })
})

describe('meetingOfToday', () => {
  const live = meeting('live', { status: 'live', startsAt: at(-60), openedAt: at(-60) })
  const soon = meeting('soon', { startsAt: at(60) })
  const running = meeting('running', { startsAt: at(-20) })
  const over = meeting('over', { startsAt: at(-300) })
  const tomorrow = meeting('tomorrow', { startsAt: at(DAY) })
  const later = meeting('later', { startsAt: at(5 * DAY) })
  const draft = meeting('draft', { status: 'draft', role: 'clerk', startsAt: at(2 * DAY) })
  const closed = meeting('closed', { status: 'closed', startsAt: at(-60), closedAt: at(-5), minutes: 'draft' })
  const toWrite = { ...closed, title: 'toWrite', role: 'clerk' as const }
  const longClosed = meeting('longClosed', { status: 'closed', startsAt: at(-3 * DAY), closedAt: at(-3 * DAY + 60) })

  it.each([
    ['live', [soon, later, live, toWrite]],
    ['running', [soon, running, later]],
    ['soon', [later, tomorrow, over, soon, toWrite]],
    ['toWrite', [tomorrow, closed, toWrite]],
    ['tomorrow', [later, tomorrow, draft, closed, over]],
    ['draft', [draft, closed, over]],
    ['closed', [closed, longClosed, over]],
    [undefined, [longClosed, over]],
    [undefined, []],
  ])('%s is the one', (title, meetings) => {
    expect(meetingOfToday(meetings, now)?.title).toBe(title)
  })
})
