import type { Knex } from 'knex'
import type { BodyRole } from '../../protocol/bodies.ts'
import { canSee, type Audience, type Viewer } from '../../protocol/journal.ts'
import type { MeetingMode, MeetingStatus } from '../../protocol/meetings.ts'
import { presidingAs } from '../../protocol/order.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** A meeting's present row; title and place are ids of texts. */
export interface Meeting {
  id: string
  bodyId: string
  titleText: string
  placeText: string
  mode: MeetingMode
  startsAt: Date
  plannedMinutes: number
  status: MeetingStatus
  openedAt: Date | null
  closedAt: Date | null
  /** To whom the chair handed the presiding. */
  presidingId: string | null
  /** The clerk may act for who presides. */
  clerkActs: boolean
  /** The version of the kind's rules that it was convened under, and its room. */
  kindId: string | null
  roomId: string | null
  /** Since when others than chair and clerk know of it. */
  publishedAt: Date | null
}

/** What a person has to do with a meeting that they may see. */
export interface Access {
  meeting: Meeting
  role: BodyRole
  /** Entitled to vote, as the body had it when the meeting was created. */
  voting: boolean
  /** Keeps order in the room; see `presides`. */
  presides: boolean
  /** A guest of single items: `viewer.items` are these. */
  itemsOnly: boolean
  viewer: Viewer
}

/** Says whether somebody may do a thing in a meeting: throws `forbiddenInMeeting` if not. */
export type Permission = (access: Access) => void

export interface AccessStore {
  /** The meeting and the person's part in it; undefined when there is no such meeting or the person has no part. */
  findAccess(
    db: Knex, meetingId: string, personId: string,
  ): Promise<{ meeting: Meeting, role: BodyRole, voting: boolean, itemsOnly: boolean, substitute: boolean } | undefined>
  /** The meeting itself; undefined when there is no such. */
  meeting(db: Knex, meetingId: string): Promise<Meeting | undefined>
  /** The items of the meeting that the person is a guest of. */
  itemsOf(db: Knex, meetingId: string, personId: string): Promise<string[]>
  /** Chair, clerk and who presides. */
  officeOf(db: Knex, meetingId: string): Promise<string[]>
}

export interface ChangeOptions {
  /** Made by the client; the same key is carried out once. */
  key?: string | undefined
  /** What is asked: name of the command and input. */
  fingerprint?: unknown
}

export const isOffice = (role: BodyRole) => role === 'chair' || role === 'clerk'

/** Chair and clerk of the meeting. */
export const requireOffice: Permission = ({ role }) => {
  if (!isOffice(role)) throw new AppError('forbiddenInMeeting', { role })
}

/** What says who presides, in a meeting's row or in the state that its journal tells. */
export interface Presiding { presidingId: string | null, clerkActs: boolean }

export const presides = (person: { personId: string, role: BodyRole }, presiding: Presiding): boolean => presidingAs(person, presiding) !== null

/** Who keeps order in the room. */
export const requirePresiding: Permission = ({ role, presides: allowed }) => {
  if (!allowed) throw new AppError('forbiddenInMeeting', { role })
}

/** Who leads the meeting through its agenda. */
export const requireOfficeOrPresiding: Permission = (access) => {
  if (!access.presides) requireOffice(access)
}

/** Everybody who may see the meeting. */
export const everyParticipant: Permission = () => {}

/** A draft is known to chair and clerk alone, so what happens to it is too. */
export function audienceOf(meeting: Pick<Meeting, 'status'>): Audience {
  return { scope: meeting.status === 'draft' ? 'office' : 'meeting' }
}

/** What happens under an item is for those who may see it; in a draft for chair and clerk. */
export function audienceOfItem(meeting: Pick<Meeting, 'status'>, itemId: string): Audience {
  return meeting.status === 'draft' ? { scope: 'office' } : { scope: 'item', itemId }
}

/** What is for those who see the whole agenda; in a draft for chair and clerk. */
export function audienceOfAgenda(meeting: Pick<Meeting, 'status'>): Audience {
  return { scope: meeting.status === 'draft' ? 'office' : 'whole' }
}

/** Whether somebody may see this item, and what belongs to it. */
export const seesItem = ({ viewer }: Pick<Access, 'viewer'>, itemId: string): boolean => canSee({ scope: 'item', itemId }, viewer)

/** Who a person is in a meeting, as the rules of its room ask. */
export const personIn = ({ role, itemsOnly, viewer }: Access): { personId: string, role: BodyRole, itemsOnly?: true } =>
  ({ personId: viewer.personId, role, ...itemsOnly ? { itemsOnly } : {} })

/**
 * The one way to a meeting. Being a participant is the only right to it; neither an id nor being an administrator is.
 */
export function createAccess({ db, journal, store }: { db: Knex, journal: Pick<Journal, 'run'>, store: AccessStore }) {
  const followers: ((tx: JournalTx, kinds: readonly string[]) => Promise<void>)[] = []

  /** What follows from a change is written with it, or the change is not. */
  async function followed<T>(tx: JournalTx, command: (tx: JournalTx) => Promise<T>): Promise<T> {
    const kinds: string[] = []
    const answer = await command({
      ...tx,
      append(entry) {
        tx.append(entry)
        kinds.push(entry.kind)
      },
    })
    if (kinds.length) for (const follow of followers) await follow(tx, kinds)
    return answer
  }

  /**
   * Throws `meetingNotFound` alike for a meeting that does not exist, is another body's, is a draft of others, or has no item
   * any more of which the caller is a guest, where that is all that they are.
   */
  async function accessTo(meetingId: string, caller: Pick<Caller, 'personId'>, source: Knex = db): Promise<Access> {
    const row = await store.findAccess(source, meetingId, caller.personId)
    if (!row) throw new AppError('meetingNotFound')
    const { substitute, ...found } = row
    if (found.meeting.publishedAt === null && !isOffice(found.role)) throw new AppError('meetingNotFound')
    const { personId } = caller
    const office = isOffice(found.role) || found.meeting.presidingId === personId
    const items = found.itemsOnly ? await store.itemsOf(source, meetingId, personId) : 'all'
    if (items.length === 0) throw new AppError('meetingNotFound')
    const viewer: Viewer = { personId, office, items, ...substitute ? { substitute } : {} }
    return { ...found, presides: presides({ personId, role: found.role }, found.meeting), viewer }
  }

  return {
    accessTo,

    /** Calls `follow` in the transaction of each change, after it, with the kinds of its entries. For the wiring, at the start. */
    whenChanged(follow: (tx: JournalTx, kinds: readonly string[]) => Promise<void>): void {
      followers.push(follow)
    },

    /** The persons who see what is for the office; everybody else of the meeting does not. */
    officeOf: async (meetingId: string): Promise<ReadonlySet<string>> => new Set(await store.officeOf(db, meetingId)),

    /**
     * Carries out a command in the journal's transaction, on the meeting as it is under its lock. Who may not is refused
     * before they can take a place in the meeting's queue. Throws `meetingNotFound`, what `permission` and the command
     * throw, and what `journal.run` does.
     */
    async change<T>(
      meetingId: string, caller: Pick<Caller, 'personId'>, permission: Permission, options: ChangeOptions,
      command: (tx: JournalTx, access: Access) => Promise<T>,
    ): Promise<T> {
      permission(await accessTo(meetingId, caller))
      return await journal.run(meetingId, { actorId: caller.personId, ...options }, async (tx) => {
        const access = await accessTo(meetingId, caller, tx.trx)
        permission(access)
        return await followed(tx, (observed) => command(observed, access))
      })
    },

    /**
     * Carries out what a rule says when its time has come, so that nobody is its actor: for the wiring of rules, never for a
     * request. Throws `meetingNotFound`, what the command throws, and what `journal.run` does.
     */
    async byRule<T>(meetingId: string, at: Date, command: (tx: JournalTx, meeting: Meeting) => Promise<T>): Promise<T> {
      return await journal.run(meetingId, { actorId: null, at }, async (tx) => {
        const meeting = await store.meeting(tx.trx, meetingId)
        if (!meeting) throw new AppError('meetingNotFound')
        return await followed(tx, (observed) => command(observed, meeting))
      })
    },
  }
}

export type MeetingAccess = ReturnType<typeof createAccess>
