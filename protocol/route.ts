import type { z } from 'zod'
import type { ErrorCode } from './error.ts'

/** Who may call a route at all; what they may do with *that* meeting or item is decided by its domain. */
export type RouteAccess = 'anyone' | 'signedIn' | 'administrator'

/** A body or answer that is a stream of bytes and not JSON. */
export interface ByteStream { stream: string }

/** One HTTP route as server, browser and generated documents see it. */
export interface RouteContract<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType | ByteStream, R extends z.ZodType | ByteStream> {
  /** operationId in OpenAPI: `<domain>.<verb>`. */
  id: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Express path with `:name` parameters, below the origin. */
  path: string
  summary: string
  access: RouteAccess
  /** The codes that the route itself may answer; `badRequest`, `internal` and the access codes go without saying. */
  errors: readonly ErrorCode[]
  params?: P
  query?: Q
  body?: B
  response: R
}

export type AnyRoute = RouteContract<z.ZodType, z.ZodType, z.ZodType | ByteStream, z.ZodType | ByteStream>

export function defineRoute<
  P extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType | ByteStream = z.ZodUndefined, R extends z.ZodType | ByteStream = z.ZodUndefined,
>(contract: RouteContract<P, Q, B, R>): RouteContract<P, Q, B, R> {
  return contract
}
