import type { Logger } from 'pino'
import type { RequireReading } from './annotations/reading.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { MountCommand, SocketServer } from './platform/socket.ts'
import { mountReviewLive } from './review/live.ts'
import { createReview } from './review/review.ts'
import { createReviewRooms } from './review/rooms.ts'

export interface ReviewingDeps {
  journal: Journal
  access: MeetingAccess
  requireReading: RequireReading
  log: Pick<Logger, 'warn'>
}

/** Going through documents together: who leads, which the journal has, and what is fleeting beside it. */
export function createReviewing({ journal, access, requireReading, log }: ReviewingDeps) {
  const review = createReview({ access, requireReading })
  return {
    review,
    mountCommands(command: MountCommand, io: SocketServer): void {
      mountReviewLive(command, { review, rooms: createReviewRooms({ io, journal, requireAttending: review.requireAttending, log }) })
    },
  }
}
