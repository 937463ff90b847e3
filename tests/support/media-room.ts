import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import type { ControlEvent } from '../../protocol/media-control.ts'
import { MediaSource, type MediaRights } from '../../protocol/media-grant.ts'
import type { IceServer } from '../../protocol/room.ts'
import { startMediaNode, type MediaNode } from '../../server/platform/media-node.ts'
import type { Ways } from '../../client/room/media/transports.ts'
import { launchBrowser } from './browser.ts'
import type { NetworkNamespace } from './network-namespace.ts'
import { freePort } from './ports.ts'

/** Browsers around a real media node, without the rest of the product: the server's part is played by a few lines here. */
export interface MediaRoom {
  node: MediaNode
  presence: ControlEvent[]
  /** Exceptions that no page caught. */
  pageErrors: string[]
  /** What grants give from now on; null refuses them. */
  rights: Map<string, MediaSource[] | null>
  open(room: string, peer: string, ways?: Ways): Promise<Page>
  /** The same in a browser within the network namespace of the options. */
  openAway(room: string, peer: string, ways?: Ways): Promise<Page>
  closePages(): Promise<void>
  /** Where another node registers, and the secret that it needs for that. */
  origin: string
  grantSecretFile: string
  /** Cuts every signalling connection, and refuses new ones until the returned function is called. */
  cut(): () => void
  /** Process ids of the node and its workers. */
  processes(): Promise<{ node: number; workers: number[] }>
  stop(): Promise<void>
}

export interface MediaRoomOptions {
  graceMs?: number
  workers?: number
  /** Another host, for `openAway`. Node and pages are reached at its `hostAddress` then. */
  away?: NetworkNamespace
  /** What a peer's grant tells of TURN servers; default: nothing. */
  iceServers?(peer: string): IceServer[]
  /** Peers that a worker takes before a room goes on at another node. */
  peersAWorker?: number
}

/** Everything may be received and said. */
export const rightsOf = (publish: MediaSource[]): MediaRights => ({ publish, receive: [...MediaSource.options], say: ['reaction'] })

const PAGE = '<!doctype html><html lang="en"><title>media</title><body><script type="module" src="/page.js"></script></body>'

const blurFile = (url: URL) =>
  path.join(path.dirname(createRequire(import.meta.url).resolve('@shiguredo/virtual-background')), path.basename(url.pathname))
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
const typeOf = (name: string) => TYPES[path.extname(name)] ?? 'application/octet-stream'

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('media-page.ts', import.meta.url))
  const built = await build({
    configFile: false, logLevel: 'silent', define: { __BLUR_DATA__: '"/blur"', 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false, minify: false, lib: { entry, formats: ['es'] }, rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('nothing was built')
  return output.output[0].code
}

export async function startMediaRoom(options: MediaRoomOptions = {}): Promise<MediaRoom> {
  const address = options.away?.hostAddress ?? '127.0.0.1'
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'media-room-'))
  const grantSecretFile = path.join(dataDir, 'secret')
  await writeFile(grantSecretFile, randomBytes(32).toString('hex'))
  const script = await bundle()
  const node = await startMediaNode({
    dataDir, grantSecretFile, workerBin: process.env.MEDIASOUP_WORKER_BIN,
    workers: options.workers ?? 1, basePort: await freePort(),
    listenAddress: address, announcedAddress: address, log: pino({ level: 'silent' }),
    ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
    ...(options.peersAWorker === undefined ? {} : { peersAWorker: options.peersAWorker }),
  })
  const presence: ControlEvent[] = []
  const pageErrors: string[] = []
  await node.follow({ event: async (event) => void presence.push(event), reconcile: async () => undefined })

  const rights = new Map<string, MediaSource[] | null>()
  const signalling = new Set<Duplex>()
  let offline = false
  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    // As the product's server: nothing is evaluated but WebAssembly, nothing comes from elsewhere.
    response.setHeader('content-security-policy', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:")
    if (url.pathname === '/') return void response.setHeader('content-type', 'text/html').end(PAGE)
    if (url.pathname.startsWith('/blur/')) return void response.setHeader('content-type', typeOf(url.pathname)).end(await readFile(blurFile(url)))
    if (url.pathname === '/page.js') return void response.setHeader('content-type', 'text/javascript').end(script)
    const peer = url.searchParams.get('peer') ?? ''
    const publish = rights.get(peer) ?? ['microphone', 'camera', 'screen', 'screenAudio']
    if (url.pathname !== '/grant') return void response.writeHead(404).end()
    if (rights.get(peer) === null) return void response.writeHead(403).end()
    if (offline) return void response.writeHead(503).end()
    const granted = await node.grant({
      room: url.searchParams.get('room') ?? '', peer, label: `label-${peer}`, rights: rightsOf(publish), silent: false,
    }).catch(() => undefined)
    if (!granted) return void response.writeHead(503).end()
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...granted, iceServers: options.iceServers?.(peer) ?? [] }))
  })
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/media-nodes') return node.register(request, socket, head)
    if (offline) return void socket.destroy()
    signalling.add(socket)
    socket.once('close', () => signalling.delete(socket))
    node.proxyUpgrade(request, socket, head)
  })
  http.listen(0, options.away ? '0.0.0.0' : 'localhost')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const browsers: Browser[] = []

  async function openIn(browser: Browser, host: string, room: string, peer: string, ways?: Ways): Promise<Page> {
    const page = await browser.newPage()
    page.on('pageerror', (error) => pageErrors.push(error.message))
    await page.goto(`http://${host}:${port}/`)
    await page.waitForFunction(() => 'join' in window)
    await page.evaluate(([at, who, by]) => window.join(at, who, by), [room, peer, ways] as const)
    return page
  }
  async function launched(place: 'here' | 'away'): Promise<Browser> {
    const browser = await launchBrowser(place === 'away' && options.away
      ? { networkNamespace: options.away.name, secureOrigin: `http://${address}:${port}` } : {})
    browsers.push(browser)
    return browser
  }
  const here = await launched('here')
  const away = options.away ? await launched('away') : undefined

  return {
    node,
    presence,
    pageErrors,
    origin: `http://localhost:${port}`,
    grantSecretFile,
    rights,
    open: (room, peer, ways) => openIn(here, 'localhost', room, peer, ways),
    async openAway(room, peer, ways) {
      if (!away) throw new Error('there is no other host')
      return await openIn(away, address, room, peer, ways)
    },
    async closePages() {
      for (const browser of browsers) for (const context of browser.contexts()) await context.close()
    },
    cut() {
      offline = true
      for (const socket of signalling) socket.destroy()
      return () => { offline = false }
    },
    async processes() {
      const { pid } = JSON.parse(await readFile(path.join(dataDir, 'media', 'node.json'), 'utf8')) as { pid: number }
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return { node: pid, workers: children.trim().split(' ').map(Number) }
    },
    async stop() {
      for (const browser of browsers) await browser.close()
      http.close()
      await node.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
