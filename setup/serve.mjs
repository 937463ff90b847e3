import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { stopSetup } from './entry.mjs'

/**
 * Runs a program of ours on the Node of its dependencies, whatever Node runs us, with our arguments (after `args`) and in our own
 * process group, so that a terminal's Ctrl-C reaches it directly; what is sent to us alone is passed on. It may therefore
 * get a signal twice, and takes the second for the first. Its status becomes ours.
 */
export function serve(root, file, env, args = []) {
  const node = path.join(root, 'node_modules', '.bin', 'node')
  const server = spawn(node, [path.join(root, file), ...args, ...process.argv.slice(2)], { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
  server.on('error', stopSetup)
  server.on('exit', (status, signal) => process.exit(signal ? 128 + os.constants.signals[signal] : status))
}
