import type { Knex } from 'knex'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { MAX_ANNOTATIONS, type Anchor, type Annotation, type addAnnotation, type changeAnnotation } from '../../protocol/annotations.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { RequireReading } from './reading.ts'
import type { Sealer } from './seal.ts'

export interface SealedAnnotation {
  annotationId: string
  documentId: string
  version: number
  sealed: Buffer
  carriedFrom: string | null
  revision: number
  at: Date
}

/** Every call names the person: nobody's annotations are found through another. */
export interface AnnotationsStore {
  list(db: Knex, personId: string, documentId: string): Promise<SealedAnnotation[]>
  find(db: Knex, personId: string, documentId: string, annotationId: string): Promise<SealedAnnotation | undefined>
  /** Undefined when the person has as many as may be; what stands there when the id is taken. */
  insert(db: Knex, personId: string, row: SealedAnnotation, max: number): Promise<SealedAnnotation | undefined>
  /** Undefined when the revision is another, or there is none. */
  change(db: Knex, personId: string, row: Pick<SealedAnnotation, 'annotationId' | 'documentId' | 'sealed' | 'revision'>): Promise<SealedAnnotation | undefined>
  remove(db: Knex, personId: string, documentId: string, annotationId: string): Promise<boolean>
}

export interface AnnotationsDeps {
  db: Knex
  store: AnnotationsStore
  sealer: Sealer
  requireReading: RequireReading
  now?: (() => Date) | undefined
}

type NewAnnotation = z.output<NonNullable<typeof addAnnotation.body>>
type AnnotationChange = z.output<NonNullable<typeof changeAnnotation.body>>
interface Inside { anchor: Anchor, colour: Annotation['colour'], body: string }

/**
 * Notes and highlights for oneself. Being able to read the document is the one right to them; whose they are decides the
 * session and never the request.
 */
export function createAnnotations({ db, store, sealer, requireReading, now = () => new Date() }: AnnotationsDeps) {
  const place = (documentId: string, annotationId: string) => `${documentId}/${annotationId}`

  function opened({ personId }: Caller, { sealed, documentId, at, ...row }: SealedAnnotation): Annotation {
    const inside = sealer.open(personId, place(documentId, row.annotationId), sealed) as Inside
    return { ...row, ...inside, at: at.toISOString() }
  }

  return {
    /** Throws `meetingNotFound`, `documentNotFound`. */
    async list(meetingId: string, documentId: string, caller: Caller): Promise<Annotation[]> {
      await requireReading(meetingId, documentId, null, caller)
      return (await store.list(db, caller.personId, documentId)).map((row) => opened(caller, row))
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `annotationsFull`, `idempotencyKeyReused`. */
    async add(meetingId: string, documentId: string, caller: Caller, wanted: NewAnnotation): Promise<Annotation> {
      const { key: annotationId, version, anchor, colour, body, carriedFrom } = wanted
      await requireReading(meetingId, documentId, version, caller)
      const inside: Inside = { anchor, colour, body }
      const sealed = sealer.seal(caller.personId, place(documentId, annotationId), inside)
      const row = await store.insert(db, caller.personId, { annotationId, documentId, version, sealed, carriedFrom, revision: 1, at: now() }, MAX_ANNOTATIONS)
      if (!row) throw new AppError('annotationsFull', { limit: MAX_ANNOTATIONS })
      if (row.documentId !== documentId || row.version !== version) throw new AppError('idempotencyKeyReused')
      const standing = opened(caller, row)
      if (!isDeepStrictEqual(standing.anchor, anchor)) throw new AppError('idempotencyKeyReused')
      return standing
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `annotationNotFound`, `annotationChanged`. */
    async change(meetingId: string, documentId: string, annotationId: string, caller: Caller, to: AnnotationChange): Promise<Annotation> {
      await requireReading(meetingId, documentId, null, caller)
      const before = await store.find(db, caller.personId, documentId, annotationId)
      if (!before) throw new AppError('annotationNotFound')
      const standing = opened(caller, before)
      const inside: Inside = { anchor: standing.anchor, colour: to.colour, body: to.body }
      const sealed = sealer.seal(caller.personId, place(documentId, annotationId), inside)
      const row = await store.change(db, caller.personId, { annotationId, documentId, sealed, revision: to.revision })
      if (row) return opened(caller, row)
      const meanwhile = await store.find(db, caller.personId, documentId, annotationId)
      if (!meanwhile) throw new AppError('annotationNotFound')
      throw new AppError('annotationChanged', { annotation: opened(caller, meanwhile) })
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `annotationNotFound`. */
    async remove(meetingId: string, documentId: string, annotationId: string, caller: Caller): Promise<void> {
      await requireReading(meetingId, documentId, null, caller)
      if (!await store.remove(db, caller.personId, documentId, annotationId)) throw new AppError('annotationNotFound')
    },
  }
}

export type Annotations = ReturnType<typeof createAnnotations>
