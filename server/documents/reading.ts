import type { Knex } from 'knex'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { z } from 'zod'
import type { DocumentState, Version } from '../../protocol/document-entries.ts'
import type { getReadings, getReadingsOf } from '../../protocol/documents.ts'
import { canSee, type TextBodies } from '../../protocol/journal.ts'
import { meetingReducer, viewerOf, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Journal } from '../journal/journal.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Notices } from '../notices/notices.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { Documents } from './documents.ts'
import { readingAsked } from './words.ts'

export interface PageSeconds { page: number, seconds: number }

/** How far a person is with one version of a document. */
export interface Reading { documentId: string, number: number, personId: string, pages: number, seconds: number, lastAt: Date }

/** How long one page of a version was read by a person. */
export interface PageReading extends PageSeconds { documentId: string, number: number }

export interface ReadingStore {
  /** Adds to what is known. One statement. */
  add(db: Knex, of: { documentId: string, number: number, personId: string, at: Date }, pages: readonly PageSeconds[]): Promise<void>
  /** Of all persons, by version. One query. */
  ofMeeting(db: Knex, meetingId: string): Promise<Reading[]>
  /** Page by page, of all versions. One query. */
  ofPerson(db: Knex, meetingId: string, personId: string): Promise<PageReading[]>
}

export interface ReadingDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: ReadingStore
  requireReading: Documents['require']
  pagesOf(sha256: string): Promise<number | null>
  sendNotices: Notices['send']
  now?: (() => Date) | undefined
}

type Readings = z.output<typeof getReadings.response>

/** Reports of one person on all documents; an open page makes four a minute. */
const REPORTS = { points: 60, duration: 60 }

/** Documents that others than the office read now, each with its newest version that is no draft. */
function circulated({ documents }: MeetingState): (DocumentState & { version: Version })[] {
  return documents.flatMap((document) => {
    const version = document.versions.findLast(({ state }) => state !== 'draft')
    return version && !document.withdrawn && !document.held ? [{ ...document, version }] : []
  })
}

/** Who has to read what. */
function readersOf(state: MeetingState): { personId: string, may: string[] }[] {
  const documents = circulated(state)
  return state.participants.map((participant) => {
    const viewer = viewerOf(participant, state)
    const may = documents.filter(({ version }) => canSee(version.audience, viewer)).map(({ documentId }) => documentId)
    return { personId: participant.personId, may }
  })
}

/** Who has read which page, and how long; readers are told that the office sees it. */
export function createReading({ db, journal, access, store, requireReading, pagesOf, sendNotices, now = () => new Date() }: ReadingDeps) {
  const limiter = new RateLimiterMemory(REPORTS)

  async function readings(source: Knex, meetingId: string, state: MeetingState): Promise<Readings> {
    const documents = circulated(state)
    const newest = new Map(documents.map(({ documentId, version }) => [documentId, version.number]))
    const read = Map.groupBy((await store.ofMeeting(source, meetingId)).filter((one) => one.number === newest.get(one.documentId)), ({ personId }) => personId)
    return {
      documents: documents.map(({ documentId, version }) => ({ documentId, version: version.number, pages: version.rendition?.pages ?? null })),
      readers: readersOf(state).map(({ personId, may }) => ({
        personId, may,
        read: (read.get(personId) ?? []).filter(({ documentId }) => may.includes(documentId))
          .map(({ documentId, pages, seconds, lastAt }) => ({ documentId, pages, seconds, lastAt: lastAt.toISOString() })),
      })),
    }
  }

  return {
    /** Throws as `documents.reportReading` of the contract says. */
    async report(meetingId: string, documentId: string, caller: Caller, { version, pages }: { version: number, pages: readonly PageSeconds[] }): Promise<void> {
      await limiter.consume(caller.personId).catch(tooManyRequests)
      const { sha256 } = await requireReading(meetingId, documentId, version, caller)
      const count = await pagesOf(sha256)
      const known = [...new Map(pages.map((one) => [one.page, one])).values()].filter(({ page }) => count === null || page <= count)
      if (known.length) await store.add(db, { documentId, number: version, personId: caller.personId, at: now() }, known)
    },

    /** Throws as `documents.readings` of the contract says. */
    async readings(meetingId: string, caller: Caller): Promise<Readings> {
      requireOffice(await access.accessTo(meetingId, caller))
      return await readings(db, meetingId, await journal.state(meetingId, meetingReducer))
    },

    /** Throws as `documents.readingsOf` of the contract says. */
    async readingsOf(meetingId: string, personId: string, caller: Caller): Promise<z.output<typeof getReadingsOf.response>> {
      requireOffice(await access.accessTo(meetingId, caller))
      const state = await journal.state(meetingId, meetingReducer)
      const reader = readersOf(state).find((one) => one.personId === personId)
      if (!reader) throw new AppError('notParticipant')
      const read = Map.groupBy(await store.ofPerson(db, meetingId, personId), ({ documentId, number }) => `${documentId} ${number}`)
      const documents = circulated(state).filter(({ documentId }) => reader.may.includes(documentId))
      return {
        documents: documents.map(({ documentId, version }) => ({
          documentId, pages: (read.get(`${documentId} ${version.number}`) ?? []).map(({ page, seconds }) => ({ page, seconds })),
        })),
      }
    },

    /** Throws as `documents.remindReaders` of the contract says. */
    async remind(meetingId: string, caller: Caller, { key, personIds }: { key: string, personIds: readonly string[] }): Promise<{ people: number }> {
      return await access.change(meetingId, caller, requireOffice, { key, fingerprint: ['documents.remindReaders', personIds] }, async (tx, { meeting }) => {
        requirePublished(meeting)
        const state = await tx.state(meetingReducer)
        if (!state.facts) throw new Error('a meeting without facts')
        const { readers } = await readings(tx.trx, meetingId, state)
        const wanted = new Set(personIds)
        const unread = readers.flatMap(({ personId, may, read }) => {
          const left = may.length - read.length
          return wanted.has(personId) && left > 0 ? [{ personId, left }] : []
        })
        const texts: TextBodies = await tx.bodies(state.facts)
        const secret = state.agenda.some(({ classified }) => classified)
        const title = secret ? null : texts[state.facts.title.$text] ?? null
        const { startsAt } = state.facts
        const people = await sendNotices(tx.trx, unread.map(({ personId, left }) => ({
          personId, kind: 'documents.readersReminded', topic: `meeting:${meetingId}`, link: `/meetings/${meetingId}`,
          // Once in an hour of the clock, however many press the button.
          dedupeKey: `documents.readersReminded:${meetingId}:${tx.at.toISOString().slice(0, 13)}`, words: readingAsked({ title, startsAt, left }),
        })))
        if (people) tx.append({ kind: 'documents.readersReminded', data: { people }, audience: { scope: 'office' } })
        return { people }
      })
    },
  }
}

export type ReadingRules = ReturnType<typeof createReading>
