import { contentOf } from '../../protocol/ballot-choice.ts'
import { VoteTerms } from '../../protocol/ballots.ts'
import { countBallots } from '../../protocol/counting.ts'
import type { ExportBallots, ExportBox, ExportEntry } from '../../protocol/journal.ts'
import { VoteClosed } from '../../protocol/vote-entries.ts'
import { boxRootText } from '../../protocol/secret-ballots.ts'
import { canonical, sha256 } from './chain.ts'

type Box = Pick<ExportBallots, 'voteId' | 'ballots'>

/**
 * SHA-256 over `{ voteId, ballots: [[voterId, choice, castAt], …] }` in canonical JSON (RFC 8785), ballots by voter's id; one that
 * took the place of another has its revision behind the time, and stands after it.
 */
export function ballotsRoot({ voteId, ballots }: Box): Buffer {
  const ordered = ballots.toSorted((a, b) => a.voterId < b.voterId ? -1 : a.voterId > b.voterId ? 1 : (a.revision ?? 1) - (b.revision ?? 1))
  const rows = ordered.map(({ voterId, choice, castAt, revision }) => [voterId, choice, castAt, ...revision ? [revision] : []])
  return sha256(canonical({ voteId, ballots: rows }))
}

export type BallotsFinding =
  /** The ballots of a closed vote are not in the export. */
  | { code: 'ballotsMissing', voteId: string }
  /** The ballots are not those that the vote was closed with. */
  | { code: 'ballotsAltered', voteId: string }
  /** The ballots, counted again by the terms of the vote, come to something else than its closing says. */
  | { code: 'resultWrong', voteId: string }

/** Holds the ballots of each vote against the root in the entry that closed it, and counts those under names again. */
export function createBallotsCheck(report: (finding: BallotsFinding) => void) {
  const expected = new Map<string, string>()
  const found = new Map<string, string>()
  const terms = new Map<string, VoteTerms>()
  const closings = new Map<string, VoteClosed>()
  const boxes: Box[] = []

  function compute(voteId: string, root: Buffer): void {
    if (found.has(voteId)) report({ code: 'ballotsAltered', voteId })
    found.set(voteId, root.toString('hex'))
  }

  return {
    entry({ kind, data }: ExportEntry): void {
      const { voteId, ballotsRoot: root } = data
      if (kind === 'vote.closed' && typeof voteId === 'string' && typeof root === 'string') {
        expected.set(voteId, root)
        const closing = VoteClosed.safeParse(data).data
        if (closing) closings.set(voteId, closing)
      }
      const opened = kind === 'vote.opened' ? VoteTerms.safeParse(data).data : undefined
      if (opened) terms.set(opened.voteId, opened)
    },
    ballots(box: Box): void {
      compute(box.voteId, ballotsRoot(box))
      boxes.push(box)
    },
    /** The opened box of a secret vote. */
    box: (box: ExportBox): void => compute(box.voteId, sha256(boxRootText(box))),
    end(): void {
      for (const voteId of expected.keys()) if (!found.has(voteId)) report({ code: 'ballotsMissing', voteId })
      for (const [voteId, root] of found) if (expected.get(voteId) !== root) report({ code: 'ballotsAltered', voteId })
      for (const box of boxes) {
        const [opened, closing] = [terms.get(box.voteId), closings.get(box.voteId)]
        if (opened && closing && !comesTo(opened, closing, box)) report({ code: 'resultWrong', voteId: box.voteId })
      }
    },
  }
}

/** Whether the ballots come to the result; what journals did not tell yet when it was written is not looked at. */
function comesTo(opened: VoteTerms, { result, hall }: VoteClosed, { ballots }: Box): boolean {
  try {
    const inTurn = ballots.toSorted((a, b) => (a.revision ?? 1) - (b.revision ?? 1))
    const last = new Map(inTurn.map(({ voterId, choice }) => [voterId, contentOf(opened.kind, choice)]))
    const recount: Record<string, unknown> = countBallots(opened, [...last.values()], hall, opened.chairId ? last.get(opened.chairId) : undefined)
    return Object.entries(result).every(([key, told]) => canonical(told) === canonical(recount[key] ?? null))
  } catch {
    // A ballot of another kind than the vote's.
    return false
  }
}
