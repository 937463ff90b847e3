import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import type { MediaSource } from '../protocol/media-grant.ts'
import type { MediaNotice, NoticeData, PeerInfo } from '../protocol/media.ts'
import { MediaFailure } from './failure.ts'
import { createHearing } from './hearing.ts'
import { createLoudness } from './loudness.ts'
import type { Peer } from './peer.ts'
import { createPlaces, type Places, type SPREAD } from './places.ts'
import { createQualities } from './quality.ts'
import type { Notify, Stage } from './receiver.ts'
import { createSource, type Source } from './source.ts'
import type { Place, WorkerPool } from './workers.ts'

/** A peer that is connected to this node, with its way to the browser. */
export interface Member {
  peer: Peer
  notify: Notify
}

/** What happens in a room, for what goes beyond its members: recording, links to other nodes. */
export interface RoomEvents {
  sourceAdded: [Source]
  sourceRemoved: [Source]
  sourcePaused: [Source]
  sourceResumed: [Source]
  activeSpeaker: [{ peerId: string }]
  /** A member said something. */
  said: [NoticeData<'said'>]
  /** New, or under another label. */
  memberAdded: [PeerInfo]
  memberRemoved: [{ peerId: string }]
  closed: []
}

/**
 * Peers who receive each other. Those connected to this node are its members; sources, and peers that are told of, may also
 * come from elsewhere.
 */
export interface Room extends Stage {
  id: string
  closed(): boolean
  events: EventEmitter<RoomEvents>
  members: ReadonlyMap<string, Member>
  places: Places
  add(member: Member): void
  /** Tells the others of a peer, new or under another label. */
  announce(peer: PeerInfo): void
  remove(peerId: string): void
  /** A peer that is connected elsewhere is here too, or under another label, or here no longer; its sources are added and close. */
  addVisitor(visitor: PeerInfo): void
  removeVisitor(peerId: string): void
  others(peerId: string): PeerInfo[]
  /** Tells a newcomer what was told before and still holds. */
  catchUp(member: Member): void
  /** Who spoke last, as `activeSpeaker` told. */
  activeSpeaker(): string | undefined
  /** Something is sent from now on, until it closes. */
  addSource(source: Source): void
  /** Holds one of the screens that may be shared at once. Fails with screenTaken; other sources have no limit. */
  reserve(source: MediaSource): () => void
  setScreenLimit(screens: number): void
  /** A member says something to the others. */
  say(saying: NoticeData<'said'>): void
  tellAll<N extends MediaNotice>(notice: N, data: NoticeData<N>, except?: string): void
  /** Closes its routers, and with them the media of all members; they are the node's to tell. Idempotent. */
  close(): void
}

export interface RoomOptions {
  id: string
  pool: WorkerPool
  screens: number
  spread?: typeof SPREAD
  log: Logger
}

export async function createRoom({ id, pool, screens, spread, log }: RoomOptions): Promise<Room> {
  const events = new EventEmitter<RoomEvents>()
  const members = new Map<string, Member>()
  const sources = new Map<string, Source>()
  const visitors = new Map<string, PeerInfo>()
  const hearing = createHearing()
  const loudness = createLoudness({ log })
  const places = await createPlaces({ pool, log, ...(spread ? { spread } : {}) })
  await loudness.moveTo(places.main().router)
  const qualities = createQualities({
    sourcesOf: (peerId) => [...sources.values()].filter((source) => source.peerId === peerId),
    tell: (change) => tellAll('quality', change),
  })
  let screenLimit = screens
  let screensMade = 0
  let speaker: string | undefined
  let closed = false

  const rehear = (ids: string[]) => {
    const concerned = ids.flatMap((one) => sources.get(one) ?? [])
    if (concerned.length > 0) for (const { peer } of members.values()) void peer.receiver.consider(concerned)
  }
  loudness.events.on('levels', (levels) => {
    rehear(hearing.measured(levels.map(({ source }) => source.id)))
    tellAll('audioLevels', { levels: levels.map(({ source, level }) => ({ peerId: source.peerId, level })) })
  })
  loudness.events.on('speaker', ({ peerId }) => {
    speaker = peerId
    tellAll('activeSpeaker', { peerId })
    events.emit('activeSpeaker', { peerId })
  })
  places.events.on('lost', (place, peerIds) => void recover(place, peerIds))

  /** A worker died: who was on it makes their media anew elsewhere, without a new grant. Who was not goes on. */
  async function recover(lost: Place, peerIds: string[]): Promise<void> {
    for (const peerId of peerIds) members.get(peerId)?.peer.resetMedia()
    const mainWasLost = places.main() === lost
    const main = await places.restored()
    if (!main) return
    for (const peerId of peerIds) members.get(peerId)?.notify('mediaReset', {})
    log.info({ members: peerIds.length }, 'members moved to another media worker')
    if (mainWasLost) await loudness.moveTo(main.router).catch((error: unknown) => log.warn({ err: error }, 'levels are not measured'))
  }

  function tellAll<N extends MediaNotice>(notice: N, data: NoticeData<N>, except?: string): void {
    for (const { peer, notify } of members.values()) if (peer.id !== except) notify(notice, data)
  }

  function gone(peerId: string): void {
    qualities.forget(peerId)
    if (speaker === peerId) speaker = undefined
    tellAll('peerLeft', { peerId })
  }

  function added(source: Source): void {
    events.emit('sourceAdded', source)
    if (source.source === 'microphone') {
      void loudness.follow(source)
      if (!source.paused()) rehear(hearing.opened(source.id))
    }
    for (const { peer } of members.values()) void peer.receiver.consider([source])
  }

  function removed(source: Source): void {
    sources.delete(source.id)
    rehear(hearing.ended(source.id))
    qualities.look(source.peerId)
    events.emit('sourceRemoved', source)
    for (const { peer } of members.values()) peer.receiver.removed(source)
  }

  function pausedOrResumed(source: Source): void {
    const paused = source.paused()
    if (source.source === 'microphone') rehear(paused ? hearing.ended(source.id) : hearing.opened(source.id))
    qualities.look(source.peerId)
    events.emit(paused ? 'sourcePaused' : 'sourceResumed', source)
    for (const { peer } of members.values()) {
      peer.receiver[paused ? 'paused' : 'resumed'](source)
      if (!paused) void peer.receiver.consider([source])
    }
  }

  const room: Room = {
    id,
    events,
    members,
    sources,
    places,
    closed: () => closed,
    heard: hearing.heard,
    tellAll,

    announce({ peerId, label }) {
      tellAll('peerJoined', { peerId, label }, peerId)
      if (members.has(peerId)) events.emit('memberAdded', { peerId, label })
    },

    add(member) {
      const { peer } = member
      members.set(peer.id, member)
      peer.events.on('produced', (producer, router: types.Router) => room.addSource(createSource({
        producer, router, peerId: peer.id, label: peer.label, source: producer.appData.source,
      })))
      room.announce({ peerId: peer.id, label: peer.label })
    },

    remove(peerId) {
      if (!members.delete(peerId)) return
      places.leave(peerId)
      gone(peerId)
      events.emit('memberRemoved', { peerId })
    },

    addVisitor(visitor) {
      visitors.set(visitor.peerId, visitor)
      room.announce(visitor)
    },

    removeVisitor(peerId) {
      if (visitors.delete(peerId)) gone(peerId)
    },

    others: (peerId) => [...[...members.values()].map(({ peer: { id: one, label } }) => ({ peerId: one, label })), ...visitors.values()]
      .filter((one) => one.peerId !== peerId),

    catchUp({ peer, notify }) {
      for (const change of qualities.unwell()) notify('quality', change)
      if (speaker !== undefined) notify('activeSpeaker', { peerId: speaker })
      peer.sender.recallMute()
    },

    activeSpeaker: () => speaker,

    addSource(source) {
      if (closed || source.closed()) return
      sources.set(source.id, source)
      source.events.on('paused', () => pausedOrResumed(source))
      source.events.on('resumed', () => pausedOrResumed(source))
      source.events.on('score', () => qualities.look(source.peerId))
      source.events.once('closed', () => removed(source))
      added(source)
    },

    reserve(source) {
      if (source !== 'screen') return () => undefined
      const shared = [...sources.values()].filter((one) => one.source === 'screen').length
      if (shared + screensMade >= screenLimit) throw new MediaFailure('screenTaken')
      screensMade += 1
      return () => { screensMade -= 1 }
    },

    setScreenLimit: (limit) => { screenLimit = limit },

    say(saying) {
      tellAll('said', saying, saying.peerId)
      events.emit('said', saying)
    },

    close() {
      if (closed) return
      closed = true
      qualities.close()
      places.close()
      events.emit('closed')
      events.removeAllListeners()
    },
  }
  return room
}
