import type { ExportBallots, ExportBox, ExportEntry } from '../../protocol/journal.ts'
import { boxRootText } from '../../protocol/secret-ballots.ts'
import { canonical, sha256 } from './chain.ts'

type Box = Pick<ExportBallots, 'voteId' | 'ballots'>

/**
 * SHA-256 over `{ voteId, ballots: [[voterId, choice, castAt], …] }` in canonical JSON (RFC 8785), ballots by voter's id; one that
 * took the place of another has its revision behind the time, and stands after it.
 */
export function ballotsRoot({ voteId, ballots }: Box): Buffer {
  const ordered = ballots.toSorted((a, b) => a.voterId < b.voterId ? -1 : a.voterId > b.voterId ? 1 : (a.revision ?? 1) - (b.revision ?? 1))
  return sha256(canonical({ voteId, ballots: ordered.map(({ voterId, choice, castAt, revision }) => [voterId, choice, castAt, ...revision ? [revision] : []]) }))
}

export type BallotsFinding =
  /** The ballots of a closed vote are not in the export. */
  | { code: 'ballotsMissing', voteId: string }
  /** The ballots are not those that the vote was closed with. */
  | { code: 'ballotsAltered', voteId: string }

/** Holds the ballots of each vote against the root in the entry that closed it. */
export function createBallotsCheck(report: (finding: BallotsFinding) => void) {
  const expected = new Map<string, string>()
  const found = new Map<string, string>()

  function compute(voteId: string, root: Buffer): void {
    if (found.has(voteId)) report({ code: 'ballotsAltered', voteId })
    found.set(voteId, root.toString('hex'))
  }

  return {
    entry({ kind, data: { voteId, ballotsRoot: root } }: ExportEntry): void {
      if (kind === 'vote.closed' && typeof voteId === 'string' && typeof root === 'string') expected.set(voteId, root)
    },
    ballots: (box: Box): void => compute(box.voteId, ballotsRoot(box)),
    /** The opened box of a secret vote. */
    box: (box: ExportBox): void => compute(box.voteId, sha256(boxRootText(box))),
    end(): void {
      for (const voteId of expected.keys()) if (!found.has(voteId)) report({ code: 'ballotsMissing', voteId })
      for (const [voteId, root] of found) if (expected.get(voteId) !== root) report({ code: 'ballotsAltered', voteId })
    },
  }
}
