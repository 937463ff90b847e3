import type { Answer, AnswerKind, InvitationsState } from '../../protocol/invitation-entries.ts'
import type { Participant } from '../../protocol/meetings.ts'

/** How somebody stands to the invitation, as the office sees it. */
export type AnswerStanding = AnswerKind | 'silent' | 'replaced' | 'substituteFor'

export interface AnswerLine { participant: Participant, standing: AnswerStanding, answer: Answer | null }

/** The table of answers by protocol rank. An answer to another start, or a substitute whom the chair declined, is none any more. */
export function answerLines(participants: readonly Participant[], { answers, againAt }: InvitationsState): AnswerLine[] {
  const replaced = new Set(participants.flatMap(({ substituteFor }) => substituteFor ?? []))
  return participants.toSorted((a, b) => a.rank - b.rank).map((participant) => {
    const answer = answers[participant.personId] ?? null
    return { participant, answer, standing: standingOf(participant, answer, againAt, replaced) }
  })
}

function standingOf({ personId, substituteFor }: Participant, answer: Answer | null, againAt: string | null, replaced: ReadonlySet<string>): AnswerStanding {
  if (substituteFor !== undefined && !answer) return 'substituteFor'
  if (replaced.has(personId)) return 'replaced'
  if (!answer || answer.substitute?.decision === 'declined' || (againAt !== null && answer.at < againAt)) return 'silent'
  return answer.answer
}

/** How many stand how. */
export function countStandings(lines: readonly AnswerLine[]): Record<AnswerStanding, number> {
  const counts: Record<AnswerStanding, number> = { inPerson: 0, online: 0, absent: 0, substitute: 0, silent: 0, replaced: 0, substituteFor: 0 }
  for (const { standing } of lines) counts[standing] += 1
  return counts
}
