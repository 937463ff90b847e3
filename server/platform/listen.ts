import { createServer, type Server } from 'node:net'
import type { Config } from './config.ts'
import { StartError, systemCode } from './start-error.ts'

type Place = Pick<Config, 'port' | 'listenAddress'>

function listenProblem(error: unknown, { port, listenAddress }: Place): unknown {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new StartError(
        'portTaken',
        `Port ${port} is taken by another program.`,
        `Stop that program (ss -ltnp shows it), or use another port: PORT=${port === 65_535 ? 3000 : port + 1} npm start`,
        { cause: error },
      )
    case 'EACCES':
      return new StartError(
        'portTaken',
        `Port ${port} may not be opened by this user.`,
        'Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; PORT=3000 npm start needs neither.',
        { cause: error },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        'addressUnusable',
        `${listenAddress} is not an address of this machine.`,
        'Set HOST to one of them (ip -brief address lists them), or LISTEN_ADDRESS when HOST is the name of something in front.',
        { cause: error },
      )
    default:
      return error
  }
}

/** Opens the server's port. Errors: portTaken, addressUnusable. */
export function listen(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenProblem(error, place))
    server.once('error', failed)
    server.listen(place.port, place.listenAddress, () => {
      server.off('error', failed)
      resolve()
    })
  })
}

/** Asks early, before anything was started, whether the port can be opened. Errors as `listen`. */
export async function assertPortFree(place: Place): Promise<void> {
  const probe = createServer()
  await listen(probe, place)
  await new Promise((resolve) => probe.close(resolve))
}
