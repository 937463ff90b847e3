import { computed, ref, shallowRef, watch } from 'vue'
import type { z } from 'zod'
import {
  commentMinutes, getMinutesReview, replyToMinutesComment, settleMinutesComment,
} from '../../protocol/minutes-review.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { clock } from '../app/clock.ts'
import { call } from '../app/http.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

type Review = z.output<typeof getMinutesReview.response>

/** What was said on the minutes, kept up with the journal, and what can be said. */
export function useReview(meeting: Meeting) {
  const review = shallowRef<Review | null>(null)
  const error = shallowRef<ApiError | null>(null)
  /** The paragraph that a comment is begun on; null: on the whole; undefined: none is begun. */
  const about = ref<{ blockId: string | null, quote: string | null } | undefined>()
  const params = { meetingId: meeting.id }
  const progress = computed(() => meeting.state.value?.minutes)

  async function load() {
    try {
      review.value = await call(getMinutesReview, { params })
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }
  void load()
  watch(() => `${progress.value?.told} ${progress.value?.stage} ${progress.value?.round}`, () => { void load() })

  return {
    review, error, about, load, progress,
    threads: computed(() => review.value?.threads ?? []),
    open: computed(() => review.value?.threads.filter(({ settled }) => !settled).length ?? 0),
    /** Whether comments are taken now. */
    taken: computed(() => progress.value?.stage === 'review' && progress.value.dueAt !== null && progress.value.dueAt > new Date(clock.now()).toISOString()),
    nameOf: (personId: string) => meeting.person(personId)?.fullName ?? '',
    comment(text: string, key: string) {
      const { blockId = null, quote = null } = about.value ?? {}
      return call(commentMinutes, { params, body: { blockId, quote: quote?.slice(0, 2000) || null, text, key } }).then(load)
    },
    reply: (threadId: string, text: string, key: string) =>
      call(replyToMinutesComment, { params: { ...params, threadId }, body: { text, key } }).then(load),
    settle: (threadId: string, resolved: boolean, answer: string | null, key: string) =>
      call(settleMinutesComment, { params: { ...params, threadId }, body: { resolved, answer, key } }).then(load),
  }
}
export type MinutesReviewing = ReturnType<typeof useReview>
