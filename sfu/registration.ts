import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { SignJWT } from 'jose'
import type { Logger } from 'pino'
import { createWebSocketStream, WebSocket } from 'ws'
import { REGISTRATION_AUDIENCE, type Registration } from '../protocol/media-control.ts'
import { GRANT_ALGORITHM } from '../protocol/media-grant.ts'

/** The server pings every 5 s; after this long without any, in ms, the connection is dead, whatever TCP thinks. */
const SILENCE_MS = 15_000
const pauseAfter = (failures: number) => Math.min(5_000, 250 * 2 ** failures)

/**
 * Registers a node of another machine at the server, and again whenever the connection is lost; `serve` then speaks the
 * control protocol on it. Media goes on meanwhile.
 */
export function registerAtServer(options: {
  /** The server's address, as browsers open it. */
  server: string
  secret: Uint8Array
  registration: Omit<Registration, 'jti'>
  serve(connection: Duplex): void
  log: Pick<Logger, 'info' | 'warn'>
}): { close(): void } {
  const { server, secret, log } = options
  const url = new URL('/media-nodes', server.replace(/^http/, 'ws')).href
  const ending = new AbortController()
  let socket: WebSocket | undefined

  async function token(): Promise<string> {
    return await new SignJWT({ ...options.registration })
      .setProtectedHeader({ alg: GRANT_ALGORITHM }).setAudience(REGISTRATION_AUDIENCE).setJti(randomUUID())
      .setIssuedAt().setExpirationTime('60 s').sign(secret)
  }

  /** Resolves when the connection has ended, to whether it ever stood. */
  async function connect(): Promise<boolean> {
    const opened = new WebSocket(url, { headers: { authorization: `Bearer ${await token()}` }, perMessageDeflate: false })
    socket = opened
    let stood = false
    let silence = setTimeout(() => opened.terminate(), SILENCE_MS)
    const hear = () => {
      clearTimeout(silence)
      silence = setTimeout(() => opened.terminate(), SILENCE_MS)
    }
    opened.on('ping', hear)
    opened.on('error', (error) => { if (!ending.signal.aborted) log.warn({ reason: error.message }, 'not registered at the server') })
    opened.on('open', () => {
      stood = true
      hear()
      const stream = createWebSocketStream(opened)
      // It would wait for us to end our side too.
      opened.on('close', () => stream.destroy())
      options.serve(stream)
      log.info({ server }, 'registered at the server')
    })
    await new Promise<void>((resolve) => opened.on('close', () => resolve()))
    clearTimeout(silence)
    return stood
  }

  async function keep(): Promise<void> {
    for (let failures = 0; !ending.signal.aborted; failures += 1) {
      if (await connect()) failures = 0
      await wait(pauseAfter(failures), undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }

  void keep()
  return {
    close() {
      ending.abort()
      socket?.close(1001)
    },
  }
}
