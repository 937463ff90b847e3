import type { Knex } from 'knex'
import { allRoutes } from '../../protocol/contracts.ts'
import { getHealth, getOpenapi, type Health } from '../../protocol/health.ts'
import type { MountRoute } from './contract.ts'
import { openapi } from './openapi.ts'

export interface HealthDeps {
  db: Knex
  version: string
  mediaNodes(): Health['mediaNodes'] | Promise<Health['mediaNodes']>
}

/** Longer than this, and the database counts as down. */
const PATIENCE_MS = 3000

/** What the program says of itself. */
export function mountHealth(route: MountRoute, { db, version, mediaNodes }: HealthDeps): void {
  const description = openapi(allRoutes, version)

  route(getHealth, async ({ res }): Promise<Health> => {
    const answered = db.raw('SELECT 1').timeout(PATIENCE_MS).then(() => true, () => false)
    const database = await answered ? 'up' : 'down'
    const nodes = await mediaNodes()
    if (database === 'down') res.status(503)
    const status = database === 'up' && nodes.some((node) => node.state === 'up') ? 'ok' : 'degraded'
    return { status, version, database, mediaNodes: nodes }
  })

  route(getOpenapi, () => description)
}
