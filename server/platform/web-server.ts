import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { listen } from './listen.ts'
import type { Tls } from './tls.ts'

export interface WebServer {
  server: Server
  open(place: Parameters<typeof listen>[1]): Promise<void>
  /** Takes no further connection. */
  stopAccepting(): void
  /** Resolves once the last connection has ended; cuts those that are still there after a while. */
  ended(): Promise<void>
}

/** How long requests that are under way may still take when the server stops. */
const LAST_REQUESTS_MS = 5000

/** A body of which nothing comes for so long is given up. As a whole it may take its time: slow lines upload documents too. */
const BODY_IDLE_MS = 60_000

/** Longer than proxies keep theirs: whoever closes first may cut off a question that is just being sent. */
const IDLE_CONNECTION_MS = 75_000

export function createWebServer(tls: Tls | undefined, handle: RequestListener, bodyIdleMs = BODY_IDLE_MS): WebServer {
  const listener: RequestListener = (req, res) => {
    watchBody(req, res, bodyIdleMs)
    handle(req, res)
  }
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  // Heads of requests keep their own limit (`headersTimeout`).
  server.requestTimeout = 0
  server.keepAliveTimeout = IDLE_CONNECTION_MS
  const open = new Set<Socket>()
  let closing: Promise<void> = Promise.resolve()
  // Upgraded connections are no longer the HTTP server's to close.
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })

  return {
    server,
    open: (place) => listen(server, place),
    stopAccepting() {
      closing = new Promise((resolve) => server.close(() => resolve()))
    },
    async ended() {
      const cut = setTimeout(() => { for (const socket of open) socket.destroy() }, LAST_REQUESTS_MS)
      await closing
      clearTimeout(cut)
    },
  }
}

/** Cuts the connection when the body stalls; once it is there, the answer may take as long as it needs. */
function watchBody(req: IncomingMessage, res: ServerResponse, idleMs: number): void {
  if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return
  req.socket.setTimeout(idleMs)
  // After the answer the timeout is that of the kept connection.
  req.once('end', () => { if (!res.writableEnded) req.socket.setTimeout(0) })
}
