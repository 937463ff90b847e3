import { useEventListener } from '@vueuse/core'
import { onScopeDispose, ref } from 'vue'

/**
 * The page in full screen. The page as a whole, so that dialogs, a vote and messages are seen there too; what steps back
 * meanwhile follows `full`. Where the browser has no such mode (a telephone), `full` alone does it, and Escape ends it.
 */
export function useFullScreen() {
  const full = ref(false)

  async function enter() {
    full.value = true
    if (!document.fullscreenEnabled || document.fullscreenElement) return
    // Refused without a gesture of the user: the page alone is then filled.
    await document.documentElement.requestFullscreen().catch(() => undefined)
  }

  function leave() {
    full.value = false
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined)
  }

  useEventListener(document, 'fullscreenchange', () => { if (!document.fullscreenElement) full.value = false })
  useEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && full.value && !document.fullscreenElement) leave()
  })
  onScopeDispose(leave)
  return { full, enter, leave }
}
