import { useI18n } from 'vue-i18n'
import { toApiError } from './api-error.ts'
import { useFormat } from './format.ts'
import { wantMessages } from './i18n.ts'

/** Says an error in the reader's language: what happened, what is safe, what to do. */
export function useErrorText() {
  const { t, te } = useI18n()
  const format = useFormat()
  return (thrown: unknown): string => {
    const { code, details } = toApiError(thrown)
    const values: Record<string, unknown> = { ...details }
    if (typeof details.limitBytes === 'number') values.limit = format.bytes(details.limitBytes)
    if (typeof details.retryAfterSeconds === 'number') values.wait = format.wait(details.retryAfterSeconds)
    if (te(`errors.${code}`)) return t(`errors.${code}`, values)
    // The room does not wait for them; where the text stands on the page, it changes when they come.
    wantMessages('errors').catch(() => undefined)
    return t('ui.notDone')
  }
}
