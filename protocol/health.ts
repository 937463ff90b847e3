import { z } from 'zod'
import { defineRoute } from './route.ts'

export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  database: z.enum(['up', 'down']),
  mediaNodes: z.array(z.object({ id: z.string(), state: z.enum(['up', 'starting', 'draining', 'down']), workers: z.int(), rooms: z.int(), peers: z.int() })),
})
export type Health = z.infer<typeof Health>

export const getHealth = defineRoute({
  id: 'health.get', method: 'get', path: '/api/health', access: 'anyone', errors: [],
  summary: 'State of the database and the media nodes, and the running version. 503 while the database is down.',
  response: Health,
})

export const getOpenapi = defineRoute({
  id: 'openapi.get', method: 'get', path: '/api/openapi.json', access: 'anyone', errors: [],
  summary: 'This interface as an OpenAPI 3.1 document, generated from the same schemas that validate it.',
  response: z.record(z.string(), z.unknown()),
})
