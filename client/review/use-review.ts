import { useEventListener, useResizeObserver, useSessionStorage, useThrottleFn, useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import {
  attendReview, departedNotice, departReview, LED_AGAIN_MS, LED_EVERY_MS, pointersNotice, showPointer, showView, viewNotice, type LedView, type Point,
} from '../../protocol/review.ts'
import { toApiError } from '../app/api-error.ts'
import { socketClient } from '../app/socket.ts'
import type { PdfView } from '../documents/pdf-view.ts'
import { useSession } from '../identity/session.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

/** A pointer that rests is no longer pointing at anything, ms. */
const RESTED_MS = 15_000
const SCROLL_KEYS = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', ' '])

/** One reader’s part in going through a document together: leading it, following who does, or looking elsewhere. */
export function useReview(meeting: Meeting, documentId: string, { places, container }: Pick<PdfView, 'places' | 'container'>) {
  const session = useSession()
  const of = { meetingId: meeting.id, documentId }
  const led = computed(() => {
    const review = meeting.state.value?.review
    return review?.documentId === documentId ? review : null
  })
  const mine = computed(() => led.value !== null && led.value.leaderId === session.personId)
  /** On this device: a leader’s tablet and laptop would pull at each other. */
  const here = useSessionStorage(`nghi-su.review.${session.personId}.${documentId}`, false)
  const leading = computed(() => mine.value && here.value)
  const following = ref(true)
  /** What the leader sees. */
  const shown = shallowRef<LedView | null>(null)
  /** Where others point, by person. */
  const pointers = shallowReactive(new Map<string, Point>())
  const rests = new Map<string, ReturnType<typeof setTimeout>>()
  /** Whether one shows the others where one points, not leading. */
  const pointing = ref(false)
  let pointer: Point | null = null
  /** Rises as places on the screen move. */
  const drawn = ref(0)

  function follow() {
    following.value = true
    if (shown.value && !leading.value) places.go(shown.value)
  }

  function take(view: LedView) {
    if (leading.value) return
    shown.value = view
    if (following.value) places.go(view)
    drawn.value += 1
  }

  function takePointer(personId: string, at: Point | null) {
    clearTimeout(rests.get(personId))
    if (!at || personId === session.personId) return pointers.delete(personId)
    pointers.set(personId, at)
    rests.set(personId, setTimeout(() => pointers.delete(personId), RESTED_MS))
  }

  async function attend() {
    try {
      const { view } = await socketClient.send(attendReview, of, { once: true })
      if (view) take(view)
      if (leading.value) await show()
    } catch (error) {
      // Cut off or no longer to be read: at the next connection it is asked again.
      console.warn('The document is not followed:', toApiError(error).code)
    }
  }

  async function show() {
    const here = places.here()
    if (leading.value && here) await tell(() => socketClient.send(showView, { ...of, view: { ...here, pointer } }, { once: true }))
  }

  /** Fleeting: what is lost is told again soon. A server that was restarted has to be attended anew. */
  async function tell(send: () => Promise<unknown>) {
    await send().catch((error: unknown) => { if (toApiError(error).code === 'reviewNotAttended') void attend() })
  }

  const showSoon = useThrottleFn(() => void show(), LED_EVERY_MS, true)
  const pointSoon = useThrottleFn(() => {
    void tell(() => socketClient.send(showPointer, { ...of, at: pointing.value ? pointer : null }, { once: true }))
  }, LED_EVERY_MS, true)
  useIntervalFn(() => { if (document.visibilityState === 'visible') void show() }, LED_AGAIN_MS)

  function point(at: Point | null) {
    pointer = at
    if (leading.value) void showSoon()
    else if (pointing.value) void pointSoon()
  }
  watch(pointing, () => void pointSoon())

  /** The reader goes somewhere: no longer with the leader. */
  function steer() {
    if (led.value && !leading.value) following.value = false
  }

  useEventListener(container, 'scroll', () => {
    drawn.value += 1
    void showSoon()
  }, { passive: true })
  useEventListener(container, ['wheel', 'touchmove'], steer, { passive: true })
  useEventListener(container, 'keydown', ({ key }) => { if (SCROLL_KEYS.has(key)) steer() })
  useEventListener(container, 'pointerdown', (event) => {
    // On the scroll bar, which is no part of the pages.
    if (event.target === container && event.offsetX >= container.clientWidth) steer()
  })
  useEventListener(container, 'pointermove', (event) => { if (event.pointerType !== 'touch') point(places.at(event.clientX, event.clientY)) })
  useEventListener(container, 'pointerleave', () => point(null))
  useResizeObserver([container, container.firstElementChild as HTMLElement], () => {
    drawn.value += 1
    if (leading.value) void showSoon()
    else if (led.value && following.value) follow()
  })

  // Each leader is followed at first, and what the one before showed is nobody's view any more.
  watch(() => led.value && `${led.value.leaderId} ${led.value.since}`, () => {
    shown.value = null
    following.value = true
    if (!mine.value) here.value = false
    else void show()
  })
  watch(here, () => void show())

  const stops = [
    socketClient.on(viewNotice, (told) => { if (told.documentId === documentId) take(told.view) }),
    socketClient.on(pointersNotice, (told) => {
      if (told.documentId === documentId) for (const { personId, at } of told.pointers) takePointer(personId, at)
    }),
    socketClient.on(departedNotice, (told) => { if (told.documentId === documentId) pointers.clear() }),
    socketClient.onConnected(() => void attend()),
  ]
  if (socketClient.state.value === 'connected') void attend()
  onScopeDispose(() => {
    for (const stop of stops) stop()
    for (const rest of rests.values()) clearTimeout(rest)
    void socketClient.send(departReview, of, { once: true }).catch(() => undefined)
  })

  return {
    led, mine, leading, here, following, shown, pointers, pointing, follow, steer,
    /** Where a place is on the screen now. */
    spot: (at: Point) => drawn.value >= 0 ? places.spot(at) : null,
    stay() { following.value = false },
  }
}

export type ReviewOfReader = ReturnType<typeof useReview>
