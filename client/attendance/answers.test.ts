import { expect, test } from 'vitest'
import { noInvitations, type Answer } from '../../protocol/invitation-entries.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { answerLines, countStandings } from './answers.ts'

const participant = (personId: string, rank: number, more: Partial<Participant> = {}): Participant =>
  ({ personId, rank, role: 'member', office: 'Uỷ viên', voting: true, ...more })
const answer = (kind: Answer['answer'], at: string, substitute: Answer['substitute'] = null): Answer => ({ answer: kind, at, via: 'product', substitute })
const named = (personId: string, decision: 'waiting' | 'agreed' | 'declined') => ({ personId, name: { $text: personId, mac: '0'.repeat(64) }, decision })

const participants = [
  participant('late', 2), participant('absent', 1), participant('declined', 3), participant('replaced', 4), participant('silent', 5),
  participant('instead', 4, { substituteFor: 'replaced', voting: false }), participant('waits', 6),
]
const state = {
  ...noInvitations, againAt: '2026-06-02T00:00:00.000Z',
  answers: {
    late: answer('inPerson', '2026-06-01T00:00:00.000Z'), absent: answer('absent', '2026-06-03T00:00:00.000Z'),
    declined: answer('substitute', '2026-06-03T00:00:00.000Z', named('x', 'declined')),
    replaced: answer('substitute', '2026-06-03T00:00:00.000Z', named('instead', 'agreed')),
    waits: answer('substitute', '2026-06-03T00:00:00.000Z', named('y', 'waiting')),
  },
}

test('an answer to another start, or with a substitute who was declined, is none; whoever is replaced has answered', () => {
  const standings = Object.fromEntries(answerLines(participants, state).map((line) => [line.participant.personId, line.standing]))
  expect(standings).toEqual({
    absent: 'absent', late: 'silent', declined: 'silent', replaced: 'replaced', silent: 'silent', instead: 'substituteFor', waits: 'substitute',
  })
  expect(countStandings(answerLines(participants, state))).toMatchObject({ silent: 3, absent: 1, replaced: 1, substitute: 1, inPerson: 0 })
})

test('goes by protocol rank', () => {
  expect(answerLines(participants, noInvitations).map((line) => line.participant.personId).slice(0, 3)).toEqual(['absent', 'late', 'declined'])
})
