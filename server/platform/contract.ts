import express, { type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import type { ByteStream, RouteAccess, RouteContract } from '../../protocol/route.ts'
import { AppError } from './error.ts'
import type { SessionRequest } from './session.ts'

/** The signed-in person, put on the request by identity. */
export interface Caller { personId: string, administrator: boolean }

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined
type Answer<R> = R extends z.ZodType ? z.input<R> : void

export interface RouteInput<P, Q, B> {
  params: Parsed<P>
  query: Parsed<Q>
  /** Parsed JSON, or undefined where the contract's body is a stream: then read `req`. */
  body: Parsed<B>
  /** Throws `signInRequired` where nobody is signed in; on `signedIn` routes somebody always is. */
  caller: Caller
  req: Request
  res: Response
}

/** Finds the caller of a request or of a socket's handshake, or null. */
export type Authenticate = (req: SessionRequest) => Promise<Caller | null>

const JSON_LIMIT = '1mb'

/**
 * Mounts contracts on a router: each handler gets input that was authenticated and validated, and what it returns is
 * held against the response schema. JSON is read only where the contract has a JSON body, and only of those who may
 * call the route. Handlers of streamed answers write to `res` themselves.
 */
export function createRoutes(router: Router, authenticate: Authenticate) {
  const readJson = express.json({ limit: JSON_LIMIT })

  return function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType | ByteStream, R extends z.ZodType | ByteStream>(
    contract: RouteContract<P, Q, B, R>,
    handle: (input: RouteInput<P, Q, B>) => Promise<Answer<R>> | Answer<R>,
  ) {
    const hasJson = contract.body instanceof z.ZodType && !(contract.body instanceof z.ZodUndefined)
    router[contract.method](contract.path, async (req, res) => {
      const caller = authorise(contract.access, await authenticate(req))
      if (hasJson) await new Promise<void>((resolve, reject) => readJson(req, res, (error) => error ? reject(error) : resolve()))
      const answer = await handle({
        params: parseInput(contract.params, req.params, 'params') as Parsed<P>,
        query: parseInput(contract.query, req.query, 'query') as Parsed<Q>,
        body: parseInput(contract.body, req.body, 'body') as Parsed<B>,
        get caller() {
          if (!caller) throw new AppError('signInRequired')
          return caller
        },
        req, res,
      })
      if (contract.response instanceof z.ZodType) res.json(contract.response.parse(answer))
    })
  }
}

export type MountRoute = ReturnType<typeof createRoutes>

function authorise(access: RouteAccess, caller: Caller | null): Caller | null {
  if (access === 'anyone') return caller
  if (!caller) throw new AppError('signInRequired')
  if (access === 'administrator' && !caller.administrator) throw new AppError('administratorRequired')
  return caller
}

/** Holds what came over the wire against its schema. Throws `badRequest`, whose `issues` say where and why. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S>
export function parseInput(schema: z.ZodType | ByteStream | undefined, value: unknown, where: string): unknown
export function parseInput(schema: z.ZodType | ByteStream | undefined, value: unknown, where: string): unknown {
  if (!(schema instanceof z.ZodType)) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('badRequest', {
    issues: parsed.error.issues.map((issue) => ({ path: [where, ...issue.path].join('.'), message: issue.message })),
  })
}
