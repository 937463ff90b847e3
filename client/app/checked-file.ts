import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { toApiError } from './api-error.ts'
import { useErrorText } from './error-text.ts'
import { useFormat } from './format.ts'

interface Report { counts: { added: number, changed: number, problems: number } }

interface Ways<R extends Report> {
  check(file: Blob): Promise<R>
  /** Asks first; false where somebody thought better of it. Tells of its success. */
  apply(file: Blob, report: R): Promise<boolean>
  limitBytes: number
  /** The key of what to do about a file that cannot be read, where it is not the common one. */
  cureOf?(reason: string): string | undefined
}

/** A file that is chosen, checked as a dry run, and then taken as a whole or not at all. */
export function useCheckedFile<R extends Report>({ check: ask, apply: take, limitBytes, cureOf }: Ways<R>) {
  const { t, te } = useI18n()
  const errorText = useErrorText()
  const format = useFormat()
  const file = shallowRef<File | null>(null)
  const report = shallowRef<R | null>(null)
  const failure = ref<{ title: string, cure: string } | null>(null)
  const busy = ref(false)
  const ready = computed(() => report.value !== null && report.value.counts.problems === 0 && report.value.counts.added + report.value.counts.changed > 0)

  const bytes = (chosen: File) => new Blob([chosen], { type: 'application/octet-stream' })

  function tell(error: unknown): void {
    const { code, details } = toApiError(error)
    const reason = code === 'importUnreadable' && typeof details.reason === 'string' ? details.reason : null
    const headings = Array.isArray(details.missing) ? details.missing.join(', ') : String(details.twice ?? '')
    const key = reason === null ? '' : cureOf?.(reason) ?? `organisation.import.unreadable.${reason}`
    const rows = format.number(Number(details.limit ?? 0))
    failure.value = { title: errorText(error), cure: key && te(key) ? t(key, { headings, limit: format.bytes(limitBytes), rows }) : '' }
  }

  function forget(): void {
    file.value = report.value = failure.value = null
  }

  async function check(chosen: File): Promise<void> {
    if (busy.value) return
    forget()
    file.value = chosen
    busy.value = true
    try {
      report.value = await ask(bytes(chosen))
    } catch (error) {
      tell(error)
    } finally {
      busy.value = false
    }
  }

  async function apply(): Promise<void> {
    const [chosen, told] = [file.value, report.value]
    if (!chosen || !told) return
    busy.value = true
    try {
      if (await take(bytes(chosen), told)) forget()
    } catch (error) {
      tell(error)
      report.value = null
    } finally {
      busy.value = false
    }
  }
  return { file, report, failure, busy, ready, check, apply, forget, limit: format.bytes(limitBytes) }
}
