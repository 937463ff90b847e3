import type { Knex } from 'knex'
import type { Letterhead } from '../../protocol/bodies.ts'
import type { Person } from '../../protocol/identity.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Minutes, MinutesContent } from '../../protocol/minutes.ts'
import { officialYear } from '../issuing/dates.ts'
import { registeredNumber, type Paper } from '../issuing/paper.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { courseReducer } from './course.ts'
import { draftMinutes } from './draft.ts'
import { phrases, sentence } from './phrases.ts'
import { callRoll, presentInRole } from './roll.ts'

/** What stands around the text on paper. */
export interface MinutesFrame {
  letterhead: Letterhead
  /** Full names of who took the minutes and who presided; null when nobody in that role was there. */
  clerk: string | null
  chair: string | null
}

export interface MinutesRecord {
  meetingId: string
  status: 'draft' | 'published'
  version: number
  content: MinutesContent
  savedAt: Date
  /** Null while a draft, like all that follows. */
  publishedAt: Date | null
  number: number | null
  journalHead: string | null
  frame: MinutesFrame | null
}

export interface Publication { publishedAt: Date, number: number, numberYear: number, journalHead: string, frame: MinutesFrame }

/** Every method takes the transaction of the entry that records the change. */
export interface MinutesStore {
  find(meetingId: string, trx?: Knex.Transaction): Promise<MinutesRecord | null>
  /** Version 1. A meeting has minutes once. */
  insertDraft(trx: Knex.Transaction, meetingId: string, bodyId: string, content: MinutesContent, savedAt: Date): Promise<void>
  /** Replaces a draft's text and sets its version. */
  updateDraft(trx: Knex.Transaction, meetingId: string, version: number, content: MinutesContent, savedAt: Date): Promise<void>
  /** Throws `minutesNumberTaken` where the body has used the number in that year. */
  publish(trx: Knex.Transaction, meetingId: string, publication: Publication): Promise<void>
  /** The states of the minutes of these meetings; a meeting without minutes is left out. */
  statuses(meetingIds: readonly string[]): Promise<Map<string, MinutesRecord['status']>>
}

export interface MinutesDeps {
  journal: Pick<Journal, 'state' | 'signHead'>
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: MinutesStore
  /** These two read over `trx` where one is given, so that a command never waits for a second connection. */
  people(ids: readonly string[], trx?: Knex.Transaction): Promise<readonly Person[]>
  bodies(ids: readonly string[], trx?: Knex.Transaction): Promise<readonly Pick<BodyRecord, 'id' | 'letterhead'>[]>
}

const office = { scope: 'office' } as const
const everyone = { scope: 'meeting' } as const

/** Drafts are read and changed by chair and clerk, published minutes read by everyone who takes part in the whole meeting. */
export function createMinutes({ journal, access, store, people, bodies }: MinutesDeps) {
  async function letterheadOf(bodyId: string, trx?: Knex.Transaction): Promise<Letterhead> {
    const [body] = await bodies([bodyId], trx)
    if (!body) throw new Error('a meeting of no body')
    return body.letterhead
  }

  /** Throws `minutesNotFound` also for a draft that the caller may not read. */
  async function readable(meetingId: string, caller: Caller): Promise<{ record: MinutesRecord, bodyId: string }> {
    const { meeting, viewer, itemsOnly } = await access.accessTo(meetingId, caller)
    const record = await store.find(meetingId)
    if (!record || itemsOnly || (record.status === 'draft' && !viewer.office)) throw new AppError('minutesNotFound')
    return { record, bodyId: meeting.bodyId }
  }

  /** The draft as it is now, if it still is one and nobody saved since `version`. */
  async function draftAt(meetingId: string, version: number, trx?: Knex.Transaction): Promise<MinutesRecord> {
    const record = await store.find(meetingId, trx)
    if (!record) throw new AppError('minutesNotFound')
    if (record.status === 'published') throw new AppError('minutesPublished')
    if (record.version !== version) throw new AppError('minutesChanged', { version: record.version })
    return record
  }

  /** The answer to a change: what is kept for its key is no place for the text. */
  async function present(meetingId: string): Promise<Minutes> {
    const record = await store.find(meetingId)
    if (!record) throw new Error('minutes that were changed are not there')
    return shown(record)
  }

  async function draftFrom(tx: JournalTx, bodyId: string): Promise<MinutesContent> {
    const state = await tx.state(meetingReducer)
    return draftMinutes({
      state, course: await tx.state(courseReducer), texts: await tx.bodies(state),
      people: await people(state.participants.map(({ personId }) => personId), tx.trx),
      style: (await letterheadOf(bodyId, tx.trx)).style,
    })
  }

  async function frameFrom(state: MeetingState, bodyId: string, trx?: Knex.Transaction): Promise<MinutesFrame> {
    const { openedAt, closedAt } = state
    if (!openedAt || !closedAt) throw new Error('minutes stand on a meeting that was opened and closed')
    const roll = callRoll(state, { openedAt, closedAt }, state.participants)
    const ids = [presentInRole(roll, 'clerk'), presentInRole(roll, 'chair')].map((participant) => participant?.personId)
    const known = await people(ids.filter((id) => id !== undefined), trx)
    const [clerk = null, chair = null] = ids.map((id) => known.find((person) => person.id === id)?.fullName)
    return { letterhead: await letterheadOf(bodyId, trx), clerk, chair }
  }

  function saved(tx: JournalTx, version: number, content: MinutesContent): void {
    tx.append({ kind: 'minutes.saved', data: { version, sha256: fingerprint(content) }, audience: office })
  }

  async function replace(tx: JournalTx, version: number, content: MinutesContent): Promise<number> {
    await store.updateDraft(tx.trx, tx.meetingId, version + 1, content, tx.at)
    saved(tx, version + 1, content)
    return version + 1
  }

  return {
    /**
     * Makes the first draft. To be called once, in the command that closes the meeting, after `meeting.closed` was
     * appended: meeting and draft are there together or not at all.
     */
    async draftAtClosing(tx: JournalTx): Promise<void> {
      if (tx.actorId === null) throw new Error('a meeting is closed by its chair or clerk')
      const { meeting } = await access.accessTo(tx.meetingId, { personId: tx.actorId }, tx.trx)
      const content = await draftFrom(tx, meeting.bodyId)
      await store.insertDraft(tx.trx, tx.meetingId, meeting.bodyId, content, tx.at)
      saved(tx, 1, content)
    },

    /** Throws `meetingNotFound`, `minutesNotFound`. */
    async get(meetingId: string, caller: Caller): Promise<Minutes> {
      return shown((await readable(meetingId, caller)).record)
    },

    /**
     * With a key it is carried out once, as `redraft` and `publish` are. Throws `meetingNotFound`, `forbiddenInMeeting`,
     * `minutesNotFound`, `minutesPublished`, `minutesChanged`, `idempotencyKeyReused`.
     */
    async save(
      meetingId: string, caller: Caller, version: number, content: MinutesContent, key?: string,
    ): Promise<{ version: number, savedAt: string }> {
      const asked = ['minutes.save', version, fingerprint(content)]
      return await access.change(meetingId, caller, requireOffice, { key, fingerprint: asked }, async (tx) => {
        await draftAt(meetingId, version, tx.trx)
        return { version: await replace(tx, version, content), savedAt: tx.at.toISOString() }
      })
    },

    /** Replaces the text by a new draft from the journal. Throws as `save`. */
    async redraft(meetingId: string, caller: Caller, version: number, key?: string): Promise<Minutes> {
      const options = { key, fingerprint: ['minutes.redraft', version] }
      await access.change(meetingId, caller, requireOffice, options, async (tx, { meeting }) => {
        await draftAt(meetingId, version, tx.trx)
        await replace(tx, version, await draftFrom(tx, meeting.bodyId))
      })
      return await present(meetingId)
    },

    /**
     * Fixes text, frame and number for good. The head of the journal that is printed at the foot is signed just before,
     * so it covers the whole meeting and every save. Throws as `save`, and `minutesNumberTaken`.
     */
    async publish(meetingId: string, caller: Caller, version: number, number: number, key?: string): Promise<Minutes> {
      requireOffice(await access.accessTo(meetingId, caller))
      const { hash: journalHead } = await journal.signHead(meetingId)
      const options = { key, fingerprint: ['minutes.publish', version, number] }
      await access.change(meetingId, caller, requireOffice, options, async (tx, { meeting }) => {
        const record = await draftAt(meetingId, version, tx.trx)
        const frame = await frameFrom(await tx.state(meetingReducer), meeting.bodyId, tx.trx)
        const numberYear = officialYear(tx.at.toISOString())
        await store.publish(tx.trx, meetingId, { publishedAt: tx.at, number, numberYear, journalHead, frame })
        const data = { number: registeredNumber(number), sha256: fingerprint(record.content) }
        tx.append({ kind: 'minutes.published', data, audience: everyone })
      })
      return await present(meetingId)
    },

    /** The minutes as an official paper; a draft carries its mark and no number. Throws as `get`. */
    async paper(meetingId: string, caller: Caller): Promise<Paper> {
      const { record, bodyId } = await readable(meetingId, caller)
      const frame = record.frame ?? await frameFrom(await journal.state(meetingId, meetingReducer), bodyId)
      return minutesPaper(record, frame)
    },

    statuses: (meetingIds: readonly string[]) => store.statuses(meetingIds),
  }
}

export type MinutesService = ReturnType<typeof createMinutes>

/** SHA-256, in hexadecimal, of the text as canonical JSON (RFC 8785): what the journal keeps of it. */
export function fingerprint(content: MinutesContent): string {
  return sha256(canonical(content)).toString('hex')
}

function shown(record: MinutesRecord): Minutes {
  const { status, version, content, number, savedAt, publishedAt, journalHead } = record
  return {
    status, version, content, journalHead, number: number === null ? null : registeredNumber(number),
    savedAt: savedAt.toISOString(), publishedAt: publishedAt?.toISOString() ?? null,
  }
}

function minutesPaper(record: MinutesRecord, { letterhead, clerk, chair }: MinutesFrame): Paper {
  const { style, superior, issuer, minutesSymbol, place } = letterhead
  const { meeting, recipients } = phrases[style]
  return {
    style, superior, issuer, symbol: minutesSymbol, place, recipients,
    number: record.number, date: record.publishedAt?.toISOString() ?? null,
    type: 'Biên bản', abstract: sentence(record.content.abstract), body: record.content.blocks,
    signatures: [{ title: 'Người ghi biên bản', name: clerk }, { title: 'Chủ trì', name: chair }],
    foot: record.journalHead && `Mã nhật ký ${meeting} (SHA-256): ${record.journalHead}`,
    draft: record.status === 'draft',
  }
}
