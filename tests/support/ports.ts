import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what the kernel hands out by itself, so that no other socket takes a port between the look and the use. */
const LOWEST = 10_240
/** What runs at once looks in places of its own, so that no other looks at a port between the look and the use: a worker of the tests, or none. */
const PLACES = 8
const COUNT = Math.floor((32_768 - LOWEST) / PLACES)
const FIRST = LOWEST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % PLACES) * COUNT

/** Each process begins elsewhere, and gives no port twice before it has gone round. */
let next = (process.pid * 97) % COUNT

/** The first of so many ports in a row that were free a moment ago, for TCP and UDP at every address. */
export async function freePorts(count: number): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += count) {
    if (next + count > COUNT) next = 0
    const base = FIRST + next
    next += count
    const free = await Promise.all(Array.from({ length: count }, (_, nth) => isFree(base + nth)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports')
}

export const freePort = () => freePorts(1)

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer().listen(port)
  const udp = createSocket('udp4').bind(port)
  const [byTcp, byUdp] = await Promise.allSettled([once(tcp, 'listening'), once(udp, 'listening')])
  if (byTcp.status === 'fulfilled') tcp.close()
  if (byUdp.status === 'fulfilled') udp.close()
  return byTcp.status === 'fulfilled' && byUdp.status === 'fulfilled'
}
