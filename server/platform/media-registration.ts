import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { jwtVerify } from 'jose'
import type { Logger } from 'pino'
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws'
import { CONTROL_VERSION, Registration, REGISTRATION_AUDIENCE } from '../../protocol/media-control.ts'
import { GRANT_ALGORITHM } from '../../protocol/media-grant.ts'
import { speakMediaControl, type MediaControl, type MediaControlEvents } from './media-control.ts'
import type { ReachedNode } from './media-nodes.ts'
import { pipeUpgrade, refuseUpgrade } from './media-proxy.ts'

/** How long a node may be out of reach before it counts as dead, in ms; whoever comes meanwhile is led to another one. */
const RETURN_MS = 5_000
const PING_MS = 5_000
/** A node's clock may differ from ours by this much. */
const CLOCK_TOLERANCE_S = 5
const MAX_LINE_BYTES = 8 * 1024 * 1024

export interface MediaRegistration {
  /** Serves an upgrade of a node of another machine. It must hold the grants' secret. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export function createRegistration(options: {
  secret: Uint8Array
  events(nodeId: string): Omit<MediaControlEvents, 'close'>
  reached(node: ReachedNode): Promise<void>
  lost(nodeId: string): void
  died(nodeId: string, at: number): void
  log: Pick<Logger, 'info' | 'warn'>
}): MediaRegistration {
  const { secret, log } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_LINE_BYTES, perMessageDeflate: false })
  const open = new Map<string, { socket: WebSocket, control: MediaControl }>()
  const awaited = new Map<string, NodeJS.Timeout>()
  const used = new Set<string>()
  let closed = false

  async function registrationOf(request: IncomingMessage): Promise<Registration> {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [GRANT_ALGORITHM], audience: REGISTRATION_AUDIENCE, requiredClaims: ['exp', 'jti'], maxTokenAge: '60 s',
      clockTolerance: CLOCK_TOLERANCE_S,
    })
    const registration = Registration.parse(payload)
    if (used.has(registration.jti)) throw new Error('the registration was used before')
    if (registration.version !== CONTROL_VERSION) {
      throw new Error(`the node speaks version ${registration.version}, this server ${CONTROL_VERSION}: run the same release on both`)
    }
    used.add(registration.jti)
    setTimeout(() => used.delete(registration.jti), 120_000).unref()
    return registration
  }

  function serve({ nodeId, workers, host, port }: Registration, socket: WebSocket): void {
    open.get(nodeId)?.socket.terminate()
    clearTimeout(awaited.get(nodeId))
    awaited.delete(nodeId)
    const stream = createWebSocketStream(socket)
    // It would wait for us to end our side too, while its node is dead.
    socket.on('close', () => stream.destroy())
    const control = speakMediaControl(stream, { ...options.events(nodeId), close: () => gone(nodeId, control) })
    open.set(nodeId, { socket, control })
    watch(socket)
    options.reached({
      id: nodeId, control, workers, draining: false,
      lead: (request, client, head) => pipeUpgrade({ host, port }, request, client, head),
    }).then(
      () => log.info({ node: nodeId, host, port, workers }, 'media node registered'),
      (err: unknown) => {
        log.warn({ node: nodeId, err }, 'a media node registered but does not answer')
        socket.terminate()
      },
    )
  }

  function gone(nodeId: string, control: MediaControl): void {
    if (open.get(nodeId)?.control !== control) return
    open.delete(nodeId)
    if (closed) return
    const at = Date.now()
    log.warn({ node: nodeId }, 'media node out of reach')
    options.lost(nodeId)
    awaited.set(nodeId, setTimeout(() => {
      awaited.delete(nodeId)
      options.died(nodeId, at)
    }, RETURN_MS).unref())
  }

  return {
    take(request, socket, head) {
      registrationOf(request).then(
        (registration) => sockets.handleUpgrade(request, socket, head, (accepted) => serve(registration, accepted)),
        (err: unknown) => {
          log.warn({ reason: err instanceof Error ? err.message : String(err) }, 'the registration of a media node was refused')
          refuseUpgrade(socket, '401 Unauthorized')
        },
      )
    },
    close() {
      closed = true
      for (const timer of awaited.values()) clearTimeout(timer)
      for (const { socket } of open.values()) socket.close(1001)
    },
  }
}

/** Ends a connection whose other side answers no more. */
function watch(socket: WebSocket): void {
  let heard = true
  const timer = setInterval(() => {
    if (!heard) return socket.terminate()
    heard = false
    socket.ping()
  }, PING_MS)
  socket.on('pong', () => { heard = true })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => clearInterval(timer))
}
