import { startServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'

/** The server without a video room, as a process of its own, for tests that kill it. Says `ready` once it answers. */
await startServer(loadConfig(process.env), { media: false })
process.stdout.write('ready\n')
