import { z } from 'zod'
import { ErrorBody, type ErrorCode } from '../../protocol/error.ts'
import { Id } from '../../protocol/journal.ts'
import type { AnyRoute, ByteStream } from '../../protocol/route.ts'
import { httpStatus } from './status.ts'

type Json = Record<string, unknown>

/** Codes that a route may answer besides its own. */
function errorsOf(route: AnyRoute): ErrorCode[] {
  const access: ErrorCode[] = route.access === 'anyone' ? [] : ['signInRequired']
  if (route.access === 'administrator') access.push('administratorRequired')
  if (route.method !== 'get' && route.access !== 'anyone') access.push('originRefused', 'csrfRefused')
  const input: ErrorCode[] = route.params || route.query || route.body ? ['badRequest'] : []
  return [...new Set([...access, ...input, ...route.errors, 'databaseUnavailable' as const, 'internal' as const])]
}

export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io, unrepresentable: 'any',
    override({ zodSchema, jsonSchema: made }) {
      if (zodSchema !== Id) return
      delete made.allOf
      made.format = 'uuid'
    },
  })
  return rest
}

function content(body: z.ZodType | ByteStream, io: 'input' | 'output'): Json {
  if (body instanceof z.ZodType) return { 'application/json': { schema: jsonSchema(body, io) } }
  return { [body.stream]: { schema: { type: 'string', format: 'binary' } } }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!(schema instanceof z.ZodObject)) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Record<string, Json>, required?: string[] }
  return Object.entries(properties).map(([name, property]) => ({ name, in: place, required: required.includes(name), schema: property }))
}

function responses(route: AnyRoute): Json {
  const byStatus = Object.groupBy(errorsOf(route), (code) => String(httpStatus[code]))
  const failures = Object.entries(byStatus).map(([status, codes = []]) => [status, {
    description: codes.join(', '),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }])
  return { 200: { description: 'Done.', content: content(route.response, 'output') }, ...Object.fromEntries(failures) }
}

function operation(route: AnyRoute): Json {
  const changes = route.method !== 'get' && route.access !== 'anyone'
  return {
    operationId: route.id,
    tags: [route.id.split('.')[0]],
    summary: route.summary,
    'x-access': route.access,
    ...(route.access === 'anyone' ? { security: [] } : { security: [changes ? { session: [], csrf: [] } : { session: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body ? { requestBody: { required: true, content: content(route.body, 'input') } } : {}),
    responses: responses(route),
  }
}

/** The routes as an OpenAPI 3.1 document, from the schemas that validate them. */
export function openapi(routes: readonly AnyRoute[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Nghị Sự', version },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a < b ? -1 : 1)),
    components: {
      schemas: { Error: jsonSchema(z.object({ error: ErrorBody }), 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'nghisu.session' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
      },
    },
  }
}
