import type { Knex } from 'knex'
import { createAnnotations } from './annotations/annotations.ts'
import { commentsStore } from './annotations/comments-store.ts'
import { createComments } from './annotations/comments.ts'
import type { RequireReading } from './annotations/reading.ts'
import { mountAnnotations } from './annotations/routes.ts'
import { createSealer } from './annotations/seal.ts'
import { annotationsStore } from './annotations/store.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import { createOffline } from './offline/offline.ts'
import { mountOffline } from './offline/routes.ts'
import type { MountRoute } from './platform/contract.ts'

interface AnnotatingDeps {
  db: Knex
  journal: Pick<Journal, 'state' | 'snapshot'>
  access: MeetingAccess
  requireReading: RequireReading
  secret(purpose: string): Buffer
  now?: (() => Date) | undefined
}

/** What readers write on documents, for themselves and to each other, and what of them they keep on their devices. */
export function createAnnotating({ db, journal, access, requireReading, secret, now }: AnnotatingDeps) {
  const annotations = createAnnotations({ db, store: annotationsStore, sealer: createSealer(secret('private notes')), requireReading, now })
  const comments = createComments({ db, journal, access, store: commentsStore, requireReading })
  const offline = createOffline({ journal, access, now })
  return {
    annotations, comments, offline,
    mountRoutes(route: MountRoute): void {
      mountAnnotations(route, { annotations, comments })
      mountOffline(route, offline)
    },
  }
}
