import { computed, onScopeDispose, ref, watch } from 'vue'
import type { Anchor } from '../../protocol/annotations.ts'
import type { ThreadKind, ThreadState } from '../../protocol/comment-entries.ts'
import { listThreads, openThread, replyToThread, settleThread, takeBackMessage, type Thread } from '../../protocol/comments.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

/** What readers of a document say to each other, as it comes in: the meeting's journal tells that there is something. */
export function useThreads(meeting: Meeting, documentId: string, version: () => number) {
  const all = ref<Thread[]>([])
  const names = ref(new Map<string, { name: string, office: string }>())
  const decides = ref(false)
  const loaded = ref(false)
  const error = ref<ApiError | null>(null)
  const params = { meetingId: meeting.id, documentId }
  /** Of readings that overtake each other, the last asked for counts. */
  let asked = 0

  async function load() {
    const mine = ++asked
    try {
      const answer = await call(listThreads, { params })
      if (mine !== asked) return
      all.value = answer.threads
      names.value = new Map(answer.authors.map(({ personId, ...author }) => [personId, author]))
      decides.value = answer.decides
      loaded.value = true
      error.value = null
    } catch (thrown) {
      if (mine === asked) error.value = toApiError(thrown)
    }
  }

  onScopeDispose(meeting.live.onEntry(({ kind, data }) => {
    if (kind.startsWith('comments.') && data['documentId'] === documentId) void load()
  }))
  // What came during a cut may have come as a state, without its entries.
  watch(meeting.live.status, (status, before) => { if (status === 'live' && before === 'behind') void load() })
  void load()

  async function act(request: Promise<unknown>) {
    try {
      await request
    } finally {
      await load()
    }
  }

  return {
    all, decides, loaded, error, load,
    here: computed(() => all.value.filter((one) => one.version === version())
      .toSorted((a, b) => a.anchor.page - b.anchor.page || (a.anchor.rects[0]?.[1] ?? 0) - (b.anchor.rects[0]?.[1] ?? 0))),
    earlier: computed(() => all.value.filter((one) => one.version < version())),
    nameOf: (personId: string) => names.value.get(personId) ?? null,
    async open(kind: ThreadKind, anchor: Anchor, text: string, replacement: string | null, key: string): Promise<string> {
      const { threadId } = await call(openThread, { params, body: { key, version: version(), kind, anchor, text, replacement } })
      await load()
      return threadId
    },
    reply: (threadId: string, text: string, key: string) => act(call(replyToThread, { params: { ...params, threadId }, body: { key, text } })),
    settle: ({ threadId, revision }: Thread, state: ThreadState, reason = '') =>
      act(call(settleThread, { params: { ...params, threadId }, body: { key: newKey(), revision, state, reason } })),
    takeBack: (threadId: string, messageId: string) => act(call(takeBackMessage, { params: { ...params, threadId, messageId } })),
  }
}

export type SharedThreads = ReturnType<typeof useThreads>
