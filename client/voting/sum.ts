import { confidenceLevels, levelKey, type ConfidenceLevel } from '../../protocol/ballots.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'

/** One line of the sum behind a result: what was given, and how many stand behind it when grades above count too. */
export interface SumLine {
  choice: string
  count: number
  /** Those who gave this grade or a better one; else the count itself. */
  reached: number
  /** Parts of the base, 0 to 1. */
  share: number
  /** The outcome rests on it. */
  carried: boolean
}

/** The sum behind a result, in the order of the ballot; elected ones first. Of scored criteria and of confidence there is another. */
export function sumOf(vote: Pick<VoteState, 'kind' | 'choices' | 'result'>): SumLine[] {
  const { result, kind } = vote
  if (!result || kind === 'scoring' || kind === 'confidence') return []
  let above = 0
  const lines = vote.choices.map((choice) => {
    const count = result.counts[choice] ?? 0
    above += count
    const carried = kind === 'named' ? result.accepted && choice === 'approve'
      : kind === 'grading' ? result.grade === choice
        : kind === 'options' ? result.winner === choice : result.elected?.includes(choice) ?? false
    return { choice, count, carried, reached: kind === 'grading' ? above : count, share: result.base ? count / result.base : 0 }
  })
  return kind === 'election' ? lines.toSorted((a, b) => Number(b.carried) - Number(a.carried) || b.count - a.count) : lines
}

/** How high the confidence in each person is. */
export function confidenceOf(vote: Pick<VoteState, 'kind' | 'choices' | 'result'>): { choice: string, low: boolean, levels: { level: ConfidenceLevel, count: number, share: number }[] }[] {
  const { result, kind, choices } = vote
  if (!result || kind !== 'confidence') return []
  return choices.map((choice) => ({
    choice, low: result.low?.includes(choice) ?? false,
    levels: confidenceLevels.map((level) => {
      const count = result.counts[levelKey(choice, level)] ?? 0
      return { level, count, share: result.base ? count / result.base : 0 }
    }),
  }))
}

/** The one vote that is open; the server allows no second. */
export function openVoteOf(votes: readonly VoteState[]): VoteState | undefined {
  return votes.find((vote) => !vote.closedAt)
}
