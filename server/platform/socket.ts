import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { Server, type DefaultEventsMap, type Socket as AnySocket } from 'socket.io'
import type { z } from 'zod'
import type { Acknowledgement, CommandContract, NoticeContract } from '../../protocol/event.ts'
import { followMeeting, sessionEndedNotice } from '../../protocol/room.ts'
import { limitBacklog } from './backlog.ts'
import { parseInput, type Authenticate, type Caller } from './contract.ts'
import { AppError } from './error.ts'
import { failureBody } from './failure.ts'
import { tooManyRequests } from './limit.ts'
import { originAllowed } from './origin.ts'
import type { SessionRequest, Sessions } from './session.ts'
import type { MediaSockets } from './upgrade.ts'

/** What the server knows of a socket: who it belongs to, and which sign-in. */
export interface SocketFacts { caller: Caller, family: string }

type Events = DefaultEventsMap
export type SocketServer = Server<Events, Events, Events, SocketFacts>
export type Socket = AnySocket<Events, Events, Events, SocketFacts>

/** All sockets of a person. */
export const personRoom = (personId: string) => `person:${personId}`
/** All sockets of one sign-in (`family` of its session). */
export const sessionRoom = (family: string) => `session:${family}`

/** Commands and malformed ones together, per person. A busy clerk sends a few a second. */
const COMMANDS = { points: 400, duration: 10 }
/** A snapshot may be large: this often may a socket ask for one. */
const FOLLOWS = { points: 30, duration: 10 }
/** The longest command that a socket may send, in bytes. Files go over HTTP. */
const LARGEST_MESSAGE = 64 * 1024

export interface SocketServerOptions {
  server: HttpServer
  allowedOrigins: readonly string[]
  /** The same session middleware as of the HTTP routes. */
  session: RequestHandler
  authenticate: Authenticate
  log: Pick<Logger, 'warn' | 'error'>
}

/**
 * Socket.IO on the web server's port. Every request of both transports is held against the allowed origins; only a
 * signed-in person gets a socket (`connect_error` with data `{ code }` otherwise). Upgrades of other paths are left to
 * their own listeners.
 */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { server, allowedOrigins, session, authenticate, log } = options
  const io: SocketServer = new Server(server, {
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: LARGEST_MESSAGE,
    serveClient: false,
    destroyUpgrade: false,
  })
  io.engine.use((req: IncomingMessage, _res: unknown, next: (error?: Error) => void) => {
    next(originAllowed(req, allowedOrigins) ? undefined : new Error('foreign origin'))
  })
  io.engine.use(session)
  io.use((socket, next) => {
    admit(socket).then(() => next(), (error: unknown) => {
      const body = failureBody(error, log)
      next(Object.assign(new Error(body.code), { data: body }))
    })
  })

  io.on('connection', ({ conn }) => {
    limitBacklog(conn, () => log.warn('a socket that does not read was closed'))
  })

  async function admit(socket: Socket): Promise<void> {
    const request: SessionRequest = socket.request
    const caller = await authenticate(request)
    const family = request.session?.family
    if (!caller || !family) throw new AppError('signInRequired')
    socket.data = { caller, family }
    await socket.join([personRoom(caller.personId), sessionRoom(family)])
  }

  return io
}

/** Everything that stays open under a sign-in. */
export interface OpenSockets { io: SocketServer, media: MediaSockets }

/** Tells sockets that their sign-in has ended and closes them, those to the media node too. */
export function endSockets({ io, media }: OpenSockets, room: string, exceptRoom?: string): void {
  const sockets = exceptRoom ? io.in(room).except(exceptRoom) : io.in(room)
  sockets.emit(sessionEndedNotice.name, {})
  sockets.disconnectSockets(true)
  media.end(room, exceptRoom)
}

/**
 * Ends, once a minute, the sockets of sign-ins that are over: run out, or ended by another process or in the database.
 * A socket that is open keeps its sign-in from running out for want of use. Returns the end of that.
 */
export function watchSessions(
  open: OpenSockets, { renew }: Pick<Sessions, 'renew'>, log: Pick<Logger, 'warn'>, everyMs = 60_000,
): () => void {
  async function check(): Promise<void> {
    const families = new Set([...open.io.of('/').sockets.values()].map(({ data }) => data.family).concat(open.media.families()))
    if (families.size === 0) return
    const going = await renew([...families])
    for (const family of families) if (!going.has(family)) endSockets(open, sessionRoom(family))
  }
  const timer = setInterval(() => { check().catch((err: unknown) => log.warn({ err }, 'sessions could not be checked')) }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Sends a notice that is held against its contract; `target` is a socket, or a room by `io.to(room)`. */
export function notify<P extends z.ZodType>(
  target: { emit(name: string, payload: unknown): unknown }, contract: NoticeContract<P>, payload: z.input<P>,
): void {
  target.emit(contract.name, contract.payload.parse(payload))
}

export interface CommandInput<I> { input: I, caller: Caller, socket: Socket }
type Answering = (payload: unknown, socket: Socket) => Promise<unknown>

/**
 * Takes the commands of all sockets: `command(contract, handle)` adds one. The handler gets parsed input and the caller;
 * what it returns is held against the output schema and acknowledged. A message that is no command, does not fit, or
 * comes too often is acknowledged with its error; one without an acknowledgement is not carried out.
 */
export function createCommands(io: SocketServer, { log }: { log: Pick<Logger, 'warn' | 'error'> }) {
  const handlers = new Map<string, Answering>()
  const limiter = new RateLimiterMemory(COMMANDS)
  const follows = new RateLimiterMemory(FOLLOWS)

  io.on('connection', (socket) => {
    // A malformed packet ends its socket; without a listener the event could end the process.
    socket.on('error', () => {})
    socket.onAny((name: string, ...args: unknown[]) => {
      const acknowledge = args.at(-1)
      if (typeof acknowledge !== 'function') return
      void answer(name, args.length > 1 ? args[0] : undefined, socket).then((result) => acknowledge(result))
    })
  })

  async function answer(name: string, payload: unknown, socket: Socket): Promise<Acknowledgement<unknown>> {
    try {
      await limiter.consume(socket.data.caller.personId).catch(tooManyRequests)
      if (name === followMeeting.name) await follows.consume(socket.id).catch(tooManyRequests)
      const handle = handlers.get(name)
      if (!handle) throw new AppError('badRequest', { issues: [{ path: 'command', message: 'unknown command' }] })
      return { ok: true, result: await handle(payload, socket) }
    } catch (error) {
      return { ok: false, error: failureBody(error, log) }
    }
  }

  return function command<I extends z.ZodType, O extends z.ZodType>(
    contract: CommandContract<I, O>, handle: (input: CommandInput<z.output<I>>) => Promise<z.input<O>> | z.input<O>,
  ): void {
    if (handlers.has(contract.name)) throw new Error(`the command ${contract.name} is taken twice`)
    handlers.set(contract.name, async (payload, socket) => {
      const input = parseInput(contract.input, payload, 'input')
      return contract.output.parse(await handle({ input, caller: socket.data.caller, socket }))
    })
  }
}

export type MountCommand = ReturnType<typeof createCommands>
