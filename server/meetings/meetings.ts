import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Person } from '../../protocol/identity.ts'
import type { ExportBallots, ExportBox } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { changeMeeting, MeetingDraft } from '../../protocol/convening.ts'
import { versionOf, type MeetingFacts, type MeetingStatus, type Participant } from '../../protocol/meetings.ts'
import type { Bodies } from '../bodies/bodies.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { audienceOf, isOffice, requireOffice, requireOfficeOrPresiding, type Meeting, type MeetingAccess } from './access.ts'
import { createListing } from './listing.ts'
import { appendProgramme } from './programme.ts'
import type { Readiness } from './readiness.ts'
import type { MeetingRulesBook } from './rules.ts'
import type { ListedMeeting } from './summaries.ts'
import { textOf } from './texts.ts'

type Draft = z.output<typeof MeetingDraft>
type Change = z.output<NonNullable<typeof changeMeeting.body>>

export interface MeetingStore {
  /** A fresh id, later ones sorting after earlier ones. */
  newId(db: Knex): Promise<string>
  /** The meeting that this person created under this key. */
  findCreation(db: Knex, creatorId: string, key: string): Promise<{ meetingId: string, fingerprint: Buffer } | undefined>
  /** Inserts a draft; false, and nothing inserted, when the creator's key was used. Waits for another creation under it. */
  insert(trx: Knex.Transaction, meeting: Meeting, creation: { creatorId: string, key: string, fingerprint: Buffer }): Promise<boolean>
  insertParticipants(trx: Knex.Transaction, meetingId: string, participants: readonly Participant[]): Promise<void>
  update(trx: Knex.Transaction, meetingId: string, change: Partial<Omit<Meeting, 'id' | 'bodyId'>>): Promise<void>
  participants(db: Knex, meetingId: string): Promise<Participant[]>
  /** The person's meetings, latest start first, then by id; of drafts only those where the person is chair or clerk. One query. */
  list(db: Knex, personId: string, filter: ListFilter): Promise<ListedMeeting[]>
  /** One row of that list. */
  listed(db: Knex, personId: string, meetingId: string): Promise<ListedMeeting | undefined>
  /** Which of these meetings are live. */
  liveAmong(db: Knex, meetingIds: readonly string[]): Promise<string[]>
  /** Forgets the keys of meetings created before then; returns how many. */
  forgetKeys(db: Knex, before: Date): Promise<number>
}

export interface ListFilter {
  status?: MeetingStatus | undefined
  /** Only what comes after this place of the list. */
  before?: { startsAt: Date, id: string | null } | undefined
  /** Only what starts then or later. */
  from?: Date | undefined
  limit: number
}

/** What ends with a meeting, each step in the command that closes it. */
export interface Closing {
  /** Before `meeting.closed`, in this order. */
  endings: readonly ((tx: JournalTx) => Promise<void>)[]
  /** After `meeting.closed`. */
  draftMinutes(tx: JournalTx): Promise<void>
  /** After the commit; may fail, since presence is ended already. */
  closeRoom(meetingId: string): Promise<void>
}

export interface MeetingsDeps {
  db: Knex
  journal: Pick<Journal, 'create' | 'export'>
  access: MeetingAccess
  store: MeetingStore
  bodies: Pick<Bodies, 'bodies' | 'bodyFor' | 'presentMembers'>
  rules: Pick<MeetingRulesBook, 'of' | 'require'>
  readiness: Pick<Readiness, 'findingsOf'>
  people(ids: readonly string[]): Promise<Person[]>
  minutesStatuses(meetingIds: readonly string[]): Promise<Map<string, 'draft' | 'review' | 'published'>>
  /** The ballots of a meeting's closed votes, for its auditors. */
  closedBallots(trx: Knex.Transaction, meetingId: string): Promise<(ExportBallots | ExportBox)[]>
  closing: Closing
  log: Pick<Logger, 'warn'>
}

/** Who may do what to a meeting. Creating one is decided by the role in the body. */
const may = {
  change: requireOffice, publish: requireOffice, open: requireOfficeOrPresiding, close: requireOfficeOrPresiding, exportJournal: requireOffice,
}

/** A meeting's life: draft → published → live → closed, and no way back. Meetings that are not held: postponing.ts. */
export function createMeetings({ db, journal, access, store, bodies, rules, readiness, people, minutesStatuses, closedBallots, closing, log }: MeetingsDeps) {
  async function createOnce(caller: Caller, key: string, fingerprint: Buffer, bodyId: string, draft: Draft): Promise<string | undefined> {
    await rules.require(db, draft.startsAt, draft)
    const participants = (await bodies.presentMembers(bodyId, new Date()))
      .map(({ person, ...membership }): Participant => ({ personId: person.id, ...membership }))
    return await db.transaction(async (trx) => {
      const meetingId = await store.newId(trx)
      return await journal.create(meetingId, trx, { actorId: caller.personId }, async (tx) => {
        const { title: titleBody, place: placeBody, ...rest } = draft
        const [title, place] = [await tx.text(titleBody), await tx.text(placeBody)]
        const facts: MeetingFacts = { ...rest, title, place }
        const meeting: Meeting = {
          id: meetingId, bodyId, ...rowOf(facts), status: 'draft', publishedAt: null, openedAt: null, closedAt: null, presidingId: null, clerkActs: false,
        }
        if (!await store.insert(trx, meeting, { creatorId: caller.personId, key, fingerprint })) throw new KeyUsed()
        await store.insertParticipants(trx, meetingId, participants)
        tx.append({ kind: 'meeting.created', data: { ...facts, bodyId, participants }, audience: { scope: 'office' } })
        return meetingId
      })
    }).catch((error: unknown) => {
      if (error instanceof KeyUsed) return undefined
      throw error
    })
  }

  return {
    accessTo: access.accessTo,

    ...createListing({ db, access, store, bodies, rules, people, minutesStatuses }),

    /**
     * Throws `bodyNotFound`, `forbiddenInMeeting` for members who hold no office in the body, `idempotencyKeyReused`,
     * `meetingKindNotFound`, `meetingRoomNotFound`.
     */
    async create(caller: Caller, { key, bodyId, ...draft }: Draft & { bodyId: string, key: string }): Promise<{ meetingId: string }> {
      const { role } = await bodies.bodyFor(caller.personId, bodyId)
      if (!isOffice(role)) throw new AppError('forbiddenInMeeting', { role })
      const fingerprint = sha256(canonical({ bodyId, ...draft }))
      const before = await store.findCreation(db, caller.personId, key)
      const created = before ? undefined : await createOnce(caller, key, fingerprint, bodyId, draft)
      if (created) return { meetingId: created }
      const found = before ?? await store.findCreation(db, caller.personId, key)
      if (!found?.fingerprint.equals(fingerprint)) throw new AppError('idempotencyKeyReused')
      return { meetingId: found.meetingId }
    },

    /**
     * `version` is the one that the edit began from. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingAlreadyLive`,
     * `meetingClosed`, `meetingCancelled`, `meetingPostponed` for another start (see postponing.ts), `classifiedNeedsInPerson`,
     * `dateInPast`, `meetingKindNotFound`, `meetingRoomNotFound`, and `meetingChanged`, which says what the meeting is now.
     */
    async change(meetingId: string, caller: Caller, { version, ...draft }: Change): Promise<{ version: number }> {
      return await access.change(meetingId, caller, may.change, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'live')
        const { facts, agenda, changedBy } = await tx.state(meetingReducer)
        if (!facts) throw new Error('a meeting without facts')
        if (versionOf(facts) !== version) {
          throw new AppError('meetingChanged', { version: versionOf(facts), present: await draftOf(tx, facts), changedBy })
        }
        if (draft.mode !== 'inPerson' && agenda.some(({ classified }) => classified)) throw new AppError('classifiedNeedsInPerson')
        if (draft.startsAt !== facts.startsAt) requireMovable(meeting, draft.startsAt, tx.at)
        await rules.require(tx.trx, draft.startsAt, draft, facts)
        const [title, place] = [await textOf(tx, facts.title, draft.title), await textOf(tx, facts.place, draft.place)]
        const changed: MeetingFacts = { ...draft, title, place }
        const { version: _, ...present } = facts
        if (canonical(changed) === canonical(present)) return { version }
        await store.update(tx.trx, meetingId, rowOf(changed))
        tx.append({ kind: 'meeting.changed', data: { ...changed, version: version + 1 }, audience: audienceOf(meeting) })
        return { version: version + 1 }
      })
    },

    /**
     * States everything, since members have seen nothing of the draft. Throws `meetingNotFound`, `forbiddenInMeeting`,
     * `meetingNotDraft`, and `notReady` for what blocks, or needs a reason where none is given; the reason is recorded for the office.
     */
    async publish(meetingId: string, caller: Caller, reason?: string): Promise<void> {
      await access.change(meetingId, caller, may.publish, {}, async (tx, { meeting }) => {
        if (meeting.status !== 'draft') throw new AppError('meetingNotDraft')
        const state = await tx.state(meetingReducer)
        const findings = await readiness.findingsOf(tx.trx, meeting, state, caller.personId, tx.at)
        const against = findings.filter(({ severity }) => severity === 'blocks' || (severity === 'needsReason' && reason === undefined))
        if (against.length) throw new AppError('notReady', { findings: against })
        const { facts, participants } = state
        await store.update(tx.trx, meetingId, { status: 'published', publishedAt: tx.at })
        tx.append({ kind: 'meeting.published', data: { facts, participants, items: [], documents: [] }, audience: { scope: 'meeting' } })
        appendProgramme(tx, state)
        const despite = findings.filter(({ severity }) => severity === 'needsReason')
        if (reason === undefined || !despite.length) return
        const data = { reason: await tx.text(reason), findings: despite.map(({ code, itemId }) => ({ code, ...itemId === undefined ? {} : { itemId } })) }
        tx.append({ kind: 'meeting.publishedDespite', data, audience: { scope: 'office' } })
      })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingPostponed`, `meetingCancelled`,
     * `meetingAlreadyLive`, `meetingClosed`.
     */
    async open(meetingId: string, caller: Caller, key: string): Promise<void> {
      await access.change(meetingId, caller, may.open, { key, fingerprint: 'meeting:open' }, async (tx, { meeting }) => {
        requirePublished(meeting, 'live')
        await store.update(tx.trx, meetingId, { status: 'live', openedAt: tx.at })
        tx.append({ kind: 'meeting.opened', data: {}, audience: { scope: 'meeting' } })
      })
    },

    /**
     * Ends what is going on (vote, item, presence), closes, and drafts the minutes: all of it or nothing. The room is
     * closed after that. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`.
     */
    async close(meetingId: string, caller: Caller, key: string): Promise<void> {
      await access.change(meetingId, caller, may.close, { key, fingerprint: 'meeting:close' }, async (tx, { meeting }) => {
        requireLive(meeting)
        for (const end of closing.endings) await end(tx)
        await store.update(tx.trx, meetingId, { status: 'closed', closedAt: tx.at })
        tx.append({ kind: 'meeting.closed', data: {}, audience: { scope: 'meeting' } })
        await closing.draftMinutes(tx)
      })
      await closing.closeRoom(meetingId).catch((err: unknown) => { log.warn({ meetingId, err }, 'the media room could not be closed') })
    },

    /** The auditor's export, as pieces of one JSON file. Throws `meetingNotFound`, `forbiddenInMeeting`, `tooManyRequests`. */
    async exportJournal(meetingId: string, caller: Caller): Promise<AsyncIterable<string>> {
      may.exportJournal(await access.accessTo(meetingId, caller))
      return await journal.export(meetingId, (trx) => closedBallots(trx, meetingId))
    },

    /** Which of these meetings are live. */
    liveAmong: (meetingIds: readonly string[]) => store.liveAmong(db, meetingIds),

    /** Forgets the keys of creations before then, as `journal.forgetKeys` does those of changes. */
    forgetKeys: (before: Date) => store.forgetKeys(db, before),
  }
}

export type Meetings = ReturnType<typeof createMeetings>

/** Undoes a creation whose key was used meanwhile. */
class KeyUsed extends Error {}

/** Throws `meetingNotLive`. */
export function requireLive(meeting: Pick<Meeting, 'status'>): void {
  if (meeting.status !== 'live') throw new AppError('meetingNotLive')
}

/** Throws `meetingClosed`, `meetingCancelled`, and `meetingAlreadyLive` for what must be done before the opening. */
export function requireBefore(meeting: Pick<Meeting, 'status'>, end: 'live' | 'closed'): void {
  if (meeting.status === 'closed') throw new AppError('meetingClosed')
  if (meeting.status === 'cancelled') throw new AppError('meetingCancelled')
  if (end === 'live' && meeting.status === 'live') throw new AppError('meetingAlreadyLive')
}

/**
 * Throws `meetingNotPublished`, `meetingPostponed`, `meetingCancelled`, `meetingClosed`: for what is done from the publication
 * to the closing, or to the opening; then `meetingAlreadyLive` too.
 */
export function requirePublished(meeting: Pick<Meeting, 'status'>, end: 'live' | 'closed' = 'closed'): void {
  requireBefore(meeting, end)
  if (meeting.status === 'draft') throw new AppError('meetingNotPublished')
  if (meeting.status === 'postponed') throw new AppError('meetingPostponed')
}

/** Whether a meeting may be moved to this start by a change of its facts. Throws `meetingPostponed`, `dateInPast`. */
function requireMovable(meeting: Pick<Meeting, 'status'>, startsAt: string, now: Date): void {
  if (meeting.status === 'postponed') throw new AppError('meetingPostponed')
  // A draft may stand in the past until it is published: nobody else knows of it.
  if (meeting.status === 'published' && startsAt <= now.toISOString()) throw new AppError('dateInPast')
}

/** The facts as a person wrote them, so that who is refused sees what the meeting is now. */
async function draftOf(tx: JournalTx, { version: _, ...facts }: MeetingFacts): Promise<MeetingDraft> {
  const { title, place } = facts
  const bodies = await tx.bodies([title, place])
  return { ...facts, title: bodies[title.$text] ?? '', place: bodies[place.$text] ?? '' }
}

function rowOf({ title, place, startsAt, mode, plannedMinutes, kindId, roomId }: MeetingFacts) {
  return { titleText: title.$text, placeText: place.$text, startsAt: new Date(startsAt), mode, plannedMinutes, kindId: kindId ?? null, roomId: roomId ?? null }
}
