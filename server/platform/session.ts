import type { IncomingMessage } from 'node:http'
import connectPgSimple from 'connect-pg-simple'
import type { RequestHandler } from 'express'
import session, { type Session, type SessionData } from 'express-session'
import pg from 'pg'
import type { Logger } from 'pino'
import { APP_ROLE } from './database.ts'

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in. */
    personId: string
    /** The account's session version at sign-in: raised at a new password or when disabled, which ends older sessions. */
    version: number
    /** Names this sign-in towards its sockets; stays when the session's own id is renewed. */
    family: string
    /** Milliseconds since 1970. A session ends some time after that, however busy it is. */
    signedInAt: number
  }
}

/** A request that went through the session middleware; a WebSocket handshake has gone through it too. */
export type SessionRequest = IncomingMessage & { session?: Session & Partial<SessionData> }

/** A session ends when it was not used for so long. */
const IDLE_MS = 12 * 3600_000
/** However busy, a session ends after a week. */
export const SESSION_MS = 7 * 24 * 3600_000

export interface Sessions {
  middleware: RequestHandler
  /** Of these sign-ins (`family`), those that are not over, by time or by their account; they count as used now. */
  renew(families: readonly string[]): Promise<Set<string>>
  close(): Promise<void>
}

/**
 * Sessions in the table user_session, known to the browser by a signed cookie that scripts cannot read. Nothing is kept of
 * who is not signed in. `close` after the last request.
 */
export function createSessions(options: { databaseUrl: string, secret: string, log: Pick<Logger, 'warn'> }): Sessions {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl, application_name: 'nghi-su sessions', max: 4, connectionTimeoutMillis: 5000, keepAlive: true,
    onConnect: async (client) => { await client.query(`SET ROLE ${APP_ROLE}; SET timezone = 'UTC'`) },
  })
  // An idle connection that was cut is replaced by the next query; without a listener the event would end the process.
  pool.on('error', (err) => options.log.warn({ err }, 'a database connection for sessions was cut'))
  const Store = connectPgSimple(session)
  const store = new Store({ pool, tableName: 'user_session', errorLog: () => options.log.warn('old sessions were not cleared away') })
  return {
    middleware: session({
      store, secret: options.secret, name: 'nghisu.session', resave: false, saveUninitialized: false, rolling: true,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: IDLE_MS },
    }),
    async renew(families) {
      const { rows } = await pool.query<{ family: string }>(`
        UPDATE user_session SET expire = now() + $2 * interval '1 ms' FROM account
        WHERE sess ->> 'family' = ANY($1) AND expire > now()
          AND to_timestamp((sess ->> 'signedInAt')::numeric / 1000) + $3 * interval '1 ms' > now()
          AND account.person_id = user_session.person_id AND account.disabled_at IS NULL
          AND account.session_version = (sess ->> 'version')::integer
        RETURNING sess ->> 'family' AS family`, [families, IDLE_MS, SESSION_MS])
      return new Set(rows.map(({ family }) => family))
    },
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

/** Gives the session a new id and empties it, so that an id known from before sign-in is worth nothing. */
export async function renewSession(req: SessionRequest): Promise<Session & Partial<SessionData>> {
  await new Promise<void>((resolve, reject) => sessionOf(req).regenerate((error) => error ? reject(error) : resolve()))
  return sessionOf(req)
}

/** Writes the session down before the answer is sent, so that a failure to do so is one of the request. */
export async function saveSession(req: SessionRequest): Promise<void> {
  await new Promise<void>((resolve, reject) => sessionOf(req).save((error) => error ? reject(error) : resolve()))
}

export async function endSession(req: SessionRequest): Promise<void> {
  await new Promise<void>((resolve, reject) => sessionOf(req).destroy((error) => error ? reject(error) : resolve()))
}

export function sessionOf(req: SessionRequest): Session & Partial<SessionData> {
  if (!req.session) throw new Error('the request did not go through the session middleware')
  return req.session
}
