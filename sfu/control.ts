import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { rm } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import {
  controlRequests, ControlRequest, type ControlInput, type ControlLine, type ControlMethod, type ControlOutput,
} from '../protocol/media-control.ts'
import type { Links } from './links.ts'
import type { MediaNode } from './node.ts'
import type { Orders } from './orders.ts'
import type { Outbox, Report } from './outbox.ts'
import type { Recorder } from './recording.ts'
import type { WorkerPool } from './workers.ts'

/** What is told without being asked or confirmed, to whichever server is there. */
export type Telling = Exclude<ControlLine, { ok: unknown } | { seq: number }>

export interface Control {
  /** Serves a server over a connection that stands. A line that does not fit is answered; it harms nothing. */
  serve(connection: Duplex): void
  tell(what: Telling): void
  /** Whether a server is connected. */
  attended(): boolean
  close(): void
}

export interface ControlOptions {
  identity: ControlOutput<'hello'>
  node: MediaNode
  orders: Orders
  links: Links
  recorder: Recorder
  pool: WorkerPool
  outbox: Outbox
  stop: () => void
  log: Logger
}

type Answer<M extends ControlMethod> = ControlOutput<M> | Promise<ControlOutput<M>>

export function createControl({ identity, node, orders, links, recorder, pool, outbox, stop, log }: ControlOptions): Control {
  const open = new Map<Duplex, (line: ControlLine) => void>()

  type Handlers = { [M in ControlMethod]: (input: ControlInput<M>, deliver: (report: Report) => void) => Answer<M> }
  const handlers: Handlers = {
    hello: () => identity,
    subscribe: (_, deliver) => outbox.subscribe(deliver),
    confirm: ({ seq }) => done(outbox.confirm(seq)),
    setRights: ({ room, label, rights, at }) => done(orders.setRights(room, label, rights, at)),
    mute: ({ room, ...whom }) => done(orders.mute(room, whom)),
    closeProducers: ({ room, label, sources }) => done(orders.closeProducers(room, label, sources)),
    setScreenLimit: ({ room, screens }) => done(node.setScreenLimit(room, screens)),
    closePeer: ({ room, peer, at, reason }) => done(orders.closePeer(room, peer, at, reason)),
    closeLabel: ({ room, label, at }) => done(orders.closeLabel(room, label, at)),
    closeRoom: ({ room, at }) => done(orders.closeRoom(room, at)),
    voidGrants: ({ room, at }) => done(orders.voidGrants(room, at)),
    openLink: ({ room, link }) => links.open(room, link),
    connectLink: async ({ room, link, remote }) => done(await links.connect(room, link, remote)),
    closeLink: ({ room, link }) => done(links.close(room, link)),
    showLinked: (state) => done(links.show(state)),
    passSaying: (saying) => done(links.pass(saying)),
    listLinks: () => ({ links: links.list() }),
    checkRecording: async ({ folder }) => ({ refused: await recorder.refusal(folder) }),
    startRecording: async (recording) => ({ refused: await recorder.start(recording) }),
    stopRecording: async ({ recordingId }) => done(await recorder.stop(recordingId)),
    listRecordings: () => ({ recordings: recorder.running() }),
    listPeers: ({ room }) => ({ peers: node.list(room) }),
    state: () => ({ ...node.counts(), workers: pool.state() }),
    stop: () => done(void setImmediate(stop)),
  }

  async function answer(line: string, deliver: (report: Report) => void): Promise<ControlLine> {
    let id = -1
    try {
      const request = ControlRequest.parse(JSON.parse(line))
      id = request.id
      const input: unknown = controlRequests[request.method].input.parse(request.data)
      // Requests and handlers are paired by name; TypeScript cannot follow that through the lookup.
      const handler = handlers[request.method] as (input: unknown, deliver: (report: Report) => void) => unknown
      return { id, ok: true, data: await handler(input, deliver) }
    } catch (error) {
      log.warn({ err: error }, 'control request refused')
      return { id, ok: false, message: error instanceof Error ? error.message : String(error) }
    }
  }

  return {
    serve(connection) {
      const write = (line: ControlLine) => void (connection.writable && connection.write(`${JSON.stringify(line)}\n`))
      const deliver = (report: Report) => write(report)
      open.set(connection, write)
      const lines = createInterface({ input: connection })
      lines.on('line', (line) => void answer(line, deliver).then(write))
      // The reader passes the connection's error on; it is logged below.
      lines.on('error', () => undefined)
      connection.on('error', (error) => log.warn({ err: error }, 'control connection broken'))
      connection.on('close', () => {
        open.delete(connection)
        outbox.unsubscribe(deliver)
      })
    },
    tell(what) {
      for (const write of open.values()) write(what)
    },
    attended: () => open.size > 0,
    close() {
      for (const connection of open.keys()) connection.end()
    },
  }
}

/** Lets the server of this machine in, over a unix socket that only this user can reach. */
export async function listenForServer(path: string, control: Control): Promise<{ close(): void }> {
  const server = createServer((socket) => control.serve(socket))
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return { close: () => void server.close() }
}

const done = (_: void) => ({})
