import { startServer, type RunningServer } from './app.ts'
import { loadConfig } from './platform/config.ts'
import { describeStartError } from './platform/start-error.ts'

/** The program: starts, says where it is, and ends in order at a signal. */

/** A terminal's Ctrl-C may reach us twice, once through the program that started us; a person's second one comes later. */
const SAME_SIGNAL_MS = 1000

let stopping: { at: number } | undefined
let running: RunningServer | undefined

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function onSignal(signal: NodeJS.Signals): void {
  if (!stopping) {
    stopping = { at: Date.now() }
    say('stopping: what is under way is finished and saved (once more to stop at once)')
    void end(0)
  } else if (Date.now() - stopping.at > SAME_SIGNAL_MS) {
    say(`stopped at once by ${signal}; whatever was acknowledged is kept`)
    process.exit(1)
  }
}

async function end(status: number): Promise<void> {
  // A start that is under way ends by itself once it is through.
  if (!running) return
  await running.stop()
  process.exit(status)
}

function announce({ origin, demo }: RunningServer): void {
  if (demo) {
    say('\nDemo accounts, all with the password ' + demo.password)
    for (const { username, as } of demo.accounts) say(`  ${username.padEnd(12)} ${as}`)
  }
  say(`\nready ${origin}`)
}

async function start(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  running = await startServer(loadConfig(process.env))
  if (stopping) await end(0)
  announce(running)
}

/** Resolves once the server is ready; a start that fails says why and ends the process. */
export async function run(): Promise<void> {
  try {
    await start()
  } catch (error) {
    const described = describeStartError(error)
    process.stderr.write(`\n${described ?? (error instanceof Error ? error.stack : String(error))}\n`)
    process.exit(stopping ? 0 : 1)
  }
}
