import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { PEERS_OF_A_LABEL, type MediaSource } from '../protocol/media-grant.ts'
import type { ControlEvent, PresentPeer } from '../protocol/media-control.ts'
import type { CloseReason, MediaInput, MediaNotice, MediaOutput, NoticeData } from '../protocol/media.ts'
import { MediaFailure } from './failure.ts'
import type { Grants } from './grants.ts'
import { createPeer, type Peer } from './peer.ts'
import { createRoom, type Member, type Room } from './room.ts'
import type { WorkerPool } from './workers.ts'

/** The way to one browser. */
export interface Connection {
  notify: <N extends MediaNotice>(notice: N, data: NoticeData<N>) => void
  /** Says why, and ends the connection. */
  close(reason: CloseReason): void
}

/** A peer that has joined: in a room, with or without its signalling. */
export interface Guest extends Member {
  room: Room
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
  setGrant(room: string, peer: string, publish: MediaSource[]): void
  closePeer(room: string, peer: string): void
  closeRoom(room: string): void
  list(room?: string): PresentPeer[]
  guest(room: string, peer: string): Guest | undefined
  counts(): { rooms: number; peers: number }
  /** Tells everyone and closes everything; presence is not reported, since it does not end by this. Idempotent. */
  close(): void
}

export interface MediaNodeOptions {
  pool: WorkerPool
  grants: Grants
  graceMs: number
  report: (event: ControlEvent) => void
  log: Logger
}

export function createMediaNode({ pool, grants, graceMs, report, log }: MediaNodeOptions): MediaNode {
  /** Creation is awaited in the map, so that two who come first at once meet in one room. */
  const rooms = new Map<string, Promise<Room>>()
  const guests = new Map<string, Map<string, Guest>>()
  const timers = new Map<Guest, NodeJS.Timeout>()
  let closed = false

  const guestOf = (room: string, peer: string) => guests.get(room)?.get(peer)
  const all = () => [...guests.values()].flatMap((inRoom) => [...inRoom.values()])

  async function roomOf(id: string): Promise<Room> {
    for (let known = rooms.get(id); known; known = rooms.get(id)) {
      const room = await known
      if (!room.closed()) return room
    }
    const made = createRoom({ id, pool, log: log.child({ room: id }) })
    rooms.set(id, made)
    try {
      return await made
    } catch (error) {
      rooms.delete(id)
      throw error
    }
  }

  function enter(room: Room, peerId: string, label: string, publish: MediaSource[]): Guest {
    const theirs = [...(guests.get(room.id)?.values() ?? [])].filter(({ peer }) => peer.label === label)
    if (theirs.length >= PEERS_OF_A_LABEL) throw new MediaFailure('tooManyDevices')
    const notify: Guest['notify'] = (notice, data) => guest.connection?.notify(notice, data)
    const peer: Peer = createPeer({ id: peerId, label, publish, notify })
    const guest: Guest = {
      peer, notify, room, resumeKey: randomUUID(), joinedAt: Date.now(), connection: undefined, cutAt: undefined,
    }
    const inRoom = guests.get(room.id) ?? new Map<string, Guest>()
    guests.set(room.id, inRoom.set(peerId, guest))
    room.add(guest)
    report({ event: 'peerJoined', room: room.id, peer: peerId, label, at: guest.joinedAt })
    return guest
  }

  function takeOver(guest: Guest, label: string, publish: MediaSource[], resumed: boolean): void {
    guest.connection?.close('replaced')
    if (guest.cutAt !== undefined) report({ event: 'peerResumed', room: guest.room.id, peer: guest.peer.id, at: Date.now() })
    clearTimeout(timers.get(guest))
    timers.delete(guest)
    guest.cutAt = undefined
    guest.connection = undefined
    if (!resumed) {
      guest.peer.resetMedia()
      guest.resumeKey = randomUUID()
    }
    guest.peer.setPublish(publish)
    if (guest.peer.label !== label) {
      guest.peer.label = label
      guest.room.announce(guest.peer)
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

  function closeIfEmpty(room: Room): void {
    if (room.closed() || guests.get(room.id)?.size) return
    guests.delete(room.id)
    rooms.delete(room.id)
    room.close()
  }

  function end(guest: Guest, reason: 'removed' | 'roomClosed'): void {
    const { connection } = guest
    remove(guest, guest.cutAt ?? Date.now(), reason)
    connection?.close(reason)
  }

  return {
    async join(connection, { grant, rtpCapabilities, resumeKey }) {
      if (closed) throw new MediaFailure('mediaUnavailable')
      const admission = await grants.admit(grant)
      const { room: roomId, peer: peerId, label } = admission
      const room = await roomOf(roomId)
      // From here on nothing waits. The right is asked for again: it may have been withdrawn while the room was made.
      let guest = guestOf(roomId, peerId)
      const resumed = guest !== undefined && resumeKey === guest.resumeKey
      try {
        const publish = admission.publish()
        if (closed || room.closed()) throw new MediaFailure('mediaUnavailable')
        if (guest) takeOver(guest, label, publish, resumed)
        else guest = enter(room, peerId, label, publish)
      } finally {
        closeIfEmpty(room)
      }
      guest.connection = connection
      guest.peer.setRtpCapabilities(rtpCapabilities)
      const answer = {
        peerId, resumed, resumeKey: guest.resumeKey, publish: guest.peer.publish(),
        peers: room.others(peerId), ...guest.peer.holdings(),
      }
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

    setGrant(room, peer, publish) {
      grants.change(room, peer, publish)
      guestOf(room, peer)?.peer.setPublish(publish)
    },

    closePeer(room, peer) {
      grants.revoke(room, peer)
      const guest = guestOf(room, peer)
      if (guest) end(guest, 'removed')
    },

    closeRoom(room) {
      grants.revoke(room)
      for (const guest of [...(guests.get(room)?.values() ?? [])]) end(guest, 'roomClosed')
    },

    list: (room) => all().filter((guest) => room === undefined || guest.room.id === room).map((guest) => ({
      room: guest.room.id, peer: guest.peer.id, label: guest.peer.label, joinedAt: guest.joinedAt, cutAt: guest.cutAt ?? null,
    })),

    guest: guestOf,

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
