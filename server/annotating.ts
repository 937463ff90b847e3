import type { Knex } from 'knex'
import { createAnnotations } from './annotations/annotations.ts'
import { commentsStore } from './annotations/comments-store.ts'
import { createComments } from './annotations/comments.ts'
import type { RequireReading } from './annotations/reading.ts'
import { mountAnnotations } from './annotations/routes.ts'
import { createSealer } from './annotations/seal.ts'
import { annotationsStore } from './annotations/store.ts'
import { documentsStore } from './documents/store.ts'
import type { Journal } from './journal/journal.ts'
import { audienceOfItem, seesItem, type MeetingAccess } from './meetings/access.ts'
import { createOffline } from './offline/offline.ts'
import { mountOffline } from './offline/routes.ts'
import type { MountRoute } from './platform/contract.ts'
import { AppError } from './platform/error.ts'

interface AnnotatingDeps {
  db: Knex
  journal: Pick<Journal, 'state' | 'snapshot'>
  access: MeetingAccess
  secret(purpose: string): Buffer
  now?: (() => Date) | undefined
}

/** What readers write on documents, for themselves and to each other, and what of them they keep on their devices. */
export function createAnnotating({ db, journal, access, secret, now }: AnnotatingDeps) {
  const requireReading: RequireReading = async (meetingId, documentId, version, caller, source = db) => {
    const found = await access.accessTo(meetingId, caller, source)
    const document = await documentsStore.find(source, meetingId, documentId)
    if (!document || !seesItem(found, document.itemId) || (version ?? 1) !== 1) throw new AppError('documentNotFound')
    return { itemId: document.itemId, final: false, audience: audienceOfItem(found.meeting, document.itemId) }
  }
  const annotations = createAnnotations({ db, store: annotationsStore, sealer: createSealer(secret('private notes')), requireReading, now })
  const comments = createComments({ db, journal, access, store: commentsStore, requireReading })
  const offline = createOffline({ journal, access, now })
  return {
    annotations, comments, offline, requireReading,
    mountRoutes(route: MountRoute): void {
      mountAnnotations(route, { annotations, comments })
      mountOffline(route, offline)
    },
  }
}
