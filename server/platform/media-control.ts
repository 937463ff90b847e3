import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import {
  controlRequests, ControlLine, type ControlEvent, type ControlInput, type ControlMethod, type ControlOutput,
} from '../../protocol/media-control.ts'
import type { LinkedSaying, LinkState } from '../../protocol/media-link.ts'
import { AppError } from './error.ts'

/** One connection to a media node's control socket. */
export interface MediaControl {
  /** Fails with mediaUnavailable when the connection is gone or the node does not answer in time. */
  request<M extends ControlMethod>(method: M, data: ControlInput<M>): Promise<ControlOutput<M>>
  close(): void
}

/** How long an answer is waited for, in ms. */
const PATIENCE_MS = 5_000

interface Waiting {
  resolve: (data: unknown) => void
  reject: (error: Error) => void
}

/** What a node tells without being asked. */
export interface MediaControlEvents {
  report(seq: number, event: ControlEvent): void
  linked(state: LinkState): void
  saying(saying: LinkedSaying): void
  unlinked(room: string, link: string): void
  draining(): void
  /** Called once, for whatever reason. */
  close(): void
}

/** Connects to a node of this machine; fails when nothing listens there. */
export async function connectMediaControl(path: string, on: Partial<MediaControlEvents>): Promise<MediaControl> {
  const socket = connect(path)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return speakMediaControl(socket, on)
}

/** Speaks with a node over a connection that stands. */
export function speakMediaControl(socket: Duplex, on: Partial<MediaControlEvents>): MediaControl {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  function receive(text: string): void {
    const line = ControlLine.parse(JSON.parse(text))
    if ('report' in line) return on.report?.(line.seq, line.report)
    if ('linked' in line) return on.linked?.(line.linked)
    if ('saying' in line) return on.saying?.(line.saying)
    if ('unlinked' in line) return on.unlinked?.(line.unlinked.room, line.unlinked.link)
    if ('draining' in line) return on.draining?.()
    const request = waiting.get(line.id)
    waiting.delete(line.id)
    if (line.ok) request?.resolve(line.data)
    else request?.reject(new Error(`the media node refused: ${line.message}`))
  }

  const lines = createInterface({ input: socket })
  lines.on('line', (text) => {
    try {
      receive(text)
    } catch {
      // Not a node that we understand.
      socket.destroy()
    }
  })
  // What broke the connection is told by `close`, which follows. The reader passes the error on, so it is taken there too.
  lines.on('error', () => undefined)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const request of waiting.values()) request.reject(new AppError('mediaUnavailable'))
    waiting.clear()
    on.close?.()
  })

  return {
    async request(method, data) {
      if (!socket.writable) throw new AppError('mediaUnavailable')
      lastId += 1
      const id = lastId
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      const timer = setTimeout(() => waiting.get(id)?.reject(new AppError('mediaUnavailable')), PATIENCE_MS)
      socket.write(`${JSON.stringify({ id, method, data })}\n`)
      try {
        return controlRequests[method].output.parse(await answer) as ControlOutput<typeof method>
      } finally {
        clearTimeout(timer)
        waiting.delete(id)
      }
    },
    close: () => void socket.end(),
  }
}
