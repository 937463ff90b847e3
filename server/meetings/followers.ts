import type { Logger } from 'pino'
import type { EntryPage, SignedHead, Viewer } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { entriesNotice, headNotice, snapshotNotice, type EntriesPayload, type SnapshotPayload } from '../../protocol/room.ts'
import { createHeadClock } from '../journal/head-clock.ts'
import type { Journal } from '../journal/journal.ts'
import { AppError } from '../platform/error.ts'
import { notify, type Socket, type SocketServer } from '../platform/socket.ts'
import { createGroups, isUnfollowed, seesAlike, viewOf, type Beginning, type Group, type Newcomer, type View } from './follower-groups.ts'
import { itemsOf, sights } from './sights.ts'

export interface FollowersDeps {
  io: SocketServer
  journal: Pick<Journal, 'read' | 'snapshot' | 'state' | 'cursorFor' | 'subscribe' | 'signHead'>
  /** Who sees what is for the office. */
  officeOf(meetingId: string): Promise<ReadonlySet<string>>
  /** Which of these meetings are live: their heads are sent every minute. */
  liveAmong(meetingIds: readonly string[]): Promise<string[]>
  log: Pick<Logger, 'warn' | 'error'>
}

const PAGE = 500
/** Who has missed more entries than this gets the state instead. */
const MOST_MISSED = 1000
const RETRY_MS = 1000

/** Entries after which somebody may see more, or less, than before. */
const changesOffice = new Set(['order.chairHanded'])

/** Brings the journals of meetings to the sockets that follow them. One a process; every process serves its own sockets. */
export function createFollowers({ io, journal, officeOf, liveAmong, log }: FollowersDeps) {
  const heads = new Map<string, Promise<SignedHead>>()
  /** For which openings and closings the head was sent: every group of a meeting comes to see them. */
  const announced = new Map<string, Set<string>>()
  let closed = false

  const groups = createGroups({
    subscribe: journal.subscribe,
    grown(group) {
      group.due = true
      void work(group)
    },
    abandoned(meetingId) {
      heads.delete(meetingId)
      announced.delete(meetingId)
    },
  })

  const clock = createHeadClock({
    journal, log,
    openMeetings: () => liveAmong(groups.followed()),
    emit(head) {
      if (groups.isFollowed(head.meetingId)) heads.set(head.meetingId, Promise.resolve(head))
      const rooms = groups.roomsOf(head.meetingId)
      // To no room would be to everybody.
      if (rooms.length) notify(io.local.to(rooms), headNotice, head)
    },
  })

  /** One pass after the other, so that entries go out in order and nobody joins in the middle of one. */
  async function work(group: Group): Promise<void> {
    if (group.working || closed || !groups.isCurrent(group)) return
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
    groups.release(group)
  }

  /** Brings the members and the newcomers to the same moment of the journal. */
  async function pass(group: Group, newcomers: readonly Newcomer[]): Promise<void> {
    const snapshot = newcomers.some(({ cursor }) => cursor === undefined) ? await snapshotOf(group) : null
    await advance(group, snapshot)
    if (!newcomers.length) return
    // Read after the moment they are to begin at: whatever changes later, the group comes to see.
    const view = await views(group.meetingId, await officeOf(group.meetingId))
    for (const newcomer of newcomers) {
      const seen = view(newcomer.socket)
      if (!seen) {
        groups.leave(group, newcomer.socket)
        newcomer.fail(new AppError('meetingNotFound'))
      } else if (!isAlike(seen, viewOf(group.viewer))) {
        lead(group.meetingId, seen, newcomer)
      } else if (newcomer.cursor === undefined) {
        admit(group, newcomer, { snapshot, entries: null })
      } else {
        const entries = await missed(group, newcomer.cursor)
        if (entries || !groups.hasJoined(group, newcomer)) admit(group, newcomer, { snapshot: null, entries })
        else group.newcomers.push({ ...newcomer, cursor: undefined })
      }
    }
  }

  const isAlike = (a: View, b: View) => seesAlike(a, b) && a.named === b.named

  /** What each socket may see at this moment; null: nothing any more. `office`: who sees what is for it, if that may have changed. */
  async function views(meetingId: string, office: ReadonlySet<string> | undefined, standing?: View) {
    const now = await journal.state(meetingId, sights)
    return ({ data: { caller: { personId } } }: Socket): View | null => {
      const items = itemsOf(now, personId)
      if (items.length === 0) return null
      return {
        office: office ? office.has(personId) : standing?.office ?? false, items, named: now.named[personId] ? personId : null,
        ...now.substitutes[personId] ? { substitute: true } : {},
      }
    }
  }

  function lead(meetingId: string, view: View, newcomer: Newcomer): void {
    void work(groups.queue(meetingId, view, newcomer))
  }

  /**
   * Takes those out whose view the next entries change, before they are sent, and leads them to whom they are like now: with
   * the state where they see more or less than before, with what comes where an entry names them for the first time.
   */
  async function part(group: Group, office: ReadonlySet<string> | undefined): Promise<void> {
    const { meetingId, viewer } = group
    const standing = viewOf(viewer)
    const viewNow = await views(meetingId, office, standing)
    for (const socket of [...group.members]) {
      const { personId } = socket.data.caller
      const view = viewNow(socket)
      if (!view) {
        groups.leave(group, socket)
        // Asking again, they are told that there is no such meeting for them.
        socket.conn.close()
        continue
      }
      if (isAlike(view, standing)) continue
      const goesOn = seesAlike(view, standing) && view.named !== null && group.cursor !== undefined
      const cursor = goesOn ? journal.cursorFor(meetingId, viewer, group.cursor ?? '', { ...viewer, personId }) : undefined
      groups.leave(group, socket)
      lead(meetingId, view, {
        socket, cursor,
        begin({ snapshot, entries }) {
          if (snapshot) notify(socket, snapshotNotice, snapshot)
          else if (entries?.entries.length) notify(socket, entriesNotice, entries)
        },
        fail(error) {
          if (isUnfollowed(error)) return
          log.warn({ meetingId, err: error }, 'who sees other entries than before could not be given them; their socket is to come again')
          socket.conn.close()
        },
      })
    }
  }

  /** Not a socket that left while the pass was under way. */
  function admit(group: Group, newcomer: Newcomer, beginning: Beginning): void {
    const { socket } = newcomer
    if (!groups.hasJoined(group, newcomer)) return newcomer.fail(new AppError('badRequest', { reason: 'unfollowed' }))
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
      if (!page) return await restart(group, snapshot)
      const { entries, texts, cursor } = page
      if (group.members.size) {
        await part(group, entries.some(({ kind }) => changesOffice.has(kind)) ? await officeOf(group.meetingId) : undefined)
      }
      group.cursor = cursor
      more = entries.length === PAGE
      if (entries.length) notify(io.local.to(group.room), entriesNotice, { meetingId: group.meetingId, entries, texts, cursor })
      for (const { kind } of entries) if (kind === 'meeting.opened' || kind === 'meeting.closed') announce(group.meetingId, kind)
    }
  }

  /** The journal is not the one that the members' entries came from. */
  async function restart(group: Group, begun: SnapshotPayload | null): Promise<void> {
    group.cursor = undefined
    await part(group, await officeOf(group.meetingId))
    const snapshot = begun ?? await snapshotOf(group)
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

  return {
    /** Begins to send a meeting's entries to a socket whose viewer may see it, after its cursor or from the state. */
    async follow(socket: Socket, meetingId: string, { office, items }: Pick<Viewer, 'office' | 'items'>, cursor: string | undefined): Promise<Beginning> {
      // Whom entries name is led on from there.
      return await new Promise((begin, fail) => { lead(meetingId, { office, items, named: null }, { socket, cursor, begin, fail }) })
    },

    unfollow: (socket: Socket, meetingId: string): void => { groups.unfollow(socket, meetingId) },

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
      groups.close()
    },
  }
}

export type Followers = ReturnType<typeof createFollowers>
