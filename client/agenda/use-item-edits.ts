import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { AgendaItemDraft, ItemChangedDetails } from '../../protocol/agenda.ts'
import { toApiError } from '../app/api-error.ts'
import { createAutosave, type Autosave } from '../app/autosave.ts'
import type { SaveState } from '../ui/save-state.ts'

export type ItemFields = Pick<AgendaItemDraft, 'title' | 'minutes' | 'presenterId' | 'purpose'>
type FieldName = keyof ItemFields

/** An item as the journal tells it. */
export interface SavedItem { fields: ItemFields, version: number, changedBy: string | null }

/** Somebody else changed what is being changed here: their text beside one's own, until one is chosen. */
export interface ItemConflict { names: FieldName[], theirs: ItemFields, version: number, changedBy: string | null }

const pick = (fields: Partial<ItemFields>, keep: (name: FieldName) => boolean): Partial<ItemFields> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => keep(name as FieldName)))

/**
 * One item while it is typed in: saved by itself. Only what was changed here goes over what the journal tells (`saved`), so
 * that a change of another field by somebody else stays; where it is the same field, nothing is sent until one was chosen.
 */
export function useItemEdits(
  saved: Readonly<Ref<SavedItem>>, send: (draft: ItemFields, version: number) => Promise<{ version: number }>,
  report: (autosave: Autosave, state: SaveState) => void,
) {
  const edits = shallowRef<Partial<ItemFields>>({})
  /** What each edited field was when it began to be edited. */
  let read: Partial<ItemFields> = {}
  /** Sent and answered, or told by a refusal, until the journal tells it. */
  const told = shallowRef<{ fields: Partial<ItemFields>, version: number }>({ fields: {}, version: 0 })
  let sending: Partial<ItemFields> = {}
  const conflict = shallowRef<ItemConflict | null>(null)
  const failure = shallowRef<unknown>(null)
  const present = computed<ItemFields>(() => ({ ...saved.value.fields, ...told.value.fields }))
  const fields = computed<ItemFields>(() => ({ ...present.value, ...edits.value }))
  const reading = computed(() => AgendaItemDraft.safeParse(fields.value))
  const wrong = computed(() => new Set(reading.value.error?.issues.map(({ path }) => path[0])))

  /** Holds what is edited here against what somebody made of it; true when it goes together. */
  function meet(theirs: ItemFields, version: number, changedBy: string | null): boolean {
    const edited = Object.keys(edits.value) as FieldName[]
    const names = edited.filter((name) => theirs[name] !== read[name] && theirs[name] !== edits.value[name] && theirs[name] !== sending[name])
    conflict.value = names.length ? { names, theirs, version, changedBy } : null
    return !names.length
  }

  const autosave = createAutosave({
    isValid: () => reading.value.success && !conflict.value,
    async save() {
      for (let tries = 3; ; tries -= 1) {
        sending = edits.value
        try {
          const { title, minutes, presenterId, purpose } = AgendaItemDraft.parse(fields.value)
          const { version } = await send({ title, minutes, presenterId, purpose }, Math.max(saved.value.version, told.value.version))
          settle(version)
          return
        } catch (thrown) {
          sending = {}
          const error = toApiError(thrown)
          const details = error.code === 'agendaItemChanged' ? ItemChangedDetails.safeParse(error.details).data : undefined
          if (!details) throw thrown
          told.value = { fields: details.present, version: details.version }
          if (!meet(details.present, details.version, details.changedBy) || tries === 0) throw thrown
        }
      }
    },
    isConflict: () => false,
    onState(now, reason) {
      failure.value = now === 'refused' && !conflict.value ? reason : null
      report(autosave, conflict.value ? 'conflict' : now)
    },
  })
  onScopeDispose(autosave.stop)

  function settle(version: number): void {
    told.value = { fields: { ...told.value.fields, ...sending }, version }
    const later = pick(edits.value, (name) => sending[name] !== edits.value[name])
    read = { ...read, ...sending }
    sending = {}
    edits.value = later
  }

  watch(saved, ({ fields: now, version, changedBy }) => {
    if (version >= told.value.version) told.value = { fields: {}, version }
    if (Object.keys(edits.value).length && !meet(now, version, changedBy)) report(autosave, 'conflict')
  }, { flush: 'sync' })

  return {
    fields, failure, wrong, conflict,
    set(change: Partial<ItemFields>) {
      read = { ...present.value, ...pick(read, (name) => name in edits.value) }
      edits.value = { ...edits.value, ...change }
      autosave.touch()
    },
    /** Gives up what was typed and not saved. */
    discard() {
      edits.value = {}
      conflict.value = null
      autosave.drop()
    },
    /** Ends a conflict: with what was typed here, or with what they made of it. */
    choose(which: 'mine' | 'theirs') {
      const { value } = conflict
      if (!value) return
      conflict.value = null
      read = { ...read, ...value.theirs }
      if (which === 'theirs') edits.value = pick(edits.value, (name) => !value.names.includes(name))
      if (Object.keys(edits.value).length) autosave.touch()
      else autosave.drop()
    },
  }
}
