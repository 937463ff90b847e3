import { io as connect, type Socket } from 'socket.io-client'
import { z } from 'zod'
import type { Acknowledgement, CommandContract } from '../../protocol/event.ts'
import { ErrorBody } from '../../protocol/error.ts'
import { signIn, type Me } from '../../protocol/identity.ts'
import type { ByteStream, RouteContract } from '../../protocol/route.ts'

type In<S> = S extends z.ZodType ? z.input<S> : undefined
type Out<R> = R extends z.ZodType ? z.output<R> : unknown

export interface CallInput<P, Q, B> {
  params?: In<P>
  query?: In<Q>
  body?: B extends z.ZodType ? z.input<B> : Buffer
  headers?: Record<string, string>
}

/** What came back: the parsed answer, or the error. */
export interface CallResult<R> { status: number, headers: Headers, body: R, error: z.output<typeof ErrorBody> | undefined }

const ErrorAnswer = z.object({ error: ErrorBody })

/** A browser as far as the wire goes: cookies, origin, anti-forgery token; routes and commands by their contracts. */
export function createClient(origin: string) {
  const cookies = new Map<string, string>()
  let csrfToken: string | undefined
  const sockets: Socket[] = []

  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  async function send(method: string, path: string, init: { headers?: Record<string, string>, body?: string | Buffer } = {}): Promise<Response> {
    const headers = { origin, cookie: cookieHeader(), ...(csrfToken ? { 'x-csrf-token': csrfToken } : {}), ...init.headers }
    const response = await fetch(new URL(path, origin), { method, headers, body: init.body as BodyInit ?? null, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }

  async function call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType | ByteStream, R extends z.ZodType | ByteStream>(
    contract: RouteContract<P, Q, B, R>, input: CallInput<P, Q, B> = {},
  ): Promise<CallResult<Out<R>>> {
    const params = Object.entries(input.params ?? {})
    const path = params.reduce((text, [name, value]) => text.replace(`:${name}`, encodeURIComponent(String(value))), contract.path)
    const query = new URLSearchParams(Object.entries(input.query ?? {}).map(([name, value]) => [name, String(value)]))
    const json = input.body !== undefined && !Buffer.isBuffer(input.body)
    const type = json ? 'application/json' : 'application/octet-stream'
    const response = await send(contract.method.toUpperCase(), query.size ? `${path}?${query}` : path, {
      headers: { ...(input.body === undefined ? {} : { 'content-type': type }), ...input.headers },
      ...(input.body === undefined ? {} : { body: json ? JSON.stringify(input.body) : input.body as Buffer }),
    })
    const isJson = response.headers.get('content-type')?.includes('application/json')
    const body: unknown = isJson ? await response.json() : Buffer.from(await response.arrayBuffer())
    const { status, headers } = response
    if (!response.ok) return { status, headers, body: undefined as Out<R>, error: ErrorAnswer.safeParse(body).data?.error }
    const answer = contract.response instanceof z.ZodType ? contract.response.parse(body) : body
    return { status, headers, body: answer as Out<R>, error: undefined }
  }

  function remember(me: Me): Me {
    csrfToken = me.csrfToken
    return me
  }

  return {
    cookies, call, send, remember,
    forgetToken(): void { csrfToken = undefined },

    async signIn(username: string, password: string): Promise<Me> {
      const { body, error } = await call(signIn, { body: { username, password } })
      if (error) throw new Error(`sign-in of ${username}: ${error.code}`)
      return remember(body)
    },

    /** A socket of this browser; rejects with the server's `connect_error`. */
    async socket(options: { transports?: string[], origin?: string } = {}): Promise<Socket> {
      const socket = connect(origin, {
        transports: options.transports ?? ['websocket'], forceNew: true, reconnection: false,
        extraHeaders: { cookie: cookieHeader(), ...(options.origin === '' ? {} : { origin: options.origin ?? origin }) },
      })
      sockets.push(socket)
      await new Promise<void>((resolve, reject) => { socket.once('connect', resolve).once('connect_error', reject) })
      return socket
    },

    close(): void {
      for (const socket of sockets) socket.disconnect()
    },
  }
}

export type Client = ReturnType<typeof createClient>

/** Sends a command as the browser does. */
export async function command<I extends z.ZodType, O extends z.ZodType>(
  socket: Socket, contract: CommandContract<I, O>, input: z.input<I>,
): Promise<Acknowledgement<z.output<O>>> {
  return await socket.timeout(10_000).emitWithAck(contract.name, input)
}
