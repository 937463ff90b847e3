import type { Logger } from 'pino'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { departedNotice, MAX_POINTERS, pointersNotice, viewNotice, type LedView, type Point } from '../../protocol/review.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { notify, type Socket, type SocketServer } from '../platform/socket.ts'

/** Pointers that moved are told together, so often. */
const POINTERS_EVERY_MS = 100

interface Room {
  meetingId: string
  documentId: string
  name: string
  members: Set<Socket>
  leaderId: string | null
  /** What the leader showed last. Of the one before it is nothing. */
  view: LedView | null
  pointers: Map<string, Socket>
  moved: Map<string, Point | null>
  flushing: NodeJS.Timeout | undefined
  /** Of the meeting as it was when everybody's right was looked at. */
  seen: readonly unknown[]
  checking: boolean
  due: boolean
  unsubscribe(): void
}

export interface ReviewRoomsDeps {
  io: SocketServer
  journal: Pick<Journal, 'state' | 'subscribe'>
  /** Throws for who may not read the document, or no longer. */
  requireAttending(meetingId: string, documentId: string, caller: Caller): Promise<void>
  log: Pick<Logger, 'warn'>
}

/**
 * Who attends which document on this process, and what they are told of where the others are. Nothing of it is kept: a
 * leader shows their view again every few seconds, and that is how a process that was restarted comes to know it.
 */
export function createReviewRooms({ io, journal, requireAttending, log }: ReviewRoomsDeps) {
  const rooms = new Map<string, Room>()
  const attended = new WeakMap<Socket, Set<Room>>()
  const nameOf = (meetingId: string, documentId: string) => `review:${meetingId}:${documentId}`

  function roomFor(meetingId: string, documentId: string): Room {
    const name = nameOf(meetingId, documentId)
    const known = rooms.get(name)
    if (known) return known
    const room: Room = {
      meetingId, documentId, name, members: new Set(), leaderId: null, view: null, pointers: new Map(), moved: new Map(),
      flushing: undefined, seen: [], checking: false, due: false, unsubscribe: journal.subscribe(meetingId, () => { void look(room) }),
    }
    rooms.set(name, room)
    return room
  }

  /** Who leads now; and once anything changed that rights depend on, whether everybody who attends still may. */
  async function look(room: Room): Promise<void> {
    room.due = true
    if (room.checking) return
    room.checking = true
    while (room.due && room.members.size) {
      room.due = false
      try {
        await refresh(room)
      } catch (err) {
        log.warn({ meetingId: room.meetingId, err }, 'who may attend a document could not be looked at')
      }
    }
    room.checking = false
  }

  async function refresh(room: Room): Promise<void> {
    const { review, documents, agenda, participants, status } = await journal.state(room.meetingId, meetingReducer)
    const leaderId = review?.documentId === room.documentId ? review.leaderId : null
    if (leaderId !== room.leaderId) room.view = null
    room.leaderId = leaderId
    const now = [documents, agenda, participants, status]
    const changed = now.some((part, index) => part !== room.seen[index])
    if (room.seen.length && changed) await putOut(room)
    room.seen = now
  }

  async function putOut(room: Room): Promise<void> {
    const { meetingId, documentId } = room
    const persons = Map.groupBy(room.members, ({ data }) => data.caller.personId)
    for (const sockets of persons.values()) {
      const caller = sockets[0]?.data.caller
      if (!caller) continue
      const gone = await requireAttending(meetingId, documentId, caller).then(() => false, (error: unknown) => {
        if (error instanceof AppError && (error.code === 'documentNotFound' || error.code === 'meetingNotFound')) return true
        throw error
      })
      if (gone) for (const socket of sockets) { leave(room, socket); notify(socket, departedNotice, { meetingId, documentId }) }
    }
  }

  function leave(room: Room, socket: Socket): void {
    if (!room.members.delete(socket)) return
    attended.get(socket)?.delete(room)
    void socket.leave(room.name)
    const { personId } = socket.data.caller
    if (room.pointers.get(personId) === socket) move(room, personId, null)
    if (room.members.size) return
    clearTimeout(room.flushing)
    room.unsubscribe()
    rooms.delete(room.name)
  }

  function move(room: Room, personId: string, at: Point | null): void {
    if (!at) room.pointers.delete(personId)
    room.moved.set(personId, at)
    room.flushing ??= setTimeout(() => {
      room.flushing = undefined
      const pointers = [...room.moved].map(([id, point]) => ({ personId: id, at: point }))
      room.moved.clear()
      notify(io.to(room.name), pointersNotice, { meetingId: room.meetingId, documentId: room.documentId, pointers })
    }, POINTERS_EVERY_MS).unref()
  }

  /** Throws `reviewNotAttended`. */
  function roomOf(socket: Socket, meetingId: string, documentId: string): Room {
    const room = rooms.get(nameOf(meetingId, documentId))
    if (!room?.members.has(socket)) throw new AppError('reviewNotAttended')
    return room
  }

  return {
    /** Whose right was looked at before joining could have lost it meanwhile, so it is looked at afterwards. Throws `meetingNotFound`, `documentNotFound`. */
    async attend(socket: Socket, meetingId: string, documentId: string): Promise<LedView | null> {
      const room = roomFor(meetingId, documentId)
      room.members.add(socket)
      const own = attended.get(socket) ?? new Set()
      if (!attended.has(socket)) {
        attended.set(socket, own)
        socket.once('disconnect', () => { for (const one of [...own]) leave(one, socket) })
      }
      own.add(room)
      try {
        await requireAttending(meetingId, documentId, socket.data.caller)
        await refresh(room)
      } catch (error) {
        leave(room, socket)
        throw error
      }
      // A socket that went meanwhile, or whose right went, hears nothing.
      if (room.members.has(socket)) await socket.join(room.name)
      return room.view
    },

    depart(socket: Socket, meetingId: string, documentId: string): void {
      const room = rooms.get(nameOf(meetingId, documentId))
      if (room) leave(room, socket)
    },

    /** Throws `reviewNotAttended`, `reviewNotLed`. */
    async show(socket: Socket, meetingId: string, documentId: string, view: LedView): Promise<void> {
      const room = roomOf(socket, meetingId, documentId)
      const { personId } = socket.data.caller
      // Who was just given the lead may be quicker than the journal's news of it.
      if (room.leaderId !== personId) await refresh(room)
      if (room.leaderId !== personId) throw new AppError('reviewNotLed')
      room.view = view
      // Volatile: who cannot keep up gets the next one, not all of them late.
      notify(socket.volatile.to(room.name), viewNotice, { meetingId, documentId, view })
    },

    /** At most `MAX_POINTERS` persons point; further ones do not show. Throws `reviewNotAttended`. */
    point(socket: Socket, meetingId: string, documentId: string, at: Point | null): void {
      const room = roomOf(socket, meetingId, documentId)
      const { personId } = socket.data.caller
      if (at && !room.pointers.has(personId) && room.pointers.size >= MAX_POINTERS) return
      if (!at && !room.pointers.has(personId)) return
      if (at) room.pointers.set(personId, socket)
      move(room, personId, at)
    },

    /** How many documents are attended on this process. */
    size: () => rooms.size,
  }
}

export type ReviewRooms = ReturnType<typeof createReviewRooms>
