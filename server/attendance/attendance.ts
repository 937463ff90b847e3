import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { isCalled } from '../../protocol/agenda.ts'
import { isPresent } from '../../protocol/attendance.ts'
import type { Person } from '../../protocol/identity.ts'
import { Id } from '../../protocol/journal.ts'
import type { ControlEvent, PresentPeer } from '../../protocol/media-control.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { isOut } from '../../protocol/order.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOffice, type Meeting, type MeetingAccess, type Permission } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { MediaNode } from '../platform/media-node.ts'

export interface Device { meetingId: string, peerId: string, personId: string }

/** Changes are made under the lock of the meeting's journal. */
export interface AttendanceStore {
  /** False when the device is there already. */
  insert(trx: Knex.Transaction, device: Device): Promise<boolean>
  /** Gives those that were there. */
  delete(trx: Knex.Transaction, meetingId: string, peerIds: readonly string[]): Promise<Set<string>>
  /** Those of one meeting, or of all. */
  devices(db: Knex, meetingId?: string): Promise<Device[]>
}

export interface AttendanceDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  access: MeetingAccess
  store: AttendanceStore
  /** Undefined where the server runs without a video room. */
  media: Pick<MediaNode, 'peers' | 'closePeer' | 'closeRoom'> | undefined
  people(ids: readonly string[], trx: Knex): Promise<Person[]>
  /** The one rule of absences that are told ahead: it is an answer to the invitation as well. */
  noteAbsence(tx: JournalTx, meeting: Meeting, personId: string, reason: string): Promise<void>
  log: Pick<Logger, 'warn'>
}

/** One reports of oneself; chair and clerk of anybody. */
const mayReportOf = (personId: string): Permission => (access) => {
  if (access.viewer.personId !== personId) requireOffice(access)
}

/** A peer of the room is a device of a person; both ids are UUIDs, which have no dot. */
export const peerIdOf = (personId: string, deviceId: string) => `${personId}.${deviceId}`
export const personOf = (peerId: string) => Id.safeParse(peerId.split('.')[0]).data

/**
 * Presence is what the media node reports, from the publication of a meeting to its closing. The room is named by the
 * meeting's id.
 */
export function createAttendance({ db, journal, access, store, media, people, noteAbsence, log }: AttendanceDeps) {
  async function join(tx: JournalTx, device: Device, at: Date): Promise<void> {
    if (!await store.insert(tx.trx, device)) return
    const { peerId, personId } = device
    tx.append({ kind: 'attendance.joined', data: { personId, peerId }, audience: { scope: 'meeting' }, at: noLater(at, tx.at) })
  }

  async function leave(tx: JournalTx, devices: readonly Device[], at: Date): Promise<void> {
    const gone = await store.delete(tx.trx, tx.meetingId, devices.map(({ peerId }) => peerId))
    if (gone.size === 0) return
    const { told } = (await tx.state(meetingReducer)).attendance
    for (const { peerId, personId } of devices.filter((device) => gone.has(device.peerId))) {
      const leftAt = noEarlier(noLater(at, tx.at), told[personId]?.since[peerId])
      tx.append({ kind: 'attendance.left', data: { personId, peerId, leftAt: leftAt.toISOString() }, audience: { scope: 'meeting' } })
    }
  }

  /**
   * Runs a command on behalf of the media node, which may report rooms that are no meeting's, and people who are none of
   * its participants: then nothing is to be stored. False for a meeting that needs no room: not published, or closed.
   */
  async function record(
    meetingId: string, origin: { actorId: string | null, key?: string }, command: (tx: JournalTx) => Promise<void>,
  ): Promise<boolean> {
    if (!Id.safeParse(meetingId).success) return true
    return await journal.run(meetingId, origin, async (tx) => {
      const { status } = await tx.state(meetingReducer)
      const needed = status === 'published' || status === 'live'
      if (needed) await command(tx)
      return needed
    }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'meetingNotFound') return true
      throw error
    })
  }

  async function isParticipant(tx: JournalTx, personId: string): Promise<boolean> {
    return (await tx.state(meetingReducer)).participants.some((participant) => participant.personId === personId)
  }

  /** Best effort: presence has ended, and whoever comes in again is put out again. */
  async function closeRoom(meetingId: string): Promise<void> {
    await media?.closeRoom(meetingId).catch((err: unknown) => { log.warn({ meetingId, err }, 'the media room could not be closed') })
  }

  async function takeOut(meetingId: string, peerId: string): Promise<void> {
    await media?.closePeer(meetingId, peerId)
      .catch((err: unknown) => { log.warn({ meetingId, err }, 'a device could not be taken out of its room') })
  }

  return {
    closeRoom,

    /** Takes a person's devices out of all rooms at once; grants that they hold are void. Best effort, like `closeRoom`. */
    async putOut(personId: string): Promise<void> {
      const theirs = media?.peers().filter(({ peer }) => personOf(peer) === personId) ?? []
      await Promise.all(theirs.map(({ room, peer }) => takeOut(room, peer)))
    },

    /**
     * An empty reason withdraws; the reason that stands already writes nothing. Throws `meetingNotFound`,
     * `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `notParticipant`, `alreadyPresent`.
     */
    async recordAbsence(meetingId: string, caller: Caller, absence: { key: string, personId: string, reason: string }): Promise<void> {
      const { key, personId, reason } = absence
      const options = { key, fingerprint: ['attendance:recordAbsence', personId, reason] }
      await access.change(meetingId, caller, mayReportOf(personId), options, async (tx, { meeting }) => {
        requirePublished(meeting)
        const { attendance } = await tx.state(meetingReducer)
        if (!await isParticipant(tx, personId)) throw new AppError('notParticipant')
        if (isPresent(attendance, personId)) throw new AppError('alreadyPresent')
        await noteAbsence(tx, meeting, personId, reason)
      })
    },

    /**
     * How many sit at a remote site. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`,
     * `notParticipant`, `notASite`.
     */
    async reportHeadCount(meetingId: string, caller: Caller, report: { key: string, personId: string, people: number }): Promise<void> {
      const { key, personId, people: heads } = report
      const options = { key, fingerprint: ['attendance:reportHeadCount', personId, heads] }
      await access.change(meetingId, caller, mayReportOf(personId), options, async (tx, { meeting }) => {
        requirePublished(meeting)
        if (!await isParticipant(tx, personId)) throw new AppError('notParticipant')
        const [person] = await people([personId], tx.trx)
        if (person?.kind !== 'site') throw new AppError('notASite')
        if ((await tx.state(meetingReducer)).attendance.headCounts[personId] === heads) return
        tx.append({ kind: 'attendance.headCount', data: { personId, people: heads }, audience: { scope: 'meeting' } })
      })
    },

    /** One report of the media node; told again it changes nothing. */
    async event({ event, room: meetingId, peer: peerId, at, ...report }: ControlEvent): Promise<void> {
      const personId = personOf(peerId)
      if (!personId || (event !== 'peerJoined' && event !== 'peerLeft')) return
      const device = { meetingId, peerId, personId }
      const left = event === 'peerLeft'
      const byThemselves = !left || ('reason' in report && report.reason === 'left')
      // Told again, perhaps after what came next was stored, it is the same command again.
      const origin = { actorId: byThemselves ? personId : null, key: `${event} ${peerId} ${at}` }
      let unwanted = false
      const needed = await record(meetingId, origin, async (tx) => {
        if (left) return await leave(tx, [device], new Date(at))
        const { order, agenda, participants } = await tx.state(meetingReducer)
        const person = participants.find((participant) => participant.personId === personId)
        unwanted = isOut(order, personId) || (person !== undefined && !isCalled(agenda, person))
        if (await isParticipant(tx, personId)) await join(tx, device, new Date(at))
      })
      // Came with a grant of before the closing, of before they were put out, or of while their item was dealt with.
      if (!needed && !left) await closeRoom(meetingId)
      if (unwanted) await takeOut(meetingId, peerId)
    },

    /** Makes the list agree with who is in the rooms: `lostAt` (ms) is when those who are missing left, if that is known. */
    async reconcile(peers: readonly PresentPeer[], lostAt: number | undefined): Promise<void> {
      const inRooms = new Set(peers.map(({ room, peer }) => `${room} ${peer}`))
      const gone = (await store.devices(db)).filter(({ meetingId, peerId }) => !inRooms.has(`${meetingId} ${peerId}`))
      for (const meetingId of new Set([...gone.map((device) => device.meetingId), ...peers.map(({ room }) => room)])) {
        const needed = await record(meetingId, { actorId: null }, async (tx) => {
          await leave(tx, gone.filter((device) => device.meetingId === meetingId), new Date(lostAt ?? tx.at))
          const { participants } = await tx.state(meetingReducer)
          const summoned = new Set(participants.map(({ personId }) => personId))
          for (const { room, peer: peerId, joinedAt } of peers) {
            const personId = personOf(peerId)
            if (room !== meetingId || !personId || !summoned.has(personId)) continue
            await join(tx, { meetingId, peerId, personId }, new Date(joinedAt))
          }
        })
        if (!needed) await closeRoom(meetingId)
      }
    },

    /** A step of closing the meeting: who is there leaves when it ends. */
    async endStays(tx: JournalTx): Promise<void> {
      await leave(tx, await store.devices(tx.trx, tx.meetingId), tx.at)
    },
  }
}

export type Attendance = ReturnType<typeof createAttendance>

const noLater = (at: Date, limit: Date) => at > limit ? limit : at

function noEarlier(at: Date, limit: string | null | undefined): Date {
  return limit != null && at < new Date(limit) ? new Date(limit) : at
}
