import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { MinutesContent, publishMinutes, redraftMinutes, type Minutes } from '../../protocol/minutes.ts'
import { toApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { call } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { SaveState } from '../ui/save-state.ts'
import { joinBackwards, sameBlocks, splitAt, toBlocks, toEdited, type Caret, type Edit, type EditedBlock } from './blocks.ts'
import type { KeptDrafts } from './kept-draft.ts'
import { createMinutesSaver } from './save-minutes.ts'

/**
 * Draft minutes under the clerk's hands: saved by themselves, and never over what somebody else saved. What could not be
 * saved when the editor goes is put into `drafts`, and offered when it comes again.
 */
export function useMinutesEditor(
  meetingId: string, minutes: Minutes, drafts: KeptDrafts, onReplaced: (minutes: Minutes) => void,
) {
  const blocks = shallowRef<EditedBlock[]>(toEdited(minutes.content.blocks))
  const abstract = ref(minutes.content.abstract)
  const saveState = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  const caret = shallowRef<Caret | null>(null)
  const saver = createMinutesSaver(meetingId, minutes)
  const savedAt = ref(minutes.savedAt)
  const params = { meetingId }
  const reading = computed(() => MinutesContent.safeParse({ abstract: abstract.value, blocks: toBlocks(blocks.value) }))
  /** What of the text cannot be saved as it is. */
  const wrong = computed(() => {
    const paths = reading.value.error?.issues.map(({ path }) => path) ?? []
    return {
      abstract: paths.some(([part]) => part === 'abstract'),
      blocks: new Set(paths.filter(([part]) => part === 'blocks').map(([, index]) => blocks.value[Number(index)]?.key)),
    }
  })
  const offered = shallowRef(differing(drafts.get()))
  let replaced = false

  function differing(draft: ReturnType<KeptDrafts['get']>) {
    return draft && (draft.abstract !== abstract.value || !sameBlocks(draft.blocks, blocks.value)) ? draft : null
  }

  const autosave = createAutosave({
    isValid: () => reading.value.success,
    async save() {
      await saver.save(MinutesContent.parse(reading.value.data))
      savedAt.value = saver.savedAt()
    },
    isConflict: (error) => ['minutesChanged', 'minutesPublished'].includes(toApiError(error).code),
    onState(state, reason) {
      saveState.value = state
      failure.value = reason
      if (state === 'saved' && !offered.value) drafts.drop()
    },
  })

  function keep() {
    if (saveState.value === 'saved' || replaced) return
    drafts.keep({ version: saver.version(), abstract: abstract.value, blocks: toBlocks(blocks.value) })
  }

  useUnfinished({ kind: 'typed', pending: () => saveState.value !== 'saved', settle: autosave.flush })
  addEventListener('pagehide', keep)
  onScopeDispose(() => {
    removeEventListener('pagehide', keep)
    if (saveState.value === 'saved' || replaced) return
    keep()
    void autosave.flush().then((saved) => { if (saved) drafts.drop() })
    autosave.stop()
  })

  function take(edit: Edit | null): boolean {
    if (!edit) return false
    blocks.value = edit.blocks
    caret.value = edit.caret
    autosave.touch()
    return true
  }

  const change = (key: number, to: Partial<EditedBlock>) => {
    blocks.value = blocks.value.map((block) => block.key === key ? { ...block, ...to } : block)
    autosave.touch()
  }

  /** The text here has become another's: nothing of it is to be kept. */
  function replace(by: Minutes) {
    replaced = true
    drafts.drop()
    onReplaced(by)
  }

  return {
    blocks, abstract, savedAt, saveState, failure, caret, wrong, change,
    setAbstract(text: string) {
      abstract.value = text
      autosave.touch()
    },
    split: (key: number, offset: number) => take(splitAt(blocks.value, key, offset)),
    join: (key: number) => take(joinBackwards(blocks.value, key)),
    /** Saves what waits; resolves to whether the server has everything. */
    flush: autosave.flush,
    /** Text that could not be saved the last time; `newer`: somebody has saved since. Null when there is none. */
    offered: computed(() => offered.value && { newer: offered.value.version !== saver.version() }),
    /** Goes on with the text that could not be saved, in place of the present one. */
    restore() {
      const draft = offered.value
      if (!draft) return
      offered.value = null
      blocks.value = toEdited(draft.blocks)
      abstract.value = draft.abstract
      autosave.touch()
    },
    forget() {
      offered.value = null
      drafts.drop()
    },
    /** The version that a change begins from. */
    version: saver.version,
    /** Makes the draft anew from the journal; `flush` first. @throws {ApiError} */
    async redraft(key: string) {
      replace(await call(redraftMinutes, { params, body: { version: saver.version(), key } }))
    },
    /** Publishes under a number; the text is fixed from then on. @throws {ApiError} */
    async publish(number: string, key: string) {
      replace(await call(publishMinutes, { params, body: { version: saver.version(), number, key } }))
    },
    /** Text of everything typed here, to keep it when somebody else's version is loaded. */
    plainText: () => [abstract.value, ...blocks.value.map((block) => block.text)].join('\n'),
  }
}
