// `npm start`: brings a bare machine to where the server runs, then runs it. No dependency of ours is there yet.
import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin, stopSetup } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Runs the server in our own process group, so that a terminal's Ctrl-C reaches it directly; what is sent to us alone
 * is passed on. It may therefore get a signal twice, and takes the second for the first. Its status becomes ours.
 */
function serve(env) {
  const node = path.join(root, 'node_modules', '.bin', 'node')
  const server = spawn(node, [path.join(root, 'server', 'main.ts'), ...process.argv.slice(2)], { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
  server.on('error', stopSetup)
  server.on('exit', (status, signal) => process.exit(signal ? 128 + os.constants.signals[signal] : status))
}

begin(async (signalsAreOurs) => {
  const { prepare } = await import('./prepare.mjs')
  const env = await prepare(root)
  signalsAreOurs()
  serve(env)
})
