import { useToast } from '@nuxt/ui/composables'
import { onScopeDispose, ref, watch } from 'vue'

/** In ms after a page opened: what is needed at once has come by then. */
const CALM_MS = 10_000

/** Whether the place for short notices is wanted: from the first one on, or from some calm moment before, lest the network be gone then. */
export function useToasting() {
  const { toasts } = useToast()
  const wanted = ref(false)
  const timer = setTimeout(() => { wanted.value = true }, CALM_MS)
  onScopeDispose(() => clearTimeout(timer))
  watch(toasts, () => { wanted.value ||= toasts.value.length > 0 }, { immediate: true })
  return wanted
}
