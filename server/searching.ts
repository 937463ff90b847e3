import type { Knex } from 'knex'
import type { MountRoute } from './platform/contract.ts'
import { mountSearch } from './search/routes.ts'
import { createSearch } from './search/search.ts'
import { createSearchStore } from './search/store.ts'

/** Search over what every kind of thing lets a person read. */
export function createSearching({ db, now }: { db: Knex, now: (() => Date) | undefined }) {
  const search = createSearch({ db, store: createSearchStore(), ...now ? { now } : {} })
  return { search, mountRoutes: (route: MountRoute) => mountSearch(route, search) }
}
