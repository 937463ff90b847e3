import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
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

export function createWebServer(tls: Tls | undefined, handle: RequestListener): WebServer {
  const server = tls ? createHttpsServer(tls, handle) : createHttpServer(handle)
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
