import { randomUUID } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { currentItem, isCalled } from '../../protocol/agenda.ts'
import type { ChatTo } from '../../protocol/chat.ts'
import type { Audience } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { everyParticipant, isOffice, personIn, type Access, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'

/** Messages of a person, in whatever meetings. */
const MESSAGES = { points: 30, duration: 60 }

/**
 * What is written to the office is seen there and by who wrote it; nobody else learns of it. To everyone, it is for those
 * who may see the item that is being dealt with; between items not for the guests of single ones.
 */
function audienceFor(to: ChatTo, { role, viewer }: Access, itemId: string | undefined): Audience {
  if (to === 'everyone') return itemId === undefined ? { scope: 'whole' } : { scope: 'item', itemId }
  return isOffice(role) ? { scope: 'office' } : { scope: 'office', and: [viewer.personId] }
}

/** Chat of a meeting: erasable text of its journal, which the minutes do not tell. */
export function createChat({ access }: { access: MeetingAccess }) {
  const limiter = new RateLimiterMemory(MESSAGES)

  return {
    /**
     * Who was put out of the room writes to the office alone, and so does a guest of single items but under theirs. Throws
     * `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `meetingClosed`, `tooManyRequests`.
     */
    async send(meetingId: string, caller: Caller, { key, to, text }: { key: string, to: ChatTo, text: string }): Promise<void> {
      const { personId } = caller
      await limiter.consume(personId).catch(tooManyRequests)
      await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['chat:send', to, text] }, async (tx, found) => {
        requirePublished(found.meeting)
        const { order, agenda } = await tx.state(meetingReducer)
        const isOut = order.out.some((one) => one.personId === personId)
        if (to === 'everyone' && (isOut || !isCalled(agenda, personIn(found)))) throw new AppError('forbiddenInMeeting', { role: found.role })
        const itemId = to === 'everyone' ? currentItem(agenda)?.itemId : undefined
        const data = { messageId: randomUUID(), personId, to, text: await tx.text(text), ...itemId === undefined ? {} : { itemId } }
        tx.append({ kind: 'chat.sent', data, audience: audienceFor(to, found, itemId) })
      })
    },
  }
}

export type Chat = ReturnType<typeof createChat>
