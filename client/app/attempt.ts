import { ref, type Ref } from 'vue'
import { useNotify } from '../ui/notify.ts'
import { useErrorText } from './error-text.ts'
import { newKey } from './http.ts'
import { createIntentKeys } from './intent.ts'

export interface Attempting {
  busy: Readonly<Ref<boolean>>
  /**
   * `key`: the idempotency key to send. Tried again with an equal `intent` (the values of what is to be created) after a
   * failure, it is the same key, so that a lost answer does not create a second one.
   */
  attempt: (act: (key: string) => Promise<unknown>, intent?: object) => Promise<boolean>
}

/** Runs what a person asked for, one at a time, and says what went wrong. Resolves to whether it was done. */
export function useAttempt(): Attempting {
  const busy = ref(false)
  const keys = createIntentKeys()
  const errorText = useErrorText()
  const notify = useNotify()

  const attempt: Attempting['attempt'] = async (act, intent) => {
    if (busy.value) return false
    busy.value = true
    try {
      await act(intent ? keys.keyFor(intent) : newKey())
      if (intent) keys.succeeded()
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
