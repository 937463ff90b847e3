import { BallotContent, type VoteKind } from './ballots.ts'
import type { BallotChoice } from './journal.ts'

/** What a ballot says as tables, the root and the auditor's export hold it: without its kind, which is the vote's. */
export function choiceOf(content: BallotContent): BallotChoice {
  switch (content.kind) {
    case 'named': case 'grading': case 'options': return content.choice
    case 'scoring': return content.scores
    case 'election': return content.chosen
    case 'confidence': return content.levels
  }
}

/** The ballot again. Throws for what is none of its kind. */
export function contentOf(kind: VoteKind, choice: BallotChoice): BallotContent {
  switch (kind) {
    case 'named': case 'grading': case 'options': return BallotContent.parse({ kind, choice })
    case 'scoring': return BallotContent.parse({ kind, scores: choice })
    case 'election': return BallotContent.parse({ kind, chosen: choice })
    case 'confidence': return BallotContent.parse({ kind, levels: choice })
  }
}
