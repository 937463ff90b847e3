import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import { addItem, orderItems, removeItem, type AgendaItemDraft } from '../../protocol/agenda.ts'
import { useAttempt } from '../app/attempt.ts'
import type { Autosave, SaveState } from '../app/autosave.ts'
import { useErrorText } from '../app/error-text.ts'
import { call } from '../app/http.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import { movedBy, movedTo } from './order.ts'

/** Seconds in which a removal can be taken back before it is carried out. */
export const UNDO_SECONDS = 10

/** What a row tells the editor about its saving. `invalid`: something typed cannot be saved as it is. */
export type RowState = SaveState | 'invalid'

/** The agenda under the clerk's hands: order, additions and removals, shown at once and sent in turn. */
export function useAgendaEditor(meeting: Meeting) {
  const errorText = useErrorText()
  const notify = useNotify()
  const { busy: adding, attempt } = useAttempt()
  const rows = shallowReactive(new Map<string, { autosave: Autosave, state: RowState }>())
  const removing = shallowReactive(new Map<string, ReturnType<typeof setTimeout>>())
  /** The order that was asked for, until the journal tells it. */
  const wanted = shallowRef<readonly string[] | null>(null)
  /** Where a new item is being typed: after this item, at the end (`null`), or nowhere. */
  const drafting = ref<{ after: string | null } | null>(null)

  const agenda = computed(() => meeting.state.value?.agenda ?? [])
  const items = computed(() => {
    const place = new Map(wanted.value?.map((itemId, index) => [itemId, index]))
    return agenda.value.toSorted((a, b) => (place.get(a.itemId) ?? Infinity) - (place.get(b.itemId) ?? Infinity) || 0)
  })
  const ids = computed(() => items.value.map((item) => item.itemId))

  watch(agenda, (now) => {
    if (wanted.value?.every((itemId, index) => now[index]?.itemId === itemId)) wanted.value = null
  })

  let ordering = false
  async function order(next: readonly string[]) {
    if (next === ids.value) return
    wanted.value = next
    if (ordering) return
    ordering = true
    try {
      // What was moved meanwhile is sent as one more order, the last one last.
      for (let sent: readonly string[] | null = null; wanted.value && wanted.value !== sent;) {
        sent = wanted.value
        await call(orderItems, { params: { meetingId: meeting.id }, body: { itemIds: [...sent] } })
      }
    } catch (thrown) {
      wanted.value = null
      notify.failed(errorText(thrown))
    } finally {
      ordering = false
    }
  }

  /** Adds an item where it was typed; resolves to whether the server has it. */
  async function add(draft: AgendaItemDraft, key: string): Promise<string | null> {
    const after = drafting.value?.after ?? null
    const present = ids.value
    let added: string | null = null
    await attempt(async () => {
      const { itemId } = await call(addItem, { params: { meetingId: meeting.id }, body: { ...draft, key } })
      added = itemId
      const index = after ? present.indexOf(after) + 1 : 0
      if (index > 0 && index < present.length) await order(present.toSpliced(index, 0, itemId))
    })
    return added
  }

  async function carryOut(itemId: string) {
    clearTimeout(removing.get(itemId))
    try {
      await call(removeItem, { params: { meetingId: meeting.id, itemId } })
    } catch (thrown) {
      removing.delete(itemId)
      notify.failed(errorText(thrown))
    }
  }

  watch(agenda, (now) => {
    for (const itemId of removing.keys()) if (!now.some((item) => item.itemId === itemId)) removing.delete(itemId)
    for (const itemId of rows.keys()) if (!now.some((item) => item.itemId === itemId)) rows.delete(itemId)
  })

  const state = computed<RowState>(() => {
    const states = new Set([...rows.values()].map((row) => row.state))
    return (['invalid', 'failed', 'saving', 'waiting'] as const).find((one) => states.has(one)) ?? 'saved'
  })

  // Leaving the page is no way to take a removal back.
  onScopeDispose(() => {
    for (const itemId of removing.keys()) void carryOut(itemId)
    for (const row of rows.values()) void row.autosave.flush()
  })

  return {
    items, drafting, adding, removing, state, add,
    move: (itemId: string, step: number) => void order(movedBy(ids.value, itemId, step)),
    moveTo: (itemId: string, before: string) => void order(movedTo(ids.value, itemId, ids.value.indexOf(before))),
    remove: (itemId: string) => { removing.set(itemId, setTimeout(() => void carryOut(itemId), UNDO_SECONDS * 1000)) },
    keep(itemId: string) {
      clearTimeout(removing.get(itemId))
      removing.delete(itemId)
    },
    report: (itemId: string, autosave: Autosave, state: RowState) => { rows.set(itemId, { autosave, state }) },
    unsaved: computed(() => state.value !== 'saved' || removing.size > 0),
    /** Saves and removes everything that waits; resolves to whether the server has it all. */
    async settle(): Promise<boolean> {
      await Promise.all([...removing.keys()].map(carryOut))
      const saved = await Promise.all([...rows.values()].map((row) => row.autosave.flush()))
      return saved.every(Boolean) && state.value !== 'invalid'
    },
  }
}
