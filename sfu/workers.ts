import { setTimeout as wait } from 'node:timers/promises'
import * as mediasoup from 'mediasoup'
import type { Logger } from 'pino'
import type { types } from 'mediasoup'
import { MediaFailure, NodeStartFailure } from './failure.ts'

/** Every room speaks these; the first of a kind is preferred. */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, parameters: { 'x-google-start-bitrate': 1_000 } },
]

/** Where a room's media lives: a router, and the one listening port of its worker. */
export interface Place {
  router: types.Router
  webRtcServer: types.WebRtcServer
  /** Of the worker. */
  pid: number
  /** How many consumers the worker carries, for all its rooms. */
  load(): number
}

interface LiveWorker {
  worker: types.Worker
  webRtcServer: types.WebRtcServer
  transports: number
  routers: number
  consumers: number
}

interface Slot {
  port: number
  live: LiveWorker | undefined
}

export interface WorkerPool {
  /** What any router here can carry; the same for all. */
  rtpCapabilities: types.RtpCapabilities
  /**
   * A new router on the worker that carries least, none of `avoid` (pids). Waits for a worker being replaced where none
   * lives at all; fails with mediaUnavailable.
   */
  place(avoid?: ReadonlySet<number>): Promise<Place>
  /** The workers that live. */
  state(): { pid: number; port: number; rooms: number }[]
  /** Closes every worker, and with it every router and transport. Idempotent. */
  close(): void
}

export interface WorkerPoolOptions {
  workers: number
  basePort: number
  listenAddress: string
  announcedAddress: string
  workerBin: string | undefined
  log: Logger
}

/** A port may still be held for a moment by the worker of a node that was just killed. */
const BIND_ATTEMPTS = 15
const BIND_PAUSE_MS = 200

/** Milliseconds before the n-th attempt in a row to replace a worker. */
const replacementPause = (attempt: number) => Math.min(10_000, attempt === 0 ? 0 : 250 * 2 ** attempt)

/**
 * Starts the workers, one port each. A worker that dies is replaced at once; its routers emit `workerclose`, upon which
 * their rooms ask for a new place. Throws NodeStartFailure.
 */
export async function startWorkers(options: WorkerPoolOptions): Promise<WorkerPool> {
  const { log } = options
  const slots: Slot[] = Array.from({ length: options.workers }, (_, n) => ({ port: options.basePort + n, live: undefined }))
  let closed = false
  let someoneLives = Promise.withResolvers<undefined>()

  async function start(slot: Slot): Promise<void> {
    const worker = await createWorker(options)
    const live: LiveWorker = { worker, webRtcServer: await listen(worker, slot.port, options), transports: 0, routers: 0, consumers: 0 }
    live.webRtcServer.observer.on('webrtctransporthandled', () => { live.transports += 1 })
    live.webRtcServer.observer.on('webrtctransportunhandled', () => { live.transports -= 1 })
    worker.observer.on('newrouter', (router) => {
      live.routers += 1
      router.observer.once('close', () => { live.routers -= 1 })
      router.observer.on('newtransport', (transport) => transport.observer.on('newconsumer', (consumer) => {
        live.consumers += 1
        consumer.observer.once('close', () => { live.consumers -= 1 })
      }))
    })
    worker.on('died', (error) => {
      log.error({ port: slot.port, pid: worker.pid, err: error }, 'media worker died')
      slot.live = undefined
      if (slots.every((one) => !one.live)) someoneLives = Promise.withResolvers()
      void replace(slot)
    })
    if (closed) return worker.close()
    slot.live = live
    someoneLives.resolve(undefined)
    log.info({ port: slot.port, pid: worker.pid }, 'media worker listens')
  }

  async function replace(slot: Slot): Promise<void> {
    for (let attempt = 0; !closed; attempt += 1) {
      await wait(replacementPause(attempt))
      try {
        return await start(slot)
      } catch (error) {
        log.error({ port: slot.port, attempt, err: error }, 'media worker could not be replaced')
      }
    }
  }

  function close(): void {
    if (closed) return
    closed = true
    for (const slot of slots) slot.live?.worker.close()
  }

  const weight = ({ consumers, transports }: LiveWorker) => consumers + transports

  async function place(avoid: ReadonlySet<number> = new Set()): Promise<Place> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (slots.every((slot) => !slot.live)) await Promise.race([someoneLives.promise, wait(10_000, undefined, { ref: false })])
      const [best] = slots.flatMap(({ live }) => (live && !avoid.has(live.worker.pid) ? live : []))
        .sort((a, b) => weight(a) - weight(b) || a.routers - b.routers)
      if (!best || closed) break
      const { worker, webRtcServer } = best
      try {
        const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS })
        return { router, webRtcServer, pid: worker.pid, load: () => best.consumers }
      } catch (error) {
        // It died under our hands: the next one.
        log.warn({ err: error }, 'router not created')
      }
    }
    throw new MediaFailure('mediaUnavailable')
  }

  try {
    await Promise.all(slots.map(start))
  } catch (error) {
    close()
    throw error
  }
  return {
    rtpCapabilities: await capabilities(slots),
    place,
    state: () => slots.flatMap(({ port, live }) => (live ? { pid: live.worker.pid, port, rooms: live.routers } : [])),
    close,
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

async function createWorker({ workerBin }: WorkerPoolOptions): Promise<types.Worker> {
  const listeners = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]))
  try {
    return await mediasoup.createWorker({ logLevel: 'warn', ...(workerBin ? { workerBin } : {}) })
  } catch (cause) {
    const message = `The media worker ${workerBin ?? mediasoup.workerBin} does not run`
    throw new NodeStartFailure('workerUnusable', message, undefined, { cause })
  } finally {
    // mediasoup closes a worker at a signal by itself, before anybody on it could be led elsewhere. When is the node's to say.
    for (const [signal, before] of listeners) {
      for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.off(signal, listener)
    }
  }
}

/**
 * Bytes. All peers of a worker share its one UDP socket, and key frames of many cameras come at once: the system's usual
 * 208 KiB lose packets then. The system grants no more than its net.core.rmem_max and wmem_max.
 */
const SOCKET_BUFFERS = { recvBufferSize: 4_194_304, sendBufferSize: 4_194_304 }

async function listen(worker: types.Worker, port: number, options: WorkerPoolOptions): Promise<types.WebRtcServer> {
  const address = { ip: options.listenAddress, announcedAddress: options.announcedAddress, port, ...SOCKET_BUFFERS }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ...address }, { protocol: 'tcp', ...address }] })
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      const taken = /address already in use/i.test(message)
      if (taken && attempt < BIND_ATTEMPTS && !worker.closed) {
        await wait(BIND_PAUSE_MS)
        continue
      }
      worker.close()
      const reason = taken ? 'portTaken' : 'addressUnusable'
      throw new NodeStartFailure(reason, `${options.listenAddress}:${port}: ${message}`, port, { cause })
    }
  }
}

async function capabilities(slots: Slot[]): Promise<types.RtpCapabilities> {
  const live = slots.find((slot) => slot.live)?.live
  if (!live) throw new NodeStartFailure('workerUnusable', 'No media worker lives')
  const router = await live.worker.createRouter({ mediaCodecs: MEDIA_CODECS })
  router.close()
  return router.rtpCapabilities
}
