import { isDeepStrictEqual } from 'node:util'
import { validBallot, VoteTerms, type BallotContent, type VoteResult } from '../../protocol/ballots.ts'
import { countBallots } from '../../protocol/counting.ts'
import { fold, type ExportRecord } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { readBallotText, type Box } from '../../protocol/secret-ballots.ts'
import { ballotHash, boxRoot, credentialHolds, signatureHolds, voteKeyOf } from './blind.ts'

export type BoxFinding =
  /** Nobody who drew a credential made this ballot's. `hash` names the ballot. */
  | { code: 'credentialWrong', hash: string }
  /** It was altered, or its one-use key did not sign it. */
  | { code: 'signatureWrong', hash: string }
  /** It is of another vote, or says what the terms do not allow. */
  | { code: 'contentWrong', hash: string }
  /** Two ballots with one credential. */
  | { code: 'ballotDoubled', hash: string }
  | { code: 'notInOrder' }
  /** Who holds the signing key gave credentials to nobody: the box was stuffed. */
  | { code: 'moreBallotsThanDrawn', ballots: number, drawn: number }
  /** The box is not the one that the vote was closed with. */
  | { code: 'rootDiffers' }
  /** The ballots come to another result. */
  | { code: 'resultDiffers' }
  /** Ballots were altered in the database before the box was opened. */
  | { code: 'unreadableBallots', count: number }
  /** The journal tells another vote, key, electors or root. */
  | { code: 'notOfJournal', what: string }

/** Judges an opened box alone, or against the journal's export: needs nothing else. `result` is what was counted here. */
export function verifyBox(box: Box, journal?: readonly ExportRecord[]): { findings: BoxFinding[], result: VoteResult } {
  const findings: BoxFinding[] = journal ? againstJournal(box, journal) : []
  const { voteId, publicKey, terms, ballots, drawn } = box
  const voteKey = voteKeyOf(publicKey)
  const keys = new Set<string>()
  const contents: BallotContent[] = []
  let last = ''
  let ordered = true
  for (const ballot of ballots) {
    const hash = ballotHash(ballot).toString('hex')
    ordered &&= last < hash
    last = hash
    if (!credentialHolds(voteKey, ballot)) findings.push({ code: 'credentialWrong', hash })
    if (!signatureHolds(ballot)) findings.push({ code: 'signatureWrong', hash })
    if (keys.has(ballot.key)) findings.push({ code: 'ballotDoubled', hash })
    keys.add(ballot.key)
    const read = readBallotText(ballot.text)
    if (read?.voteId === voteId && validBallot(terms, read.content)) contents.push(read.content)
    else findings.push({ code: 'contentWrong', hash })
  }
  if (!ordered) findings.push({ code: 'notInOrder' })
  if (ballots.length > new Set(drawn).size) findings.push({ code: 'moreBallotsThanDrawn', ballots: ballots.length, drawn: new Set(drawn).size })
  if (box.unreadable > 0) findings.push({ code: 'unreadableBallots', count: box.unreadable })
  if (boxRoot({ voteId, publicKey, ballots }).toString('hex') !== box.ballotsRoot) findings.push({ code: 'rootDiffers' })
  const result = countBallots(terms, contents, box.hall ?? undefined)
  if (!isDeepStrictEqual(result, box.result)) findings.push({ code: 'resultDiffers' })
  return { findings, result }
}

/** Whether vote, key, electors, hall and root are those that the journal tells; whether the journal is whole, its own verifier says. */
function againstJournal(box: Box, records: readonly ExportRecord[]): BoxFinding[] {
  const entries = records.filter((record) => record.record === 'entry')
  const state = fold(meetingReducer, entries)
  const vote = state.votes.find(({ voteId }) => voteId === box.voteId)
  const secret = state.secretBoxes.find(({ voteId }) => voteId === box.voteId)
  const closing = entries.find(({ kind, data }) => kind === 'vote.closed' && data['voteId'] === box.voteId)
  if (!vote || !secret?.opened) return [{ code: 'notOfJournal', what: 'vote' }]
  const told = {
    key: secret.publicKey, drawn: vote.drawn.toSorted(), root: closing?.data['ballotsRoot'], result: vote.result, hall: vote.hallResult,
    // All of them: what is elected, by whom, and by which rule, and no rule less.
    terms: VoteTerms.parse(vote), unreadable: secret.opened.unreadable,
  }
  const claimed: typeof told = {
    key: box.publicKey, drawn: box.drawn.toSorted(), root: box.ballotsRoot, result: box.result, hall: box.hall, terms: box.terms, unreadable: box.unreadable,
  }
  return (Object.keys(told) as (keyof typeof told)[]).filter((what) => !isDeepStrictEqual(told[what], claimed[what]))
    .map((what) => ({ code: 'notOfJournal', what }))
}
