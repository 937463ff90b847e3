import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { freePort } from './ports.ts'

/** Debian's coturn. */
export const TURN_PROGRAM = '/usr/bin/turnserver'

export interface TurnServer {
  port: number
  /** What it has logged so far. */
  log(): string
  stop(): Promise<void>
}

/** A TURN server of its own on 127.0.0.1, set up as docs/operations.md says, that relays to 127.0.0.1 alone. */
export async function startTurnServer(secret: string): Promise<TurnServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'turn-'))
  const port = await freePort()
  const config = path.join(folder, 'turnserver.conf')
  await writeFile(config, [
    'listening-ip=127.0.0.1', 'relay-ip=127.0.0.1', `listening-port=${port}`, 'no-tls', 'no-dtls',
    'realm=meet.example.vn', 'use-auth-secret', `static-auth-secret=${secret}`, 'fingerprint', 'no-cli', 'no-multicast-peers',
    'allow-loopback-peers', 'denied-peer-ip=0.0.0.0-255.255.255.255', 'allowed-peer-ip=127.0.0.1',
    `userdb=${path.join(folder, 'users')}`, `pidfile=${path.join(folder, 'pid')}`, 'log-file=stdout', 'verbose',
  ].join('\n'))
  const program = spawn(TURN_PROGRAM, ['-c', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const ended = once(program, 'exit')
  for (const stream of [program.stdout, program.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { log += text })
  const open = new Promise<void>((resolve) => {
    program.stdout.on('data', () => { if (new RegExp(`listener opened on.*:${port}`).test(log)) resolve() })
  })
  await Promise.race([open, ended.then(() => { throw new Error(`the TURN server did not start:\n${log}`) })])
  return {
    port,
    log: () => log,
    async stop() {
      program.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
