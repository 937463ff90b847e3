import { spawn } from 'node:child_process'

/**
 * ffmpeg as a composition runs it: behind everything else on the machine, in bounds, and ended with us. What it reads was
 * sent by the participants' browsers, so it opens nothing but files and decodes nothing but what a room speaks.
 */

const MEMORY_BYTES = 4 * 1024 ** 3
/** Of a processor, for one piece of a minute. */
const CPU_S = 1_200
const WALL_MS = 3_600_000

/** Options before each file that is read. */
export const reading = (path: string): string[] =>
  ['-protocol_whitelist', 'file', '-f', 'matroska', '-codec_whitelist', 'vp8,libvpx,opus,libopus', '-i', `file:${path}`]

/** Runs `program` (ffmpeg, ffprobe) to its end and gives what it printed. Fails with the end of its complaints. */
export async function runComposing(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const bounds = ['-n', '10', 'prlimit', `--as=${MEMORY_BYTES}`, `--cpu=${CPU_S}`, 'setpriv', '--pdeathsig', 'KILL']
  const child = spawn('nice', [...bounds, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH }, timeout: WALL_MS, killSignal: 'SIGKILL',
    ...(signal ? { signal } : {}),
  })
  let printed = ''
  let complaints = ''
  child.stdout.on('data', (text: Buffer) => { printed += text.toString() })
  child.stderr.on('data', (text: Buffer) => { complaints = (complaints + text.toString()).slice(-2_000) })
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, killedBy) => {
      if (status === 0) resolve(printed)
      else reject(new Error(`${program} ended with ${killedBy ?? status}: ${complaints.trim()}`))
    })
  })
}
