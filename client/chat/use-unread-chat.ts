import { computed, ref, watch, type ComputedRef } from 'vue'
import type { ChatMessage, ChatState } from '../../protocol/chat.ts'
import { unreadIn } from './chat.ts'

export interface UnreadChat {
  count: ComputedRef<number>
  /** The latest message of another person that came while the chat was not shown; null until one comes. */
  latest: ComputedRef<ChatMessage | null>
}

/**
 * What of a meeting's chat was not read on this page yet. `showing`: whether it is in front of the reader, who thereby
 * reads it. What was written before the page first opened counts as read; over a reload the mark is kept (`storage`).
 */
export function useUnreadChat(
  meetingId: string, ownId: string | null, messages: () => ChatState, showing: () => boolean,
  storage: Pick<Storage, 'getItem' | 'setItem'> = sessionStorage,
): UnreadChat {
  const key = `nghi-su.chat-read.${ownId}.${meetingId}`
  const lastRead = ref(storage.getItem(key) ?? messages().at(-1)?.messageId ?? '')
  watch([messages, showing], () => {
    if (showing()) lastRead.value = messages().at(-1)?.messageId ?? lastRead.value
  }, { immediate: true })
  watch(lastRead, (messageId) => storage.setItem(key, messageId), { immediate: true })

  const count = computed(() => unreadIn(messages(), lastRead.value, ownId))
  return {
    count,
    latest: computed(() => count.value ? messages().findLast((message) => message.personId !== ownId) ?? null : null),
  }
}
