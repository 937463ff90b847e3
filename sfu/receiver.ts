import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { kindOfSource, type MediaSource } from '../protocol/media-grant.ts'
import { MOST_WATCHED, type ConsumerInfo, type MediaNotice, type NoticeData, type ProducerInfo } from '../protocol/media.ts'
import type { RtpCapabilities } from '../protocol/rtp.ts'
import { infoOf, type Source } from './source.ts'

export type Notify = <N extends MediaNotice>(notice: N, data: NoticeData<N>) => void
export type Consumer = types.Consumer<{ peerId: string; source: MediaSource }>

/** Consumers of pictures that are not watched at the moment, kept for who looks again; beyond these the longest unseen close. */
const MOST_IDLE = 2 * MOST_WATCHED
/** Where bandwidth is short the larger picture comes first, a screen before all; sound is outside of that reckoning. */
const SCREEN_PRIORITY = 4

/** What a receiver sees of its room. */
export interface Stage {
  sources: ReadonlyMap<string, Source>
  /** Whether a microphone is passed on at the moment. */
  heard(id: string): boolean
}

/** What a peer is told of, and receives. A consumer runs when the browser has acknowledged it *and* it is wanted. */
export interface Receiver {
  /** What the others send, as far as it may be received; from here on changes are told. */
  announceAll(): ProducerInfo[]
  /** Brings what is told and received into line with the sources' state, the rights, the view and the hearing. */
  consider(sources?: Iterable<Source>): Promise<void>
  paused(source: Source): void
  resumed(source: Source): void
  removed(source: Source): void
  /** A new receiving transport stands. What was received over an earlier one is gone. */
  begin(transport: types.WebRtcTransport, router: types.Router, capabilities: RtpCapabilities): void
  setView(watched: { producerId: string; layer: number }[]): Promise<void>
  /** The browser is ready for these. */
  acknowledge(consumerIds: string[]): Promise<void>
  consumers(): Consumer[]
}

interface Entry {
  source: Source
  consumer: Consumer
  router: types.Router
  acknowledged: boolean
  /** As last asked of the worker, which answers in order. */
  running: boolean
  /** Says that its pipe is used no longer. */
  release: () => void
  layer: number | undefined
  watchedAt: number
}

/** The receiving transport, and the sources whose consumers are being made on it, so that none is made twice. */
interface Way {
  transport: types.WebRtcTransport
  router: types.Router
  capabilities: types.RtpCapabilities
  making: Set<string>
}

export function createReceiver(options: {
  peerId: string
  stage: Stage
  may: (source: MediaSource) => boolean
  notify: Notify
  log: Logger
}): Receiver {
  const { peerId, stage, may, notify, log } = options
  let way: Way | undefined
  let view = new Map<string, number>()
  const told = new Set<string>()
  const entries = new Map<string, Entry>()

  const visible = (source: Source) => source.peerId !== peerId && !source.closed() && may(source.source)
  const isSound = (source: Source) => kindOfSource[source.source] === 'audio'

  /** What is muted needs no consumer before it is heard for the first time: most of a large room never speak. */
  const needed = (source: Source) => (isSound(source) ? !source.paused() : view.has(source.id))
  const wanted = (source: Source) => (isSound(source) ? stage.heard(source.id) : view.has(source.id))

  function announce(source: Source): void {
    const now = visible(source)
    if (now === told.has(source.id)) return
    if (now) {
      told.add(source.id)
      notify('producerAdded', infoOf(source))
    } else {
      told.delete(source.id)
      notify('producerRemoved', { producerId: source.id })
    }
  }

  function drop(entry: Entry | undefined): void {
    if (!entry || !entries.delete(entry.source.id)) return
    entry.consumer.close()
    notify('consumerClosed', { consumerId: entry.consumer.id })
  }

  /** Asks of the worker only what has changed; its answers come in order, so the last word counts. */
  async function settle(entry: Entry): Promise<void> {
    const { consumer, source } = entry
    const asked: Promise<void>[] = []
    const layer = view.get(source.id)
    if (layer !== undefined) {
      entry.watchedAt = Date.now()
      if (layer !== entry.layer) {
        entry.layer = layer
        if (consumer.type === 'simulcast') asked.push(consumer.setPreferredLayers({ spatialLayer: layer }))
        asked.push(consumer.setPriority(source.source === 'screen' ? SCREEN_PRIORITY : layer + 1))
      }
    }
    const run = entry.acknowledged && !consumer.closed && wanted(source)
    if (run !== entry.running) {
      entry.running = run
      if (run) entry.release = source.use(entry.router)
      else entry.release()
      // The worker asks the sender for a key frame when a picture is resumed.
      asked.push(run ? consumer.resume() : consumer.pause())
    }
    const outcomes = await Promise.allSettled(asked)
    for (const one of outcomes) if (one.status === 'rejected') log.debug({ err: one.reason }, 'consumer closed while it was changed')
  }

  async function make(source: Source): Promise<Entry | undefined> {
    if (!way || way.making.has(source.id)) return undefined
    const { transport, router, capabilities, making } = way
    making.add(source.id)
    try {
      await (isSound(source) ? source.on(router) : source.standby(router))
      if (!router.canConsume({ producerId: source.id, rtpCapabilities: capabilities })) return undefined
      const layer = view.get(source.id)
      // Paused until the browser says that it is ready: packets that come earlier would be lost, a key frame with them.
      const consumer: Consumer = await transport.consume({
        producerId: source.id, rtpCapabilities: capabilities, paused: true, appData: { peerId: source.peerId, source: source.source },
        ...(layer === undefined ? {} : { preferredLayers: { spatialLayer: layer } }),
      })
      // The right may have been withdrawn, or the transport replaced, while the worker answered.
      if (consumer.closed || way?.transport !== transport || !visible(source)) return void consumer.close()
      const entry: Entry = {
        source, consumer, router, acknowledged: false, running: false, release: () => undefined, layer: undefined, watchedAt: Date.now(),
      }
      adopt(entry)
      return entry
    } catch (error) {
      // The sender or the receiver left in this moment, or a worker died: there is nothing to receive then.
      log.debug({ err: error }, 'consumer not made')
      return undefined
    } finally {
      making.delete(source.id)
    }
  }

  function adopt(entry: Entry): void {
    const { source, consumer } = entry
    entries.set(source.id, entry)
    consumer.observer.once('close', () => entry.release())
    const forget = () => entries.get(source.id) === entry && entries.delete(source.id)
    // Not told at the close of our own transport: the browser closed it, or is told by another notice.
    consumer.once('transportclose', forget)
    consumer.once('producerclose', () => {
      if (forget()) notify('consumerClosed', { consumerId: consumer.id })
    })
    consumer.on('layerschange', (layers) => notify('consumerLayer', { consumerId: consumer.id, layer: layers?.spatialLayer ?? null }))
    void settle(entry)
  }

  async function bring(source: Source): Promise<Entry | undefined> {
    announce(source)
    const entry = entries.get(source.id)
    if (!visible(source)) return void drop(entry)
    if (entry) return void await settle(entry)
    return needed(source) ? await make(source) : undefined
  }

  function closeLongUnseen(): void {
    const idle = [...entries.values()].filter(({ source }) => !isSound(source) && !view.has(source.id))
    idle.sort((a, b) => b.watchedAt - a.watchedAt).slice(MOST_IDLE).forEach(drop)
  }

  const receiver: Receiver = {
    announceAll() {
      const sources = [...stage.sources.values()].filter(visible)
      told.clear()
      for (const { id } of sources) told.add(id)
      return sources.map(infoOf)
    },

    async consider(sources = stage.sources.values()) {
      const made = await Promise.all([...sources].map(bring))
      // What closed meanwhile was announced as closed already.
      const consumers = made.flatMap((entry) => (entry && entries.get(entry.source.id) === entry ? describe(entry.consumer) : []))
      if (consumers.length > 0) notify('newConsumers', { consumers })
    },

    paused: ({ id }) => void (told.has(id) && notify('producerPaused', { producerId: id })),
    resumed: ({ id }) => void (told.has(id) && notify('producerResumed', { producerId: id })),
    removed: ({ id }) => void (told.delete(id) && notify('producerRemoved', { producerId: id })),

    begin(transport, router, capabilities) {
      way = { transport, router, capabilities: capabilities as types.RtpCapabilities, making: new Set() }
      entries.clear()
      transport.observer.once('close', () => {
        if (way?.transport === transport) way = undefined
      })
      void receiver.consider()
    },

    async setView(watched) {
      const before = view
      view = new Map(watched.map(({ producerId, layer }) => [producerId, layer]))
      const concerned = [...new Set([...before.keys(), ...view.keys()])].flatMap((id) => stage.sources.get(id) ?? [])
      await receiver.consider(concerned)
      closeLongUnseen()
    },

    async acknowledge(consumerIds) {
      const named = new Set(consumerIds)
      const theirs = [...entries.values()].filter(({ consumer }) => named.has(consumer.id))
      for (const entry of theirs) entry.acknowledged = true
      await Promise.all(theirs.map(settle))
    },

    consumers: () => [...entries.values()].map(({ consumer }) => consumer),
  }
  return receiver
}

export function describe(consumer: Consumer): ConsumerInfo {
  return {
    consumerId: consumer.id,
    producerId: consumer.producerId,
    peerId: consumer.appData.peerId,
    kind: consumer.kind,
    source: consumer.appData.source,
    rtpParameters: consumer.rtpParameters as ConsumerInfo['rtpParameters'],
  }
}
