import { getReport, issueReport, previewReport } from '../../protocol/results-report.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Reports } from './report.ts'

export function mountReports(route: MountRoute, reports: Reports, press: Pick<Press, 'deliver'>): void {
  route(getReport, ({ query, caller }) => reports.draft(caller, query))
  route(previewReport, async ({ query: { format, ...wanted }, caller, res }) => { await press.deliver(res, await reports.preview(caller, wanted), format) })
  route(issueReport, ({ body, caller }) => reports.issue(caller, body))
}
