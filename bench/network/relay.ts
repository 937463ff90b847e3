import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** A stretch of network: what it loses (share of packets, 0 … 1) and how long a packet takes, ms. */
export interface Stretch { loss: number, delayMs: number }

export interface UdpRelay {
  /** How packets fare from now on: on the way to the target, and on the way back. */
  impair(up: Stretch, down: Stretch): void
  /** Packets that came, and that were lost on purpose, since the last `impair`. */
  counts(): { up: Counts, down: Counts }
  close(): void
}

/** Bytes enough for what comes while this process does something else: nothing is to be lost but on purpose. */
const BUFFER_BYTES = 4_194_304
const SOCKET = { type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES } as const

interface Counts { came: number, lost: number }

/**
 * Listens at `at` and passes every datagram on to `target`, by a socket of its own for each sender, and what comes back to
 * that sender. Loss is independent from packet to packet; the delay is the same for all, so that order is kept.
 */
export async function openUdpRelay(at: { address: string, port: number }, target: { address: string, port: number }): Promise<UdpRelay> {
  const front = createSocket(SOCKET)
  const backs = new Map<string, Socket>()
  const none: Stretch = { loss: 0, delayMs: 0 }
  let ways = { up: none, down: none }
  let counts = { up: { came: 0, lost: 0 }, down: { came: 0, lost: 0 } }
  let closed = false

  function pass(way: 'up' | 'down', deliver: () => void): void {
    const { loss, delayMs } = ways[way]
    counts[way].came += 1
    if (Math.random() < loss) counts[way].lost += 1
    else if (delayMs === 0) deliver()
    else setTimeout(() => { if (!closed) deliver() }, delayMs)
  }

  function backFor(client: { address: string, port: number }): Socket {
    const key = `${client.address}:${client.port}`
    const known = backs.get(key)
    if (known) return known
    const back = createSocket(SOCKET)
    backs.set(key, back)
    back.on('message', (packet) => pass('down', () => front.send(packet, client.port, client.address)))
    // A client or a node that is gone; whatever it was is asked for again by those who want it.
    back.on('error', () => undefined)
    return back
  }

  front.on('error', () => undefined)
  front.on('message', (packet, client) => {
    const back = backFor(client)
    pass('up', () => back.send(packet, target.port, target.address))
  })
  front.bind(at.port, at.address)
  await once(front, 'listening')

  return {
    impair(up, down) {
      ways = { up, down }
      counts = { up: { came: 0, lost: 0 }, down: { came: 0, lost: 0 } }
    },
    counts: () => counts,
    close() {
      closed = true
      front.close()
      for (const back of backs.values()) back.close()
    },
  }
}
