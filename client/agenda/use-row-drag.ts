import { useEventListener } from '@vueuse/core'
import { shallowRef } from 'vue'

/** Where a dragged row would go: before this item, or to the end (`null`). */
export interface DropPlace { itemId: string, before: string | null }

/** How near to the window's edge a drag scrolls, and how far at once, in px. */
const EDGE = 72
const STEP = 14

/** Rows dragged by their handles, with a mouse, a pen or a finger. Rows carry `data-item`. Escape gives up. */
export function useRowDrag(drop: (place: DropPlace) => void) {
  const place = shallowRef<DropPlace | null>(null)
  let dragged: { itemId: string, pointerId: number } | null = null

  /** The row under the pointer decides: its upper half goes before it, its lower half after it. */
  function placeAt(y: number): string | null | undefined {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-item]')]
    const index = rows.findIndex((row) => y < row.getBoundingClientRect().bottom)
    const row = rows[index]
    if (!row) return null
    const { top, height } = row.getBoundingClientRect()
    return (y < top + height / 2 ? row : rows[index + 1])?.dataset['item'] ?? null
  }

  function move(event: PointerEvent) {
    if (event.pointerId !== dragged?.pointerId) return
    event.preventDefault()
    if (event.clientY < EDGE) window.scrollBy(0, -STEP)
    else if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, STEP)
    const before = placeAt(event.clientY)
    if (before !== undefined) place.value = { itemId: dragged.itemId, before }
  }

  function end(done: boolean) {
    const to = place.value
    dragged = null
    place.value = null
    if (done && to) drop(to)
  }

  useEventListener(window, 'pointermove', move, { passive: false })
  useEventListener(window, 'pointerup', (event: PointerEvent) => { if (event.pointerId === dragged?.pointerId) end(true) })
  useEventListener(window, 'pointercancel', (event: PointerEvent) => { if (event.pointerId === dragged?.pointerId) end(false) })
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (!dragged || event.key !== 'Escape') return
    event.stopPropagation()
    end(false)
  }, { capture: true })

  return {
    place,
    start(event: PointerEvent, itemId: string) {
      if (event.button !== 0) return
      event.preventDefault()
      dragged = { itemId, pointerId: event.pointerId }
    },
  }
}
