import type { ChatMessage, ChatState, ChatTo } from '../../protocol/chat.ts'
import { dayOf } from '../app/format.ts'

/** One message as it is shown. */
export interface ChatLine {
  messageId: string
  own: boolean
  to: ChatTo
  name: string
  /** Null where it was erased. */
  text: string | null
  at: string
  /** It is the first of its day. */
  newDay: boolean
  /** It goes on from the one before: same person, same readers, a moment later. */
  continues: boolean
}

/** Within this time (ms) a person's next message needs no name above it. */
const SAME_BREATH_MS = 180_000

interface Reading {
  ownId: string | null
  name(personId: string): string
  text(message: ChatMessage): string | null
}

/** The messages with what stands above and beside each. */
export function chatLines(messages: ChatState, { ownId, name, text }: Reading): ChatLine[] {
  return messages.map((message, index) => {
    const before = messages[index - 1]
    const newDay = !before || dayOf(before.at) !== dayOf(message.at)
    return {
      messageId: message.messageId, own: message.personId === ownId, to: message.to, at: message.at,
      name: name(message.personId), text: text(message), newDay,
      continues: !newDay && before.personId === message.personId && before.to === message.to
        && Date.parse(message.at) - Date.parse(before.at) < SAME_BREATH_MS,
    }
  })
}

/** How many messages of others came after the one read last; all of them where that one is no longer among the latest. */
export function unreadIn(messages: ChatState, lastRead: string | null, ownId: string | null): number {
  const read = messages.findLastIndex((message) => message.messageId === lastRead)
  return messages.slice(read + 1).filter((message) => message.personId !== ownId).length
}
