import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import pg from 'pg'
import type { SocketServer } from '../../server/platform/socket.ts'

/** What one request, or one socket command, cost the server. */
export interface Cost {
  /** From its arrival, parsed, to its answer handed to the network, ms. */
  ms: number
  /** SQL statements sent for it, the session's too; not what opens a connection. */
  statements: number
}

interface Running { from: number, statements: number }

/** Sent when a connection is made: says nothing of the request that needed it. */
const OPENS_A_CONNECTION = /^\s*SET\s/i
const MEASURED = /^\/(api|calendar)\//

/** Measures everything that this process serves from now on. Before the first connection to the database is made. */
export function startMeter(): { costs(): Cost[], watch(io: SocketServer): void } {
  const running = new AsyncLocalStorage<Running>()
  let finished: Cost[] = []
  const begin = (): Running => {
    const one: Running = { from: performance.now(), statements: 0 }
    // Until the end of what this event causes: the listeners that answer come after this one.
    running.enterWith(one)
    return one
  }
  const end = ({ from, statements }: Running) => { finished.push({ ms: performance.now() - from, statements }) }

  const send = pg.Client.prototype.query
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...given: unknown[]): unknown {
      const [first] = given
      const text = typeof first === 'string' ? first : (first as { text?: string }).text ?? ''
      const one = running.getStore()
      if (one && !OPENS_A_CONNECTION.test(text)) one.statements += 1
      return Reflect.apply(send, this, given)
    },
  })

  const requests = new WeakMap<ServerResponse, Running>()
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage, response: ServerResponse }
    const one = begin()
    if (MEASURED.test(request.url ?? '')) requests.set(response, one)
  })
  subscribe('http.server.response.finish', (message) => {
    const one = requests.get((message as { response: ServerResponse }).response)
    if (one) end(one)
  })

  return {
    /** In the order of their ends, since the last call. */
    costs() {
      const taken = finished
      finished = []
      return taken
    },

    /** Commands of its sockets too, up to their acknowledgement; of each socket one at a time. */
    watch(io) {
      io.on('connection', ({ conn }) => {
        let one: Running | undefined
        conn.on('packet', ({ data }: { data?: unknown }) => { if (isLike(data, EVENT)) one = begin() })
        conn.on('packetCreate', ({ data }: { data?: unknown }) => {
          if (!one || !isLike(data, ACKNOWLEDGEMENT)) return
          end(one)
          one = undefined
        })
      })
    },
  }
}

/** Packets of Socket.IO within one of Engine.IO: an event that wants an acknowledgement, and that. */
const EVENT = /^2\d+\[/
const ACKNOWLEDGEMENT = /^3\d+\[/
const isLike = (data: unknown, pattern: RegExp) => typeof data === 'string' && pattern.test(data)
