import type { Knex } from 'knex'
import { createDelivering } from './issuing/delivering.ts'
import { deliveringStore } from './issuing/delivering-store.ts'
import { issuingStore } from './issuing/issuing-store.ts'
import { createIssuing, type IssuingDeps } from './issuing/issuing.ts'
import { templatesStore } from './issuing/templates-store.ts'
import { createPaperTemplates } from './issuing/templates.ts'
import type { Notices } from './notices/notices.ts'
import type { Jobs } from './platform/jobs.ts'

export interface PublishingDeps extends Pick<IssuingDeps, 'bodies' | 'people'> {
  db: Knex
  /** Known once everything is wired: invitations are issued here, and send notices. */
  sendNotices: Notices['send']
  jobs: Jobs
  now?: (() => Date) | undefined
}

/** Official papers: numbers, recipients, receipts, templates, signatures. */
export function createPublishing({ db, sendNotices, jobs, bodies, people, now }: PublishingDeps) {
  const templates = createPaperTemplates({ db, store: templatesStore, ...now && { now } })
  const delivering = createDelivering({ store: deliveringStore, notices: { send: sendNotices }, jobs })
  const issuing = createIssuing({ store: issuingStore, delivering, templateFor: templates.templateFor, bodies, people })
  return { issuing, templates, delivering }
}

export type Publishing = ReturnType<typeof createPublishing>
