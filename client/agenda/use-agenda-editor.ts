import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import { addItem, orderItems, removeItem, type AgendaItemDraft, type ClassifiedItemDraft } from '../../protocol/agenda.ts'
import { branchOf, indented, movedBefore, movedBy, settled, type OutlineLine } from '../../protocol/outline.ts'
import { useAttempt } from '../app/attempt.ts'
import type { Autosave } from '../app/autosave.ts'
import { useErrorText } from '../app/error-text.ts'
import { call } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import type { SaveState } from '../ui/save-state.ts'
import { sameOutline } from './order.ts'

/** Seconds in which a removal can be taken back before it is carried out. */
export const UNDO_SECONDS = 10

/** The agenda under the clerk's hands: outline, additions and removals, shown at once and sent in turn. */
export function useAgendaEditor(meeting: Meeting) {
  const errorText = useErrorText()
  const notify = useNotify()
  const { busy: adding, attempt } = useAttempt()
  const rows = shallowReactive(new Map<string, { autosave: Autosave, state: SaveState }>())
  /** Taken off, with what is under it: the timer that carries it out, or `sent`. */
  const removing = shallowReactive(new Map<string, ReturnType<typeof setTimeout> | 'sent'>())
  /** The outline that was asked for, until the journal tells it. */
  const wanted = shallowRef<readonly OutlineLine[] | null>(null)
  /** Where a new item is being typed: after this item, at the end (`null`), or nowhere; and how deep. */
  const drafting = ref<{ after: string | null, level: number } | null>(null)

  const agenda = computed(() => meeting.state.value?.agenda ?? [])
  const items = computed(() => {
    const place = new Map(wanted.value?.map((line, index) => [line.itemId, { index, level: line.level }]))
    const sorted = agenda.value.toSorted((a, b) => (place.get(a.itemId)?.index ?? Infinity) - (place.get(b.itemId)?.index ?? Infinity) || 0)
    if (!wanted.value) return sorted
    return settled(sorted.map((item) => {
      const level = place.get(item.itemId)?.level ?? item.level
      return level === item.level ? item : { ...item, level }
    }))
  })
  const lines = computed<OutlineLine[]>(() => items.value.map(({ itemId, level }) => ({ itemId, level })))
  /** Everything that goes with what is being taken off, by item: the head of its branch. */
  const leaving = computed(() => new Map([...removing.keys()].flatMap((head) => branchOf(lines.value, head).map(({ itemId }) => [itemId, head] as const))))

  let ordering = false
  watch(agenda, (now) => {
    // Once it was answered, the journal's order is the truth: somebody else's may have followed.
    if (wanted.value && (!ordering || sameOutline(wanted.value, now))) wanted.value = null
  })

  async function order(next: readonly OutlineLine[]) {
    if (next === lines.value) return
    wanted.value = next
    if (ordering) return
    ordering = true
    try {
      // What was moved meanwhile is sent as one more order, the last one last.
      for (let sent: readonly OutlineLine[] | null = null; wanted.value && wanted.value !== sent;) {
        sent = wanted.value
        const ordered = sent.map(({ itemId, level }) => ({ itemId, level }))
        await call(orderItems, { params: { meetingId: meeting.id }, body: { items: ordered } })
      }
    } catch (thrown) {
      wanted.value = null
      notify.failed(errorText(thrown))
    } finally {
      ordering = false
      const told = new Set(agenda.value.map((item) => item.itemId))
      if (wanted.value?.every(({ itemId }) => told.has(itemId)) && sameOutline(wanted.value, agenda.value)) wanted.value = null
    }
  }

  /** Adds an item where it was typed; resolves to its id once the server has it. */
  async function add(draft: AgendaItemDraft | ClassifiedItemDraft, key: string): Promise<string | null> {
    const { after, level } = drafting.value ?? { after: null, level: 0 }
    let added: string | null = null
    await attempt(async () => {
      const body = { ...draft, key, after, level }
      added = (await call(addItem, { params: { meetingId: meeting.id }, body })).itemId
    })
    return added
  }

  /**
   * Begins a new item after this one: under it where it has something under it, else beside it. One that was added just now may
   * not have been told by the journal yet: what is typed next goes on after it, as deep.
   */
  function draftAfter(itemId: string | null) {
    const index = lines.value.findIndex((line) => line.itemId === itemId)
    const own = lines.value[index]
    const next = lines.value[index + 1]
    const before = itemId === null ? 0 : drafting.value?.level ?? 0
    drafting.value = { after: itemId, level: own ? Math.max(own.level, next && next.level > own.level ? next.level : 0) : before }
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
    const there = new Set(now.map((item) => item.itemId))
    for (const itemId of removing.keys()) if (!there.has(itemId)) removing.delete(itemId)
    for (const itemId of rows.keys()) if (!there.has(itemId)) rows.delete(itemId)
  })

  const staying = computed(() => [...rows].filter(([itemId]) => !leaving.value.has(itemId)).map(([, row]) => row))
  const state = computed<SaveState>(() => {
    const states = new Set(staying.value.map((row) => row.state))
    return (['conflict', 'invalid', 'refused', 'failed', 'saving', 'waiting'] as const).find((one) => states.has(one)) ?? 'saved'
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
    items, drafting, adding, removing, leaving, state, unsaved, add, draftAfter, settle,
    move: (itemId: string, step: 1 | -1) => void order(movedBy(lines.value, itemId, step)),
    moveTo: (itemId: string, before: string | null) => void order(movedBefore(lines.value, itemId, before)),
    /** Whether it could be moved so deep, or so far out. */
    indent(itemId: string, by: 1 | -1): boolean {
      const next = indented(lines.value, itemId, by)
      void order(next)
      return next !== lines.value
    },
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
