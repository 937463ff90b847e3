import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { MinutesContent, publishMinutes, redraftMinutes, saveMinutes, type Minutes } from '../../protocol/minutes.ts'
import { toApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { call } from '../app/http.ts'
import { joinBackwards, splitAt, toBlocks, toEdited, type Caret, type Edit, type EditedBlock } from './blocks.ts'

/** Draft minutes under the clerk's hands: saved by themselves, and never over what somebody else saved. */
export function useMinutesEditor(meetingId: string, minutes: Minutes, onReplaced: (minutes: Minutes) => void) {
  const blocks = shallowRef<EditedBlock[]>(toEdited(minutes.content.blocks))
  const abstract = ref(minutes.content.abstract)
  const savedAt = ref(minutes.savedAt)
  const saveState = ref<'saved' | 'waiting' | 'saving' | 'failed' | 'conflict' | 'invalid'>('saved')
  const caret = shallowRef<Caret | null>(null)
  let version = minutes.version
  const params = { meetingId }
  const reading = computed(() => MinutesContent.safeParse({ abstract: abstract.value, blocks: toBlocks(blocks.value) }))

  const autosave = createAutosave({
    async save() {
      const content = reading.value.data
      if (!content) return
      const saved = await call(saveMinutes, { params, body: { version, content } })
      version = saved.version
      savedAt.value = saved.savedAt
    },
    isConflict: (error) => ['minutesChanged', 'minutesPublished'].includes(toApiError(error).code),
    onState: (state) => { saveState.value = state },
  })

  const warn = (event: BeforeUnloadEvent) => { if (saveState.value !== 'saved') event.preventDefault() }
  addEventListener('beforeunload', warn)
  onScopeDispose(() => {
    removeEventListener('beforeunload', warn)
    void autosave.flush()
    autosave.stop()
  })

  function changed() {
    if (reading.value.success) autosave.touch()
    else if (saveState.value !== 'conflict') saveState.value = 'invalid'
  }

  function take(edit: Edit | null): boolean {
    if (!edit) return false
    blocks.value = edit.blocks
    caret.value = edit.caret
    changed()
    return true
  }

  const change = (key: number, to: Partial<EditedBlock>) => {
    blocks.value = blocks.value.map((block) => block.key === key ? { ...block, ...to } : block)
    changed()
  }

  return {
    blocks, abstract, savedAt, saveState, caret, change,
    setAbstract(text: string) {
      abstract.value = text
      changed()
    },
    split: (key: number, offset: number) => take(splitAt(blocks.value, key, offset)),
    join: (key: number) => take(joinBackwards(blocks.value, key)),
    /** Saves what waits; resolves to whether the server has everything. */
    flush: async () => saveState.value !== 'invalid' && saveState.value !== 'conflict' && await autosave.flush(),
    /** Makes the draft anew from the journal. @throws {ApiError} */
    async redraft() {
      await autosave.flush()
      onReplaced(await call(redraftMinutes, { params, body: { version } }))
    },
    /** Publishes under a number; the text is fixed from then on. @throws {ApiError} */
    async publish(number: string) {
      onReplaced(await call(publishMinutes, { params, body: { version, number } }))
    },
    /** Text of everything typed here, to keep it when somebody else's version is loaded. */
    plainText: () => [abstract.value, ...blocks.value.map((block) => block.text)].join('\n'),
  }
}

export type MinutesEditing = ReturnType<typeof useMinutesEditor>
