import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { RecipientChoice } from '../../protocol/issuing.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { decideResolution, getResolution, issueResolution, saveResolution, sendResolution, type Resolution } from '../../protocol/resolutions.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { call, newKey } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { SaveState } from '../ui/save-state.ts'

/** A resolution before whoever edits or decides it. What is typed saves itself. */
export function useResolution(resolutionId: string) {
  const params = { resolutionId }
  const resolution = shallowRef<Resolution | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const content = ref<MinutesContent | null>(null)
  const save = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  /** What somebody else saved meanwhile. */
  const theirs = shallowRef<Resolution | null>(null)
  const dirty = ref(false)
  let version = 0

  async function load() {
    try {
      const fresh = await call(getResolution, { params })
      resolution.value = fresh
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
    const saved = await call(saveResolution, { params, body: { key: newKey(), version, content: JSON.parse(sent) as MinutesContent } })
    version = saved.version
    dirty.value = JSON.stringify(content.value) !== sent
    if (resolution.value) resolution.value = { ...resolution.value, version }
  }
  const newSaving = () => createAutosave({
    isValid: () => Boolean(content.value?.abstract.trim()), save: send, isConflict: (thrown) => toApiError(thrown).code === 'resolutionChanged',
    onState(state, reason) {
      save.value = state
      failure.value = reason
      if (state === 'conflict') void call(getResolution, { params }).then((fresh) => { theirs.value = fresh }, () => undefined)
    },
  })
  let saving = newSaving()
  onScopeDispose(() => { saving.stop() })
  useUnfinished({ kind: 'typed', pending: () => dirty.value, settle: () => saving.flush() })

  return {
    resolution, error, content, save, failure, theirs, load,
    editing: computed(() => resolution.value?.may.edit ?? false),
    change(to: MinutesContent) {
      content.value = to
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
    flush: () => saving.flush(),
    putForward: async (key: string) => { await call(sendResolution, { params, body: { key, version } }) },
    approve: async (key: string) => { await call(decideResolution, { params, body: { key, version, approved: true } }) },
    giveBack: async (key: string, reason: string) => { await call(decideResolution, { params, body: { key, version, approved: false, reason } }) },
    issue: async (key: string, recipients: readonly RecipientChoice[]) => {
      await call(issueResolution, { params, body: { key, version, recipients: [...recipients] } })
    },
  }
}
