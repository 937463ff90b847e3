import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { PEERS_OF_A_LABEL, type MediaRights } from '../protocol/media-grant.ts'
import type { ControlEvent, PresentPeer } from '../protocol/media-control.ts'
import type { CloseReason, MediaInput, MediaOutput } from '../protocol/media.ts'
import { MediaFailure } from './failure.ts'
import type { Admission, Grants } from './grants.ts'
import { createPeer } from './peer.ts'
import type { SPREAD } from './places.ts'
import { describe, type Notify } from './receiver.ts'
import { createRoom, type Member, type Room } from './room.ts'
import type { WorkerPool } from './workers.ts'

/** The way to one browser. */
export interface Connection {
  notify: Notify
  /** Says why, and ends the connection. */
  close(reason: CloseReason): void
}

/** A peer that has joined: in a room, with or without its signalling. */
export interface Guest extends Member {
  room: Room
  /** Its device takes no part in sound. */
  silent: boolean
  resumeKey: string
  joinedAt: number
  connection: Connection | undefined
  /** When its signalling was lost; undefined while there is some. */
  cutAt: number | undefined
}

/**
 * The rooms of this process and who is in them. Closing cascades downwards, each step idempotent:
 * node → room → (router → transport → producer → its consumers) and node → guest → peer → its transports.
 * A room closes when its last guest left. A guest ends by leaving, by the server, or when its grace after a cut is over;
 * then its peer closes, its producers with it, and the others get `consumerClosed` and `peerLeft`.
 */
export interface MediaNode {
  join(connection: Connection, input: MediaInput<'join'>): Promise<{ guest: Guest; answer: MediaOutput<'join'> }>
  leave(guest: Guest): void
  /** The signalling is gone since `at`. Nothing happens if another connection has taken the guest over. */
  cut(guest: Guest, connection: Connection, at: number): void
  /** Takes it out; what its grants are worth is not asked here. */
  end(guest: Guest, reason: 'removed' | 'replaced' | 'roomClosed'): void
  /** How many screens may be shared in a room at once, now or once it begins. */
  setScreenLimit(room: string, screens: number): void
  /** Of one room, or of all. */
  guests(room?: string): Guest[]
  list(room?: string): PresentPeer[]
  guest(room: string, peer: string): Guest | undefined
  room(id: string): Promise<Room> | undefined
  /** Tells of each room that begins. */
  rooms: EventEmitter<{ opened: [Room] }>
  counts(): { rooms: number; peers: number }
  /** Tells everyone and closes everything; presence is not reported, since it does not end by this. Idempotent. */
  close(): void
}

export interface MediaNodeOptions {
  pool: WorkerPool
  grants: Grants
  graceMs: number
  report: (event: ControlEvent) => void
  spread?: typeof SPREAD
  log: Logger
}

export function createMediaNode({ pool, grants, graceMs, report, spread, log }: MediaNodeOptions): MediaNode {
  /** Creation is awaited in the map, so that two who come first at once meet in one room. */
  const rooms = new Map<string, Promise<Room>>()
  const openings = new EventEmitter<{ opened: [Room] }>()
  const guests = new Map<string, Map<string, Guest>>()
  /** Where it is not one. */
  const screenLimits = new Map<string, number>()
  const timers = new Map<Guest, NodeJS.Timeout>()
  let closed = false

  const guestOf = (room: string, peer: string) => guests.get(room)?.get(peer)
  const all = () => [...guests.values()].flatMap((inRoom) => [...inRoom.values()])

  async function roomOf(id: string): Promise<Room> {
    for (let known = rooms.get(id); known; known = rooms.get(id)) {
      const room = await known
      if (!room.closed()) return room
    }
    const screens = screenLimits.get(id) ?? 1
    const made = createRoom({ id, pool, screens, log: log.child({ room: id }), ...(spread ? { spread } : {}) })
    rooms.set(id, made)
    try {
      openings.emit('opened', await made)
      return await made
    } catch (error) {
      rooms.delete(id)
      throw error
    }
  }

  function enter(room: Room, { peer: id, label, silent, stayMs }: Admission, rights: MediaRights): Guest {
    const theirs = [...(guests.get(room.id)?.values() ?? [])].filter(({ peer }) => peer.label === label)
    if (theirs.length >= PEERS_OF_A_LABEL) throw new MediaFailure('tooManyDevices')
    const notify: Notify = (notice, data) => guest.connection?.notify(notice, data)
    const peer = createPeer({ id, label, rights, stage: room, notify, log })
    const guest: Guest = {
      peer, notify, room, silent, resumeKey: randomUUID(), joinedAt: Date.now(), connection: undefined, cutAt: undefined,
    }
    const inRoom = guests.get(room.id) ?? new Map<string, Guest>()
    guests.set(room.id, inRoom.set(id, guest))
    room.add(guest)
    if (stayMs !== undefined) setTimeout(() => end(guest, 'removed'), stayMs).unref()
    report({ event: 'peerJoined', room: room.id, peer: id, label, at: guest.joinedAt })
    return guest
  }

  function takeOver(guest: Guest, { label, silent }: Admission, rights: MediaRights, resumed: boolean): void {
    guest.connection?.close('replaced')
    if (guest.cutAt !== undefined) report({ event: 'peerResumed', room: guest.room.id, peer: guest.peer.id, at: Date.now() })
    clearTimeout(timers.get(guest))
    timers.delete(guest)
    guest.cutAt = undefined
    guest.connection = undefined
    guest.silent = silent
    if (!resumed) {
      guest.peer.resetMedia()
      void guest.peer.receiver.setView([])
      guest.resumeKey = randomUUID()
    }
    guest.peer.setRights(rights)
    if (guest.peer.label !== label) {
      guest.peer.label = label
      guest.room.announce({ peerId: guest.peer.id, label })
    }
  }

  function remove(guest: Guest, at: number, reason: Extract<ControlEvent, { event: 'peerLeft' }>['reason']): void {
    const { room, peer } = guest
    if (guestOf(room.id, peer.id) !== guest) return
    guests.get(room.id)?.delete(peer.id)
    // Its connection closes after this, which is no cut then.
    guest.connection = undefined
    clearTimeout(timers.get(guest))
    timers.delete(guest)
    peer.close()
    room.remove(peer.id)
    report({ event: 'peerLeft', room: room.id, peer: peer.id, at, reason })
    closeIfEmpty(room)
  }

  function end(guest: Guest, reason: 'removed' | 'replaced' | 'roomClosed'): void {
    const { connection } = guest
    // Who goes on elsewhere was taken out of here all the same.
    remove(guest, guest.cutAt ?? Date.now(), reason === 'replaced' ? 'removed' : reason)
    connection?.close(reason)
  }

  function closeIfEmpty(room: Room): void {
    if (room.closed() || guests.get(room.id)?.size) return
    guests.delete(room.id)
    rooms.delete(room.id)
    room.close()
  }

  return {
    async join(connection, { grant, rtpCapabilities, resumeKey }) {
      if (closed) throw new MediaFailure('mediaUnavailable')
      const admission = await grants.admit(grant)
      const { room: roomId, peer: peerId } = admission
      const room = await roomOf(roomId)
      // From here on nothing waits. The right is asked for again: it may have been withdrawn while the room was made.
      let guest = guestOf(roomId, peerId)
      const resumed = guest !== undefined && resumeKey === guest.resumeKey
      try {
        const rights = admission.rights()
        if (closed || room.closed()) throw new MediaFailure('mediaUnavailable')
        if (guest) takeOver(guest, admission, rights, resumed)
        else guest = enter(room, admission, rights)
      } finally {
        closeIfEmpty(room)
      }
      const { peer } = guest
      guest.connection = connection
      peer.setRtpCapabilities(rtpCapabilities)
      const answer = {
        peerId, resumed, resumeKey: guest.resumeKey, rights: peer.rights(),
        peers: room.others(peerId), producers: peer.receiver.announceAll(), transportIds: peer.transportIds(),
        producerIds: [...peer.sender.producers.keys()], consumers: peer.receiver.consumers().map(describe),
      }
      room.catchUp(guest)
      return { guest, answer }
    },

    leave: (guest) => remove(guest, Date.now(), 'left'),

    cut(guest, connection, at) {
      if (guest.connection !== connection) return
      guest.connection = undefined
      guest.cutAt = at
      report({ event: 'peerCut', room: guest.room.id, peer: guest.peer.id, at })
      timers.set(guest, setTimeout(() => remove(guest, at, 'timedOut'), Math.max(0, at + graceMs - Date.now())))
    },

    end,

    setScreenLimit(id, screens) {
      if (screens === 1) screenLimits.delete(id)
      else screenLimits.set(id, screens)
      void rooms.get(id)?.then((room) => room.setScreenLimit(screens), () => undefined)
    },

    guests: (room) => (room === undefined ? all() : [...(guests.get(room)?.values() ?? [])]),

    list: (room) => all().filter((guest) => room === undefined || guest.room.id === room).map((guest) => ({
      room: guest.room.id, peer: guest.peer.id, label: guest.peer.label, joinedAt: guest.joinedAt, cutAt: guest.cutAt ?? null,
    })),

    guest: guestOf,
    room: (id) => rooms.get(id),
    rooms: openings,

    counts: () => ({ rooms: rooms.size, peers: all().length }),

    close() {
      if (closed) return
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      for (const guest of all()) {
        const { connection } = guest
        guest.connection = undefined
        guest.peer.close()
        connection?.close('nodeStopping')
        guest.room.close()
      }
      rooms.clear()
      guests.clear()
      grants.close()
    },
  }
}
