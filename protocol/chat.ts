import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id, TextRef } from './journal.ts'
import { Paragraphs } from './text.ts'

/** mọi người · thư ký (chair and clerk) */
export const ChatTo = z.enum(['everyone', 'office'])
export type ChatTo = z.infer<typeof ChatTo>

/** The longest message, in characters. */
export const MAX_CHAT_TEXT = 2_000

export const sendChat = defineCommand({
  name: 'chat:send',
  summary: 'Writes to everybody in the meeting, or to chair and clerk alone. What is written while an item is dealt with is for those who may see it. At most 30 a minute.',
  access: 'participants of a published or live meeting; who was put out of the room, and a guest of single items but under theirs: to the office alone',
  input: ChangeOfMeeting.extend({ to: ChatTo, text: Paragraphs(MAX_CHAT_TEXT).pipe(z.string().min(1)) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'tooManyRequests'],
})

export const chatEntries = [
  /** To the office: seen by chair, clerk, who presides, and the sender. `itemId`: the item under which it was written to everyone. */
  z.object({ kind: z.literal('chat.sent'), data: z.object({ messageId: Id, personId: Id, to: ChatTo, text: TextRef, itemId: Id.exactOptional() }) }),
] as const

export interface ChatMessage {
  messageId: string
  personId: string
  to: ChatTo
  /** The item under which it was written to everyone; null: under none. */
  itemId: string | null
  text: TextRef
  at: string
}

/** The latest messages, oldest first; the journal has them all. Each viewer has those that they may see. */
export type ChatState = ChatMessage[]

/** Of those to everybody under one item or under none, and of those that one person wrote to the office. */
const KEPT = { everyone: 500, office: 50 }

/**
 * The chat after one more entry. What is dropped is one that the same viewers see, so that nobody's chat is shortened by
 * what they do not see.
 */
export function applyChat(state: ChatState, { data, at }: z.infer<typeof chatEntries[number]> & { at: string }): ChatState {
  const itemId = data.itemId ?? null
  const isAlike = (one: ChatMessage) => one.to === data.to && one.itemId === itemId && (one.to === 'everyone' || one.personId === data.personId)
  const alike = state.filter(isAlike)
  const dropped = alike.length < KEPT[data.to] ? undefined : alike[0]
  return [...dropped ? state.filter((message) => message !== dropped) : state, { ...data, itemId, at }]
}
