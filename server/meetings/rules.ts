import type { Knex } from 'knex'
import type { z } from 'zod'
import { addDays, localDay, type Day } from '../../protocol/calendar.ts'
import { isInForce, type MeetingKind, type MeetingRoom, type RoomFacts, type RoomState } from '../../protocol/meeting-kinds.ts'
import type { MeetingRules, reviseKind } from '../../protocol/meeting-rules.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

type NewVersion = z.output<NonNullable<typeof reviseKind.body>>
type Room = z.output<typeof RoomFacts>

export interface RulesTx {
  /** The last version of a kind; others who ask for it wait until the end of the transaction. */
  latest(code: string): Promise<MeetingKind | null>
  find(kindId: string): Promise<MeetingKind | null>
  /** Writes its audit entry. */
  insertKind(kind: NewVersion, actorId: string): Promise<string>
  /** Writes its audit entry. */
  endKind(kindId: string, until: Day, actorId: string): Promise<void>
}

export interface RulesStore {
  /** Kinds by code and day, all versions; cautions and rooms in their order. Three queries. */
  all(db: Knex): Promise<MeetingRules>
  kind(db: Knex, kindId: string): Promise<MeetingKind | null>
  room(db: Knex, roomId: string): Promise<MeetingRoom | null>
  /** How many of these cases there are. */
  countCautions(db: Knex, ids: readonly string[]): Promise<number>
  change<T>(db: Knex, work: (tx: RulesTx) => Promise<T>): Promise<T>
  /** Null where the name is another room's. Writes its audit entry. */
  insertRoom(db: Knex, room: Room, actorId: string): Promise<string | null>
  /** Where it is no longer as `before`: what it is `now`, null where it is not there. Writes its audit entry. */
  updateRoom(db: Knex, roomId: string, room: RoomState, before: RoomState, actorId: string): Promise<'done' | 'nameTaken' | { now: MeetingRoom | null }>
}

/** What a meeting says of its kind, its room and the checklist. */
export interface Convened { kindId?: string, roomId?: string, cautions?: readonly string[] }

/** Kinds of meetings with their rules, the cases of not meeting, and the rooms: data, which administrators keep. */
export function createMeetingRules({ db, store }: { db: Knex, store: RulesStore }) {
  return {
    all: () => store.all(db),

    /** The kind and room of a meeting, whether still in force or not. */
    async of({ kindId, roomId }: Convened, source: Knex = db): Promise<{ kind: MeetingKind | null, room: MeetingRoom | null }> {
      return {
        kind: kindId === undefined ? null : await store.kind(source, kindId),
        room: roomId === undefined ? null : await store.room(source, roomId),
      }
    },

    /**
     * What is newly said of a meeting must be in force on its day; `present` is what it says already and may keep. Throws
     * `meetingKindNotFound` also for an unknown case of not meeting, `meetingRoomNotFound`.
     */
    async require(source: Knex, startsAt: string, wanted: Convened, present: Convened = {}): Promise<void> {
      if (wanted.kindId !== undefined && wanted.kindId !== present.kindId) {
        const kind = await store.kind(source, wanted.kindId)
        if (!kind || !isInForce(kind, localDay(startsAt))) throw new AppError('meetingKindNotFound')
      }
      if (wanted.roomId !== undefined && wanted.roomId !== present.roomId) {
        const room = await store.room(source, wanted.roomId)
        if (!room || room.closed) throw new AppError('meetingRoomNotFound')
      }
      const cautions = [...new Set(wanted.cautions)]
      if (cautions.length && await store.countCautions(source, cautions) < cautions.length) throw new AppError('meetingKindNotFound')
    },

    /** A new kind, or a new version of one: the one before ends the day before. Throws `kindSinceTooEarly`. */
    async reviseKind({ personId }: Caller, version: NewVersion): Promise<{ kindId: string }> {
      return await store.change(db, async (tx) => {
        const latest = await tx.latest(version.code)
        if (latest && version.since <= (latest.until ?? latest.since)) throw new AppError('kindSinceTooEarly', { since: latest.until ?? latest.since })
        if (latest?.until === null) await tx.endKind(latest.id, addDays(version.since, -1), personId)
        return { kindId: await tx.insertKind(version, personId) }
      })
    },

    /** Throws `meetingKindNotFound`, `kindSinceTooEarly` for an end before its beginning. */
    async endKind({ personId }: Caller, kindId: string, until: Day): Promise<void> {
      await store.change(db, async (tx) => {
        const found = await tx.find(kindId)
        if (!found || found.until !== null) throw new AppError('meetingKindNotFound')
        if (until < found.since) throw new AppError('kindSinceTooEarly', { since: found.since })
        await tx.endKind(kindId, until, personId)
      })
    },

    /** Throws `meetingRoomNameTaken`. */
    async addRoom({ personId }: Caller, room: Room): Promise<{ roomId: string }> {
      const roomId = await store.insertRoom(db, room, personId)
      if (roomId === null) throw new AppError('meetingRoomNameTaken')
      return { roomId }
    },

    /** `before`: what the edit began from. Throws `meetingRoomNotFound`, `meetingRoomNameTaken`, `meetingRoomChanged`. */
    async changeRoom({ personId }: Caller, roomId: string, { before, ...room }: RoomState & { before: RoomState }): Promise<void> {
      const outcome = await store.updateRoom(db, roomId, room, before, personId)
      if (outcome === 'nameTaken') throw new AppError('meetingRoomNameTaken')
      if (outcome === 'done') return
      throw outcome.now ? new AppError('meetingRoomChanged', { room: outcome.now }) : new AppError('meetingRoomNotFound')
    },
  }
}

export type MeetingRulesBook = ReturnType<typeof createMeetingRules>
