import type { Knex } from 'knex'
import type { Notification } from 'pg'
import type { Logger } from 'pino'
import { findPositions } from './store.ts'

const CHANNEL = 'nghisu_journal'
const RECONNECT_MS = [100, 500, 2000, 5000]

export interface FeedTiming {
  /** Commits within this time are told to the other processes together. */
  notifyMs: number
  /** How often the database is asked for what a lost notification would have told. */
  pollMs: number
}

interface Followed {
  listeners: Set<() => void>
  /** How far the journal is known to have got; undefined until first seen. */
  seq: number | undefined
}

/** What of a pg client is used here. */
interface Connection {
  query(sql: string, values?: unknown[]): Promise<unknown>
  on(event: 'notification', listener: (message: Notification) => void): void
  once(event: 'end', listener: () => void): void
  end(): Promise<void>
}

/**
 * Tells who follows a meeting that its journal has grown, whichever process wrote. One connection a process both listens
 * and notifies, after the commits: a NOTIFY inside them would serialise every commit of the database.
 */
export function createFeed(deps: { db: Knex, log: Pick<Logger, 'warn' | 'error'>, timing: FeedTiming }) {
  const { db, log, timing } = deps
  const followed = new Map<string, Followed>()
  /** What the other processes have not been told yet. */
  const untold = new Map<string, number>()
  let connection: Connection | undefined
  let notifyTimer: NodeJS.Timeout | undefined
  let reconnectTimer: NodeJS.Timeout | undefined
  let notifying = false
  let failures = 0
  let closed = false
  const pollTimer = setInterval(() => { void poll([...followed.keys()]) }, timing.pollMs)
  pollTimer.unref()
  const connecting = connect()

  async function connect(): Promise<void> {
    let opened: Connection | undefined
    try {
      opened = await openConnection()
      await opened.query(`LISTEN ${CHANNEL}`)
      if (closed) return await opened.end()
      connection = opened
      failures = 0
      // Whatever was told while nobody listened.
      await poll([...followed.keys()])
      notifyLater()
    } catch (error) {
      log.warn({ err: error }, 'the journal cannot listen for other processes; trying again')
      await opened?.end().catch(() => undefined)
      reconnectLater()
    }
  }

  /** A connection outside the pool, with the pool's settings. */
  async function openConnection(): Promise<Connection> {
    const opened: Connection = await db.client.acquireRawConnection()
    opened.once('end', () => {
      if (connection === opened) connection = undefined
      reconnectLater()
    })
    opened.on('notification', ({ payload = '' }) => { heard(payload) })
    return opened
  }

  function reconnectLater(): void {
    if (closed || reconnectTimer) return
    reconnectTimer = setTimeout(() => {
      reconnectTimer = undefined
      void connect()
    }, RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)])
    reconnectTimer.unref()
    failures += 1
  }

  function heard(payload: string): void {
    const [meetingId = '', seq = ''] = payload.split(':')
    if (/^\d+$/.test(seq)) advanced(meetingId, Number(seq))
  }

  function advanced(meetingId: string, seq: number): void {
    const meeting = followed.get(meetingId)
    if (!meeting || (meeting.seq !== undefined && seq <= meeting.seq)) return
    meeting.seq = seq
    for (const listener of meeting.listeners) call(listener, meetingId)
  }

  function call(listener: () => void, meetingId: string): void {
    try {
      listener()
    } catch (error) {
      log.error({ meetingId, err: error }, 'a follower of the journal failed')
    }
  }

  async function poll(meetingIds: string[]): Promise<void> {
    if (closed || !meetingIds.length) return
    try {
      for (const { meetingId, seq } of await findPositions(db, meetingIds)) advanced(meetingId, seq)
    } catch (error) {
      log.warn({ err: error }, 'the journal could not be polled')
    }
  }

  function notifyLater(): void {
    if (!untold.size || notifyTimer || closed) return
    notifyTimer = setTimeout(() => {
      notifyTimer = undefined
      void notify()
    }, timing.notifyMs)
    notifyTimer.unref()
  }

  async function notify(): Promise<void> {
    // One at a time on the connection; what comes meanwhile is told next.
    if (!connection || notifying || !untold.size) return
    notifying = true
    const payloads = [...untold].map(([meetingId, seq]) => `${meetingId}:${seq}`)
    untold.clear()
    try {
      await connection.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads])
    } catch (error) {
      // Their poll tells them.
      log.warn({ err: error }, 'other processes could not be told of new journal entries')
    } finally {
      notifying = false
    }
    notifyLater()
  }

  return {
    /** To be told of each commit of this process. */
    committed(meetingId: string, seq: number): void {
      untold.set(meetingId, seq)
      notifyLater()
      advanced(meetingId, seq)
    },

    /** How far a followed meeting's journal has got as far as this process knows; undefined when it does not follow it. */
    position: (meetingId: string): number | undefined => followed.get(meetingId)?.seq,

    subscribe(meetingId: string, listener: () => void): () => void {
      let meeting = followed.get(meetingId)
      if (!meeting) followed.set(meetingId, meeting = { listeners: new Set(), seq: undefined })
      // A listener of its own for each call, so that ending one subscription never ends another.
      const own = () => { listener() }
      meeting.listeners.add(own)
      if (meeting.seq === undefined) void poll([meetingId])
      else queueMicrotask(() => { if (meeting.listeners.has(own)) call(own, meetingId) })
      return () => {
        meeting.listeners.delete(own)
        if (!meeting.listeners.size && followed.get(meetingId) === meeting) followed.delete(meetingId)
      }
    },

    /** Tells the others what they have not been told, and ends. */
    async close(): Promise<void> {
      clearInterval(pollTimer)
      clearTimeout(notifyTimer)
      clearTimeout(reconnectTimer)
      await connecting
      await notify()
      closed = true
      followed.clear()
      await connection?.end()
    },
  }
}
