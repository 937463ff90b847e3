import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { z } from 'zod'
import { awaitedItem, isCalled } from '../../protocol/agenda.ts'
import { PEERS_OF_A_LABEL, type MediaSource } from '../../protocol/media-grant.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { enterRoom, IceServer, probeConnection } from '../../protocol/room.ts'
import { peerIdOf, personOf } from '../attendance/attendance.ts'
import type { Journal } from '../journal/journal.ts'
import { personIn, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { GrantRequest, MediaNode } from '../platform/media-node.ts'
import type { Door, Doors } from './doors.ts'
import type { Enforcement } from './enforcement.ts'
import type { OrderStore } from './order.ts'
import { admissionOf, rightsOf, screensOf } from './rights.ts'

export interface EntranceDeps {
  db: Knex
  journal: Pick<Journal, 'run' | 'state'>
  access: MeetingAccess
  store: OrderStore
  enforcement: Pick<Enforcement, 'settled'>
  doors: Doors
  /** Undefined where the server runs without a video room. */
  media: Pick<MediaNode, 'grant' | 'peers' | 'closePeer' | 'setScreenLimit'> | undefined
  /** TURN servers, with credentials for one way in. */
  iceServers(): IceServer[]
  log: Pick<Logger, 'warn'>
}

type Asked = Omit<z.output<typeof enterRoom.input>, 'meetingId'>
type Entered = z.input<typeof enterRoom.output>
type Way = z.input<typeof probeConnection.output>['ways'][number]

/** Trials of a connection, and knocks that are recorded, per person. */
const PROBES = { points: 12, duration: 60 }
const KNOCKS = { points: 30, duration: 60 }
/** How long a trial may take, in ms: in a room that no meeting knows nobody stays. */
const TRIAL_MS = 60_000
const PROBED: MediaSource[] = ['camera', 'microphone']

/** The way into the room, and waiting before it. */
export function createEntrance({ db, journal, access, store, enforcement, doors, media, iceServers, log }: EntranceDeps) {
  const probes = new RateLimiterMemory(PROBES)
  const knocks = new RateLimiterMemory(KNOCKS)

  async function way(node: Pick<MediaNode, 'grant'>, request: GrantRequest): Promise<Way> {
    return { ...await node.grant(request), iceServers: iceServers() }
  }

  /** `still`: asked under the lock; false where somebody knocked since. */
  async function endKnock(meetingId: string, personId: string, actorId: string | null, still = () => true): Promise<void> {
    await journal.run(meetingId, { actorId }, async (tx) => {
      if (!still() || !(await tx.state(meetingReducer)).order.waiting.includes(personId)) return
      await store.deleteWaiting(tx.trx, meetingId, personId)
      doors.clear(meetingId, personId)
      tx.append({ kind: 'order.knockEnded', data: { personId }, audience: { scope: 'office' } })
    })
  }

  /** The knock ends with the last socket that it is kept by. */
  async function leave(meetingId: string, personId: string, door: Door): Promise<void> {
    doors.leave(meetingId, personId, door)
    const still = () => !doors.has(meetingId, personId)
    if (still()) await endKnock(meetingId, personId, personId, still)
  }

  function gone(meetingId: string, personId: string, door: Door): void {
    leave(meetingId, personId, door).catch((err: unknown) => { log.warn({ meetingId, err }, 'the end of a wait could not be recorded') })
  }

  /** False when there is nothing to wait for any more. */
  async function knock(meetingId: string, caller: Caller, door: Door): Promise<boolean> {
    const { personId } = caller
    await knocks.consume(personId).catch(tooManyRequests)
    const waits = await journal.run(meetingId, { actorId: personId }, async (tx) => {
      const found = await access.accessTo(meetingId, caller, tx.trx)
      requirePublished(found.meeting)
      const state = await tx.state(meetingReducer)
      const person = personIn(found)
      if (admissionOf(person, state, false) !== 'wait') return false
      const itemId = isCalled(state.agenda, person) ? undefined : awaitedItem(state.agenda, personId)?.itemId
      if (!state.order.waiting.includes(personId) || state.order.waitingFor[personId] !== itemId) {
        await store.insertWaiting(tx.trx, meetingId, personId)
        tx.append({ kind: 'order.knocked', data: { personId, ...itemId === undefined ? {} : { itemId } }, audience: { scope: 'office' } })
      }
      doors.stand(meetingId, personId, door, () => gone(meetingId, personId, door))
      return true
    })
    // Gone before it was recorded: that was told to nobody.
    if (waits && !door.connected) await leave(meetingId, personId, door)
    return waits
  }

  /**
   * The way in, if the room's order lets the caller come; else they wait by this socket, or are told why not. Throws
   * `meetingNotFound`, `meetingNotPublished`, `meetingClosed`, `classifiedItem`, `mediaUnavailable`, `roomLocked`, `banned`, `tooManyDevices`,
   * `tooManyRequests` for who knocks without end;
   * the node holds to that limit too, for whoever asks often before joining.
   */
  async function enter(meetingId: string, caller: Caller, asked: Asked, door: Door): Promise<Entered> {
    const found = await access.accessTo(meetingId, caller)
    requirePublished(found.meeting)
    const { personId } = caller
    const person = personIn(found)
    // An order that is still to be carried out must not meet a grant of after it.
    await enforcement.settled(meetingId)
    const decidedAt = Date.now()
    const state = await journal.state(meetingId, meetingReducer)
    const { order } = state
    // Nothing of a meeting with a state secret is transmitted.
    if (state.agenda.some(({ classified }) => classified)) throw new AppError('classifiedItem')
    const mine = peerIdOf(personId, asked.deviceId)
    const devices = (media?.peers(meetingId) ?? []).filter(({ peer }) => personOf(peer) === personId)
    const admission = admissionOf(person, state, devices.length > 0)
    if (admission === 'banned') throw new AppError('banned')
    if (admission === 'locked') throw new AppError('roomLocked')
    if (admission === 'wait') return await knock(meetingId, caller, door) ? { outcome: 'wait' } : await enter(meetingId, caller, asked, door)
    if (!media) throw new AppError('mediaUnavailable')

    const others = devices.filter(({ peer }) => peer !== mine)
    // One that was cut off is not where the person is.
    const elsewhere = others.filter(({ cutAt }) => cutAt === null).length
    if (asked.others === 'ask' && elsewhere > 0) return { outcome: 'elsewhere', devices: elsewhere }
    if (asked.others === 'replace') await Promise.all(others.map(({ peer }) => media.closePeer(meetingId, peer, 'replaced')))
    else if (others.length >= PEERS_OF_A_LABEL) throw new AppError('tooManyDevices', { limit: PEERS_OF_A_LABEL })

    doors.leave(meetingId, personId, door)
    if (order.waiting.includes(personId)) await endKnock(meetingId, personId, personId)
    // A node that was started since knows of no limit but one. One that is out of order keeps nobody from the others.
    if (order.rules.severalScreens) {
      await media.setScreenLimit(meetingId, screensOf(order))
        .catch((err: unknown) => { log.warn({ meetingId, err }, 'a media node was not told how many screens there may be') })
    }
    const rights = rightsOf(person, order)
    const silent = asked.attending === 'companion'
    return { outcome: 'enter', ...await way(media, { room: meetingId, peer: mine, label: personId, rights, silent, decidedAt }) }
  }

  return {
    enter,

    /** Throws `meetingNotFound`. */
    async stopWaiting(meetingId: string, caller: Caller, door: Door): Promise<void> {
      await access.accessTo(meetingId, caller)
      await leave(meetingId, caller.personId, door)
    },

    /**
     * Two ways into a room of their own that no meeting knows: to send, and to receive. Throws `meetingNotFound`,
     * `meetingNotPublished`, `meetingClosed`, `mediaUnavailable`, `banned`, `tooManyRequests`.
     */
    async probe(meetingId: string, caller: Caller): Promise<{ ways: Way[] }> {
      const found = await access.accessTo(meetingId, caller)
      requirePublished(found.meeting)
      const state = await journal.state(meetingId, meetingReducer)
      if (admissionOf(personIn(found), state, false) === 'banned') throw new AppError('banned')
      if (!media) throw new AppError('mediaUnavailable')
      await probes.consume(caller.personId).catch(tooManyRequests)
      const trial = { room: `probe.${randomUUID()}`, label: '', silent: false, stayMs: TRIAL_MS }
      return {
        ways: [
          await way(media, { ...trial, peer: 'sender', rights: { publish: PROBED, receive: [], say: [] } }),
          await way(media, { ...trial, peer: 'receiver', rights: { publish: [], receive: PROBED, say: [] } }),
        ],
      }
    },

    /** Ends the waiting that a server before this one left behind: its sockets are gone. */
    async endOldKnocks(): Promise<void> {
      for (const { meetingId, personId } of await store.waiting(db)) await endKnock(meetingId, personId, null)
    },
  }
}

export type Entrance = ReturnType<typeof createEntrance>
