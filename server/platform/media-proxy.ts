import type { IncomingMessage } from 'node:http'
import { connect, type NetConnectOpts } from 'node:net'
import type { Duplex } from 'node:stream'

/** Headers that are the server's alone. */
const WITHHELD = new Set(['cookie', 'authorization'])

export type Refusal = '401 Unauthorized' | '403 Forbidden' | '404 Not Found' | '502 Bad Gateway'

/** Answers an upgrade with a bare status, and ends it. */
export function refuseUpgrade(socket: Duplex, status: Refusal): void {
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  else socket.destroy()
}

/** Hands an upgrade to whoever listens at a unix socket or a port, and then moves bytes both ways until either side ends. */
export function pipeUpgrade(to: NetConnectOpts, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const target = connect(to)
  const headers: string[] = []
  for (let n = 0; n + 1 < request.rawHeaders.length; n += 2) {
    const name = request.rawHeaders[n] ?? ''
    if (!WITHHELD.has(name.toLowerCase())) headers.push(`${name}: ${request.rawHeaders[n + 1]}`)
  }
  let reached = false
  target.once('connect', () => {
    reached = true
    target.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
    target.write(head)
    client.pipe(target).pipe(client)
  })
  target.on('error', () => (reached ? client.destroy() : refuseUpgrade(client, '502 Bad Gateway')))
  target.on('close', () => client.destroy())
  client.on('error', () => target.destroy())
  client.on('close', () => target.destroy())
}
