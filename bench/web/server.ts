import { startServer, type RunningServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { ownerKnex } from '../../server/platform/database.ts'
import { answerCalls } from '../child.ts'
import { startMeter } from './meter.ts'
import { seed, type House } from './seed.ts'
import type { Size } from './size.ts'

/** The whole server in a process of its own, so that who asks costs it nothing. */

const meter = startMeter()
let server: RunningServer | undefined

const calls = {
  /** Starts it with these settings, fills its database, and says who is there. */
  async start({ env, size }: { env: Record<string, string>, size: Size }): Promise<House & { origin: string }> {
    const config = loadConfig(env)
    if (config.database.kind !== 'external') throw new Error('the benchmark brings its own database')
    server = await startServer(config, { media: false })
    meter.watch(server.io)
    const owner = ownerKnex(config.database.ownerUrl)
    try {
      return { ...await seed({ server, owner, size }), origin: server.origin }
    } finally {
      await owner.destroy()
    }
  },

  /** What was served since the last call cost. */
  costs: async () => meter.costs(),

  async stop(): Promise<void> {
    await server?.stop()
  },
}

export type MeasuredServer = typeof calls
answerCalls(calls)
