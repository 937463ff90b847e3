import type { Knex } from 'knex'
import type { Delivering } from './issuing/delivering.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Press } from './issuing/press.ts'
import type { MountRoute } from './platform/contract.ts'
import { mountReports } from './results/report-routes.ts'
import { reportsStore } from './results/report-store.ts'
import { createReports } from './results/report.ts'
import type { Resulting } from './resulting.ts'

export interface ReportingDeps {
  db: Knex
  resulting: Pick<Resulting, 'readers' | 'results'>
  issuing: Pick<Issuing, 'draft' | 'issue' | 'latest'>
  delivering: Pick<Delivering, 'known' | 'usual'>
  now?: (() => Date) | undefined
}

/** Results as an official paper of the body. */
export function createReporting({ db, resulting: { readers, results }, issuing, delivering, now = () => new Date() }: ReportingDeps) {
  const reports = createReports({
    db, store: reportsStore, readers, results, now,
    issuing: {
      draft: issuing.draft, issue: issuing.issue, latest: issuing.latest,
      usualOf: async (source, bodyId, kind) => await delivering.known(source, await delivering.usual(source, bodyId, kind)),
    },
  })
  return { reports, mountRoutes: (route: MountRoute, press: Press): void => { mountReports(route, reports, press) } }
}
