import { BASELINE_FILE_BYTES, baselineTemplate, beginBaseline, freezeBaseline, getBaseline, listBaselines, readBaselineFile, saveBaseline } from '../../protocol/baselines.ts'
import { getResults, listLedger, listResultEntries, meetingCosts, resultBodies, resultsFile, resultStrip } from '../../protocol/results.ts'
import { addTarget, listTargets, withdrawTarget } from '../../protocol/result-targets.ts'
import { unreadable } from '../bodies/table.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import { readBody } from '../platform/read-body.ts'
import type { BaselineFile } from './baseline-file.ts'
import type { Baselines } from './baselines.ts'
import type { Entries } from './entries.ts'
import type { Readers } from './readers.ts'
import type { ResultsDomain } from './results.ts'
import type { Targets } from './targets.ts'
import { resultSheets } from './workbook.ts'

export interface ResultsParts { readers: Readers, results: ResultsDomain, entries: Entries, baselines: Baselines, file: BaselineFile, targets: Targets }

export function mountResults(route: MountRoute, { readers, results, entries, baselines, file, targets }: ResultsParts, press: Pick<Press, 'deliverWorkbook'>): void {
  route(resultBodies, ({ caller }) => readers.bodies(caller))
  route(getResults, ({ query, caller }) => results.get(caller, query))
  route(resultStrip, async ({ caller }) => ({ strip: await results.strip(caller) }))
  route(listResultEntries, ({ query, caller }) => entries.list(caller, query))
  route(listLedger, ({ query, caller }) => entries.ledger(caller, query))
  route(meetingCosts, ({ params, caller }) => entries.meetingCosts(params.entryId, caller))
  route(resultsFile, async ({ query, caller, res }) => {
    const { thenFrom, thenTo, ...first } = query
    const then = thenFrom && thenTo ? await results.get(caller, { ...first, from: thenFrom, to: thenTo }) : null
    await press.deliverWorkbook(res, resultSheets(await results.get(caller, first), then), `Kết quả ${query.from} – ${query.to}`)
  })

  route(listTargets, ({ caller }) => targets.list(caller))
  route(addTarget, ({ body, caller }) => targets.add(caller, body))
  route(withdrawTarget, ({ params, body, caller }) => targets.withdraw(params.targetId, caller, body))

  // Before `:baselineId`, which would take the name for an id.
  route(baselineTemplate, async ({ query, res }) => {
    await press.deliverWorkbook(res, file.template(query.language), query.language === 'vi' ? 'Mẫu số liệu gốc' : 'Baseline template')
  })
  route(readBaselineFile, async ({ req }) => await file.read(await readBody(req, BASELINE_FILE_BYTES, () => unreadable('tooLarge', { limitBytes: BASELINE_FILE_BYTES }))))
  route(listBaselines, ({ caller }) => baselines.list(caller))
  route(beginBaseline, ({ body, caller }) => baselines.begin(caller, body))
  route(getBaseline, ({ params, caller }) => baselines.get(params.baselineId, caller))
  route(saveBaseline, ({ params, body, caller }) => baselines.save(params.baselineId, caller, body))
  route(freezeBaseline, ({ params, body, caller }) => baselines.freeze(params.baselineId, caller, body.revision))
}
