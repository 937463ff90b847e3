import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { Grade, Majority, Threshold, VoteBase } from './shares.ts'
import { Criterion } from './voting-rules.ts'

/**
 * biểu quyết (tán thành, không tán thành, không có ý kiến) · đánh giá, xếp loại theo thang · chấm điểm theo tiêu chí ·
 * chọn phương án · bầu cử · lấy phiếu tín nhiệm
 */
export const VoteKind = z.enum(['named', 'grading', 'scoring', 'options', 'election', 'confidence'])
export type VoteKind = z.infer<typeof VoteKind>

/** tán thành · không tán thành · không có ý kiến */
export const namedChoices = ['approve', 'reject', 'abstain'] as const

/** tín nhiệm cao · tín nhiệm · tín nhiệm thấp */
export const confidenceLevels = ['high', 'confident', 'low'] as const
export const ConfidenceLevel = z.enum(confidenceLevels)
export type ConfidenceLevel = z.infer<typeof ConfidenceLevel>

/** The id of something to choose: a word of the kind's own, a grade, an option, a candidate or a criterion. Never with a full stop. */
const Choice = z.string().min(1).max(40)

/** What one ballot says, and nothing of whose it is. */
export const BallotContent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('named'), choice: Choice }),
  z.strictObject({ kind: z.literal('grading'), choice: Choice }),
  z.strictObject({ kind: z.literal('options'), choice: Choice }),
  /** Points by criterion: every criterion has some. */
  z.strictObject({ kind: z.literal('scoring'), scores: z.record(Choice, z.number()) }),
  /** Whom the ballot is for, in the ballot's order: those marked, or those not struck out. */
  z.strictObject({ kind: z.literal('election'), chosen: z.array(Choice).max(200) }),
  /** A level for each person. */
  z.strictObject({ kind: z.literal('confidence'), levels: z.record(Choice, ConfidenceLevel) }),
])
export type BallotContent = z.infer<typeof BallotContent>

/** An option, a candidate, or a person whose confidence is asked. Its id stays in a further round. */
export const VoteOption = z.object({ id: z.string(), label: TextRef, personId: Id.exactOptional() })
export type VoteOption = z.infer<typeof VoteOption>

/** What is frozen when a vote opens, and never changes afterwards. Journals of before lack what has a default. */
export const VoteTerms = z.object({
  voteId: Id, itemId: Id, kind: VoteKind, question: TextRef,
  /** Nobody learns who cast which ballot, the operator included (protocol/secret-ballots.ts). */
  secret: z.boolean().default(false),
  /** Ids, in the ballot's order. */
  choices: z.array(z.string()),
  /** Best first, for `grading` and `scoring`; else empty. */
  scale: z.array(Grade),
  /** For `options`, `election` and `confidence`, one for each of `choices`; else empty. */
  options: z.array(VoteOption).default([]),
  /** For `scoring`. */
  criteria: z.array(Criterion).default([]),
  /** For `election`: how many are elected, how a ballot is filled in, what is elected, and whether a ballot for nobody is valid. */
  election: z.object({ seats: z.int().positive(), method: z.enum(['mark', 'strike']), matter: z.string(), blankAllowed: z.boolean() }).exactOptional(),
  /** Who is entitled: without those recused. */
  electorate: z.array(Id),
  /** Who is entitled by right and takes no part in this vote, and why. */
  recused: z.array(z.object({ personId: Id, reason: TextRef })).default([]),
  base: z.object({ kind: VoteBase, size: z.int() }),
  threshold: Majority,
  /** Which of the body's special majorities the threshold is; absent: the usual one of the kind. */
  majority: z.string().exactOptional(),
  /** The share of those entitled whose ballots must have come. */
  returned: Threshold.exactOptional(),
  tie: z.enum(['notAdopted', 'chairDecides']).default('notAdopted'),
  /** Whose ballot decides a tie, where `tie` says so. */
  chairId: Id.exactOptional(),
  /** Whether one's ballot may be changed while the vote is open. */
  changeBallot: z.boolean().default(false),
  /** From 1; `previous` is the round before. */
  round: z.int().positive().default(1), previous: Id.exactOptional(),
  /** Who was there when it opened, by the body's quorum rule. Absent in journals of before there was this. */
  quorum: z.object({ present: z.int(), summoned: z.int(), needed: z.int(), met: z.boolean() }).exactOptional(),
  /** Why it was opened although too few were there. */
  withoutQuorum: TextRef.exactOptional(),
})
export type VoteTerms = z.infer<typeof VoteTerms>

/** Mean and spread of points: `deviation` is the standard deviation of all who gave some; it and `mean` are rounded to 1/100. */
const Points = z.object({ mean: z.number(), deviation: z.number(), min: z.number(), max: z.number() })
export type Points = z.infer<typeof Points>

/**
 * What a vote came to. `accepted`: the proposal was adopted, the grade passes, an option has won, all seats are filled, or of
 * nobody confidence is low. Where it is false, `why` says by which rule, other than by the choice of those who voted.
 */
export const VoteResult = z.object({
  /** Ballots by choice; in a vote of confidence by `person.level`; empty for scored criteria. On screen and on paper together. */
  counts: z.record(z.string(), z.int()),
  /** Valid ballots. */
  cast: z.int(),
  /** Papers that were not valid; what is cast on screen always is. */
  invalid: z.int().exactOptional(),
  base: z.int(),
  /** The fewest that reach the majority; with plurality one more than the next. */
  needed: z.int(),
  accepted: z.boolean(),
  /** For `grading` and `scoring`; null when no grade has the majority. */
  grade: z.string().nullable(),
  /**
   * Nobody is entitled (all are recused) · no valid ballot came · fewer ballots came than the body asks for · the leading ones are
   * equal · the majority was not reached.
   */
  why: z.enum(['nobodyEntitled', 'noBallots', 'tooFewReturned', 'tied', 'notReached']).exactOptional(),
  /** The vote was equal and decided by how the chair had voted. */
  byChair: z.literal(true).exactOptional(),
  /** For `options`. */
  winner: z.string().exactOptional(),
  /** For `election`, most votes first. */
  elected: z.array(z.string()).exactOptional(),
  /** For `options` and `election` that are not settled: among whom a further round is held. */
  goOn: z.array(z.string()).exactOptional(),
  /** For `confidence`: of whom it is low. */
  low: z.array(z.string()).exactOptional(),
  /** For `scoring`: by criterion, and of the totals. */
  points: z.record(z.string(), Points).exactOptional(), total: Points.exactOptional(),
})
export type VoteResult = z.infer<typeof VoteResult>

const Figure = z.int().min(0).max(100_000)

/**
 * What tellers counted in the hall: papers, or hands. `counts` as in a result; for scored criteria each paper's points instead.
 * For hands, those handed out and those collected are the hands that were raised.
 */
export const HallCount = z.strictObject({
  way: z.enum(['paper', 'hands']), handedOut: Figure, collected: Figure, invalid: Figure,
  counts: z.record(z.string().max(60), Figure), scored: z.array(z.record(Choice, z.number())).max(2000).exactOptional(),
})
export type HallCount = z.infer<typeof HallCount>

/** What of a vote's terms tells a valid ballot. */
export type BallotTerms = Pick<VoteTerms, 'kind' | 'choices' | 'criteria' | 'election'>

/** Whether a ballot may be cast in this vote: it is of its kind, and says what its terms allow and nothing else. */
export function validBallot(terms: BallotTerms, content: BallotContent): boolean {
  const { kind, choices } = terms
  if (content.kind !== kind) return false
  switch (content.kind) {
    case 'named': case 'grading': case 'options': return choices.includes(content.choice)
    case 'scoring': return validScores(terms, content.scores)
    case 'confidence': return hasExactly(content.levels, choices)
    case 'election': {
      const { chosen } = content
      const inOrder = choices.filter((id) => chosen.includes(id))
      const { seats = 0, blankAllowed = false } = terms.election ?? {}
      return inOrder.length === chosen.length && inOrder.every((id, index) => id === chosen[index])
        && chosen.length <= seats && (chosen.length > 0 || blankAllowed)
    }
  }
}

/** Every criterion has its points, between none and all, in its steps. */
export function validScores({ choices, criteria }: BallotTerms, scores: Record<string, number>): boolean {
  return hasExactly(scores, choices) && criteria.every(({ id, max, step }) => {
    const points = scores[id] ?? -1
    return points >= 0 && points <= max && Number.isInteger(points / step)
  })
}

const hasExactly = (record: Record<string, unknown>, keys: readonly string[]): boolean =>
  Object.keys(record).length === keys.length && keys.every((key) => Object.hasOwn(record, key))

/** Where in the counts of a vote of confidence a person's level stands. */
export const levelKey = (personChoice: string, level: ConfidenceLevel): string => `${personChoice}.${level}`

/** What of the terms tells whether a count in the hall can be. */
export type HallTerms = BallotTerms & Pick<VoteTerms, 'secret'>

/**
 * What is wrong with a count in the hall, or null. `marked`: how many vote there. More papers than voters, more collected than
 * handed out, choices that the ballot does not have, or sums that do not fit.
 */
export function flawOfHall(terms: HallTerms, hall: HallCount, marked: number): 'way' | 'handedOut' | 'collected' | 'invalid' | 'counts' | null {
  const { kind, choices, election, secret } = terms
  const { way, handedOut, collected, invalid, counts, scored } = hall
  if (way === 'hands' && (secret || kind === 'scoring' || handedOut !== collected || invalid > 0)) return 'way'
  if (handedOut > marked) return 'handedOut'
  if (collected > handedOut) return 'collected'
  if (invalid > collected) return 'invalid'
  const valid = collected - invalid
  if (kind === 'scoring') {
    return Object.keys(counts).length === 0 && scored?.length === valid && scored.every((scores) => validScores(terms, scores)) ? null : 'counts'
  }
  if (scored || !Object.keys(counts).every((key) => countKeys(terms).includes(key))) return 'counts'
  const sum = (keys: readonly string[]) => keys.reduce((total, key) => total + (counts[key] ?? 0), 0)
  switch (kind) {
    case 'named': case 'grading': case 'options': return sum(choices) === valid ? null : 'counts'
    case 'election':
      return choices.every((id) => (counts[id] ?? 0) <= valid) && sum(choices) <= valid * (election?.seats ?? 0)
        && (election?.blankAllowed || sum(choices) >= valid) ? null : 'counts'
    case 'confidence':
      return choices.every((id) => sum(confidenceLevels.map((level) => levelKey(id, level))) === valid) ? null : 'counts'
  }
}

/** Under which keys ballots are counted. */
export function countKeys({ kind, choices }: Pick<VoteTerms, 'kind' | 'choices'>): string[] {
  switch (kind) {
    case 'scoring': return []
    case 'confidence': return choices.flatMap((id) => confidenceLevels.map((level) => levelKey(id, level)))
    case 'named': case 'grading': case 'options': case 'election': return choices
  }
}
