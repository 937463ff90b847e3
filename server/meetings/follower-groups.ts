import type { Viewer } from '../../protocol/journal.ts'
import type { EntriesPayload, SnapshotPayload } from '../../protocol/room.ts'
import { AppError } from '../platform/error.ts'
import type { Socket } from '../platform/socket.ts'

/** What a socket is answered that begins to follow: one of the two. */
export interface Beginning { snapshot: SnapshotPayload | null, entries: EntriesPayload | null }

export interface Newcomer {
  socket: Socket
  cursor: string | undefined
  begin(beginning: Beginning): void
  fail(error: unknown): void
}

/** What of a meeting somebody sees: what chair and clerk see; which items, and in which part; and what names them, if anything does. */
export interface View extends Pick<Viewer, 'office' | 'items' | 'substitute'> { named: string | null }

/**
 * Sockets of one meeting that may see the same: what is new is read, filtered and written out once for all of them. They
 * share a cursor too, so that whoever joins begins exactly where the others are.
 */
export interface Group {
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

/** Nobody: whoever is named by an entry sees more than the others of a group, and is in one of their own. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export const viewOf = ({ personId, ...seen }: Viewer): View => ({ ...seen, named: personId === NOBODY ? null : personId })

const viewerOf = ({ named, ...seen }: View): Viewer => ({ ...seen, personId: named ?? NOBODY })

/** The same for the same items in whatever order. */
const itemsKey = (items: Viewer['items']) => items === 'all' ? 'all' : items.toSorted().join()

/** Whether they see the same but for what names them. */
export const seesAlike = (a: View, b: View) => a.office === b.office && itemsKey(a.items) === itemsKey(b.items) && a.substitute === b.substitute

function roomOf(meetingId: string, { office, items, substitute, named }: View): string {
  const part = items === 'all' ? (office ? 'office' : substitute ? 'substitutes' : 'members') : `items:${itemsKey(items)}`
  return `meeting:${meetingId}:${part}${named ? `:${named}` : ''}`
}

/** The failure of a newcomer that no longer wants to follow. */
export const isUnfollowed = (error: unknown) => error instanceof AppError && error.details['reason'] === 'unfollowed'

/** Which sockets follow which meetings, in groups of those who see the same. */
export function createGroups(on: {
  subscribe(meetingId: string, listener: () => void): () => void
  /** The journal of the group's meeting may have grown. */
  grown(group: Group): void
  /** Nobody follows the meeting any more. */
  abandoned(meetingId: string): void
}) {
  /** By meeting, and there by room: most meetings have two, and one more for each person who is named and for each set of items that guests have. */
  const meetings = new Map<string, Map<string, Group>>()
  const joined = new WeakMap<Socket, Set<Group>>()

  function groupFor(meetingId: string, view: View): Group {
    const room = roomOf(meetingId, view)
    const groups = meetings.get(meetingId) ?? new Map<string, Group>()
    meetings.set(meetingId, groups)
    const known = groups.get(room)
    if (known) return known
    const group: Group = {
      meetingId, room, viewer: viewerOf(view),
      cursor: undefined, members: new Set(), newcomers: [], due: false, working: false, retry: undefined,
      unsubscribe: on.subscribe(meetingId, () => { on.grown(group) }),
    }
    groups.set(room, group)
    return group
  }

  /** Nobody works for a group that was released: another one may have its room by then. */
  const isCurrent = (group: Group) => meetings.get(group.meetingId)?.get(group.room) === group

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
    const groups = meetings.get(group.meetingId)
    groups?.delete(group.room)
    if (groups?.size) return
    meetings.delete(group.meetingId)
    on.abandoned(group.meetingId)
  }

  function groupsOf(socket: Socket): Set<Group> {
    const known = joined.get(socket)
    if (known) return known
    const fresh = new Set<Group>()
    joined.set(socket, fresh)
    socket.once('disconnect', () => { for (const group of [...fresh]) leave(group, socket) })
    return fresh
  }

  function unfollow(socket: Socket, meetingId: string, except?: Group): void {
    for (const group of [...groupsOf(socket)]) if (group.meetingId === meetingId && group !== except) leave(group, socket)
  }

  return {
    isCurrent, leave, release, unfollow,
    isFollowed: (meetingId: string) => meetings.has(meetingId),
    followed: () => [...meetings.keys()],
    roomsOf: (meetingId: string) => [...meetings.get(meetingId)?.keys() ?? []],
    hasJoined: (group: Group, { socket }: Newcomer) => joined.get(socket)?.has(group) ?? false,

    /** Puts a newcomer in the row of those with this view, and out of every other group of the meeting. */
    queue(meetingId: string, view: View, newcomer: Newcomer): Group {
      const group = groupFor(meetingId, view)
      const { socket } = newcomer
      unfollow(socket, meetingId, group)
      groupsOf(socket).add(group)
      group.members.delete(socket)
      void socket.leave(group.room)
      group.newcomers.push(newcomer)
      return group
    },

    close(): void {
      for (const group of [...meetings.values()].flatMap((groups) => [...groups.values()])) {
        clearTimeout(group.retry)
        group.unsubscribe()
      }
      meetings.clear()
    },
  }
}
