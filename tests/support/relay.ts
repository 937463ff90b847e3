import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './ports.ts'

/** A TCP relay in front of a server, so that a test can take the server away and bring it back. */
export async function openRelay(target: { host: string, port: number }) {
  const port = await freePort()
  const open = new Set<Socket>()
  let cut = false

  const server = createServer((near) => {
    if (cut) return void near.destroy()
    const far = connect(target.port, target.host)
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      open.add(socket)
      socket.pipe(other)
      socket.on('error', () => {}).on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    port,
    /** Cuts every connection and refuses new ones. */
    cut(): void {
      cut = true
      for (const socket of open) socket.destroy()
    },
    mend(): void { cut = false },
    close: () => new Promise<void>((resolve) => {
      for (const socket of open) socket.destroy()
      server.close(() => resolve())
    }),
  }
}

export type Relay = Awaited<ReturnType<typeof openRelay>>
