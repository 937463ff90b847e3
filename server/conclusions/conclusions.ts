import type { Knex } from 'knex'
import type { z } from 'zod'
import type { ConclusionChangedDetails, ConclusionVersion, reopenConclusion, settleConclusion, writeConclusion } from '../../protocol/conclusions.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireOfficeOrPresiding, type Access, type MeetingAccess, type Permission } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'

/** A conclusion as it stands; its text is one of the meeting's journal. */
export interface ConclusionRow {
  itemId: string
  meetingId: string
  textId: string
  version: number
  writtenBy: string
  writtenAt: Date
  settledAt: Date | null
}

/** Changes are made under the lock of the meeting's journal. */
export interface ConclusionsStore {
  /** An item that stands on the agenda of this meeting. */
  item(db: Knex, meetingId: string, itemId: string): Promise<{ status: 'pending' | 'current' | 'done' | 'deferred', classified: boolean } | undefined>
  find(db: Knex, itemId: string): Promise<ConclusionRow | undefined>
  /** Keeps the text as the conclusion and as this version of it; it is no longer settled. */
  write(trx: Knex.Transaction, conclusion: Omit<ConclusionRow, 'settledAt'>): Promise<void>
  /** Null: it is being written again. */
  settle(trx: Knex.Transaction, itemId: string, by: { personId: string, at: Date } | null): Promise<void>
  /** Latest first. */
  versions(db: Knex, itemId: string, limit: number): Promise<ConclusionVersion[]>
}

export interface ConclusionsDeps { db: Knex, access: MeetingAccess, store: ConclusionsStore }

type Body<R extends { body?: z.ZodType }> = z.output<NonNullable<R['body']>>

const VERSIONS = 200

/** The chair stands by what was concluded, or who presides in their place. */
const requireChair: Permission = ({ role, presides }) => {
  if (role !== 'chair' && !presides) throw new AppError('forbiddenInMeeting', { role })
}

/**
 * The chair's conclusions on items: typed live by chair, clerk or who presides, read along by all who may see the item. Who
 * types writes whole texts one after another, so that each is a version and nobody's words are lost under another's.
 */
export function createConclusions({ db, access, store }: ConclusionsDeps) {
  /** Throws `agendaItemNotFound`, `classifiedItem` (Law 117/2025/QH15: nothing of it is taken). */
  async function requireItem(source: Knex, meetingId: string, itemId: string) {
    const item = await store.item(source, meetingId, itemId)
    if (!item) throw new AppError('agendaItemNotFound')
    if (item.classified) throw new AppError('classifiedItem')
    return item
  }

  /** Throws `conclusionsNotOpen`, `minutesPublished` once the minutes are approved, and what `requireItem` does. */
  async function requireOpen(tx: JournalTx, { meeting }: Access, itemId: string) {
    if (meeting.status !== 'live' && meeting.status !== 'closed') throw new AppError('conclusionsNotOpen')
    const item = await requireItem(tx.trx, tx.meetingId, itemId)
    const { minutes, minutesNumber } = await tx.state(meetingReducer)
    if (minutes.stage === 'approved' || minutesNumber !== null) throw new AppError('minutesPublished')
    return item
  }

  async function bodyOf(tx: JournalTx, { textId }: ConclusionRow): Promise<string | null> {
    return (await tx.bodies({ $text: textId, mac: '' }))[textId] ?? null
  }

  async function changed(tx: JournalTx, present: ConclusionRow | undefined): Promise<AppError> {
    const details: ConclusionChangedDetails = {
      version: present?.version ?? 0, text: present ? await bodyOf(tx, present) : '', writtenBy: present?.writtenBy ?? null,
      settled: present?.settledAt != null,
    }
    return new AppError('conclusionChanged', { ...details })
  }

  /** The conclusion that is there, at this version. Throws `conclusionNotFound`, `conclusionChanged`. */
  async function requireVersion(tx: JournalTx, itemId: string, version: number): Promise<ConclusionRow> {
    const present = await store.find(tx.trx, itemId)
    if (!present) throw new AppError('conclusionNotFound')
    if (present.version !== version) throw await changed(tx, present)
    return present
  }

  return {
    /**
     * Gives the version after it. Throws `meetingNotFound`, `forbiddenInMeeting`, `agendaItemNotFound`, `classifiedItem`,
     * `conclusionsNotOpen`, `itemNotBegun`, `minutesPublished`, `conclusionSettled`, `conclusionChanged`, `proposalSecret`,
     * `idempotencyKeyReused`.
     */
    write(meetingId: string, itemId: string, caller: Caller, { key, version, text }: Body<typeof writeConclusion>): Promise<{ version: number }> {
      const options = { key, fingerprint: ['conclusions.write', itemId, version, text] }
      return access.change(meetingId, caller, requireOfficeOrPresiding, options, async (tx, found) => {
        const { status } = await requireOpen(tx, found, itemId)
        if (status === 'pending') throw new AppError('itemNotBegun')
        requireUnstamped(text)
        const present = await store.find(tx.trx, itemId)
        // Who writes what stands there already has lost nothing.
        if (present && await bodyOf(tx, present) === text) return { version: present.version }
        if ((present?.version ?? 0) !== version) throw await changed(tx, present)
        if (present?.settledAt) throw new AppError('conclusionSettled')
        const ref = await tx.text(text)
        await store.write(tx.trx, { itemId, meetingId, textId: ref.$text, version: version + 1, writtenBy: caller.personId, writtenAt: tx.at })
        tx.append({ kind: 'conclusion.written', data: { itemId, version: version + 1, text: ref }, audience: { scope: 'item', itemId } })
        return { version: version + 1 }
      })
    },

    /** Throws as `write` but for `itemNotBegun` and `conclusionSettled`, and `conclusionNotFound`, `conclusionEmpty`. */
    async settle(meetingId: string, itemId: string, caller: Caller, { key, version }: Body<typeof settleConclusion>): Promise<void> {
      const options = { key, fingerprint: ['conclusions.settle', itemId, version] }
      await access.change(meetingId, caller, requireChair, options, async (tx, found) => {
        await requireOpen(tx, found, itemId)
        const present = await requireVersion(tx, itemId, version)
        if (present.settledAt) return
        if (!await bodyOf(tx, present)) throw new AppError('conclusionEmpty')
        await store.settle(tx.trx, itemId, { personId: caller.personId, at: tx.at })
        tx.append({ kind: 'conclusion.settled', data: { itemId, version }, audience: { scope: 'item', itemId } })
      })
    },

    /** Throws as `settle` but for `conclusionEmpty`, and `proposalSecret`. */
    async reopen(meetingId: string, itemId: string, caller: Caller, { key, version, reason }: Body<typeof reopenConclusion>): Promise<void> {
      const options = { key, fingerprint: ['conclusions.reopen', itemId, version, reason] }
      await access.change(meetingId, caller, requireChair, options, async (tx, found) => {
        await requireOpen(tx, found, itemId)
        requireUnstamped(reason)
        const present = await requireVersion(tx, itemId, version)
        if (!present.settledAt) return
        await store.settle(tx.trx, itemId, null)
        tx.append({ kind: 'conclusion.reopened', data: { itemId, version, reason: await tx.text(reason) }, audience: { scope: 'item', itemId } })
      })
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `agendaItemNotFound`, `classifiedItem`, `conclusionNotFound`. */
    async history(meetingId: string, itemId: string, caller: Caller): Promise<{ versions: ConclusionVersion[] }> {
      requireOfficeOrPresiding(await access.accessTo(meetingId, caller))
      await requireItem(db, meetingId, itemId)
      const versions = await store.versions(db, itemId, VERSIONS)
      if (!versions.length) throw new AppError('conclusionNotFound')
      return { versions }
    },
  }
}

export type Conclusions = ReturnType<typeof createConclusions>
