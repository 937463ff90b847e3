import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { ErrorCode } from '../../protocol/error.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { newKey } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { SaveState } from '../ui/save-state.ts'

/** What a paper is before it is issued. */
interface Drafted { content: MinutesContent, version: number, may: { edit: boolean } }

export interface PaperDraftWire<T extends Drafted> {
  get(): Promise<T>
  put(saved: { key: string, version: number, content: MinutesContent }): Promise<{ version: number }>
  /** Somebody else saved meanwhile. */
  changed: ErrorCode
  /** What else is so once it was saved. */
  saved?: Partial<T>
}

/** The text of a paper before whoever edits, decides or reads it. What is typed saves itself; two who type are shown each other's. */
export function usePaperDraft<T extends Drafted>({ get, put, changed, saved }: PaperDraftWire<T>) {
  const draft = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const content = ref<MinutesContent | null>(null)
  const save = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  /** What somebody else saved meanwhile. */
  const theirs = shallowRef<T | null>(null)
  const dirty = ref(false)
  let version = 0

  async function load() {
    try {
      const fresh = await get()
      draft.value = fresh
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
    version = (await put({ key: newKey(), version, content: JSON.parse(sent) as MinutesContent })).version
    dirty.value = JSON.stringify(content.value) !== sent
    if (draft.value) draft.value = { ...draft.value, ...saved, version }
  }
  const newSaving = () => createAutosave({
    isValid: () => Boolean(content.value?.abstract.trim()), save: send, isConflict: (thrown) => toApiError(thrown).code === changed,
    onState(state, reason) {
      save.value = state
      failure.value = reason
      if (state === 'conflict') void get().then((fresh) => { theirs.value = fresh }, () => undefined)
    },
  })
  let saving = newSaving()
  onScopeDispose(() => { saving.stop() })
  useUnfinished({ kind: 'typed', pending: () => dirty.value, settle: () => saving.flush() })

  return {
    draft, error, content, save, failure, theirs, load,
    editing: computed(() => draft.value?.may.edit ?? false),
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
    /** Of an act upon what is saved. */
    act: (key = newKey()) => ({ key, version }),
  }
}
