import type { Knex } from 'knex'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import { createBodiesStore } from './bodies/store.ts'
import type { Press } from './issuing/press.ts'
import type { NewNotice } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import { createInstanceAccess } from './procedures/access.ts'
import { catalogueStore } from './procedures/catalogue-store.ts'
import { createCatalogue, type CatalogueDeps } from './procedures/catalogue.ts'
import { instancesStore } from './procedures/instances-store.ts'
import { createInstances } from './procedures/instances.ts'
import { readingStore } from './procedures/reading-store.ts'
import { createReading } from './procedures/reading.ts'
import { createReminding, type Reminding, type RemindingDeps } from './procedures/reminding.ts'
import { mountProcedures, type ProcedureDomain } from './procedures/routes.ts'
import { createTelling } from './procedures/telling.ts'
import { transferStore } from './procedures/transfer-store.ts'
import { createTransfer } from './procedures/transfer.ts'

export interface ProceedingDeps extends Pick<CatalogueDeps, 'people'> {
  db: Knex
  press: Pick<Press, 'deliver'>
  /** Known once everything is wired. */
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  haveOpened: RemindingDeps['haveOpened']
  now?: (() => Date) | undefined
}

/** The queue of what comes of time: steps that are late. */
const REMINDERS = 'procedures.reminders'

/** Administrative procedures: their catalogue, and instances of them on their way. */
export function createProceeding({ db, people, press, sendNotices, haveOpened, now = () => new Date() }: ProceedingDeps) {
  const calendar = (from: string, to: string, source: Knex) => createCalendar({ store: createCalendarStore(source) }).load(from, to)

  /** As of a clock, for what is told of the past. */
  const at = (clock: () => Date): ProcedureDomain & { reminding: Reminding } => {
    const access = createInstanceAccess({ db, store: instancesStore, now: clock })
    const catalogue = createCatalogue({ db, store: catalogueStore, people, now: clock })
    return {
      catalogue, transfer: createTransfer({ db, store: transferStore, now: clock }),
      instances: createInstances({
        db, access, store: instancesStore, catalogue, catalogueStore, calendar, told: createTelling({ store: instancesStore, send: sendNotices }), now: clock,
      }),
      reading: createReading({ db, access, store: { ...readingStore, ...instancesStore, unitNames: catalogueStore.unitNames }, people, calendar, now: clock }),
      reminding: createReminding({ db, store: instancesStore, send: sendNotices, haveOpened, now: clock }),
      letterhead: async (bodyId) => (await createBodiesStore(db).bodies([bodyId]))[0]?.letterhead,
      now: clock,
    }
  }
  const procedures = at(now)
  return {
    ...procedures, at,
    queue: { name: REMINDERS, cron: '* * * * *', look: procedures.reminding.run },
    mountRoutes(route: MountRoute): void { mountProcedures(route, procedures, press) },
  }
}

export type Proceeding = ReturnType<typeof createProceeding>
