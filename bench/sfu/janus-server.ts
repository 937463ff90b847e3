import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { openSync, closeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../tests/support/ports.ts'
import { mediaAddress } from '../address.ts'
import { onCores } from '../child.ts'
import { endAtExit } from '../exit.ts'
import { connectJanusApi } from './janus-api.ts'
import type { MediaServer } from './server.ts'

const PLUGINS = '/usr/lib/x86_64-linux-gnu/janus/plugins'
const TRANSPORTS = '/usr/lib/x86_64-linux-gnu/janus/transports'
const START_WITHIN_MS = 10_000

/** What to do where Janus is not installed; undefined where it is. */
export function janusMissing(): string | undefined {
  const found = spawnSync('janus', ['-h'], { encoding: 'utf8' })
  return found.error ? 'Janus is not installed. On Debian: apt-get install --no-install-recommends janus' : undefined
}

export function janusVersion(): string {
  return /\d+\.\d+\.\d+/.exec(spawnSync('janus', ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? 'unknown'
}

/**
 * Starts Debian's Janus with the video room and the WebSocket API on 127.0.0.1. Its configuration is the packaged one but
 * for addresses, log level, and `eventLoops` (undefined: as packaged, a thread for each peer).
 */
export async function startJanus(options: { cores: number[]; eventLoops?: number }): Promise<MediaServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-janus-'))
  const apiPort = await freePort()
  const rtpPort = 20_000 + Math.floor(Math.random() * 50) * 100
  await writeFile(path.join(folder, 'janus.jcfg'), `
general: {
  configs_folder = "${folder}"
  plugins_folder = "${PLUGINS}"
  transports_folder = "${TRANSPORTS}"
  debug_level = 3
  debug_colors = false
  session_timeout = 0
  ${options.eventLoops === undefined ? '' : `event_loops = ${options.eventLoops}`}
}
media: {
  ipv6 = false
  rtp_port_range = "${rtpPort}-${rtpPort + 9_999}"
}
nat: {
  nice_debug = false
  ice_enforce_list = "${mediaAddress()}"
}
plugins: {
  disable = "${['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail']
    .map((name) => `libjanus_${name}.so`).join(',')}"
}
transports: {
  disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so"
}
`)
  await writeFile(path.join(folder, 'janus.transport.websockets.jcfg'), `
general: {
  json = "compact"
  ws = true
  ws_port = ${apiPort}
  ws_ip = "127.0.0.1"
}
`)
  await writeFile(path.join(folder, 'janus.plugin.videoroom.jcfg'), 'general: {\n}\n')

  const logFile = path.join(folder, 'janus.log')
  const log = openSync(logFile, 'w')
  const [command, ...args] = onCores(options.cores, ['janus', '-F', folder, '-C', path.join(folder, 'janus.jcfg')])
  const child = spawn(command, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  const pid = child.pid ?? 0
  const stopped = endAtExit(pid, folder)
  const address = `ws://127.0.0.1:${apiPort}`

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      child.kill('SIGTERM')
      await once(child, 'exit')
      clearTimeout(timer)
    }
    await rm(folder, { recursive: true, force: true })
    stopped()
  }

  for (let waited = 0; ; waited += 100) {
    try {
      const api = await connectJanusApi(address)
      const handle = await api.attach()
      let rooms = 0
      return {
        mediaPids: () => [pid],
        signallingPids: () => [],
        async openRoom() {
          rooms += 1
          await handle.request({
            request: 'create', room: rooms, publishers: 200, audiocodec: 'opus', videocodec: 'vp8', notify_joining: false,
            transport_wide_cc_ext: false, bitrate: 0,
          })
          const room = rooms
          return { admit: async () => ({ side: 'janus', address, room }) }
        },
        async stop() {
          api.close()
          await stop()
        },
      }
    } catch (error) {
      if (waited > START_WITHIN_MS || child.exitCode !== null) {
        const said = await readFile(logFile, 'utf8').catch(() => '')
        await stop()
        throw new Error(`Janus did not start: ${said.slice(-1_000)}`, { cause: error })
      }
      await wait(100)
    }
  }
}
