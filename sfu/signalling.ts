import { createServer } from 'node:http'
import { rm } from 'node:fs/promises'
import { WebSocketServer } from 'ws'
import type { Logger } from 'pino'
import { SIGNALLING_LIMITS } from '../protocol/media.ts'
import type { RtpCapabilities } from '../protocol/rtp.ts'
import { serveConnection } from './connection.ts'
import type { MediaNode } from './node.ts'
import { createRequestHandlers } from './requests.ts'

export interface Signalling {
  /** Takes no new connection; those that are there are the node's to close. */
  close(): void
}

/**
 * Listens for browsers at a unix socket or a port, at the path `/media/<nodeId>`. The server that pipes them here has
 * checked origin and session; what a browser may do here is said by its grant alone.
 */
export async function listenForBrowsers(options: {
  at: { path: string } | { host: string; port: number }
  nodeId: string
  node: MediaNode
  routerRtpCapabilities: RtpCapabilities
  heartbeatMs?: number
  log: Logger
}): Promise<Signalling> {
  const { nodeId, node, log, heartbeatMs = SIGNALLING_LIMITS.heartbeatS * 1_000 } = options
  const handlers = createRequestHandlers(node)
  const welcome = { nodeId, routerRtpCapabilities: options.routerRtpCapabilities }
  let connections = 0

  const http = createServer((_request, response) => response.writeHead(426).end())
  const sockets = new WebSocketServer({
    server: http,
    path: `/media/${nodeId}`,
    maxPayload: SIGNALLING_LIMITS.messageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  sockets.on('connection', (socket) => {
    connections += 1
    serveConnection({ socket, node, handlers, welcome, heartbeatMs, log: log.child({ connection: connections }) })
  })
  if ('path' in options.at) await rm(options.at.path, { force: true })
  await new Promise<void>((resolve, reject) => http.once('error', reject).listen(options.at, resolve))
  http.on('error', (error) => log.error({ err: error }, 'signalling socket'))
  return {
    close() {
      sockets.close()
      http.close()
    },
  }
}
