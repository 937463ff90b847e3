import type { Knex } from 'knex'
import { getSimulation, getSimulationYear } from '../protocol/simulating.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import { costMeetingsStore } from './costs/meetings-store.ts'
import type { MountRoute } from './platform/contract.ts'
import { readersStore } from './results/names-store.ts'
import { createReaders } from './results/readers.ts'
import { knownYearStore } from './simulation/known-year-store.ts'
import { createKnownYears } from './simulation/known-year.ts'
import { factsStore } from './triage/facts-store.ts'

/** Rules tried on years: the server gives rules, rates and what was; browsers reckon. */
export function createSimulating({ db, now = () => new Date() }: { db: Knex, now?: (() => Date) | undefined }) {
  const readers = createReaders({ db, store: readersStore, now })
  const calendar = createCalendar({ store: createCalendarStore(db) }).load
  const years = createKnownYears({ db, store: knownYearStore, readers, rules: factsStore.rules, rates: costMeetingsStore.rates, calendar, now })
  return {
    years,
    mountRoutes(route: MountRoute): void {
      route(getSimulation, ({ caller }) => years.material(caller))
      route(getSimulationYear, ({ params, caller }) => years.year(caller, params.year))
    },
  }
}
