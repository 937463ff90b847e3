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
  /** The same for who receives at times only: the pipe rests while nobody uses it, nor ever asked for it by `on`. */
  standby(router: types.Router): Promise<types.Producer>
  /** Somebody receives on this router from now on, until the answer is called; further calls change nothing. */
  use(router: types.Router): () => void
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

/** How long (ms) a pipe flows on when its last user turned away: most who page through pictures come back. */
const REST_AFTER_MS = 3_000

interface Pipe {
  ends: Promise<{ pipeConsumer: types.Consumer; pipeProducer: types.Producer }>
  /** Flows whether or not anybody uses it. */
  held: boolean
  users: number
  resting: boolean
  timer: NodeJS.Timeout | undefined
}

/** It closes with its producer. */
export function createSource({ producer, router: home, peerId, label, source }: Origin): Source {
  const events = new EventEmitter<SourceEvents>()
  const pipes = new Map<string, Pipe>()

  producer.observer.on('pause', () => events.emit('paused'))
  producer.observer.on('resume', () => events.emit('resumed'))
  producer.observer.on('score', () => events.emit('score'))
  producer.observer.once('close', () => {
    for (const { timer } of pipes.values()) clearTimeout(timer)
    events.emit('closed')
    events.removeAllListeners()
  })

  async function connect(router: types.Router) {
    const { pipeConsumer, pipeProducer } = await home.pipeToRouter({
      producerId: producer.id, router, enableSctp: false, enableRtx: true,
    })
    if (!pipeConsumer || !pipeProducer || pipeProducer.closed) throw new Error('the pipe closed while it was made')
    pipeProducer.observer.once('close', () => forget(router.id))
    return { pipeConsumer, pipeProducer }
  }

  function pipeTo(router: types.Router): Pipe {
    const known = pipes.get(router.id)
    if (known) return known
    const pipe: Pipe = { ends: connect(router), held: false, users: 0, resting: false, timer: undefined }
    pipes.set(router.id, pipe)
    pipe.ends.catch(() => forget(router.id))
    restLater(pipe)
    return pipe
  }

  function forget(routerId: string): void {
    clearTimeout(pipes.get(routerId)?.timer)
    pipes.delete(routerId)
  }

  /** A pipe that fails here has closed, or its worker died: those who receive by it are told by its end. */
  function flow(pipe: Pipe, resting: boolean): void {
    if (pipe.resting === resting) return
    pipe.resting = resting
    pipe.ends.then(({ pipeConsumer }) => (resting ? pipeConsumer.pause() : pipeConsumer.resume())).catch(() => undefined)
  }

  function restLater(pipe: Pipe): void {
    clearTimeout(pipe.timer)
    pipe.timer = setTimeout(() => {
      if (!pipe.held && pipe.users === 0) flow(pipe, true)
    }, REST_AFTER_MS).unref()
  }

  async function reach(router: types.Router, held: boolean): Promise<types.Producer> {
    if (producer.closed || router.closed) throw new Error('the producer or the router has closed')
    if (router.id === home.id) return producer
    const pipe = pipeTo(router)
    if (held) {
      pipe.held = true
      flow(pipe, false)
    }
    return (await pipe.ends).pipeProducer
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
    on: (router) => reach(router, true),
    standby: (router) => reach(router, false),
    use(router) {
      const pipe = pipes.get(router.id)
      if (!pipe) return () => undefined
      pipe.users += 1
      flow(pipe, false)
      let released = false
      return () => {
        if (released) return
        released = true
        pipe.users -= 1
        restLater(pipe)
      }
    },
  }
}

export const infoOf = ({ id, peerId, source, paused }: Source): ProducerInfo => ({ producerId: id, peerId, source, paused: paused() })
