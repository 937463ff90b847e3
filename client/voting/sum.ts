import type { VoteState } from '../../protocol/voting.ts'

/** One line of the sum behind a result: what was given, and how many stand behind it when grades above count too. */
export interface SumLine {
  choice: string
  count: number
  /** Those who gave this grade or a better one; for named votes the count itself. */
  reached: number
  /** Parts of the base, 0 to 1. */
  share: number
}

/** The sum behind a result, in the order of the ballot. */
export function sumOf(vote: Pick<VoteState, 'kind' | 'choices' | 'result'>): SumLine[] {
  const { result } = vote
  if (!result) return []
  let above = 0
  return vote.choices.map((choice) => {
    const count = result.counts[choice] ?? 0
    above += count
    const reached = vote.kind === 'grading' ? above : count
    return { choice, count, reached, share: result.base ? count / result.base : 0 }
  })
}

/** The one vote that is open; the server allows no second. */
export function openVoteOf(votes: readonly VoteState[]): VoteState | undefined {
  return votes.find((vote) => !vote.closedAt)
}

/** Entitled persons whose ballot has not come. */
export function notYetVoted(vote: Pick<VoteState, 'electorate' | 'voted'>): string[] {
  const voted = new Set(vote.voted)
  return vote.electorate.filter((personId) => !voted.has(personId))
}
