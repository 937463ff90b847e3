import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import {
  controlRequests, ControlRequest, type ControlInput, type ControlLine, type ControlMethod, type ControlOutput,
} from '../protocol/media-control.ts'
import type { MediaNode } from './node.ts'
import type { Outbox, Report } from './outbox.ts'
import type { WorkerPool } from './workers.ts'

export interface Control {
  /** Whether a server is connected. */
  attended(): boolean
  close(): void
}

export interface ControlOptions {
  path: string
  identity: ControlOutput<'hello'>
  node: MediaNode
  pool: WorkerPool
  outbox: Outbox
  stop: () => void
  log: Logger
}

/** Serves the server over a unix socket that only this user can reach. A line that does not fit is answered; it harms nothing. */
export async function listenForServer(options: ControlOptions): Promise<Control> {
  const { identity, node, pool, outbox, stop, log } = options
  const open = new Set<Socket>()

  type Handlers = { [M in ControlMethod]: (input: ControlInput<M>, deliver: (report: Report) => void) => ControlOutput<M> }
  const handlers: Handlers = {
    hello: () => identity,
    subscribe: (_, deliver) => outbox.subscribe(deliver),
    confirm: ({ seq }) => done(outbox.confirm(seq)),
    setGrant: ({ room, peer, publish }) => done(node.setGrant(room, peer, publish)),
    closePeer: ({ room, peer }) => done(node.closePeer(room, peer)),
    closeRoom: ({ room }) => done(node.closeRoom(room)),
    listPeers: ({ room }) => ({ peers: node.list(room) }),
    state: () => ({ ...node.counts(), workers: pool.state() }),
    stop: () => done(void setImmediate(stop)),
  }

  const server = createServer((socket) => {
    open.add(socket)
    const write = (line: ControlLine) => void (socket.writable && socket.write(`${JSON.stringify(line)}\n`))
    const deliver = (report: Report) => write(report)
    const lines = createInterface({ input: socket })
    lines.on('line', (line) => write(answer(line, deliver)))
    // The reader passes the connection's error on; it is logged below.
    lines.on('error', () => undefined)
    socket.on('error', (error) => log.warn({ err: error }, 'control connection broken'))
    socket.on('close', () => {
      open.delete(socket)
      outbox.unsubscribe(deliver)
    })
  })

  function answer(line: string, deliver: (report: Report) => void): ControlLine {
    let id = -1
    try {
      const request = ControlRequest.parse(JSON.parse(line))
      id = request.id
      const input: unknown = controlRequests[request.method].input.parse(request.data)
      // Requests and handlers are paired by name; TypeScript cannot follow that through the lookup.
      const handler = handlers[request.method] as (input: unknown, deliver: (report: Report) => void) => unknown
      return { id, ok: true, data: handler(input, deliver) }
    } catch (error) {
      log.warn({ err: error }, 'control request refused')
      return { id, ok: false, message: error instanceof Error ? error.message : String(error) }
    }
  }

  await rm(options.path, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.path, resolve))
  return {
    attended: () => open.size > 0,
    close() {
      server.close()
      for (const socket of open) socket.end()
    },
  }
}

const done = (_: void) => ({})
