import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id, TextRef } from './journal.ts'
import { Paragraphs } from './text.ts'

/** mọi người · thư ký (chair and clerk) */
export const ChatTo = z.enum(['everyone', 'office'])
export type ChatTo = z.infer<typeof ChatTo>

export const sendChat = defineCommand({
  name: 'chat:send', summary: 'Writes to everybody in the meeting, or to chair and clerk alone. At most 30 a minute.',
  access: 'participants of a published or live meeting',
  input: ChangeOfMeeting.extend({ to: ChatTo, text: Paragraphs(2_000) }), output: Nothing,
  errors: ['meetingNotFound', 'meetingNotPublished', 'meetingClosed', 'tooManyRequests'],
})

export const chatEntries = [
  /** To the office: seen by chair, clerk and the sender. */
  z.object({ kind: z.literal('chat.sent'), data: z.object({ messageId: Id, personId: Id, to: ChatTo, text: TextRef }) }),
] as const

export interface ChatMessage { messageId: string, personId: string, to: ChatTo, text: TextRef, at: string }

/** The latest messages, oldest first; the journal has them all. */
export type ChatState = ChatMessage[]

const KEPT = 500

/** The chat after one more entry. */
export function applyChat(state: ChatState, { data, at }: z.infer<typeof chatEntries[number]> & { at: string }): ChatState {
  return [...state, { ...data, at }].slice(-KEPT)
}
