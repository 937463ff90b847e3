import { ref, type Ref } from 'vue'
import { useNotify } from '../ui/notify.ts'
import { useErrorText } from './error-text.ts'

/** Runs what a person asked for, one at a time, and says what went wrong. Resolves to whether it was done. */
export function useAttempt(): { busy: Readonly<Ref<boolean>>, attempt: (act: () => Promise<unknown>) => Promise<boolean> } {
  const busy = ref(false)
  const errorText = useErrorText()
  const notify = useNotify()

  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      await act()
      return true
    } catch (thrown) {
      notify.failed(errorText(thrown))
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, attempt }
}
