import type { Knex } from 'knex'
import { MAX_GUESTS } from '../../protocol/agenda-guests.ts'
import type { Person } from '../../protocol/identity.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { JournalTx } from '../journal/journal.ts'
import { audienceOf, audienceOfItem, requireOffice, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { itemIn, stateOf, type AgendaStore } from './items.ts'
import type { AgendaFollower } from './progress.ts'

export interface GuestsDeps {
  access: MeetingAccess
  store: AgendaStore
  follower: AgendaFollower
  people(ids: readonly string[], trx: Knex.Transaction): Promise<readonly Person[]>
  addParticipants(trx: Knex.Transaction, meetingId: string, participants: readonly Participant[]): Promise<void>
}

/**
 * Guests of single items. Who is no participant becomes one who sees and attends their items alone; who is one already is
 * named as expected under the item, and sees what they saw.
 */
export function createGuests({ access, store, follower, people, addParticipants }: GuestsDeps) {
  /** Makes participants of those who are none. Throws `personNotFound`, `guestsFull`. */
  async function admitAsGuests(tx: JournalTx, meeting: Meeting, personIds: readonly string[]): Promise<void> {
    const { participants } = await tx.state(meetingReducer)
    const known = new Set(participants.map(({ personId }) => personId))
    const fresh = personIds.filter((id) => !known.has(id))
    if (!fresh.length) return
    const found = new Map((await people(fresh, tx.trx)).map((person) => [person.id, person]))
    if (found.size < fresh.length) throw new AppError('personNotFound')
    if (participants.filter(({ itemsOnly }) => itemsOnly).length + fresh.length > MAX_GUESTS) throw new AppError('guestsFull', { limit: MAX_GUESTS })
    const last = participants.reduce((rank, participant) => Math.max(rank, participant.rank), 0)
    const added = fresh.map((personId, index): Participant => (
      { personId, role: 'guest', office: found.get(personId)?.office ?? '', voting: false, rank: last + 1 + index, itemsOnly: true }
    ))
    await addParticipants(tx.trx, tx.meetingId, added)
    for (const participant of added) tx.append({ kind: 'meeting.participantAdded', data: { participant }, audience: audienceOf(meeting) })
  }

  /** Throws `personNotFound`, `guestsFull`, and `guestsNotPossible` for a meeting whose programme was stated to everybody. */
  async function put(tx: JournalTx, meeting: Meeting, itemId: string, personIds: readonly string[]): Promise<void> {
    if ((await tx.state(meetingReducer)).statedWhole) throw new AppError('guestsNotPossible')
    await admitAsGuests(tx, meeting, personIds)
    await store.setGuests(tx.trx, tx.meetingId, itemId, personIds)
    tx.append({ kind: 'agenda.guestsSet', data: { itemId, personIds }, audience: audienceOfItem(meeting, itemId) })
  }

  return {
    put,

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaItemNotFound`, `agendaItemChanged` where `was` is
     * not what it is, `classifiedItem`, and as `put`.
     */
    async setGuests(
      meetingId: string, itemId: string, caller: Caller, { personIds, was }: { personIds: readonly string[], was: readonly string[] },
    ): Promise<void> {
      const followed = await access.change(meetingId, caller, requireOffice, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const item = await itemIn(store, tx, itemId)
        if (item.classified) throw new AppError('classifiedItem')
        const { guests } = stateOf((await tx.state(meetingReducer)).agenda, itemId)
        const wanted = [...new Set(personIds)]
        if (isSame(guests, wanted)) return { shownOut: [], silenced: [] }
        if (!isSame(guests, was)) throw new AppError('agendaItemChanged', { guests })
        await put(tx, meeting, itemId, wanted)
        return await follower.followAgenda(tx)
      })
      await follower.carryOut(meetingId, followed)
    },
  }
}

export type Guests = ReturnType<typeof createGuests>

/** The same persons, in whatever order. */
const isSame = (a: readonly string[], b: readonly string[]) => new Set([...a, ...b]).size === new Set(a).size && new Set(a).size === new Set(b).size
