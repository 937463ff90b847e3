import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import type { AnswerKind } from '../../protocol/invitation-entries.ts'
import { answerInvitation, answersFor } from '../../protocol/invitations.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'

export const answerLooks = {
  inPerson: { icon: 'i-lucide-building-2', class: 'text-success' },
  online: { icon: 'i-lucide-video', class: 'text-success' },
  absent: { icon: 'i-lucide-calendar-x', class: 'text-error' },
  substitute: { icon: 'i-lucide-user-round-plus', class: 'text-warning' },
} as const

export interface Given { personId: string, answer: AnswerKind, reason?: string, substituteId?: string }

/** Answers the invitation to one meeting. */
export function useAnswer(meetingId: string, mode: MaybeRefOrGetter<MeetingMode>) {
  const { busy, attempt } = useAttempt()
  return {
    busy,
    offered: computed(() => answersFor(toValue(mode))),
    /** Resolves to whether the server has the answer. */
    give: (given: Given) => attempt((key) => socketClient.send(answerInvitation, { meetingId, ...given, key }), given),
  }
}
