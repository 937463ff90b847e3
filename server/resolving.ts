import type { Knex } from 'knex'
import type { BodyRecord } from './bodies/bodies.ts'
import type { Delivering } from './issuing/delivering.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { NewNotice } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import { createOpinionResolutions } from './resolutions/opinions.ts'
import { createResolutions } from './resolutions/resolutions.ts'
import { mountResolutions } from './resolutions/routes.ts'
import { resolutionsStore } from './resolutions/store.ts'
import { createResolutionTelling } from './resolutions/telling.ts'
import { createVoteResolutions } from './resolutions/votes.ts'

export interface ResolvingDeps {
  db: Knex
  journal: Pick<Journal, 'snapshot'>
  access: MeetingAccess
  issuing: Pick<Issuing, 'issue' | 'latest'>
  delivering: Pick<Delivering, 'known' | 'usual'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  now?: (() => Date) | undefined
}

/** Resolutions that adopted votes and passed written opinions become. */
export function createResolving({ db, journal, access, issuing, delivering, bodies, sendNotices, now = () => new Date() }: ResolvingDeps) {
  const store = resolutionsStore
  const { latest } = issuing
  const drafts = createResolutions({
    db, access, store, now, telling: createResolutionTelling({ officeOf: store.officeOf, send: sendNotices }),
    issuing: {
      issue: issuing.issue, latest,
      usualOf: async (source, bodyId, kind) => await delivering.known(source, await delivering.usual(source, bodyId, kind)),
    },
  })
  const votes = createVoteResolutions({ db, journal, access, store, resolutions: drafts, latest, bodies })
  return {
    resolutions: { ...drafts, ...createOpinionResolutions({ store, resolutions: drafts, latest, bodies, now }) },
    votes,
    mountRoutes(route: MountRoute): void { mountResolutions(route, { resolutions: drafts, votes }) },
  }
}

export type Resolving = ReturnType<typeof createResolving>
