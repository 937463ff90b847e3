import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { createBodies } from './bodies/bodies.ts'
import { mountBodies } from './bodies/routes.ts'
import { createBodiesStore } from './bodies/store.ts'
import { createAttempts } from './identity/attempts.ts'
import { createIdentity } from './identity/identity.ts'
import { createAuthenticate, mountIdentity } from './identity/routes.ts'
import { createIdentityStore } from './identity/store.ts'
import type { Journal } from './journal/journal.ts'
import type { MountRoute } from './platform/contract.ts'
import type { MountCommand, SocketServer } from './platform/socket.ts'

/** Every domain with its store, and who knows whom. */
export function createDomains({ db, log }: { db: Knex, journal: Journal, log: Logger }) {
  const identity = createIdentity({ store: createIdentityStore(db), attempts: createAttempts(db), log })
  const bodies = createBodies({ store: createBodiesStore(db) })

  return {
    identity, bodies,
    authenticate: createAuthenticate(identity),

    mountRoutes(route: MountRoute, io: SocketServer): void {
      mountIdentity(route, { identity, io })
      mountBodies(route, bodies)
    },

    mountCommands(_command: MountCommand): void {},
  }
}

export type Domains = ReturnType<typeof createDomains>
