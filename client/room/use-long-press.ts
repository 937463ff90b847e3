import { useEventListener } from '@vueuse/core'
import { onScopeDispose, type MaybeRefOrGetter } from 'vue'

/** In ms, as on phones everywhere. */
const LONG_MS = 500
/** In CSS pixels: a finger is never quite still. */
const STILL = 10

/** A finger that rests on an element. */
export function useLongPress(target: MaybeRefOrGetter<HTMLElement | null>, pressed: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  const forget = () => clearTimeout(timer)
  onScopeDispose(forget)

  useEventListener(target, 'pointerdown', (event) => {
    forget()
    if (event.pointerType === 'mouse') return
    start = { x: event.clientX, y: event.clientY }
    timer = setTimeout(pressed, LONG_MS)
  })
  useEventListener(target, 'pointermove', (event) => {
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL) forget()
  })
  for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) useEventListener(target, end, forget)
  // The browser's own menu would lie over ours.
  useEventListener(target, 'contextmenu', (event) => { if (matchMedia('(pointer: coarse)').matches) event.preventDefault() })
}
