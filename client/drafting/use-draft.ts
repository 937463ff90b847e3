import type { HocuspocusProvider } from '@hocuspocus/provider'
import { onScopeDispose, ref, shallowRef } from 'vue'
import * as Y from 'yjs'
import { DRAFT_CLOSED, DRAFT_PATH, getDraft, type DraftMode } from '../../protocol/drafting.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'
import { connectText } from '../texts/connect.ts'

/** A text in hand: the document, its connection, and what one may do with it. */
export interface HeldDraft { draftId: string, mode: DraftMode, doc: Y.Doc, provider: HocuspocusProvider }

/** The text of a document that several write, from the first answer until the page goes. */
export function useDraft(meetingId: string, documentId: string) {
  /** Another one each time that rights changed or something was refused: what was in hand is then not the text any more. */
  const held = shallowRef<HeldDraft | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const state = ref<'loading' | 'live' | 'cut'>('loading')
  /** Everything written has reached the server. */
  const saved = ref(true)
  /** Something was not taken, since one may not change it. */
  const refused = ref(false)
  let ended = false
  let release = () => {}

  async function open() {
    release()
    state.value = 'loading'
    try {
      const { draftId, mode } = await call(getDraft, { params: { meetingId, documentId } })
      if (!ended) connect(draftId, mode)
    } catch (thrown) {
      error.value = toApiError(thrown)
      held.value = null
    }
  }

  function connect(draftId: string, mode: DraftMode) {
    const doc = new Y.Doc()
    held.value = null
    const { provider, end } = connectText({
      path: DRAFT_PATH, name: draftId, doc, closed: DRAFT_CLOSED,
      on: {
        synced() {
          if (ended) return
          error.value = null
          state.value = 'live'
          held.value ??= { draftId, mode, doc, provider }
        },
        saved(all) { saved.value = all },
        cut() { if (state.value === 'live') state.value = 'cut' },
        lost(notTaken) {
          if (notTaken) refused.value = true
          if (held.value?.provider === provider) void open()
        },
      },
    })
    release = () => {
      end()
      doc.destroy()
    }
  }

  void open()
  onScopeDispose(() => {
    ended = true
    release()
  })
  return { held, error, state, saved, refused, retry: open }
}
