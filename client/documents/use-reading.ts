import { useEventListener, useIntervalFn } from '@vueuse/core'
import { onScopeDispose, toValue, type MaybeRefOrGetter } from 'vue'
import { MAX_READ_SECONDS, reportReading } from '../../protocol/documents.ts'
import { call } from '../app/http.ts'

const TELL_MS = 10_000
/** Who neither scrolls nor touches anything for so long is not counted as reading on. */
const IDLE_MS = 120_000

/** Counts the seconds that each page is before the reader's eyes, and tells them now and then; readers are told of that. */
export function useReading(params: { meetingId: string, documentId: string }, version: number, page: MaybeRefOrGetter<number | null>): void {
  const seconds = new Map<number, number>()
  let stirred = Date.now()

  async function tell(): Promise<void> {
    const pages = [...seconds].slice(0, 60).map(([number, spent]) => ({ page: number, seconds: Math.min(spent, MAX_READ_SECONDS) }))
    seconds.clear()
    // Best effort: a report that is lost makes no reader's page fail.
    if (pages.length) await call(reportReading, { params, body: { version, pages } }, { keepalive: true }).catch(() => undefined)
  }

  useEventListener(['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'], () => { stirred = Date.now() }, { passive: true })
  useIntervalFn(() => {
    const here = toValue(page)
    if (here === null || document.visibilityState !== 'visible' || Date.now() - stirred > IDLE_MS) return
    seconds.set(here, (seconds.get(here) ?? 0) + 1)
  }, 1000)
  useIntervalFn(() => void tell(), TELL_MS)
  useEventListener(document, 'visibilitychange', () => { if (document.visibilityState === 'hidden') void tell() })
  onScopeDispose(() => void tell())
}
