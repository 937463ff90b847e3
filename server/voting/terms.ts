import { isPresent } from '../../protocol/attendance.ts'
import { namedChoices, type VoteOption, type VoteTerms } from '../../protocol/ballots.ts'
import type { BodyRules } from '../../protocol/bodies.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { summonedOf } from '../../protocol/roll.ts'
import { hasFurtherRound, mayGoOnOf, seatsLeftOf, type VoteState } from '../../protocol/vote-entries.ts'
import type { VoteAsked } from '../../protocol/voting.ts'
import type { Majority } from '../../protocol/shares.ts'
import type { SpecialMajority, VoteRule } from '../../protocol/voting-rules.ts'
import { AppError } from '../platform/error.ts'

type State = Pick<MeetingState, 'participants' | 'attendance' | 'votes'>

/** Options whose labels are not kept as texts yet. */
export type NewOption = Omit<VoteOption, 'label'> & { label: string }

/** What a vote opened now is decided by; texts are still to be kept. `options` of a further round have theirs already. */
export type NewTerms =
  Omit<VoteTerms, 'voteId' | 'itemId' | 'question' | 'quorum' | 'withoutQuorum' | 'recused' | 'options'>
  & { options: readonly (VoteOption | NewOption)[], recused: readonly { personId: string, reason: string }[] }

const refuse = (reason: string) => new AppError('voteTermsInvalid', { reason })

/**
 * One elector a seat: the member, or in the place of a member who is not there the substitute who may vote and is. So a seat
 * never has two ballots.
 */
function electorsOf({ participants, attendance }: State): string[] {
  const there = ({ personId }: Participant) => isPresent(attendance, personId)
  return summonedOf(participants).map((member) => {
    const instead = participants.find((one) => one.substituteFor === member.personId && one.voting && there(one))
    return (there(member) ? member : instead ?? member).personId
  })
}

/**
 * Freezes what the body's rules say at this moment. Throws `gradingNotAllowed` where the body has no scale or criteria,
 * `voteTermsInvalid` (details `reason`), `statutoryElection` (details `basis`), `nobodyEntitled`, `voteNotFound` for a round before
 * that there is not.
 */
export function termsOf(asked: VoteAsked, rules: BodyRules, state: State): NewTerms {
  const previous = previousOf(asked, state.votes)
  const own = ofKind(asked, rules, previous)
  const special = specialOf(asked, rules, previous)
  const { base, ...threshold } = special ? only(special) : own.threshold
  const { threshold: _, ...kindly } = own
  const entitled = electorsOf(state)
  const { recused = [], secret = false } = asked
  const away = new Set(recused.map(({ personId }) => personId))
  if (away.size < recused.length || recused.some(({ personId, reason }) => !entitled.includes(personId) || !reason)) throw refuse('recused')
  const electorate = entitled.filter((personId) => !away.has(personId))
  if (!electorate.length) throw new AppError('nobodyEntitled')
  const counted = rules.voting.recusedInBase ? entitled : electorate
  const sizes = { incumbents: counted.length, present: counted.filter((id) => isPresent(state.attendance, id)).length, validBallots: 0 }
  const { returned, changeBallot } = rules.voting
  const tie = decidesTies(threshold) ? rules.voting.tie : 'notAdopted'
  const chairId = state.participants.find(({ role, personId }) => role === 'chair' && electorate.includes(personId))?.personId
  return {
    kind: asked.kind, secret, ...kindly, electorate, recused,
    base: { kind: base, size: sizes[base] }, threshold, ...special ? { majority: special.id } : {},
    ...returned ? { returned } : {},
    tie, ...tie === 'chairDecides' && chairId ? { chairId } : {},
    changeBallot: changeBallot && !secret,
    round: (previous?.round ?? 0) + 1, ...previous ? { previous: previous.voteId } : {},
  }
}

/**
 * The special majority that is asked for, as the body's rules have it now. A further round is decided by the one that the first had.
 */
function specialOf({ majority, kind }: VoteAsked, { voting }: BodyRules, previous?: VoteState): SpecialMajority | undefined {
  const id = majority ?? previous?.majority
  if (previous && id !== previous.majority) throw refuse('majority')
  if (id === undefined) return undefined
  const found = voting.specialMajorities.find((one) => one.id === id)
  if (!found || (kind !== 'named' && kind !== 'options' && kind !== 'election')) throw refuse('majority')
  return found
}

/** Whether the chair's vote could make a majority of an equal vote: not where more than a simple one is asked for. */
const decidesTies = ({ numerator, denominator, plurality }: Majority): boolean => plurality === true || numerator * 2 <= denominator

/** The vote that this one is a further round of: closed with a result that did not settle the matter, and not followed by another round yet. */
function previousOf({ previous, itemId, kind }: VoteAsked, votes: readonly VoteState[]): VoteState | undefined {
  if (previous === undefined) return undefined
  const vote = votes.find((one) => one.voteId === previous)
  if (!vote || vote.itemId !== itemId) throw new AppError('voteNotFound')
  const open = vote.result && !vote.result.accepted && !hasFurtherRound(votes, previous)
  if (!open || vote.kind !== kind || kind === 'confidence') throw refuse('previous')
  return vote
}

type OfKind = Pick<NewTerms, 'choices' | 'scale' | 'options' | 'criteria' | 'election'> & { threshold: VoteRule }

function ofKind(asked: VoteAsked, rules: BodyRules, previous?: VoteState): OfKind {
  const { voting, majority, grading } = rules
  const none = { scale: [], options: [], criteria: [] }
  if ((asked.kind === 'election') !== (asked.election !== undefined)) throw refuse('election')
  switch (asked.kind) {
    case 'named': return { ...none, ...withoutOptions(asked), choices: [...namedChoices], threshold: only(majority) }
    case 'grading': {
      if (!grading) throw new AppError('gradingNotAllowed')
      const { scale, threshold, base } = grading
      return { ...none, ...withoutOptions(asked), scale, choices: scale.map(({ id }) => id), threshold: only({ ...threshold, base }) }
    }
    case 'scoring': {
      if (!voting.scoring) throw new AppError('gradingNotAllowed')
      const { criteria, scale, rule } = voting.scoring
      return { ...none, ...withoutOptions(asked), scale, criteria, choices: criteria.map(({ id }) => id), threshold: only(rule) }
    }
    case 'options': return { ...none, ...optionsOf(asked, 2, previous), threshold: only(voting.options) }
    case 'confidence': return { ...none, ...optionsOf(asked, 1), threshold: only(voting.confidence) }
    case 'election': return { ...none, ...electionOf(asked, rules, previous), threshold: only(voting.election) }
  }
}

/** A rule as terms hold it: nothing of what else stands beside it. */
function only({ numerator, denominator, strict, plurality, basis, base }: VoteRule): VoteRule {
  return { numerator, denominator, strict, basis, base, ...plurality ? { plurality } : {} }
}

function withoutOptions({ options, goOn }: VoteAsked): object {
  if (options?.length || goOn) throw refuse('options')
  return {}
}

/** What stands on the ballot: new, or of a further round those that go on, under the ids that they had. */
function optionsOf({ options: given = [], goOn }: VoteAsked, fewest: number, previous?: VoteState): Pick<OfKind, 'choices' | 'options'> {
  const options = previous ? (given.length ? [] : goingOn(goOn, previous)) : goOn ? [] : given.map(({ label, personId }, index): NewOption => ({ id: `o${index + 1}`, label, ...personId ? { personId } : {} }))
  if (options.length < fewest) throw refuse('options')
  if (!previous && new Set(given.map(({ label }) => label.toLocaleLowerCase('vi'))).size < given.length) throw refuse('sameOption')
  return { options, choices: options.map(({ id }) => id) }
}

function goingOn(asked: readonly string[] | undefined, previous: VoteState): VoteOption[] {
  const may = mayGoOnOf(previous)
  if (asked && (new Set(asked).size < asked.length || !asked.every((id) => may.includes(id)))) throw refuse('goOn')
  return previous.options.filter(({ id }) => (asked ?? may).includes(id))
}

function electionOf(asked: VoteAsked, { voting }: BodyRules, previous?: VoteState) {
  const { seats = 0, method = 'mark', matter = '' } = asked.election ?? {}
  const elected = voting.matters.find(({ id }) => id === matter)
  if (!elected || (previous && previous.election?.matter !== matter)) throw refuse('matter')
  if (elected.statutory) throw new AppError('statutoryElection', { matter, basis: elected.basis })
  const ballot = optionsOf(asked, 1, previous)
  const left = previous ? seatsLeftOf(previous) : ballot.options.length
  if (seats > left || seats > ballot.options.length) throw refuse('seats')
  return { ...ballot, election: { seats, method, matter, blankAllowed: voting.election.blankAllowed } }
}
