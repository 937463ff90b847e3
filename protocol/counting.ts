import { confidenceLevels, countKeys, levelKey, type BallotContent, type HallCount, type Points, type VoteResult, type VoteTerms } from './ballots.ts'
import { fewest, reaches } from './shares.ts'

/** What of a vote's terms its result depends on. */
export type CountingTerms = Pick<VoteTerms, 'kind' | 'choices' | 'scale' | 'criteria' | 'election' | 'base' | 'threshold' | 'tie' | 'returned' | 'electorate'>

/** What came in: on screen and in the hall together. */
interface Box { counts: Record<string, number>, scores: Record<string, number>[], cast: number, invalid: number }

/** What a kind makes of the counts; `needed` stands in for the share where a plurality has its own. */
type Outcome = Pick<VoteResult, 'accepted' | 'grade' | 'why' | 'byChair' | 'winner' | 'elected' | 'goOn' | 'low' | 'points' | 'total'> & { needed?: number }

/**
 * Counts ballots by the frozen terms, whoever does it and wherever. `hall`: what was counted on paper or by hands. `chair`: what the
 * chair cast, for terms by which that decides a tie. Contents must be valid (`validBallot`), and the hall's count without a flaw.
 */
export function countBallots(terms: CountingTerms, contents: readonly BallotContent[], hall?: HallCount, chair?: BallotContent): VoteResult {
  const box = collect(terms, contents, hall)
  const { counts, cast, invalid } = box
  const base = baseOf(terms, cast + invalid, cast)
  const noDecision = voidOf(terms, cast, invalid)
  const { needed = fewest(base, terms.threshold), ...outcome }: Outcome = noDecision
    ? { accepted: false, grade: null, why: noDecision, ...pointsOf(terms, box) } : outcomeOf(terms, box, base, chair)
  return { counts, cast, ...invalid > 0 ? { invalid } : {}, base, needed, ...outcome }
}

function collect(terms: CountingTerms, contents: readonly BallotContent[], hall?: HallCount): Box {
  const counts = Object.fromEntries(countKeys(terms).map((key) => [key, hall?.counts[key] ?? 0]))
  const add = (key: string) => { counts[key] = (counts[key] ?? 0) + 1 }
  const scores = [...hall?.scored ?? []]
  for (const content of contents) {
    switch (content.kind) {
      case 'named': case 'grading': case 'options': add(content.choice); break
      case 'scoring': scores.push(content.scores); break
      case 'election': content.chosen.forEach(add); break
      case 'confidence': for (const [id, level] of Object.entries(content.levels)) add(levelKey(id, level))
    }
  }
  return { counts, scores, cast: contents.length + (hall ? hall.collected - hall.invalid : 0), invalid: hall?.invalid ?? 0 }
}

/**
 * What the result is counted against. Incumbents were counted when the vote opened, and an absence so counts as not in favour.
 * Those present were counted then too, but an elector who came later may vote as well: where more vote than were present at the
 * opening, those who voted are the base.
 */
function baseOf({ base }: CountingTerms, voted: number, valid: number): number {
  switch (base.kind) {
    case 'incumbents': return base.size
    case 'present': return Math.max(base.size, voted)
    case 'validBallots': return valid
  }
}

/** Why nothing can be decided whatever the ballots say. */
function voidOf({ electorate, returned }: CountingTerms, cast: number, invalid: number): VoteResult['why'] {
  if (electorate.length === 0) return 'nobodyEntitled'
  if (cast === 0) return 'noBallots'
  return returned && !reaches(cast + invalid, electorate.length, returned) ? 'tooFewReturned' : undefined
}

function outcomeOf(terms: CountingTerms, box: Box, base: number, chair?: BallotContent): Outcome {
  switch (terms.kind) {
    case 'named': return named(terms, box.counts, base, chair)
    case 'grading': return graded(terms, box.counts, base)
    case 'scoring': return scored(terms, box, base)
    case 'options': return chosen(terms, box.counts, base)
    case 'election': return elected(terms, box.counts, base)
    case 'confidence': return trusted(terms, box.counts, base)
  }
}

/** Accepted when those in favour reach the majority; an abstention counts in the base alone. */
function named({ threshold, tie }: CountingTerms, { approve = 0, reject = 0 }: Record<string, number>, base: number, chair?: BallotContent): Outcome {
  const needed = threshold.plurality ? { needed: reject + 1 } : {}
  if (threshold.plurality ? approve > reject : reaches(approve, base, threshold)) return { accepted: true, grade: null, ...needed }
  if (approve !== reject) return { accepted: false, grade: null, why: 'notReached', ...needed }
  const chairs = tie === 'chairDecides' && chair?.kind === 'named' ? chair.choice : undefined
  if (approve > 0 && chairs === 'approve') return { accepted: true, grade: null, byChair: true, ...needed }
  if (approve > 0 && chairs === 'reject') return { accepted: false, grade: null, why: 'tied', byChair: true, ...needed }
  return { accepted: false, grade: null, why: approve > 0 ? 'tied' : 'notReached', ...needed }
}

/** The best grade that the share of the base gave or surpassed; by plurality the one given most often. Accepted when it passes. */
function graded({ scale, choices, threshold }: CountingTerms, counts: Record<string, number>, base: number): Outcome {
  if (threshold.plurality) {
    const { leader, needed } = lead(choices, counts)
    const grade = scale.find(({ id }) => id === leader)
    return { accepted: grade?.passes ?? false, grade: grade?.id ?? null, needed, ...grade ? {} : { why: 'tied' } }
  }
  let soFar = 0
  const grade = scale.find(({ id }) => {
    soFar += counts[id] ?? 0
    return reaches(soFar, base, threshold)
  })
  return { accepted: grade?.passes ?? false, grade: grade?.id ?? null, ...grade ? {} : { why: 'notReached' } }
}

/** The grade that the mean total gives, where the share of the base handed in a ballot. */
function scored(terms: CountingTerms, box: Box, base: number): Outcome {
  const figures = pointsOf(terms, box)
  if (!terms.threshold.plurality && !reaches(box.cast, base, terms.threshold)) return { accepted: false, grade: null, why: 'notReached', ...figures }
  const grade = terms.scale.find(({ from = 0 }) => (figures.total?.mean ?? 0) >= from)
  return { accepted: grade?.passes ?? false, grade: grade?.id ?? null, ...grade ? {} : { why: 'notReached' }, ...figures }
}

function pointsOf({ kind, choices }: CountingTerms, { scores }: Box): Pick<VoteResult, 'points' | 'total'> {
  if (kind !== 'scoring' || !scores.length) return {}
  const totals = scores.map((one) => choices.reduce((sum, id) => sum + (one[id] ?? 0), 0))
  return { points: Object.fromEntries(choices.map((id) => [id, spread(scores.map((one) => one[id] ?? 0))])), total: spread(totals) }
}

/** Sums of halves and of their squares are exact, so that the order of ballots makes no difference. */
function spread(values: readonly number[]): Points {
  const count = values.length
  const sum = values.reduce((total, value) => total + value, 0)
  const squares = values.reduce((total, value) => total + value * value, 0)
  return {
    mean: hundredths(sum / count), deviation: hundredths(Math.sqrt(Math.max(0, count * squares - sum * sum)) / count),
    min: Math.min(...values), max: Math.max(...values),
  }
}

const hundredths = (value: number) => Math.round(value * 100) / 100

/** The one with most ballots, if it is one alone, and how many it takes to be that. */
function lead(choices: readonly string[], counts: Record<string, number>) {
  const [first, second] = choices.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
  const [most, next] = [first ? counts[first] ?? 0 : 0, second ? counts[second] ?? 0 : 0]
  return { leader: most > next ? first : undefined, needed: next + 1 }
}

/** The option with most ballots, if they reach the majority. Else a further round is among the leading two, with all that are equal to them. */
function chosen({ choices, threshold }: CountingTerms, counts: Record<string, number>, base: number): Outcome {
  const { leader, needed } = lead(choices, counts)
  const given = (id: string) => counts[id] ?? 0
  const most = Math.max(...choices.map(given))
  const own = threshold.plurality ? { needed } : {}
  if (leader !== undefined && (threshold.plurality || reaches(most, base, threshold))) return { accepted: true, grade: null, winner: leader, ...own }
  const second = choices.map(given).toSorted((a, b) => b - a)[1] ?? 0
  const goOn = choices.filter((id) => given(id) > 0 && given(id) >= second)
  return { accepted: false, grade: null, why: leader === undefined ? 'tied' : 'notReached', goOn: goOn.length > 1 ? goOn : [...choices], ...own }
}

/**
 * Those whose ballots reach the majority, most first, as far as there are seats. Where equal ones would be more than the seats left,
 * none of them is elected, and a further round is among them; else it is among all not elected.
 */
function elected({ choices, threshold, election }: CountingTerms, counts: Record<string, number>, base: number): Outcome {
  const seats = election?.seats ?? 0
  const given = (id: string) => counts[id] ?? 0
  const passing = choices.filter((id) => threshold.plurality ? given(id) > 0 : reaches(given(id), base, threshold)).toSorted((a, b) => given(b) - given(a))
  const next = passing[seats]
  const equal = next === undefined ? [] : passing.filter((id) => given(id) === given(next))
  const overflow = equal.some((id) => passing.indexOf(id) < seats)
  const won = overflow ? passing.filter((id) => !equal.includes(id)) : passing.slice(0, seats)
  const own = threshold.plurality ? { needed: 1 } : {}
  if (won.length === seats) return { accepted: true, grade: null, elected: won, ...own }
  const goOn = overflow ? choices.filter((id) => equal.includes(id)) : choices.filter((id) => !won.includes(id))
  return { accepted: false, grade: null, why: overflow ? 'tied' : 'notReached', elected: won, goOn, ...own }
}

/** Of whom low confidence reaches the share; by plurality, of whom it is the most given level. */
function trusted({ choices, threshold }: CountingTerms, counts: Record<string, number>, base: number): Outcome {
  const low = choices.filter((id) => {
    const keys = confidenceLevels.map((level) => levelKey(id, level))
    return threshold.plurality ? lead(keys, counts).leader === levelKey(id, 'low') : reaches(counts[levelKey(id, 'low')] ?? 0, base, threshold)
  })
  return { accepted: low.length === 0, grade: null, low, ...threshold.plurality ? { needed: 1 } : {} }
}
