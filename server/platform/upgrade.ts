import { ServerResponse, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Authenticate, Caller } from './contract.ts'
import { AppError } from './error.ts'
import type { MediaNode } from './media-node.ts'
import { refuseUpgrade } from './media-proxy.ts'
import { originAllowed } from './origin.ts'
import type { SessionRequest } from './session.ts'
import { personRoom, sessionRoom } from './socket.ts'

export interface UpgradeOptions {
  allowedOrigins: readonly string[]
  session: RequestHandler
  authenticate: Authenticate
  media: Pick<MediaNode, 'proxyUpgrade' | 'register'> | undefined
  /** By path: takes those who write a text together. */
  texts: ReadonlyMap<string, { accept(req: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void }>
  log: Pick<Logger, 'warn'>
}

/** The WebSockets that were led to the media node or to a text. They are signed in as their upgrade was, until that ends. */
export interface MediaSockets {
  /** Cuts those of `personRoom` or `sessionRoom`, except those that are of the other one too. */
  end(room: string, exceptRoom?: string): void
  /** The sign-ins that they belong to. */
  families(): string[]
}

/**
 * Leads WebSockets of `/media/` to the media nodes and those of texts to who takes them, for signed-in people on pages of ours, and
 * takes the registrations of nodes. Socket.IO serves its own path.
 */
export function serveUpgrades(server: Server, { allowedOrigins, session, authenticate, media, texts, log }: UpgradeOptions): MediaSockets {
  const led = new Map<Duplex, { family: string, rooms: string[] }>()

  async function lead(req: SessionRequest, socket: Duplex, head: Buffer): Promise<void> {
    // A media node has no session; it proves that it holds the secret.
    if (media && req.url === '/media-nodes') return media.register(req, socket, head)
    const text = texts.get(req.url?.split('?')[0] ?? '')
    if (!text && (!media || !req.url?.startsWith('/media/'))) return refuseUpgrade(socket, '404 Not Found')
    if (!originAllowed(req, allowedOrigins)) return refuseUpgrade(socket, '403 Forbidden')
    await withSession(session, req)
    const caller = await authenticate(req)
    const family = req.session?.family
    if (!caller || !family) return refuseUpgrade(socket, '401 Unauthorized')
    if (socket.destroyed) return
    led.set(socket, { family, rooms: [personRoom(caller.personId), sessionRoom(family)] })
    socket.once('close', () => led.delete(socket))
    if (text) text.accept(req, socket, head, caller)
    else media?.proxyUpgrade(req, socket, head)
  }

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (req.url?.startsWith('/socket.io/')) return
    // Without a listener, a connection that breaks now would end the process.
    socket.on('error', () => socket.destroy())
    lead(req, socket, head).catch((err: unknown) => {
      log.warn({ err }, 'a media connection could not be led on')
      refuseUpgrade(socket, '502 Bad Gateway')
    })
  })

  return {
    end(room, exceptRoom) {
      for (const [socket, { rooms }] of led) {
        if (rooms.includes(room) && !(exceptRoom && rooms.includes(exceptRoom))) socket.destroy()
      }
    },
    families: () => [...led.values()].map(({ family }) => family),
  }
}

/** Loads the session of a request that no express handler sees. The answer is never sent: an upgrade changes no session. */
function withSession(session: RequestHandler, req: IncomingMessage): Promise<void> {
  const handle: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown = session as never
  return new Promise((resolve, reject) => {
    handle(req, new ServerResponse(req), (error) => error ? reject(new AppError('databaseUnavailable', {}, { cause: error })) : resolve())
  })
}
