import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { createBodies } from './bodies/bodies.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import { mountImport } from './bodies/import-routes.ts'
import { createImportStore } from './bodies/import-store.ts'
import { createImport } from './bodies/import.ts'
import { createOfficeHoursStore } from './bodies/office-hours-store.ts'
import { createOfficeHours } from './bodies/office-hours.ts'
import { createPeopleStore } from './bodies/people-store.ts'
import { createPeople } from './bodies/people.ts'
import { mountBodies } from './bodies/routes.ts'
import { createBodiesStore } from './bodies/store.ts'
import { createTermsStore } from './bodies/terms-store.ts'
import { createTerms } from './bodies/terms.ts'
import { createUnitsStore } from './bodies/units-store.ts'
import { createUnits } from './bodies/units.ts'
import { createAttempts } from './identity/attempts.ts'
import { createIdentity } from './identity/identity.ts'
import { createAuthenticate, mountIdentity } from './identity/routes.ts'
import { createIdentityStore } from './identity/store.ts'
import type { MountRoute } from './platform/contract.ts'
import type { OpenSockets } from './platform/socket.ts'

/** The organisation: its people and how they sign in, its bodies with their terms, its units and its calendar. */
export function createOrganising({ db, log }: { db: Knex, log: Logger }) {
  const identity = createIdentity({ store: createIdentityStore(db), attempts: createAttempts(db), log })
  const bodies = createBodies({ store: createBodiesStore(db) })
  const terms = createTerms({ store: createTermsStore(db), found: bodies.found })
  const units = createUnits({ store: createUnitsStore(db) })
  const calendar = createCalendar({ store: createCalendarStore(db) })
  const officeHours = createOfficeHours({ db, store: createOfficeHoursStore(db), calendar: calendar.load })
  const imports = createImport({ store: createImportStore(db, (trx) => createIdentityStore(trx)) })
  const colleagues = createPeople({ store: createPeopleStore(db) })
  return {
    identity, bodies, terms, units, calendar, officeHours, authenticate: createAuthenticate(identity),
    /** People by their ids, as the transaction sees them. */
    people: (ids: readonly string[], trx?: Knex) => createIdentityStore(trx ?? db).people(ids),
    /** Bodies by their ids, as the transaction sees them. */
    bodiesIn: (ids: readonly string[], trx?: Knex) => createBodiesStore(trx ?? db).bodies(ids),
    mountRoutes(route: MountRoute, room: { open: OpenSockets, putOut(personId: string): Promise<void> }): void {
      mountIdentity(route, { identity, ...room })
      mountBodies(route, { bodies, terms, units, calendar, officeHours, people: colleagues })
      mountImport(route, imports)
    },
  }
}

export type Organising = ReturnType<typeof createOrganising>
