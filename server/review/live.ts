import { attendReview, departReview, endReview, leadReview, showPointer, showView } from '../../protocol/review.ts'
import { AppError } from '../platform/error.ts'
import type { Caller } from '../platform/contract.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Review } from './review.ts'
import type { ReviewRooms } from './rooms.ts'

export function mountReviewLive(command: MountCommand, { review, rooms }: { review: Review, rooms: ReviewRooms }): void {
  /** Who may not read it is told that it is not there, whatever else would be wrong. */
  async function refused(error: unknown, meetingId: string, documentId: string, caller: Caller): Promise<never> {
    if (error instanceof AppError && error.code === 'reviewNotAttended') await review.requireAttending(meetingId, documentId, caller)
    throw error
  }

  command(leadReview, async ({ input: { meetingId, ...asked }, caller }) => {
    await review.lead(meetingId, caller, asked)
    return {}
  })

  command(endReview, async ({ input: { meetingId, ...asked }, caller }) => {
    await review.end(meetingId, caller, asked)
    return {}
  })

  command(attendReview, async ({ input: { meetingId, documentId }, socket }) => ({ view: await rooms.attend(socket, meetingId, documentId) }))

  command(departReview, async ({ input: { meetingId, documentId }, caller, socket }) => {
    rooms.depart(socket, meetingId, documentId)
    await review.requireMeeting(meetingId, caller)
    return {}
  })

  command(showView, async ({ input: { meetingId, documentId, view }, caller, socket }) => {
    await rooms.show(socket, meetingId, documentId, view).catch((error: unknown) => refused(error, meetingId, documentId, caller))
    return {}
  })

  command(showPointer, async ({ input: { meetingId, documentId, at }, caller, socket }) => {
    try {
      rooms.point(socket, meetingId, documentId, at)
    } catch (error) {
      await refused(error, meetingId, documentId, caller)
    }
    return {}
  })
}
