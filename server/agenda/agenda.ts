import type { Knex } from 'knex'
import type { z } from 'zod'
import {
  CLASSIFIED_TITLE, factsOf, MAX_ITEMS, type AgendaItemDraft, type AgendaItemFacts, type ClassifiedItemDraft, type Consent, type ItemChangedDetails,
} from '../../protocol/agenda.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { branchOf, isOutline, type OutlineLine } from '../../protocol/outline.ts'
import { canonical } from '../journal/chain.ts'
import type { JournalTx } from '../journal/journal.ts'
import {
  audienceOfAgenda, audienceOfItem, requireOffice, requireOfficeOrPresiding, type Meeting, type MeetingAccess, type Permission,
} from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import { textOf } from '../meetings/texts.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { itemIn, lineOf, rowOf, stateOf, type AgendaItem, type AgendaStore } from './items.ts'
import { requireSecrecy, type AgendaRoom } from './secrecy.ts'

type Draft = z.output<typeof AgendaItemDraft>
type Classified = z.output<typeof ClassifiedItemDraft>
interface Placing { after?: string | null | undefined, level?: number | undefined }
type NewItem = (Draft | Classified) & Placing & { key: string, consent?: Consent }

/** What has to be taken away with an item that is removed. */
export type WithItem = (tx: JournalTx, itemId: string) => Promise<void>

/** What comes with an item that is added. */
export type WithNewItem = (tx: JournalTx, added: { itemId: string, meeting: Meeting }) => Promise<void>

/** The office prepares an agenda; in a live meeting who presides arranges it too. */
const mayArrange: Permission = (access) => (access.meeting.status === 'live' ? requireOfficeOrPresiding : requireOffice)(access)
/** Who may do what with an agenda. */
const may = { add: mayArrange, order: mayArrange, change: requireOffice, remove: requireOffice }

export interface AgendaDeps {
  access: MeetingAccess
  store: AgendaStore
  room: AgendaRoom
  removeWithItem: WithItem
  /** Whether a unit's proposal on this matter was taken in for the body. */
  proposedTo(trx: Knex.Transaction, bodyId: string, matterId: string): Promise<boolean>
  /** That a matter which was known before stands on an agenda; for whoever counts meetings that it made needless. */
  placed?: ((trx: Knex.Transaction, matterId: string) => Promise<void>) | undefined
}

/** What stands on an agenda, and in which outline. */
export function createAgenda({ access, store, room, removeWithItem, proposedTo, placed: tellPlaced }: AgendaDeps) {
  /** Throws `agendaItemDealtWith` for an item that was begun or voted on: what stands in the minutes of it stays. */
  async function requireUntouched(tx: JournalTx, { id, status }: Pick<AgendaItem, 'id' | 'status'>): Promise<void> {
    const { votes } = await tx.state(meetingReducer)
    if (status !== 'pending' || votes.some(({ itemId }) => itemId === id)) throw new AppError('agendaItemDealtWith')
  }

  async function requirePresenter(tx: JournalTx, presenterId: string | null): Promise<void> {
    const { participants } = await tx.state(meetingReducer)
    if (presenterId === null || participants.some(({ personId }) => personId === presenterId)) return
    throw new AppError('presenterNotParticipant')
  }

  /** The matter asked for, or a new one: every item has one from its first day. Throws `matterNotFound`. */
  async function matterFor({ trx }: JournalTx, { bodyId }: Meeting, asked: string | undefined): Promise<string> {
    if (asked === undefined) return await store.newMatter(trx)
    if (await store.dealsWith(trx, bodyId, asked) || await proposedTo(trx, bodyId, asked)) return asked
    throw new AppError('matterNotFound')
  }

  async function arrange(tx: JournalTx, meeting: Meeting, lines: readonly OutlineLine[]): Promise<void> {
    await store.order(tx.trx, tx.meetingId, lines)
    const data = { itemIds: lines.map(({ itemId }) => itemId), levels: lines.map(({ level }) => level) }
    tx.append({ kind: 'agenda.ordered', data, audience: audienceOfAgenda(meeting) })
  }

  /** Where the new item goes. Throws `agendaItemNotFound`, and `badRequest` where it would make no outline. */
  function placed(present: readonly AgendaItem[], itemId: string, { after = null, level = 0 }: Placing): OutlineLine[] {
    const lines = present.map(lineOf)
    const index = after === null ? lines.length - 1 : lines.findIndex((line) => line.itemId === after)
    if (after !== null && index < 0) throw new AppError('agendaItemNotFound')
    const wanted = lines.toSpliced(index + 1, 0, { itemId, level })
    if (!isOutline(wanted.map((line) => line.level))) throw new AppError('badRequest', { reason: 'outline' })
    return wanted
  }

  /** Under the meeting's lock. Throws `agendaFull`, `matterNotFound`, `agendaItemNotFound`, `badRequest`. */
  async function insert(tx: JournalTx, meeting: Meeting, { after, level, ...draft }: (Draft | Classified) & Placing): Promise<string> {
    const present = await store.items(tx.trx, tx.meetingId)
    if (present.length >= MAX_ITEMS) throw new AppError('agendaFull', { limit: MAX_ITEMS })
    const title = await tx.text(draft.classified ? CLASSIFIED_TITLE : draft.title)
    const asked = draft.classified ? undefined : draft.matterId
    const matterId = await matterFor(tx, meeting, asked)
    if (asked !== undefined) await tellPlaced?.(tx.trx, asked)
    const facts = { ...draft, title, classified: draft.classified ?? false, matterId }
    const itemId = await store.add(tx.trx, tx.meetingId, { ...rowOf(facts), classified: facts.classified, matterId })
    const data: AgendaItemFacts = { ...facts, itemId }
    tx.append({ kind: 'agenda.itemAdded', data, audience: audienceOfItem(meeting, itemId) })
    const wanted = placed(present, itemId, { after, level })
    if (wanted.at(-1)?.itemId !== itemId || level) await arrange(tx, meeting, wanted)
    return itemId
  }

  return {
    /**
     * Puts an item last onto the agenda of a draft because a rule says so: nobody acts, and chair and clerk may change or remove it
     * as any other. A presenter who takes no part is left out. Throws `meetingNotFound`, `meetingNotDraft`, `agendaFull`,
     * `matterNotFound`, and what `also` does.
     */
    async addByRule(meetingId: string, at: Date, draft: Draft, also: WithNewItem): Promise<{ itemId: string }> {
      return await access.byRule(meetingId, at, async (tx, meeting) => {
        if (meeting.status !== 'draft') throw new AppError('meetingNotDraft')
        const { participants } = await tx.state(meetingReducer)
        const presenterId = participants.some(({ personId }) => personId === draft.presenterId) ? draft.presenterId : null
        const itemId = await insert(tx, meeting, { ...draft, presenterId })
        await also(tx, { itemId, meeting })
        return { itemId }
      })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `presenterNotParticipant`, `agendaFull`, `agendaItemNotFound`,
     * `consentNeeded`, `idempotencyKeyReused`, `matterNotFound`, `proposalSecret`, and for a classified item `classifiedNeedsInPerson`, `recordingRuns`,
     * `roomInUse`. `also`: what comes with the item, in the same transaction.
     */
    async add(meetingId: string, caller: Caller, { key, after, level, consent, ...draft }: NewItem, also?: WithNewItem): Promise<{ itemId: string }> {
      const asked = [after ?? null, level ?? 0, consent ?? null]
      const added = await access.change(meetingId, caller, may.add, { key, fingerprint: ['agenda.add', draft, ...asked] }, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        if (meeting.status === 'live' && !consent) throw new AppError('consentNeeded')
        // The text of an item handled under secrecy rules is none of its sender's.
        requireUnstamped(draft.classified ? null : draft.title, consent?.note)
        await requirePresenter(tx, draft.presenterId)
        if (draft.classified) await requireSecrecy(tx, meeting, room)
        const itemId = await insert(tx, meeting, { ...draft, after, level })
        if (meeting.status === 'live' && consent) {
          const note = consent.note === null ? null : await tx.text(consent.note)
          tx.append({ kind: 'agenda.consented', data: { itemId, how: consent.how, note }, audience: audienceOfItem(meeting, itemId) })
        }
        await also?.(tx, { itemId, meeting })
        return { itemId }
      })
      if (draft.classified) await room.close(meetingId)
      return added
    },

    /**
     * Gives the item's version after it. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaItemNotFound`,
     * `agendaItemDealtWith`, `presenterNotParticipant`, `classifiedItem`, `proposalSecret`, and `agendaItemChanged` (details `ItemChangedDetails`)
     * where somebody changed it since `version`.
     */
    async change(meetingId: string, itemId: string, caller: Caller, { version, ...draft }: Omit<Draft, 'matterId'> & { version: number }): Promise<{ version: number }> {
      return await access.change(meetingId, caller, may.change, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const item = await itemIn(store, tx, itemId)
        await requireUntouched(tx, item)
        if (item.classified) throw new AppError('classifiedItem')
        requireUnstamped(draft.title)
        const present = stateOf((await tx.state(meetingReducer)).agenda, itemId)
        const { title: titleBody, minutes, presenterId, purpose } = draft
        const title = await textOf(tx, present.title, titleBody)
        const now = { title: present.title, minutes: present.minutes, presenterId: present.presenterId, purpose: present.purpose }
        // Who asks for what it is already has seen it, or may as well have.
        if (canonical({ title, minutes, presenterId, purpose }) === canonical(now)) return { version: present.version }
        if (present.version !== version) {
          const bodies = await tx.bodies(present.title)
          const details: ItemChangedDetails = {
            version: present.version, changedBy: present.changedBy, present: { ...now, title: bodies[present.title.$text] ?? '' },
          }
          throw new AppError('agendaItemChanged', { ...details })
        }
        await requirePresenter(tx, presenterId)
        const data = factsOf({ ...present, title, minutes, presenterId, purpose, version: version + 1 })
        await store.update(tx.trx, meetingId, itemId, { ...rowOf(data), version: version + 1 })
        tx.append({ kind: 'agenda.itemChanged', data, audience: audienceOfItem(meeting, itemId) })
        return { version: version + 1 }
      })
    },

    /**
     * Takes off an item and all that is under it. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`,
     * `agendaItemNotFound`, `agendaItemDealtWith`.
     */
    async remove(meetingId: string, itemId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.remove, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const items = await store.items(tx.trx, meetingId)
        const branch = branchOf(items.map((item) => ({ ...lineOf(item), ...item })), itemId)
        if (!branch.length) throw new AppError('agendaItemNotFound')
        for (const item of branch) await requireUntouched(tx, item)
        for (const { id } of branch) await removeWithItem(tx, id)
        await store.remove(tx.trx, meetingId, branch.map(({ id }) => id), tx.at)
        for (const { id } of branch) tx.append({ kind: 'agenda.itemRemoved', data: { itemId: id }, audience: audienceOfItem(meeting, id) })
      })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaChanged` (details `items`) for a list that is not
     * the items there are, `agendaItemDealtWith` for one that turns round what was dealt with, `badRequest` for no outline.
     */
    async order(meetingId: string, caller: Caller, wanted: readonly OutlineLine[]): Promise<void> {
      await access.change(meetingId, caller, may.order, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const items = await store.items(tx.trx, meetingId)
        const present = items.map(lineOf)
        if (canonical(idsOf(present).toSorted()) !== canonical(idsOf(wanted).toSorted())) throw new AppError('agendaChanged', { items: present })
        if (!isOutline(wanted.map(({ level }) => level))) throw new AppError('badRequest', { reason: 'outline' })
        if (canonical(present) === canonical(wanted)) return
        const begun = new Set(items.filter(({ status }) => status === 'current' || status === 'done').map(({ id }) => id))
        const kept = (lines: readonly OutlineLine[]) => canonical(idsOf(lines).filter((id) => begun.has(id)))
        if (kept(present) !== kept(wanted)) throw new AppError('agendaItemDealtWith')
        await arrange(tx, meeting, wanted)
      })
    },
  }
}

export type Agenda = ReturnType<typeof createAgenda>

const idsOf = (lines: readonly OutlineLine[]) => lines.map(({ itemId }) => itemId)
