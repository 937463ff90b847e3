import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { presents } from '../../protocol/review-entries.ts'
import type { RequireReading } from '../annotations/reading.ts'
import { everyParticipant, isOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface ReviewDeps {
  access: MeetingAccess
  requireReading: RequireReading
}

/** What everybody is led through, and by whom: the journal's part of going through a document together. */
export function createReview({ access, requireReading }: ReviewDeps) {
  return {
    /**
     * Begins to lead through a document, in place of the one before; `leaderId` for somebody else than oneself. Throws
     * `meetingNotFound`, `documentNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `meetingPostponed`,
     * `meetingCancelled`, `notParticipant` (they may not read it), `reviewLed`.
     */
    async lead(
      meetingId: string, caller: Caller, { key, documentId, leaderId = caller.personId }: { key: string, documentId: string, leaderId?: string },
    ): Promise<void> {
      await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['review:lead', documentId, leaderId] }, async (tx, found) => {
        const { itemId, audience } = await requireReading(meetingId, documentId, null, caller, tx.trx)
        const { agenda, review } = await tx.state(meetingReducer)
        const presenter = leaderId === caller.personId && presents(leaderId, agenda.find((item) => item.itemId === itemId))
        if (!decides(found) && !presenter) throw new AppError('forbiddenInMeeting', { role: found.role })
        requirePublished(found.meeting)
        if (leaderId !== caller.personId) {
          await requireReading(meetingId, documentId, null, { personId: leaderId, administrator: false }, tx.trx).catch((error: unknown) => {
            throw error instanceof AppError ? new AppError('notParticipant') : error
          })
        }
        if (review?.documentId === documentId && review.leaderId === leaderId) return
        // Who presents the item takes it over from the office, and from nobody who presents another one.
        if (review && review.itemId !== itemId && !decides(found)) throw new AppError('reviewLed', { leaderId: review.leaderId })
        if (review && review.documentId !== documentId) {
          tx.append({ kind: 'review.ended', data: { documentId: review.documentId, itemId: review.itemId }, audience: review.audience })
        }
        tx.append({ kind: 'review.led', data: { documentId, itemId, leaderId }, audience })
      })
    },

    /**
     * Throws `meetingNotFound`, `documentNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`,
     * `meetingPostponed`, `meetingCancelled`, `reviewNotLed`.
     */
    async end(meetingId: string, caller: Caller, { key, documentId }: { key: string, documentId: string }): Promise<void> {
      await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['review:end', documentId] }, async (tx, found) => {
        await requireReading(meetingId, documentId, null, caller, tx.trx)
        const { review } = await tx.state(meetingReducer)
        if (!decides(found) && !leads(review, documentId, caller)) throw new AppError('forbiddenInMeeting', { role: found.role })
        requirePublished(found.meeting)
        if (review?.documentId !== documentId) throw new AppError('reviewNotLed')
        tx.append({ kind: 'review.ended', data: { documentId, itemId: review.itemId }, audience: review.audience })
      })
    },

    /** Whether somebody may attend, and with it hear where others are. Throws `meetingNotFound`, `documentNotFound`. */
    async requireAttending(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      await requireReading(meetingId, documentId, null, caller)
    },

    /** Throws `meetingNotFound`. */
    async requireMeeting(meetingId: string, caller: Caller): Promise<void> {
      await access.accessTo(meetingId, caller)
    },
  }
}

export type Review = ReturnType<typeof createReview>

const decides = ({ role, presides }: Access) => isOffice(role) || presides
const leads = (review: MeetingState['review'], documentId: string, { personId }: Caller) => review?.documentId === documentId && review.leaderId === personId
