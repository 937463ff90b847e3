import { z } from 'zod'
import { getMe, type Me } from '../../protocol/identity.ts'
import type { ByteStream, RouteContract } from '../../protocol/route.ts'
import { ApiError, errorFromBody } from './api-error.ts'
import { clock } from './clock.ts'

type Part<K extends string, S> = S extends z.ZodUndefined
  ? { [key in K]?: undefined }
  : S extends z.ZodType
    ? ({} extends z.input<S> ? { [key in K]?: z.input<S> } : { [key in K]: z.input<S> })
    : { [key in K]: Blob }

/** What a call must bring: the parts that the contract names, a Blob where the body is a stream of bytes. */
export type CallInput<P, Q, B> = Part<'params', P> & Part<'query', Q> & Part<'body', B>

export interface CallOptions {
  signal?: AbortSignal
  /** Goes out although the page is being left; for what is small. */
  keepalive?: boolean
}

/** How long an answer of JSON may take. Files take as long as they need. */
const ANSWER_MS = 30_000

/** What the server answers, validated; a Blob where the answer is a stream of bytes. */
export type Answer<R> = R extends z.ZodType ? z.output<R> : Blob

/** Who this page acts as, and the anti-forgery token that every change carries. */
let acting: { personId: string, csrfToken: string } | null = null
const signedOutListeners = new Set<() => void>()

/** Whom the calls of this page are made for, as the server said; null when nobody is signed in. */
export function actAs(me: Me | null) {
  acting = me && { personId: me.person.id, csrfToken: me.csrfToken }
}

/** Calls `listener` whenever the server says that nobody is signed in here any more. */
export function onSignedOut(listener: () => void) {
  signedOutListeners.add(listener)
}

export function tellSignedOut() {
  for (const listener of signedOutListeners) listener()
}

/** The key under which a change is carried out once, however often it is sent. */
export function newKey(): string {
  return crypto.randomUUID()
}

/** The address of a route on this origin, e.g. for a download link or a document viewer. */
export function urlOf<P extends z.ZodType, Q extends z.ZodType>(
  contract: Pick<RouteContract<P, Q, z.ZodType | ByteStream, z.ZodType | ByteStream>, 'path'>,
  input: Part<'params', P> & Part<'query', Q>,
): string {
  const { params = {}, query = {} } = input as { params?: Record<string, unknown>, query?: Record<string, unknown> }
  const path = contract.path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) search.set(name, String(value))
  return search.size ? `${path}?${search}` : path
}

/**
 * Calls a route. Resolves to its validated answer.
 * @throws {ApiError} with the server's code, or `offline`, `noAnswer`, `unexpectedAnswer`; an aborted call rejects with the signal's reason.
 */
export async function call<
  P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType | ByteStream, R extends z.ZodType | ByteStream,
>(contract: RouteContract<P, Q, B, R>, input: CallInput<P, Q, B>, options: CallOptions = {}): Promise<Answer<R>> {
  const url = urlOf(contract, input)
  const body: unknown = input.body
  const send = () => request(contract.method, url, body, withTimeout(contract, options))
  let response = await send()
  if (!response.ok) {
    const failure = await readFailure(response)
    if (failure.code !== 'csrfRefused') throw failure
    await renewActing()
    // What was refused did nothing, so it may be sent again.
    response = await send()
    if (!response.ok) throw await readFailure(response)
  }
  const answer = contract.response instanceof z.ZodType
    ? parseAnswer(contract.response, await readJson(response), contract.id)
    : await response.blob()
  return answer as Answer<R>
}

function withTimeout(
  contract: Pick<RouteContract<z.ZodType, z.ZodType, z.ZodType | ByteStream, z.ZodType | ByteStream>, 'body' | 'response'>,
  options: CallOptions,
): CallOptions {
  const sendsBytes = contract.body !== undefined && !(contract.body instanceof z.ZodType)
  if (sendsBytes || !(contract.response instanceof z.ZodType)) return options
  const timeout = AbortSignal.timeout(ANSWER_MS)
  return { ...options, signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout }
}

const isTimeout = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError'

/** What every change carries, for what is not sent by `call`. */
export function antiForgeryHeaders(): Record<string, string> {
  return { 'x-csrf-token': acting?.csrfToken ?? '' }
}

/** The session was renewed in another tab. If somebody else signed in there, this page must not act in their name. */
export async function renewActing() {
  const me = await call(getMe, {})
  if (acting && acting.personId !== me.person.id) {
    tellSignedOut()
    throw new ApiError('signInRequired')
  }
  actAs(me)
}

async function request(method: string, url: string, body: unknown, options: CallOptions): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (method !== 'get') headers.set('x-csrf-token', acting?.csrfToken ?? '')
  const bytes = body instanceof Blob
  if (bytes) headers.set('content-type', body.type || 'application/octet-stream')
  else if (body !== undefined) headers.set('content-type', 'application/json')
  const sentAt = Date.now()
  try {
    const response = await fetch(url, {
      method: method.toUpperCase(), headers, credentials: 'same-origin', cache: 'no-store',
      body: body === undefined ? null : bytes ? body : JSON.stringify(body), signal: options.signal ?? null, keepalive: options.keepalive ?? false,
    })
    clock.observe(response.headers.get('date'), sentAt, Date.now())
    return response
  } catch (error) {
    if (isTimeout(error)) throw new ApiError('noAnswer', {}, { cause: error })
    if (options.signal?.aborted) throw error
    throw new ApiError('offline', {}, { cause: error })
  }
}

async function readFailure(response: Response): Promise<ApiError> {
  const body = await response.json().catch(() => null) as { error?: unknown } | null
  const failure = errorFromBody(body?.error, { status: response.status })
  if (failure.code === 'signInRequired') tellSignedOut()
  return failure
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    if (isTimeout(error)) throw new ApiError('noAnswer', {}, { cause: error })
    throw new ApiError('unexpectedAnswer', { status: response.status }, { cause: error })
  }
}

function parseAnswer(schema: z.ZodType, value: unknown, id: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ApiError('unexpectedAnswer', { id }, { cause: parsed.error })
}
