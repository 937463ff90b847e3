import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ConclusionChangedDetails, reopenConclusion, settleConclusion, writeConclusion } from '../../protocol/conclusions.ts'
import { toApiError } from '../app/api-error.ts'
import { createAutosave } from '../app/autosave.ts'
import { call, newKey } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { useOrder } from '../order/use-order.ts'
import type { SaveState } from '../ui/save-state.ts'

/** So long typing rests before it is saved, ms: others read along. */
const PAUSE_MS = 700

/**
 * The conclusion on one item: read live by all, typed by who may, saved as it is typed. What somebody else wrote meanwhile is
 * shown, and one of the two is chosen; nothing is overwritten before.
 */
export function useConclusion(itemId: string) {
  const meeting = useMeeting()
  const { presides, isChair } = useOrder()
  const present = computed(() => meeting.state.value?.conclusions.find((one) => one.itemId === itemId))
  const shown = computed(() => present.value ? meeting.live.text(present.value.text) ?? null : '')
  const item = computed(() => meeting.state.value?.agenda.find((one) => one.itemId === itemId))

  const text = ref(shown.value ?? '')
  /** The version that the text here began from. */
  const base = ref(present.value?.version ?? 0)
  const dirty = ref(false)
  const save = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  const clash = shallowRef<ConclusionChangedDetails | null>(null)

  async function send() {
    const typed = text.value
    const { version } = await call(writeConclusion, { params: { meetingId: meeting.id, itemId }, body: { key: newKey(), version: base.value, text: typed } })
    base.value = version
    dirty.value = text.value !== typed
  }

  /** After a conflict an autosave sends nothing more: another goes on. */
  const newSaving = () => createAutosave({
    isValid: () => true, save: send, pauseMs: PAUSE_MS,
    isConflict: (error) => toApiError(error).code === 'conclusionChanged',
    onState(state, reason) {
      save.value = state
      failure.value = reason
      clash.value = state === 'conflict' ? ConclusionChangedDetails.safeParse(toApiError(reason).details).data ?? null : null
    },
  })
  let saving = newSaving()
  onScopeDispose(() => { saving.stop() })
  useUnfinished({ kind: 'typed', pending: () => dirty.value, settle: () => saving.flush() })

  watch(text, (now) => {
    if (now === shown.value && !dirty.value) return
    dirty.value = true
    saving.touch()
  })
  // What others write is taken in while nothing is typed here.
  watch([present, shown], () => {
    const { value } = present
    if (!value || shown.value === null || dirty.value || value.version < base.value) return
    base.value = value.version
    if (text.value !== shown.value) text.value = shown.value
  })

  /** Goes on with one of the two texts. */
  function choose(which: 'mine' | 'theirs') {
    const theirs = clash.value
    if (!theirs) return
    base.value = theirs.version
    clash.value = null
    saving.stop()
    saving = newSaving()
    save.value = 'saved'
    dirty.value = which === 'mine'
    if (which === 'theirs') text.value = theirs.text ?? ''
    else saving.touch()
  }

  const params = { meetingId: meeting.id, itemId }
  const open = computed(() => (meeting.status.value === 'live' || meeting.status.value === 'closed')
    && meeting.state.value?.minutes.stage !== 'approved' && meeting.state.value?.minutesNumber === null)
  const begun = computed(() => item.value !== undefined && item.value.status !== 'pending' && !item.value.classified)
  return {
    meeting, item, present, shown, text, save, failure, clash, choose, open, begun,
    settled: computed(() => present.value?.settled ?? null),
    mayWrite: computed(() => meeting.leads.value && open.value && begun.value),
    maySettle: computed(() => (isChair.value || presides.value) && open.value),
    flush: () => saving.flush(),
    settle: (key: string) => call(settleConclusion, { params, body: { key, version: base.value } }),
    reopen: (key: string, reason: string) => call(reopenConclusion, { params, body: { key, version: base.value, reason } }),
  }
}
