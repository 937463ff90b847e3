import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { AppError } from '../platform/error.ts'

/** Longer than a large file takes; a scanner that is silent for that long is down. */
const SILENCE_MS = 60_000

export type ScannerState = 'absent' | 'up' | 'down'

/** A virus scanner; `undefined` in its place: none is configured. */
export interface Scanner {
  /** Whether a file is clean. Throws `scannerUnavailable` where that cannot be told: such a file is not taken. */
  isClean(file: string): Promise<boolean>
  answers(): Promise<boolean>
}

/** Where clamd listens: `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. */
export function createScanner(address: string): Scanner {
  const open = () => address.startsWith('unix:')
    ? connect(address.slice('unix:'.length))
    : connect(Number(new URL(address).port || 3310), new URL(address).hostname)

  return {
    async isClean(file) {
      const said = await ask(open(), async (socket) => {
        await send(socket, Buffer.from('zINSTREAM\0'))
        for await (const chunk of createReadStream(file)) {
          const length = Buffer.alloc(4)
          length.writeUInt32BE((chunk as Buffer).length)
          await send(socket, Buffer.concat([length, chunk as Buffer]))
        }
        await send(socket, Buffer.alloc(4))
      }).catch((error: unknown) => { throw new AppError('scannerUnavailable', {}, { cause: error }) })
      if (/: OK$/.test(said)) return true
      if (/ FOUND$/.test(said)) return false
      throw new AppError('scannerUnavailable', {}, { cause: new Error(`clamd said: ${said}`) })
    },

    answers: () => ask(open(), (socket) => send(socket, Buffer.from('zPING\0'))).then((said) => said === 'PONG', () => false),
  }
}

/** What the scanner says to what `talk` sends. */
async function ask(socket: Socket, talk: (socket: Socket) => Promise<void>): Promise<string> {
  const said: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('clamd is silent')))
    socket.on('data', (chunk: Buffer) => said.push(chunk)).once('error', reject).once('close', () => resolve())
  })
  try {
    // A scanner that refuses in the middle says why and closes: what it said counts.
    await Promise.race([talk(socket), ended])
    await ended
    return Buffer.concat(said).toString('utf8').replace(/[\0\n]+$/, '')
  } finally {
    socket.destroy()
  }
}

const send = (socket: Socket, bytes: Buffer) => new Promise<void>((resolve, reject) => {
  socket.write(bytes, (error) => error ? reject(error) : resolve())
})
