import { endTriageRule, listTriageRules, previewTriageRule, reportTriage, reviseTriageRule } from '../../protocol/triage-book.ts'
import { decideTriage, finishTriage, getTriage, listDelegated, listTriage, noteTriage } from '../../protocol/triage.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Deciding } from './deciding.ts'
import type { Ending } from './ending.ts'
import type { Judging } from './judging.ts'
import type { TriageReading } from './reading.ts'
import type { RuleBook } from './rules.ts'

export interface TriageDomain { reading: TriageReading, deciding: Deciding, ending: Ending, book: RuleBook, judging: Judging }

export function mountTriage(route: MountRoute, { reading, deciding, ending, book, judging }: TriageDomain): void {
  route(listTriage, ({ query, caller }) => reading.list(caller, query))
  route(listDelegated, ({ caller }) => reading.delegated(caller))
  route(reportTriage, ({ query, caller }) => judging.report(caller, query))
  route(getTriage, ({ params, caller }) => reading.get(params.proposalId, caller))
  route(noteTriage, ({ params, body, caller }) => ending.note(params.proposalId, caller, body.version, body.notes))
  route(decideTriage, ({ params, body, caller }) => deciding.decide(params.proposalId, caller, body))
  route(finishTriage, async ({ params, body, caller }) => {
    await ending.finish(params.proposalId, caller, body)
    return {}
  })
  route(listTriageRules, () => book.all())
  route(reviseTriageRule, ({ body, caller }) => book.revise(caller, body))
  route(endTriageRule, async ({ params, body, caller }) => {
    await book.end(caller, params.ruleId, body)
    return {}
  })
  route(previewTriageRule, ({ body, caller }) => book.preview(caller, body.rule))
}
