import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { types } from 'mediasoup'

/** The program of Debian's package `ffmpeg` that writes what is recorded into files. */

/** Everything of ours passes over the loopback interface, which nobody outside of this machine can send to. */
export const LOOPBACK = '127.0.0.1'
const LISTENING_MS = 10_000
const END_MS = 2_500
/** ffmpeg gives a silent stream up after ten seconds; a muted microphone may be silent for a whole meeting. */
const SILENCE_S = String(365 * 86_400)

/**
 * A stream as ffmpeg is to receive it: RTP at `port`, RTCP at the next one. `key` is the SRTP key of who sends it (base64):
 * what any other program of this machine sends to that port is not taken.
 */
interface IncomingStream {
  kind: types.MediaKind
  port: number
  payloadType: number
  key: string
}

export const CRYPTO_SUITE = 'AES_CM_128_HMAC_SHA1_80'

export function sdpOf({ kind, port, payloadType, key }: IncomingStream): string {
  const codec = kind === 'audio' ? 'opus/48000/2' : 'VP8/90000'
  return [
    'v=0', `o=- 0 0 IN IP4 ${LOOPBACK}`, 's=recording', `c=IN IP4 ${LOOPBACK}`, 't=0 0',
    `m=${kind} ${port} RTP/SAVPF ${payloadType}`, `a=crypto:1 ${CRYPTO_SUITE} inline:${key}`,
    `a=rtcp:${port + 1}`, `a=rtpmap:${payloadType} ${codec}`, 'a=recvonly', '',
  ].join('\r\n')
}

/**
 * Copies the stream into a Matroska file, whose clusters are closed every two seconds and written out at once: killed, it
 * leaves a file that plays up to there. It opens nothing but the description on its input and sockets of this machine.
 */
function recordingArguments(path: string): string[] {
  return [
    '-hide_banner', '-nostdin', '-loglevel', 'warning',
    '-protocol_whitelist', 'pipe,udp,rtp', '-localaddr', LOOPBACK,
    '-listen_timeout', SILENCE_S, '-analyzeduration', '500000', '-fpsprobesize', '0', '-f', 'sdp', '-i', 'pipe:0',
    '-map', '0', '-c', 'copy', '-f', 'matroska', '-cluster_time_limit', '2000', '-flush_packets', '1', '-n', `file:${path}`,
  ]
}

/** The command that runs it so that it finishes its file and ends when we die: it would listen for ever. */
const boundToUs = (program: string, args: string[]): [string, string[]] => ['setpriv', ['--pdeathsig', 'INT', program, ...args]]

/** Whether the program is there and runs. */
export async function ffmpegRuns(program: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(...boundToUs(program, ['-version']), { stdio: 'ignore', env: { PATH: process.env.PATH } })
    child.on('error', () => resolve(false))
    child.on('exit', (status) => resolve(status === 0))
  })
}

/** Starts it and returns once it listens; fails when it does not, and leaves no process then. `said` gets its complaints. */
export async function startRecordingProgram(
  options: { program: string; stream: IncomingStream; path: string; said: (line: string) => void },
): Promise<ChildProcess> {
  const { program, stream, path, said } = options
  const [command, args] = boundToUs(program, recordingArguments(path))
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: process.env.PATH } })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`ffmpeg ended with status ${status}`)))
  })
  failed.catch(() => undefined)
  child.stderr.on('data', (text: Buffer) => said(text.toString().trim().slice(0, 500)))
  child.stdin.on('error', () => undefined)
  child.stdin.end(sdpOf(stream))
  try {
    await Promise.race([listens(stream.port), failed])
    return child
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** Asks it to finish its file, and ends it when it does not. Resolves once it is gone. */
export async function endRecordingProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await gone
  clearTimeout(timer)
}

/** Two neighbouring ports of the loopback interface, the first one even, that nobody had a moment ago. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 6_000)
    if (await isFree(port) && await isFree(port + 1)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    return await new Promise((resolve) => {
      socket.once('error', () => resolve(false))
      socket.bind({ port, address: LOOPBACK, exclusive: true }, () => resolve(true))
    })
  } finally {
    socket.close()
  }
}

/** ffmpeg does not say when it is ready; the kernel does. */
async function listens(port: number): Promise<void> {
  const ends = [port, port + 1].map((one) => `:${one.toString(16).toUpperCase().padStart(4, '0')} `)
  for (const until = Date.now() + LISTENING_MS; Date.now() < until; await wait(10)) {
    const sockets = await readFile('/proc/net/udp', 'utf8')
    if (ends.every((end) => sockets.includes(end))) return
  }
  throw new Error('ffmpeg does not listen')
}
