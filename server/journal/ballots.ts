import type { ExportBallots, ExportEntry } from '../../protocol/journal.ts'
import { canonical, sha256 } from './chain.ts'

type Box = Pick<ExportBallots, 'voteId' | 'ballots'>

/** SHA-256 over `{ voteId, ballots: [[voterId, choice, castAt], …] }` in canonical JSON (RFC 8785), ballots by voter's id. */
export function ballotsRoot({ voteId, ballots }: Box): Buffer {
  const rows = ballots.map(({ voterId, choice, castAt }) => [voterId, choice, castAt])
  return sha256(canonical({ voteId, ballots: rows.toSorted(([a = ''], [b = '']) => a < b ? -1 : 1) }))
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

  return {
    entry({ kind, data: { voteId, ballotsRoot: root } }: ExportEntry): void {
      if (kind === 'vote.closed' && typeof voteId === 'string' && typeof root === 'string') expected.set(voteId, root)
    },
    ballots(box: Box): void {
      if (found.has(box.voteId)) report({ code: 'ballotsAltered', voteId: box.voteId })
      found.set(box.voteId, ballotsRoot(box).toString('hex'))
    },
    end(): void {
      for (const voteId of expected.keys()) if (!found.has(voteId)) report({ code: 'ballotsMissing', voteId })
      for (const [voteId, root] of found) if (expected.get(voteId) !== root) report({ code: 'ballotsAltered', voteId })
    },
  }
}
