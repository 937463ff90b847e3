import { probeConnection } from '../../../protocol/room.ts'
import { socketClient } from '../../app/socket.ts'
import { createConnectionCheck, type ConnectionCheck } from './probe-check.ts'

/** Tries the way from this browser to the media node that serves a meeting, in an empty room of one's own. */
export function checkConnection(meetingId: string): ConnectionCheck {
  return createConnectionCheck(async () => (await socketClient.send(probeConnection, { meetingId }, { patienceMs: 10_000 })).ways)
}
