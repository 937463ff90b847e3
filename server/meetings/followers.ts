import type { Logger } from 'pino'
import type { EntryPage, SignedHead, Viewer } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { entriesNotice, headNotice, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { createHeadClock } from '../journal/head-clock.ts'
import type { Journal } from '../journal/journal.ts'
import { AppError } from '../platform/error.ts'
import { notify, type Socket, type SocketServer } from '../platform/socket.ts'

export interface FollowersDeps {
  io: SocketServer
  journal: Pick<Journal, 'read' | 'snapshot' | 'subscribe' | 'signHead'>
  /** Which of these meetings are live: their heads are sent every minute. */
  liveAmong(meetingIds: readonly string[]): Promise<string[]>
  log: Pick<Logger, 'warn' | 'error'>
}

/** What a socket is answered that begins to follow: one of the two. */
export interface Beginning { snapshot: SnapshotPayload | null, entries: EntriesPayload | null }

interface Newcomer {
  socket: Socket
  cursor: string | undefined
  begin(beginning: Beginning): void
  fail(error: unknown): void
}

/**
 * Sockets of one meeting that may see the same: what is new is read, filtered and written out once for all of them. They
 * share a cursor too, so that whoever joins begins exactly where the others are.
 */
interface Group {
  meetingId: string
  viewer: Viewer
  /** Name of the sockets' room. */
  room: string
  /** What the members have; undefined before the first of them. */
  cursor: string | undefined
  members: Set<Socket>
  newcomers: Newcomer[]
  /** There may be entries that the members do not have. */
  due: boolean
  working: boolean
  /** Waits to try a failed pass again. */
  retry: NodeJS.Timeout | undefined
  unsubscribe(): void
}

/** Nobody: whoever sees more than the others of a group, by name, would be in another one. No entry names persons yet. */
const NOBODY = '00000000-0000-0000-0000-000000000000'
const PAGE = 500
/** Who has missed more entries than this gets the state instead. */
const MOST_MISSED = 1000
const RETRY_MS = 1000

const roomOf = (meetingId: string, office: boolean) => `meeting:${meetingId}:${office ? 'office' : 'members'}`

/** Brings the journals of meetings to the sockets that follow them. One a process; every process serves its own sockets. */
export function createFollowers({ io, journal, liveAmong, log }: FollowersDeps) {
  const groups = new Map<string, Group>()
  const joined = new WeakMap<Socket, Set<Group>>()
  const heads = new Map<string, Promise<SignedHead>>()
  /** For which openings and closings the head was sent: every group of a meeting comes to see them. */
  const announced = new Map<string, Set<string>>()
  let closed = false

  const clock = createHeadClock({
    journal, log,
    openMeetings: () => liveAmong([...new Set([...groups.values()].map(({ meetingId }) => meetingId))]),
    emit(head) {
      if (isFollowed(head.meetingId)) heads.set(head.meetingId, Promise.resolve(head))
      notify(io.local.to([roomOf(head.meetingId, true), roomOf(head.meetingId, false)]), headNotice, head)
    },
  })

  const isFollowed = (meetingId: string) => groups.has(roomOf(meetingId, true)) || groups.has(roomOf(meetingId, false))

  function groupFor(meetingId: string, { office, items }: Viewer): Group {
    const room = roomOf(meetingId, office)
    const known = groups.get(room)
    if (known) return known
    const group: Group = {
      meetingId, room, viewer: { personId: NOBODY, office, items }, cursor: undefined, members: new Set(), newcomers: [],
      due: false, working: false, retry: undefined,
      unsubscribe: journal.subscribe(meetingId, () => {
        group.due = true
        void work(group)
      }),
    }
    groups.set(room, group)
    return group
  }

  /** Nobody works for a group that was released: another one may have its room by then. */
  const isCurrent = (group: Group) => groups.get(group.room) === group

  function leave(group: Group, socket: Socket): void {
    group.members.delete(socket)
    joined.get(socket)?.delete(group)
    void socket.leave(group.room)
    const gone = group.newcomers.filter((newcomer) => newcomer.socket === socket)
    group.newcomers = group.newcomers.filter((newcomer) => newcomer.socket !== socket)
    for (const newcomer of gone) newcomer.fail(new AppError('badRequest', { reason: 'unfollowed' }))
    release(group)
  }

  function release(group: Group): void {
    if (group.members.size || group.newcomers.length || group.working || !isCurrent(group)) return
    clearTimeout(group.retry)
    group.unsubscribe()
    groups.delete(group.room)
    if (isFollowed(group.meetingId)) return
    heads.delete(group.meetingId)
    announced.delete(group.meetingId)
  }

  /** One pass after the other, so that entries go out in order and nobody joins in the middle of one. */
  async function work(group: Group): Promise<void> {
    if (group.working || closed || !isCurrent(group)) return
    group.working = true
    while (group.due || group.newcomers.length) {
      group.due = false
      const newcomers = group.newcomers.splice(0)
      try {
        await pass(group, newcomers)
      } catch (error) {
        for (const newcomer of newcomers) newcomer.fail(error)
        if (!group.members.size) continue
        log.warn({ meetingId: group.meetingId, err: error }, 'new entries could not be read; trying again')
        clearTimeout(group.retry)
        group.retry = setTimeout(() => {
          group.due = true
          void work(group)
        }, RETRY_MS).unref()
      }
    }
    group.working = false
    release(group)
  }

  /** Brings the members and the newcomers to the same moment of the journal. */
  async function pass(group: Group, newcomers: readonly Newcomer[]): Promise<void> {
    const snapshot = newcomers.some(({ cursor }) => cursor === undefined) ? await snapshotOf(group) : null
    await advance(group, snapshot)
    for (const newcomer of newcomers) {
      if (newcomer.cursor === undefined) {
        admit(group, newcomer, { snapshot, entries: null })
        continue
      }
      const entries = await missed(group, newcomer.cursor)
      if (entries || !hasJoined(group, newcomer)) admit(group, newcomer, { snapshot: null, entries })
      else group.newcomers.push({ ...newcomer, cursor: undefined })
    }
  }

  const hasJoined = (group: Group, { socket }: Newcomer) => joined.get(socket)?.has(group) ?? false

  /** Not a socket that left while the pass was under way. */
  function admit(group: Group, newcomer: Newcomer, beginning: Beginning): void {
    const { socket } = newcomer
    if (!hasJoined(group, newcomer)) return newcomer.fail(new AppError('badRequest', { reason: 'unfollowed' }))
    if (socket.connected) {
      group.members.add(socket)
      void socket.join(group.room)
    }
    newcomer.begin(beginning)
  }

  async function snapshotOf({ meetingId, viewer }: Group): Promise<SnapshotPayload> {
    return { meetingId, ...await journal.snapshot(meetingId, viewer, meetingReducer) }
  }

  /** Sends the members what they do not have: up to the snapshot, or all there is. */
  async function advance(group: Group, snapshot: SnapshotPayload | null): Promise<void> {
    group.cursor ??= snapshot?.cursor ?? (await snapshotOf(group)).cursor
    for (let more = true; more;) {
      const page = await read(group, group.cursor, PAGE, snapshot?.cursor)
      if (!page) return await restart(group, snapshot ?? await snapshotOf(group))
      const { entries, texts, cursor } = page
      group.cursor = cursor
      more = entries.length === PAGE
      if (entries.length) notify(io.local.to(group.room), entriesNotice, { meetingId: group.meetingId, entries, texts, cursor })
      for (const { kind } of entries) if (kind === 'meeting.opened' || kind === 'meeting.closed') announce(group.meetingId, kind)
    }
  }

  /** The journal is not the one that the members' entries came from. */
  async function restart(group: Group, snapshot: SnapshotPayload): Promise<void> {
    group.cursor = snapshot.cursor
    notify(io.local.to(group.room), snapshotNotice, snapshot)
  }

  /** Null for a cursor that leads nowhere. */
  async function read({ meetingId, viewer }: Group, cursor: string, limit: number, upTo?: string): Promise<EntryPage | null> {
    return await journal.read(meetingId, viewer, cursor, limit, upTo).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'invalidCursor') return null
      throw error
    })
  }

  /** What a socket missed up to where the members are; null when it is to have the state instead. */
  async function missed(group: Group, cursor: string): Promise<EntriesPayload | null> {
    const page = await read(group, cursor, MOST_MISSED, group.cursor)
    return page && page.entries.length < MOST_MISSED ? { meetingId: group.meetingId, ...page } : null
  }

  function announce(meetingId: string, kind: string): void {
    const kinds = announced.get(meetingId) ?? new Set()
    if (kinds.has(kind)) return
    announced.set(meetingId, kinds.add(kind))
    clock.publish(meetingId).catch((error: unknown) => { log.error({ meetingId, err: error }, 'a journal head could not be signed') })
  }

  function groupsOf(socket: Socket): Set<Group> {
    const known = joined.get(socket)
    if (known) return known
    const fresh = new Set<Group>()
    joined.set(socket, fresh)
    socket.once('disconnect', () => { for (const group of [...fresh]) leave(group, socket) })
    return fresh
  }

  return {
    /** Begins to send a meeting's entries to a socket whose viewer may see it, after its cursor or from the state. */
    async follow(socket: Socket, meetingId: string, viewer: Viewer, cursor: string | undefined): Promise<Beginning> {
      const group = groupFor(meetingId, viewer)
      groupsOf(socket).add(group)
      group.members.delete(socket)
      void socket.leave(group.room)
      return await new Promise((begin, fail) => {
        group.newcomers.push({ socket, cursor, begin, fail })
        void work(group)
      })
    },

    unfollow(socket: Socket, meetingId: string): void {
      for (const group of [...groupsOf(socket)]) if (group.meetingId === meetingId) leave(group, socket)
    },

    /** The head sent last, or one signed now. */
    async head(meetingId: string): Promise<SignedHead> {
      const known = heads.get(meetingId)
      if (known) return await known
      const signing = journal.signHead(meetingId)
      heads.set(meetingId, signing)
      signing.catch(() => { heads.delete(meetingId) })
      return await signing
    },

    close(): void {
      closed = true
      clock.stop()
      for (const group of groups.values()) {
        clearTimeout(group.retry)
        group.unsubscribe()
      }
      groups.clear()
    },
  }
}

export type Followers = ReturnType<typeof createFollowers>
