import type { Knex } from 'knex'
import { createAgenda, type AgendaDeps } from './agenda/agenda.ts'
import { carryOverStore } from './agenda/carry-over-store.ts'
import { createCarryOver, type CarryOverDeps } from './agenda/carry-over.ts'
import { createGuests, type GuestsDeps } from './agenda/guests.ts'
import { createPlan } from './agenda/plan.ts'
import { createProgress, type AgendaFollower } from './agenda/progress.ts'
import { agendaStore } from './agenda/store.ts'
import { createCheckIn, type CheckInDeps } from './attendance/check-in.ts'
import { createCheckInCodes } from './attendance/codes.ts'
import { createCorrections } from './attendance/corrections.ts'
import { createHistory } from './attendance/history.ts'
import { createLists, type ListDeps } from './attendance/list.ts'
import { createResults } from './attendance/results.ts'
import { resultsStore } from './attendance/store.ts'
import type { Floor } from './floor/floor.ts'
import type { Journal } from './journal/journal.ts'
import { meetingStore } from './meetings/store.ts'
import type { Order } from './order/order.ts'

interface Deps { db: Knex, journal: Journal }

interface AgendaDomainDeps extends Deps, Pick<GuestsDeps, 'access' | 'people'>, Pick<AgendaDeps, 'room' | 'proposedTo'>, Pick<CarryOverDeps, 'placed'> {
  documents: Pick<CarryOverDeps, 'attachKept'> & { removeOfItem: AgendaDeps['removeWithItem'] }
  order: Pick<Order, 'followAgenda' | 'showOut'>
  floor: Pick<Floor, 'followAgenda' | 'tellRights'>
}

interface RollDeps extends Deps, Pick<CheckInDeps, 'access' | 'origins'>, Pick<ListDeps, 'people' | 'bodies'> {
  secret(purpose: string): Buffer
}

/** The agenda: what stands on it, its guests, its course in the live meeting, and what is carried over from earlier ones. */
export function createAgendaDomain({ db, journal, access, order, floor, people, documents, room, proposedTo, placed }: AgendaDomainDeps) {
  const follower: AgendaFollower = {
    async followAgenda(tx) {
      const silenced = await floor.followAgenda(tx)
      return { ...await order.followAgenda(tx), silenced }
    },
    async carryOut(meetingId, { shownOut, silenced }) {
      await Promise.all([order.showOut(meetingId, shownOut), silenced.length ? floor.tellRights(meetingId, silenced) : undefined])
    },
  }
  const guests = createGuests({ access, store: agendaStore, follower, people, addParticipants: meetingStore.insertParticipants })
  return {
    ...createAgenda({ access, store: agendaStore, room, removeWithItem: documents.removeOfItem, proposedTo, placed }),
    ...createProgress({ access, store: agendaStore, follower }),
    ...createPlan({ journal, access }),
    ...createCarryOver({ db, access, agenda: agendaStore, store: carryOverStore, room, guests, attachKept: documents.attachKept, placed }),
    setGuests: guests.setGuests, guests,
  }
}

export type AgendaDomain = ReturnType<typeof createAgendaDomain>

/** Attendance in the hall, what meetings come to for each person, and what chair and clerk read of it. */
export function createRoll({ db, journal, access, secret, origins, people, bodies }: RollDeps) {
  const results = createResults({ db, journal, store: resultsStore })
  const history = createHistory({ journal, access })
  return {
    results, history,
    checkIn: createCheckIn({ access, codes: createCheckInCodes({ secret: secret('check-in codes') }), origins, people }),
    corrections: createCorrections({ access, keepResults: results.keep }),
    lists: createLists({ journal, history, people, bodies }),
  }
}
