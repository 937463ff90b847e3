import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'

const PROGRAM = fileURLToPath(new URL('../../sfu/main.ts', import.meta.url))

/** A media node as on another machine: it knows of the server nothing but its address and the secret. */
export interface RemoteNode {
  id: string
  pid: number
  /** Resolves when its process has ended, to its status. */
  ended: Promise<number | null>
}

/** Resolves once it has registered. */
export async function startRemoteNode(options: { server: string; grantSecretFile: string; drainMs?: number }): Promise<RemoteNode> {
  const worker = process.env.MEDIASOUP_WORKER_BIN
  const child = spawn(process.execPath, [
    PROGRAM, '--register', options.server, '--grant-secret-file', options.grantSecretFile, '--workers', '1',
    '--base-port', String(await freePort()), '--listen-address', '127.0.0.1', '--announced-address', '127.0.0.1',
    '--signalling-host', '127.0.0.1', '--signalling-port', String(await freePort()), '--drain-ms', String(options.drainMs ?? 0),
    ...(worker ? ['--worker-bin', worker] : []),
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.pid === undefined) throw new Error('the node did not start')
  const ended = once(child, 'exit').then(([status]) => status as number | null)
  const lines: { node: string, msg: string }[] = []
  const registered = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as typeof lines[number])
      if (lines.at(-1)?.msg === 'registered at the server') resolve()
    })
  })
  const failed = ended.then((status) => { throw new Error(`the node ended with ${status}: ${JSON.stringify(lines)}`) })
  await Promise.race([registered, failed])
  failed.catch(() => undefined)
  return { id: lines[0]?.node ?? '', pid: child.pid, ended }
}
