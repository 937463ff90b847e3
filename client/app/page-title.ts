import { onScopeDispose, ref, watchEffect } from 'vue'
import { useRoute } from 'vue-router'
import { i18n } from './i18n.ts'

/** What the present page calls itself; null while it says no more than its route. */
const told = ref<string | null>(null)

/** Lets a page title itself by what it shows, e.g. the meeting's title. */
export function usePageTitle(title: () => string | null | undefined) {
  const stop = watchEffect(() => { told.value = title() ?? null })
  onScopeDispose(() => {
    stop()
    told.value = null
  })
}

/** The title of the page that is shown, and in the window's title bar. */
export function useShownTitle() {
  const route = useRoute()
  const shown = ref('')
  watchEffect(() => {
    const { t } = i18n.global
    shown.value = told.value ?? (route.meta.title ? t(route.meta.title) : '')
    document.title = shown.value ? `${shown.value} · ${t('app.name')}` : t('app.name')
  })
  return shown
}
