import type { Knex } from 'knex'
import { isCalled } from '../../protocol/agenda.ts'
import { isInRoom } from '../../protocol/attendance.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { isOut, type RoomRule } from '../../protocol/order.ts'
import type { JournalTx } from '../journal/journal.ts'
import { presides, requirePresiding, type Access, type MeetingAccess, type Permission } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Doors } from './doors.ts'
import type { Enforcement } from './enforcement.ts'
import { admissionOf } from './rights.ts'

/** Changes are made under the lock of the meeting's journal. */
export interface OrderStore {
  setPresiding(trx: Knex.Transaction, meetingId: string, personId: string | null): Promise<void>
  setClerkActs(trx: Knex.Transaction, meetingId: string, on: boolean): Promise<void>
  insertWaiting(trx: Knex.Transaction, meetingId: string, personId: string): Promise<void>
  deleteWaiting(trx: Knex.Transaction, meetingId: string, personId: string): Promise<void>
  /** Who waits, before any room. */
  waiting(db: Knex): Promise<{ meetingId: string, personId: string }[]>
}

export interface OrderDeps {
  access: MeetingAccess
  store: OrderStore
  enforcement: Enforcement
  doors: Pick<Doors, 'clear'>
}

/** A command that concerns a person, or everybody. */
interface Of<P extends string | null> { key: string, personId: P }

const requireChair: Permission = ({ role }) => {
  if (role !== 'chair') throw new AppError('forbiddenInMeeting', { role })
}
/** The chair hands it over and takes it back; who has it gives it back. */
const mayHand = (to: string | null): Permission => (access) => {
  if (to !== null || access.meeting.presidingId !== access.viewer.personId) requireChair(access)
}

const everybody = { scope: 'meeting' } as const

/** Throws `notParticipant`. */
function participantIn({ participants }: MeetingState, personId: string): Participant {
  const found = participants.find((participant) => participant.personId === personId)
  if (!found) throw new AppError('notParticipant')
  return found
}

/** Throws `notPresent` for who is not in the room, or is being put out of it. */
function requirePresent(state: MeetingState, personId: string): void {
  if (!isInRoom(state.attendance, personId) || isOut(state.order, personId)) throw new AppError('notPresent')
}

/**
 * Order in the room: decided here and recorded, then carried out at the media node. What is so already is not recorded
 * again. Every command throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, and what it
 * says beside.
 */
export function createOrder({ access, store, enforcement, doors }: OrderDeps) {
  async function change<T extends { key: string }>(
    name: string, meetingId: string, caller: Caller, permission: Permission, { key, ...asked }: T,
    command: (tx: JournalTx, state: MeetingState, access: Access) => Promise<void>,
  ): Promise<void> {
    await access.change(meetingId, caller, permission, { key, fingerprint: [name, asked] }, async (tx, found) => {
      requirePublished(found.meeting)
      await command(tx, await tx.state(meetingReducer), found)
    })
  }

  async function endWaiting(tx: JournalTx, personId: string): Promise<void> {
    await store.deleteWaiting(tx.trx, tx.meetingId, personId)
    doors.clear(tx.meetingId, personId)
  }

  async function admitOne(tx: JournalTx, personId: string): Promise<void> {
    await endWaiting(tx, personId)
    tx.append({ kind: 'order.admitted', data: { personId }, audience: everybody })
  }

  /** After a change of what keeps people waiting. */
  async function admitWhoMayEnter(tx: JournalTx): Promise<void> {
    const state = await tx.state(meetingReducer)
    for (const personId of state.order.waiting) {
      if (admissionOf(participantIn(state, personId), state, false) === 'enter') await admitOne(tx, personId)
    }
  }

  return {
    /** A lock ends admissions of before; without lobby and lock, whoever waits is admitted, but for those who were put out. */
    async setRule(meetingId: string, caller: Caller, asked: { key: string, rule: RoomRule, on: boolean }): Promise<void> {
      const { rule, on } = asked
      const permission = rule === 'clerkActs' ? requireChair : requirePresiding
      await change('order:setRule', meetingId, caller, permission, asked, async (tx, { order }) => {
        if (order.rules[rule] === on) return
        if (rule === 'clerkActs') await store.setClerkActs(tx.trx, meetingId, on)
        tx.append({ kind: 'order.ruleSet', data: { rule, on }, audience: everybody })
        await admitWhoMayEnter(tx)
      })
      if (on && (rule === 'locked' || rule === 'lobby')) await enforcement.voidGrants(meetingId)
      if (rule === 'invitedOnly') await enforcement.rights(meetingId)
      if (rule === 'severalScreens') await enforcement.screens(meetingId)
    },

    /**
     * Throws `notWaiting`, `waitsForItem`. All who wait: but those who were put out, who are decided on one by one, and guests
     * of single items, who come in with theirs.
     */
    async admit(meetingId: string, caller: Caller, asked: Of<string | null>): Promise<void> {
      const { personId } = asked
      await change('order:admit', meetingId, caller, requirePresiding, asked, async (tx, state) => {
        const { waiting } = state.order
        const called = (id: string) => isCalled(state.agenda, participantIn(state, id))
        if (personId !== null && !waiting.includes(personId)) throw new AppError('notWaiting')
        if (personId !== null && !called(personId)) throw new AppError('waitsForItem')
        const admitted = personId === null ? waiting.filter((id) => !isOut(state.order, id) && called(id)) : [personId]
        for (const id of admitted) await admitOne(tx, id)
      })
    },

    /** Throws `notWaiting`. */
    async turnAway(meetingId: string, caller: Caller, asked: Of<string>): Promise<void> {
      const { personId } = asked
      await change('order:turnAway', meetingId, caller, requirePresiding, asked, async (tx, { order }) => {
        if (!order.waiting.includes(personId)) throw new AppError('notWaiting')
        await endWaiting(tx, personId)
        tx.append({ kind: 'order.knockEnded', data: { personId }, audience: { scope: 'office', and: [personId] } })
      })
    },

    /** Throws `notParticipant`. */
    async mute(meetingId: string, caller: Caller, asked: Of<string | null>): Promise<void> {
      const { personId } = asked
      await change('order:mute', meetingId, caller, requirePresiding, asked, async (tx, state) => {
        if (personId !== null) participantIn(state, personId)
        tx.append({ kind: 'order.muted', data: { personId }, audience: everybody })
      })
      await enforcement.mute(meetingId, personId === null ? { except: caller.personId } : { label: personId })
    },

    /** Throws `notParticipant`. */
    async stopShare(meetingId: string, caller: Caller, asked: Of<string>): Promise<void> {
      const { personId } = asked
      await change('order:stopShare', meetingId, caller, requirePresiding, asked, async (tx, state) => {
        participantIn(state, personId)
        tx.append({ kind: 'order.shareStopped', data: { personId }, audience: everybody })
      })
      await enforcement.endShare(meetingId, personId)
    },

    /** Invited anew, a person is told anew. Throws `notParticipant`. */
    async inviteToSpeak(meetingId: string, caller: Caller, asked: Of<string> & { on: boolean }): Promise<void> {
      const { personId, on } = asked
      await change('order:inviteToSpeak', meetingId, caller, requirePresiding, asked, async (tx, state) => {
        participantIn(state, personId)
        if (!on && !state.order.invited.includes(personId)) return
        tx.append({ kind: 'order.invitedToSpeak', data: { personId, on }, audience: everybody })
      })
      await enforcement.rights(meetingId, [personId])
    },

    /** Throws `notParticipant`, and `presides` for the chair and who presides. */
    async eject(meetingId: string, caller: Caller, asked: Of<string> & { ban: boolean, reason: string }): Promise<void> {
      const { personId, ban, reason } = asked
      await change('order:eject', meetingId, caller, requirePresiding, asked, async (tx, state, { meeting }) => {
        const person = participantIn(state, personId)
        if (person.role === 'chair' || presides(person, meeting)) throw new AppError('presides')
        if (state.order.out.some((one) => one.personId === personId && one.ban === ban)) return
        await endWaiting(tx, personId)
        tx.append({ kind: 'order.ejected', data: { personId, ban }, audience: everybody })
        if (reason === '') return
        tx.append({ kind: 'order.ejectionReason', data: { personId, reason: await tx.text(reason) }, audience: { scope: 'office' } })
      })
      await enforcement.putOut(meetingId, personId)
    },

    /** Throws `notParticipant`. */
    async liftBan(meetingId: string, caller: Caller, asked: Of<string>): Promise<void> {
      const { personId } = asked
      await change('order:liftBan', meetingId, caller, requirePresiding, asked, async (tx, state) => {
        participantIn(state, personId)
        if (!isOut(state.order, personId)) return
        tx.append({ kind: 'order.banLifted', data: { personId }, audience: everybody })
        await admitWhoMayEnter(tx)
      })
    },

    /** To a member or clerk in the room. Throws `notParticipant`, `notPresent`. */
    async handChair(meetingId: string, caller: Caller, asked: Of<string | null>): Promise<void> {
      const { personId } = asked
      let before: string | null = null
      await change('order:handChair', meetingId, caller, mayHand(personId), asked, async (tx, state, { meeting }) => {
        before = meeting.presidingId
        const to = personId === null ? null : participantIn(state, personId)
        if (to?.role === 'guest') throw new AppError('notParticipant', { role: to.role })
        const presidingId = to === null || to.role === 'chair' ? null : to.personId
        if (presidingId === before) return
        if (presidingId !== null) requirePresent(state, presidingId)
        await store.setPresiding(tx.trx, meetingId, presidingId)
        tx.append({ kind: 'order.chairHanded', data: { personId: presidingId }, audience: everybody })
      })
      await enforcement.rights(meetingId, [before, personId].filter((id) => id !== null))
    },

    /**
     * A step of every command that changes what is dealt with: guests of single items who wait for it come in, and those whose
     * item is over go. What was decided is carried out by `showOut` after the commit, for those who are given.
     */
    async followAgenda(tx: JournalTx): Promise<{ shownOut: string[] }> {
      await admitWhoMayEnter(tx)
      const { participants, agenda, attendance, order } = await tx.state(meetingReducer)
      const shownOut = participants.filter(({ itemsOnly, personId }) => (
        itemsOnly && (isInRoom(attendance, personId) || order.admitted.includes(personId))
      )).filter((person) => !isCalled(agenda, person)).map(({ personId }) => personId)
      for (const personId of shownOut) tx.append({ kind: 'order.shownOut', data: { personId }, audience: everybody })
      return { shownOut }
    },

    showOut: enforcement.showOut,

    /** A step of closing the meeting: nobody waits any more, and what the chair handed over is the chair's again. */
    async endWithMeeting(tx: JournalTx): Promise<void> {
      const { order } = await tx.state(meetingReducer)
      for (const personId of order.waiting) {
        await endWaiting(tx, personId)
        tx.append({ kind: 'order.knockEnded', data: { personId }, audience: { scope: 'office' } })
      }
      if (order.presiding === null) return
      await store.setPresiding(tx.trx, tx.meetingId, null)
      tx.append({ kind: 'order.chairHanded', data: { personId: null }, audience: everybody })
    },
  }
}

export type Order = ReturnType<typeof createOrder>
