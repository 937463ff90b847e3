import type { Device, types } from 'mediasoup-client'
import type { MediaSource } from '../../../protocol/media-grant.ts'
import type { MediaInput } from '../../../protocol/media.ts'
import type { IceServer } from '../../../protocol/room.ts'
import { MediaRequestError, type Signalling } from './signalling.ts'

type Direction = MediaInput<'createTransport'>['direction']

/** How long a lost path may mend itself before ICE is restarted, and the pause between two restarts, in ms. */
const MEND_MS = 2_500

/** Which ways to the node are tried; default: all. */
export interface Ways {
  /** `relay`: through a TURN server only. */
  policy?: RTCIceTransportPolicy
  /** The node is reached over this protocol only. */
  protocol?: 'udp' | 'tcp'
}

export interface Transports {
  /** The transport of a direction, made at the first call. Fails with what the node answers. */
  get(direction: Direction): Promise<types.Transport>
  existing(direction: Direction): types.Transport | undefined
  /** After a cut: forgets what the node no longer has, and mends the paths of what it has. */
  keepOnly(transportIds: string[]): void
  /** The network may be another one: looks for new paths, whatever the old ones seem to be. Without signalling: after the cut. */
  renew(): void
  /** Closes both. */
  reset(): void
}

/**
 * The one or two transports to the node. They outlive a signalling connection: whatever has to be asked is asked of the
 * one that `signalling` gives at that moment.
 */
export function createTransports(options: {
  device(): Device
  /** Fails with signallingLost while there is none. */
  signalling(): Signalling
  /** STUN and TURN as the server gave them last. */
  iceServers(): IceServer[]
  ways: Ways
  /** A path cannot be mended; everything has to be made anew. */
  broken(): void
}): Transports {
  const transports = new Map<Direction, types.Transport>()
  const making = new Map<Direction, Promise<types.Transport>>()
  /** Their first connection failed half-way, so nobody knows what the node has of it. */
  const spoiled = new WeakSet<types.Transport>()
  /** Their paths are of a network that may be gone. */
  const stale = new WeakSet<types.Transport>()
  const mending = new WeakSet<types.Transport>()
  const timers = new Map<types.Transport, ReturnType<typeof setTimeout>>()
  let generation = 0

  async function make(direction: Direction): Promise<types.Transport> {
    const mine = generation
    const { transportId, ...parameters } = await options.signalling().request('createTransport', { direction })
    // Everything was reset while the node answered: this transport is of the past.
    if (mine !== generation) throw new MediaRequestError('transportNotFound')
    const { policy, protocol } = options.ways
    const given = {
      id: transportId, ...parameters,
      iceCandidates: parameters.iceCandidates.filter((candidate) => !protocol || candidate.protocol === protocol),
      iceServers: options.iceServers(),
      ...(policy ? { iceTransportPolicy: policy } : {}),
    }
    const device = options.device()
    const transport = direction === 'send' ? device.createSendTransport(given) : device.createRecvTransport(given)
    transport.on('connect', (connect, done, fail) => {
      ask(() => options.signalling().request('connectTransport', { transportId, ...connect }), () => done(), (error) => {
        spoiled.add(transport)
        fail(error)
      })
    })
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      const { source, paused } = appData as { source: MediaSource; paused: boolean }
      const what = { kind, source, paused, rtpParameters: rtpParameters as MediaInput<'produce'>['rtpParameters'] }
      ask(() => options.signalling().request('produce', what), ({ producerId }) => done({ id: producerId }), fail)
    })
    transport.on('connectionstatechange', (state) => {
      clearTimeout(timers.get(transport))
      if (state === 'disconnected' || state === 'failed') mendLater(transport)
    })
    transport.observer.once('close', () => clearTimeout(timers.get(transport)))
    transports.set(direction, transport)
    return transport
  }

  function mendLater(transport: types.Transport): void {
    clearTimeout(timers.get(transport))
    timers.set(transport, setTimeout(() => void mend(transport), MEND_MS))
  }

  const isWell = (transport: types.Transport) => transport.connectionState === 'connected' && !stale.has(transport)

  /** Without signalling nothing can be mended now; `keepOnly` does it after the reconnection. */
  async function mend(transport: types.Transport): Promise<void> {
    // What never began to connect has no path that could be lost.
    if (transport.closed || isWell(transport) || transport.connectionState === 'new' || mending.has(transport)) return
    mending.add(transport)
    try {
      const { iceParameters } = await options.signalling().request('restartIce', { transportId: transport.id })
      stale.delete(transport)
      if (transport.closed) return
      await transport.updateIceServers({ iceServers: options.iceServers() })
      await transport.restartIce({ iceParameters })
      // Told by its state when it comes to stand; a network that is not there yet needs another try.
      mendLater(transport)
    } catch (error) {
      if (transport.closed || (error instanceof MediaRequestError && error.code === 'signallingLost')) return
      options.broken()
    } finally {
      mending.delete(transport)
    }
  }

  function forget(direction: Direction): void {
    transports.get(direction)?.close()
    transports.delete(direction)
  }

  return {
    existing: (direction) => transports.get(direction),
    get(direction) {
      const there = transports.get(direction)
      if (there) return Promise.resolve(there)
      const started = making.get(direction) ?? make(direction).finally(() => {
        if (making.get(direction) === started) making.delete(direction)
      })
      making.set(direction, started)
      return started
    },
    keepOnly(transportIds) {
      for (const [direction, transport] of transports) {
        const { connectionState } = transport
        if (!transportIds.includes(transport.id) || transport.closed || spoiled.has(transport)) forget(direction)
        else if (stale.has(transport) || connectionState === 'disconnected' || connectionState === 'failed') void mend(transport)
      }
    },
    renew() {
      for (const transport of transports.values()) {
        stale.add(transport)
        void mend(transport)
      }
    },
    reset() {
      generation += 1
      making.clear()
      forget('send')
      forget('receive')
    },
  }
}

/** Bridges a promise to mediasoup-client's pair of callbacks; what is thrown at once is a failure like any other. */
function ask<T>(request: () => Promise<T>, done: (answer: T) => void, fail: (error: Error) => void): void {
  Promise.resolve().then(request).then(done, (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))))
}
