import type { IncomingMessage } from 'node:http'
import type { Session, SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in. */
    personId: string
    /** The account's session version at sign-in: raised at a new password or when disabled, which ends older sessions. */
    version: number
    /** Names this sign-in towards its sockets; stays when the session's own id is renewed. */
    family: string
  }
}

/** A request that went through the session middleware; a WebSocket handshake has gone through it too. */
export type SessionRequest = IncomingMessage & { session?: Session & Partial<SessionData> }
