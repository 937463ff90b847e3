import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { AgendaItemDraft } from '../../protocol/agenda.ts'
import { createAutosave, type Autosave } from '../app/autosave.ts'
import type { SaveState } from '../ui/save-state.ts'

/**
 * One item while it is typed in: saved by itself. Only what was changed here goes over what the journal tells (`saved`), so
 * that a change of another field by somebody else stays.
 */
export function useItemEdits(
  saved: Readonly<Ref<AgendaItemDraft>>, send: (draft: AgendaItemDraft) => Promise<unknown>,
  report: (autosave: Autosave, state: SaveState) => void,
) {
  const edits = shallowRef<Partial<AgendaItemDraft>>({})
  /** Sent and answered, until the journal tells it. */
  const answered = shallowRef<Partial<AgendaItemDraft>>({})
  const failure = shallowRef<unknown>(null)
  const fields = computed<AgendaItemDraft>(() => ({ ...saved.value, ...answered.value, ...edits.value }))
  const reading = computed(() => AgendaItemDraft.safeParse(fields.value))
  const wrong = computed(() => new Set(reading.value.error?.issues.map(({ path }) => path[0])))

  const autosave = createAutosave({
    isValid: () => reading.value.success,
    async save() {
      const sent = edits.value
      await send(AgendaItemDraft.parse(fields.value))
      answered.value = { ...answered.value, ...sent }
      const later = Object.entries(edits.value).filter(([name, value]) => sent[name as keyof AgendaItemDraft] !== value)
      edits.value = Object.fromEntries(later)
    },
    isConflict: () => false,
    onState(now, reason) {
      failure.value = now === 'refused' ? reason : null
      report(autosave, now)
    },
  })
  onScopeDispose(autosave.stop)
  watch(saved, () => { answered.value = {} }, { flush: 'sync' })

  return {
    fields, failure, wrong,
    set(change: Partial<AgendaItemDraft>) {
      edits.value = { ...edits.value, ...change }
      autosave.touch()
    },
    /** Gives up what was typed and not saved. */
    discard() {
      edits.value = {}
      autosave.drop()
    },
  }
}
