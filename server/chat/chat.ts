import { randomUUID } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { ChatTo } from '../../protocol/chat.ts'
import type { Audience } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { everyParticipant, isOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'

/** Messages of a person, in whatever meetings. */
const MESSAGES = { points: 30, duration: 60 }

/** What is written to the office is seen there and by who wrote it; nobody else learns of it. */
function audienceFor(to: ChatTo, { role, viewer }: Access): Audience {
  if (to === 'everyone') return { scope: 'meeting' }
  return isOffice(role) ? { scope: 'office' } : { scope: 'office', and: [viewer.personId] }
}

/** Chat of a meeting: erasable text of its journal, which the minutes do not tell. */
export function createChat({ access }: { access: MeetingAccess }) {
  const limiter = new RateLimiterMemory(MESSAGES)

  return {
    /**
     * Who was put out of the room writes to the office alone. Throws `meetingNotFound`, `forbiddenInMeeting`,
     * `meetingNotPublished`, `meetingClosed`, `tooManyRequests`.
     */
    async send(meetingId: string, caller: Caller, { key, to, text }: { key: string, to: ChatTo, text: string }): Promise<void> {
      const { personId } = caller
      await limiter.consume(personId).catch(tooManyRequests)
      await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['chat:send', to, text] }, async (tx, found) => {
        requirePublished(found.meeting)
        const { order } = await tx.state(meetingReducer)
        const isOut = order.out.some((one) => one.personId === personId)
        if (to === 'everyone' && isOut) throw new AppError('forbiddenInMeeting', { role: found.role })
        const data = { messageId: randomUUID(), personId, to, text: await tx.text(text) }
        tx.append({ kind: 'chat.sent', data, audience: audienceFor(to, found) })
      })
    },
  }
}

export type Chat = ReturnType<typeof createChat>
