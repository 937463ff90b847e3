import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import {
  decideConclusionNotice, getConclusionNotice, issueConclusionNotice, saveConclusionNotice, sendConclusionNotice, waiveConclusionNotice, type ConclusionNotice,
} from '../../protocol/conclusions.ts'
import { getUsualRecipients, type NamedRecipient, type RecipientChoice } from '../../protocol/issuing.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import type { z } from 'zod'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { call, newKey } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { SaveState } from '../ui/save-state.ts'

type Recipients = z.infer<typeof NamedRecipient>[]

/** The notice of a meeting’s conclusions before whoever edits, decides or reads it. What is typed saves itself. */
export function useNotice(meetingId: string) {
  const params = { meetingId }
  const notice = shallowRef<ConclusionNotice | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const content = ref<MinutesContent | null>(null)
  const save = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  /** What somebody else saved meanwhile. */
  const theirs = shallowRef<ConclusionNotice | null>(null)
  const recipients = shallowRef<Recipients>([])
  const dirty = ref(false)
  let version = 0

  async function load() {
    try {
      const fresh = await call(getConclusionNotice, { params })
      notice.value = fresh
      content.value = structuredClone(fresh.content)
      version = fresh.version
      dirty.value = false
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }
  void load()

  async function send() {
    const { value } = content
    if (!value) return
    const sent = JSON.stringify(value)
    const saved = await call(saveConclusionNotice, { params, body: { key: newKey(), version, content: JSON.parse(sent) as MinutesContent } })
    version = saved.version
    dirty.value = JSON.stringify(content.value) !== sent
    if (notice.value) notice.value = { ...notice.value, version, saved: true, outdated: false }
  }
  const newSaving = () => createAutosave({
    isValid: () => Boolean(content.value?.abstract.trim()), save: send, isConflict: (thrown) => toApiError(thrown).code === 'noticeChanged',
    onState(state, reason) {
      save.value = state
      failure.value = reason
      if (state === 'conflict') void call(getConclusionNotice, { params }).then((fresh) => { theirs.value = fresh }, () => undefined)
    },
  })
  let saving = newSaving()
  onScopeDispose(() => { saving.stop() })
  useUnfinished({ kind: 'typed', pending: () => dirty.value, settle: () => saving.flush() })

  const act = () => ({ key: newKey(), version })
  return {
    notice, error, content, save, failure, theirs, recipients, load,
    editing: computed(() => notice.value?.may.edit ?? false),
    touch() {
      dirty.value = true
      saving.touch()
    },
    async choose(which: 'mine' | 'theirs') {
      const other = theirs.value
      if (!other) return
      saving.stop()
      saving = newSaving()
      theirs.value = null
      save.value = 'saved'
      if (which === 'theirs' || !other.may.edit) return await load()
      version = other.version
      saving.touch()
    },
    /** To whom such papers of the body usually go. */
    async usual(bodyId: string) {
      recipients.value = (await call(getUsualRecipients, { params: { bodyId, kind: 'conclusionNotice' } })).recipients
    },
    flush: () => saving.flush(),
    putForward: async () => { await call(sendConclusionNotice, { params, body: act() }) },
    approve: async () => { await call(decideConclusionNotice, { params, body: { ...act(), approved: true } }) },
    giveBack: async (reason: string) => { await call(decideConclusionNotice, { params, body: { ...act(), approved: false, reason } }) },
    waive: async (reason: string) => { await call(waiveConclusionNotice, { params, body: { ...act(), reason } }) },
    issue: async (key: string, to: RecipientChoice[]) => await call(issueConclusionNotice, { params, body: { key, version, recipients: to } }),
  }
}

export type UseNotice = ReturnType<typeof useNotice>
