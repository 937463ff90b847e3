import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import { addItem, orderItems, removeItem, type AgendaItemDraft } from '../../protocol/agenda.ts'
import { useAttempt } from '../app/attempt.ts'
import type { Autosave } from '../app/autosave.ts'
import { useErrorText } from '../app/error-text.ts'
import { call } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import type { SaveState } from '../ui/save-state.ts'
import { movedBy, movedTo, sameOrder } from './order.ts'

/** Seconds in which a removal can be taken back before it is carried out. */
export const UNDO_SECONDS = 10

/** The agenda under the clerk's hands: order, additions and removals, shown at once and sent in turn. */
export function useAgendaEditor(meeting: Meeting) {
  const errorText = useErrorText()
  const notify = useNotify()
  const { busy: adding, attempt } = useAttempt()
  const rows = shallowReactive(new Map<string, { autosave: Autosave, state: SaveState }>())
  /** Taken off: the timer that carries it out, or `sent`. */
  const removing = shallowReactive(new Map<string, ReturnType<typeof setTimeout> | 'sent'>())
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

  let ordering = false
  watch(agenda, (now) => {
    // Once it was answered, the journal's order is the truth: somebody else's may have followed.
    if (wanted.value && (!ordering || sameOrder(wanted.value, now.map((item) => item.itemId)))) wanted.value = null
  })

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
      const told = agenda.value.map((item) => item.itemId)
      if (wanted.value?.every((itemId) => told.includes(itemId)) && sameOrder(wanted.value, told)) wanted.value = null
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

  /** Resolves to whether the server took it, as far as is known by then. */
  async function carryOut(itemId: string): Promise<boolean> {
    const timer = removing.get(itemId)
    if (timer === 'sent') return true
    clearTimeout(timer)
    removing.set(itemId, 'sent')
    try {
      await call(removeItem, { params: { meetingId: meeting.id, itemId } })
      return true
    } catch (thrown) {
      removing.delete(itemId)
      notify.failed(errorText(thrown))
      return false
    }
  }

  watch(agenda, (now) => {
    for (const itemId of removing.keys()) if (!now.some((item) => item.itemId === itemId)) removing.delete(itemId)
    for (const itemId of rows.keys()) if (!now.some((item) => item.itemId === itemId)) rows.delete(itemId)
  })

  const staying = computed(() => [...rows].filter(([itemId]) => !removing.has(itemId)).map(([, row]) => row))
  const state = computed<SaveState>(() => {
    const states = new Set(staying.value.map((row) => row.state))
    return (['invalid', 'refused', 'failed', 'saving', 'waiting'] as const).find((one) => states.has(one)) ?? 'saved'
  })

  const unsaved = computed(() => state.value !== 'saved' || removing.size > 0)

  /** Saves and removes everything that waits; resolves to whether the server has it all. */
  async function settle(): Promise<boolean> {
    const rowsLeft = staying.value
    const done = await Promise.all([
      ...[...removing.keys()].map(carryOut), ...rowsLeft.map((row) => row.autosave.flush()),
    ])
    return done.every(Boolean)
  }

  useUnfinished({
    kind: 'typed', settle,
    pending: () => state.value !== 'saved' || [...removing.values()].some((timer) => timer !== 'sent'),
  })
  // Leaving the page is no way to take a removal back.
  onScopeDispose(() => {
    for (const itemId of removing.keys()) void carryOut(itemId)
    for (const row of rows.values()) void row.autosave.flush()
  })

  return {
    items, drafting, adding, removing, state, unsaved, add, settle,
    move: (itemId: string, step: number) => void order(movedBy(ids.value, itemId, step)),
    moveTo: (itemId: string, before: string) => void order(movedTo(ids.value, itemId, ids.value.indexOf(before))),
    remove: (itemId: string) => { removing.set(itemId, setTimeout(() => void carryOut(itemId), UNDO_SECONDS * 1000)) },
    keep(itemId: string) {
      const timer = removing.get(itemId)
      if (timer === 'sent') return
      clearTimeout(timer)
      removing.delete(itemId)
    },
    report: (itemId: string, autosave: Autosave, state: SaveState) => { rows.set(itemId, { autosave, state }) },
  }
}
