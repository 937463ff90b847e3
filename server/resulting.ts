import type { Knex } from 'knex'
import { costMeetingsStore } from './costs/meetings-store.ts'
import { createMeetingCosts } from './costs/meetings.ts'
import { ratesStore } from './costs/rates-store.ts'
import { createRates } from './costs/rates.ts'
import { mountCosts } from './costs/routes.ts'
import type { Press } from './issuing/press.ts'
import type { MountRoute } from './platform/contract.ts'
import { createBaselineFile } from './results/baseline-file.ts'
import { baselinesStore } from './results/baselines-store.ts'
import { createBaselines } from './results/baselines.ts'
import { entriesStore } from './results/entries-store.ts'
import { createEntries } from './results/entries.ts'
import { figuresStore } from './results/figures-store.ts'
import { ledgerStore } from './results/ledger-store.ts'
import { createLedger } from './results/ledger.ts'
import { baselineNamesStore, readersStore } from './results/names-store.ts'
import { createReaders } from './results/readers.ts'
import { createResults } from './results/results.ts'
import { mountResults } from './results/routes.ts'
import { targetsStore } from './results/targets-store.ts'
import { createTargets } from './results/targets.ts'

/** What came of it: meetings against their baseline, the ledger of those not held, what they cost. */
export function createResulting({ db, now: clock }: { db: Knex, now?: (() => Date) | undefined }) {
  const now = clock ?? (() => new Date())
  const ledger = createLedger({ store: ledgerStore })
  const readers = createReaders({ db, store: readersStore, now })
  const costs = createMeetingCosts({ db, store: costMeetingsStore })
  const rates = createRates({ db, store: ratesStore })
  const baselines = createBaselines({ db, store: baselinesStore, readers, now })
  const results = createResults({ db, store: figuresStore, readers, baselines, costs, now })
  const entries = createEntries({ db, store: entriesStore, quotaBodies: figuresStore.quotaBodies, readers, baselines, costs, now })
  const targets = createTargets({ db, store: targetsStore, readers })
  const file = createBaselineFile({ db, store: baselineNamesStore })
  return {
    ledger, readers, costs, rates, baselines, results, entries,
    mountRoutes(route: MountRoute, press: Press): void {
      mountResults(route, { readers, results, entries, baselines, file, targets }, press)
      mountCosts(route, rates, (caller) => readers.reading(caller))
    },
  }
}

export type Resulting = ReturnType<typeof createResulting>
