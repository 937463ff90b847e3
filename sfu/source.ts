import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { MediaSource } from '../protocol/media-grant.ts'
import type { ProducerInfo } from '../protocol/media.ts'

export interface SourceEvents {
  paused: []
  resumed: []
  /** How well it arrives has changed. */
  score: []
  closed: []
}

/** Something that is sent in a room, wherever it comes from, and that can be received on each of the room's routers. */
export interface Source {
  /** The producer's id, the same on every router. */
  id: string
  peerId: string
  /** The label of the peer when it began. */
  label: string
  source: MediaSource
  paused(): boolean
  closed(): boolean
  /** 0 … 10, of the stream that arrives best; undefined before anything was measured. */
  score(): number | undefined
  /** What to consume on this router: the producer itself, or its pipe, which is made once. Fails where either has closed. */
  on(router: types.Router): Promise<types.Producer>
  events: EventEmitter<SourceEvents>
}

export interface Origin {
  producer: types.Producer
  /** The router on which the producer was made. */
  router: types.Router
  peerId: string
  label: string
  source: MediaSource
}

/** It closes with its producer. */
export function createSource({ producer, router: home, peerId, label, source }: Origin): Source {
  const events = new EventEmitter<SourceEvents>()
  const pipes = new Map<string, Promise<types.Producer>>()

  producer.observer.on('pause', () => events.emit('paused'))
  producer.observer.on('resume', () => events.emit('resumed'))
  producer.observer.on('score', () => events.emit('score'))
  producer.observer.once('close', () => {
    events.emit('closed')
    events.removeAllListeners()
  })

  async function pipe(router: types.Router): Promise<types.Producer> {
    const { pipeProducer } = await home.pipeToRouter({ producerId: producer.id, router, enableSctp: false, enableRtx: true })
    if (!pipeProducer || pipeProducer.closed) throw new Error('the pipe closed while it was made')
    pipeProducer.observer.once('close', () => pipes.delete(router.id))
    return pipeProducer
  }

  return {
    id: producer.id,
    peerId,
    label,
    source,
    events,
    paused: () => producer.paused,
    closed: () => producer.closed,
    score: () => (producer.score.length > 0 ? Math.max(...producer.score.map(({ score }) => score)) : undefined),
    async on(router) {
      if (producer.closed || router.closed) throw new Error('the producer or the router has closed')
      if (router.id === home.id) return producer
      const known = pipes.get(router.id)
      if (known) return await known
      const made = pipe(router)
      pipes.set(router.id, made)
      try {
        return await made
      } catch (error) {
        pipes.delete(router.id)
        throw error
      }
    },
  }
}

export const infoOf = ({ id, peerId, source, paused }: Source): ProducerInfo => ({ producerId: id, peerId, source, paused: paused() })
