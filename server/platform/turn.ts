import { createHmac, randomUUID } from 'node:crypto'
import type { IceServer } from '../../protocol/room.ts'

/** TURN servers that know one secret with us (coturn: `use-auth-secret`, `static-auth-secret`). */
export interface Turn {
  /** `turn:` and `turns:` addresses (RFC 7065), as browsers get them. */
  urls: string[]
  secret: string
}

/** How long credentials are good for, in seconds: longer than a meeting's day. Whoever enters again gets new ones. */
export const TURN_LIFETIME_S = 12 * 3600

/**
 * What a browser needs to use the TURN servers: credentials of the REST scheme that coturn follows
 * (draft-uberti-behave-turn-rest), which end by themselves. The name in them is drawn by lot each time, so a TURN server's
 * log tells nothing of a person. Without TURN servers the list is empty.
 */
export function createIceServers(turn: Turn | undefined, now: () => number = Date.now): () => IceServer[] {
  if (!turn) return () => []
  const { urls, secret } = turn
  return () => {
    const username = `${Math.floor(now() / 1000) + TURN_LIFETIME_S}:${randomUUID()}`
    return [{ urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') }]
  }
}
