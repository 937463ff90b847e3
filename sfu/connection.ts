import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import { RequestMessage, SIGNALLING_LIMITS, type AnswerMessage, type MediaMethod, type NoticeMessage } from '../protocol/media.ts'
import type { RtpCapabilities } from '../protocol/rtp.ts'
import { asWorkerLoss, MediaFailure } from './failure.ts'
import type { Connection, Guest, MediaNode } from './node.ts'
import type { createRequestHandlers } from './requests.ts'

/** WebSocket close codes; 4000 and above are ours. */
const CLOSE = { left: 1000, flooding: 1008, notJoined: 4001, byNode: 4002 }
/** A browser that reads so slowly that this many bytes wait for it is cut off; it may resume. */
const BACKLOG_BYTES = 8 * 1024 * 1024

/** Requests that are dear to the node or to the others, and what limits them. */
const LIMITED: Partial<Record<MediaMethod, 'transports' | 'changes' | 'sayings'>> = {
  createTransport: 'transports',
  produce: 'changes', closeProducer: 'changes', pauseProducer: 'changes', resumeProducer: 'changes',
  say: 'sayings',
}

export interface ConnectionOptions {
  socket: WebSocket
  node: MediaNode
  handlers: ReturnType<typeof createRequestHandlers>
  welcome: { nodeId: string; routerRtpCapabilities: RtpCapabilities }
  /** Between two heartbeats; a browser silent for three of them is cut off. */
  heartbeatMs: number
  log: Logger
}

/**
 * Serves one browser. Requests are carried out one after the other in the order received. Whatever arrives, the answer
 * is an error at most; nothing that one browser sends touches another or the process.
 */
export function serveConnection({ socket, node, handlers, welcome, heartbeatMs, log }: ConnectionOptions): void {
  let guest: Guest | undefined
  let lastHeard = Date.now()
  let queue = Promise.resolve()
  const rate = { windowEnds: 0, messages: 0, transports: 0, changes: 0, sayings: 0 }
  /** Notices that wait for the answer to `join`, which they follow. */
  let held: NoticeMessage[] | undefined
  let refused = false

  const connection: Connection = {
    notify(notice, data) {
      const message = { notice, data } as NoticeMessage
      // Whoever is told to make their media anew is not to be refused for doing it.
      if (notice === 'mediaReset') rate.transports = 0
      if (held) held.push(message)
      else send(message)
    },
    close(reason) {
      send({ notice: 'closed', data: { reason } })
      socket.close(CLOSE.byNode, reason)
    },
  }

  function send(message: NoticeMessage | AnswerMessage): void {
    if (socket.readyState !== socket.OPEN) return
    socket.send(JSON.stringify(message))
    if (socket.bufferedAmount > BACKLOG_BYTES) socket.terminate()
  }

  function refuse(id: number | null, failure: MediaFailure): void {
    // Whoever sends nonsense all the time is heard of once.
    log[refused ? 'debug' : 'info']({ code: failure.code, reason: failure.message }, 'request refused')
    refused = true
    send({ id, ok: false, error: { code: failure.code, message: failure.message } })
  }

  function tooMany(bytes: number): boolean {
    const now = Date.now()
    const windowEnds = now + SIGNALLING_LIMITS.windowS * 1_000
    if (now >= rate.windowEnds) Object.assign(rate, { windowEnds, messages: 0, transports: 0, changes: 0, sayings: 0 })
    rate.messages += Math.max(1, Math.ceil(bytes / SIGNALLING_LIMITS.weightBytes))
    if (rate.messages > 2 * SIGNALLING_LIMITS.messages) socket.close(CLOSE.flooding, 'tooManyRequests')
    return rate.messages > SIGNALLING_LIMITS.messages
  }

  function tooManyOf(method: RequestMessage['method']): boolean {
    const limited = LIMITED[method]
    return limited !== undefined && (rate[limited] += 1) > SIGNALLING_LIMITS[limited]
  }

  function receive(raw: RawData, binary: boolean): void {
    lastHeard = Date.now()
    if (socket.readyState !== socket.OPEN) return
    const text = raw.toString()
    if (tooMany(text.length)) return refuse(null, new MediaFailure('tooManyRequests'))
    const parsed = binary ? undefined : parse(text)
    const message = RequestMessage.safeParse(parsed)
    if (!message.success) {
      const issue = message.error.issues[0]
      return refuse(idOf(parsed), new MediaFailure('badRequest', `${issue?.path.join('.')}: ${issue?.message}`))
    }
    if (tooManyOf(message.data.method)) return refuse(message.data.id, new MediaFailure('tooManyRequests'))
    queue = queue.then(() => answer(message.data))
  }

  async function answer(message: RequestMessage): Promise<void> {
    try {
      const data = await carryOut(message)
      send({ id: message.id, ok: true, data })
      for (const notice of held ?? []) send(notice)
      held = undefined
      if (message.method === 'leave') socket.close(CLOSE.left)
    } catch (error) {
      held = undefined
      refuse(message.id, asFailure(error, message.method, log))
    }
  }

  async function carryOut(message: RequestMessage): Promise<unknown> {
    if (message.method === 'join') {
      if (guest) throw new MediaFailure('alreadyJoined')
      held = []
      const joined = await node.join(connection, message.data)
      guest = joined.guest
      // The socket may have closed while the grant was checked: then its close came before there was anything to cut.
      if (socket.readyState !== socket.OPEN) node.cut(guest, connection, Date.now())
      return joined.answer
    }
    if (!guest) throw new MediaFailure('notJoined')
    // Another connection took the peer over, or the server took it out: what is still queued here has no right any more.
    if (guest.connection !== connection) throw new MediaFailure('notJoined')
    // The union of requests and their handlers are paired by name; TypeScript cannot follow that through the lookup.
    const handler = handlers[message.method] as (guest: Guest, input: unknown) => Promise<unknown>
    return await handler(guest, message.data)
  }

  const joinDeadline = setTimeout(() => {
    if (!guest) socket.close(CLOSE.notJoined, 'notJoined')
  }, SIGNALLING_LIMITS.joinWithinS * 1_000)

  const heartbeat = setInterval(() => {
    if (Date.now() - lastHeard > 3 * heartbeatMs) return socket.terminate()
    socket.ping()
    send({ notice: 'heartbeat', data: {} })
  }, heartbeatMs)

  socket.on('message', receive)
  socket.on('pong', () => { lastHeard = Date.now() })
  // An oversized or broken frame: `ws` closes the connection itself, `close` follows.
  socket.on('error', (error) => log.info({ reason: error.message }, 'connection broken'))
  socket.on('close', (code) => {
    clearTimeout(joinDeadline)
    clearInterval(heartbeat)
    // 1006: no farewell. If it fell silent before, that moment is when it was lost.
    const silent = code === 1006 && Date.now() - lastHeard > 2 * heartbeatMs
    if (guest) node.cut(guest, connection, silent ? lastHeard : Date.now())
  })

  connection.notify('welcome', welcome)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function idOf(message: unknown): number | null {
  return typeof message === 'object' && message !== null && 'id' in message && typeof message.id === 'number' ? message.id : null
}

/** Whatever is not a refusal, nor the loss of a worker, is a defect of ours, and is logged as one. */
function asFailure(error: unknown, method: string, log: Logger): MediaFailure {
  const known = error instanceof MediaFailure ? error : asWorkerLoss(error)
  if (known) return known
  log.error({ method, err: error }, 'request failed')
  return new MediaFailure('internal', undefined, { cause: error })
}
