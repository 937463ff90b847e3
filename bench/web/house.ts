import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createDatabase, databaseAddress, dropDatabase, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { followMeeting } from '../../protocol/room.ts'
import { command, createClient, type Client } from '../../tests/support/client.ts'
import { freePort } from '../../tests/support/ports.ts'
import { startChild } from '../child.ts'
import { endAtExit } from '../exit.ts'
import { asksOf, type Ask } from './asks.ts'
import type { Cost } from './meter.ts'
import type { MeasuredServer } from './server.ts'
import type { Size } from './size.ts'

/** A call as the server counts it, and how much came back. */
export interface Call extends Cost { bytes: number }

/** A whole server on a database of its own with so much in it, and people who are signed in. */
export async function openHouse(postgres: Pick<EmbeddedPostgres, 'url' | 'ownerUrl'>, size: Size) {
  const name = `bench_web_${size.people}`
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'bench-web-server-'))
  const ownerUrl = await createDatabase(postgres.ownerUrl, name)
  const child = startChild<MeasuredServer>(new URL('server.ts', import.meta.url), [])
  const stopped = endAtExit(child.pid, dataDir)

  async function close(): Promise<void> {
    for (const client of Object.values(clients)) client.close()
    await child.call('stop', undefined).catch((error: unknown) => { console.error('the server did not stop in order:', error) })
    await child.stop()
    stopped()
    await dropDatabase(postgres.ownerUrl, name)
    await rm(dataDir, { recursive: true, force: true })
  }

  const clients: Partial<Record<Ask['who'], Client>> = {}
  try {
    const house = await child.call('start', {
      size,
      env: {
        PORT: String(await freePort()), DATA_DIR: path.join(dataDir, 'data'), SESSION_SECRET: 'only-the-benchmark-uses-this-secret', LOG_LEVEL: 'warn',
        DATABASE_URL: databaseAddress(postgres.url, name), DATABASE_OWNER_URL: ownerUrl, MEDIA_PORT: String(await freePort()),
      },
    })
    for (const who of ['administrator', 'clerk', 'member'] as const) {
      const client = createClient(house.origin)
      await client.signIn(house.usernames[who], house.password)
      clients[who] = client
    }
    clients.nobody = createClient(house.origin)

    /** One call; resolves to the bytes of its answer. Throws when it is refused. */
    async function call({ name: what, who, path: address, follow }: Ask): Promise<number> {
      const client = clients[who]
      if (!client) throw new Error(`${who} is not signed in`)
      if (address === undefined) return await followOnce(client, follow ?? '')
      const response = await client.send('GET', address)
      const { byteLength } = await response.arrayBuffer()
      if (response.status !== 200) throw new Error(`${what}: ${response.status}`)
      return byteLength
    }

    return {
      seedMs: house.seedMs, asks: asksOf(house), close,

      /** Makes `count` calls, `abreast` of them at once. */
      async measure(ask: Ask, count: number, abreast: number): Promise<Call[]> {
        await child.call('costs', undefined)
        const bytes: number[] = []
        let left = count
        await Promise.all(Array.from({ length: abreast }, async () => {
          while (left > 0) {
            left -= 1
            bytes.push(await call(ask))
          }
        }))
        const costs = await child.call('costs', undefined)
        if (costs.length !== count) throw new Error(`${ask.name}: ${count} calls, ${costs.length} of them seen by the server`)
        return costs.map((cost, index) => ({ ...cost, bytes: bytes[index] ?? 0 }))
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

export type OpenHouse = Awaited<ReturnType<typeof openHouse>>

/** As a page does that has just been opened: a socket of its own, and the whole state. */
async function followOnce(client: Client, meetingId: string): Promise<number> {
  const socket = await client.socket()
  try {
    const answer = await command(socket, followMeeting, { meetingId })
    if (!answer.ok) throw new Error(`meeting:follow: ${answer.error.code}`)
    return Buffer.byteLength(JSON.stringify(answer.result))
  } finally {
    socket.disconnect()
  }
}
