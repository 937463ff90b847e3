import type { Socket } from 'socket.io'

/** What may wait for a browser that reads slowly, in characters: some snapshots of a long meeting. */
const BACKLOG = 8 * 1024 * 1024

/**
 * Closes a connection for which more than the backlog waits, so that browsers that do not read fill no memory. They come
 * back by themselves and catch up from their cursor.
 */
export function limitBacklog(conn: Socket['conn'], closing: () => void): void {
  // The transport takes a batch, and is writable again once the network has taken that one from it.
  let batch = 0
  let queued = 0
  conn.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
    queued += data?.length ?? 0
    if (conn.transport.writable || batch + queued <= BACKLOG || conn.readyState !== 'open') return
    closing()
    conn.close(true)
  })
  conn.on('flush', () => {
    batch = queued
    queued = 0
  })
}
