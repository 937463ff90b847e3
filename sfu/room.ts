import { setTimeout as wait } from 'node:timers/promises'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import type { ConsumerInfo, MediaNotice, NoticeData, PeerInfo } from '../protocol/media.ts'
import type { Peer, Producer } from './peer.ts'
import type { Place, WorkerPool } from './workers.ts'

/** How often levels are measured, in ms, and below which level (dBov) nobody counts as heard. */
const LEVELS = { interval: 400, threshold: -60, maxEntries: 8 }

/** A peer in a room, with its way to the browser. */
export interface Member {
  peer: Peer
  notify: <N extends MediaNotice>(notice: N, data: NoticeData<N>) => void
}

/** Peers who receive each other, on one router. */
export interface Room {
  id: string
  place(): Place
  closed(): boolean
  members: ReadonlyMap<string, Member>
  add(member: Member): void
  /** Tells the others of a peer, new or under another label. */
  announce(peer: Peer): void
  remove(peerId: string): void
  others(peerId: string): PeerInfo[]
  /** Offers everything that the others send. Call it once the peer's receiving transport stands. */
  offerAll(peerId: string): Promise<void>
  /** Closes its router, and with it the media of all members; they are the node's to tell. Idempotent. */
  close(): void
}

export async function createRoom(options: { id: string; pool: WorkerPool; log: Logger }): Promise<Room> {
  const { id, pool, log } = options
  const members = new Map<string, Member>()
  let closed = false
  let place = await pool.place()
  let observers = await observe(place.router)
  watch(place.router)

  async function observe(router: types.Router) {
    const levels = await router.createAudioLevelObserver(LEVELS)
    const speaker = await router.createActiveSpeakerObserver({ interval: 300 })
    levels.on('volumes', (volumes) => tellAll('audioLevels', {
      levels: volumes.flatMap(({ producer, volume }) => {
        const peerId = ownerOf(producer.id)
        return peerId === undefined ? [] : [{ peerId, level: volume }]
      }),
    }))
    levels.on('silence', () => tellAll('audioLevels', { levels: [] }))
    speaker.on('dominantspeaker', ({ producer }) => {
      const peerId = ownerOf(producer.id)
      if (peerId !== undefined) tellAll('activeSpeaker', { peerId })
    })
    return [levels, speaker]
  }

  function watch(router: types.Router): void {
    router.once('workerclose', () => { if (!closed) void move() })
  }

  /** The worker died: the room goes on elsewhere, and its members make their media anew, without a new grant. */
  async function move(): Promise<void> {
    for (const { peer } of members.values()) peer.resetMedia()
    for (let attempt = 1; !closed; attempt += 1) {
      try {
        const next = await pool.place()
        const nextObservers = await observe(next.router)
        if (closed) return next.router.close()
        place = next
        observers = nextObservers
        watch(place.router)
        log.info({ members: members.size }, 'room moved to another media worker')
        return tellAll('mediaReset', {})
      } catch (error) {
        log.error({ attempt, err: error }, 'room could not be moved yet')
        await wait(250)
      }
    }
  }

  const ownerOf = (producerId: string) => [...members.values()].find(({ peer }) => peer.producers.has(producerId))?.peer.id

  function tellAll<N extends MediaNotice>(notice: N, data: NoticeData<N>, except?: string): void {
    for (const member of members.values()) if (member.peer.id !== except) member.notify(notice, data)
  }

  const announce = (peer: Peer) => tellAll('peerJoined', { peerId: peer.id, label: peer.label }, peer.id)

  async function offer(to: Member, from: Peer, producers: Iterable<Producer>): Promise<ConsumerInfo[]> {
    const { router } = place
    const made = await Promise.all([...producers].map(async (producer) => {
      try {
        return await to.peer.consume(from.id, producer, router)
      } catch (error) {
        // One of the two left in this moment, or the worker died: there is nothing to receive then.
        log.debug({ err: error }, 'consumer not created')
        return undefined
      }
    }))
    // What closed meanwhile was announced as closed already.
    return made.flatMap((info) => (info && to.peer.consumer(info.consumerId) ? [info] : []))
  }

  async function offerToAll(from: Peer, producer: Producer): Promise<void> {
    if (producer.appData.source === 'microphone') {
      for (const observer of observers) await observer.addProducer({ producerId: producer.id })
    }
    const receivers = [...members.values()].filter(({ peer }) => peer.id !== from.id && peer.receives())
    await Promise.all(receivers.map(async (to) => {
      const consumers = await offer(to, from, [producer])
      if (consumers.length > 0) to.notify('newConsumers', { consumers })
    }))
  }

  return {
    id,
    members,
    place: () => place,
    closed: () => closed,
    add(member) {
      const { peer } = member
      members.set(peer.id, member)
      peer.events.on('produced', (producer) => {
        offerToAll(peer, producer).catch((error: unknown) => log.debug({ err: error }, 'producer not offered'))
      })
      announce(peer)
    },
    announce,
    remove(peerId) {
      if (members.delete(peerId)) tellAll('peerLeft', { peerId })
    },
    others: (peerId) => [...members.values()]
      .flatMap(({ peer }) => (peer.id === peerId ? [] : { peerId: peer.id, label: peer.label })),
    async offerAll(peerId) {
      const to = members.get(peerId)
      if (!to) return
      const made = await Promise.all([...members.values()]
        .filter(({ peer }) => peer.id !== peerId)
        .map(({ peer }) => offer(to, peer, peer.producers.values())))
      const consumers = made.flat()
      if (consumers.length > 0) to.notify('newConsumers', { consumers })
    },
    close() {
      if (closed) return
      closed = true
      place.router.close()
    },
  }
}
