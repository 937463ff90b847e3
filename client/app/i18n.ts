import { en as uiEn, vi as uiVi } from '@nuxt/ui/locale'
import { createI18n } from 'vue-i18n'

export const languages = ['vi', 'en'] as const
export type Language = typeof languages[number]

/** Nuxt UI's own words, by language. */
export const uiLocales = { vi: uiVi, en: uiEn }

const STORED = 'nghi-su.language'

/** The message files of one language, one a domain: what `meetings.json` says is under `meetings.`. Loaded when wanted. */
const files = { vi: () => import('./messages/vi.ts'), en: () => import('./messages/en.ts') }

export const i18n = createI18n({ legacy: false, locale: 'vi', fallbackLocale: false, missingWarn: true, messages: {} })

/** The language chosen in this browser; Vietnamese until somebody chooses. */
export function storedLanguage(): Language {
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'vi'
}

/** Loads a language's messages, shows it and remembers it. */
export async function showLanguage(language: Language) {
  if (!i18n.global.availableLocales.includes(language)) {
    const loaded = (await files[language]()).default
    const messages = Object.entries(loaded).map(([path, said]) => [domainOf(path), said] as const)
    i18n.global.setLocaleMessage(language, Object.fromEntries(messages))
  }
  i18n.global.locale.value = language
  localStorage.setItem(STORED, language)
  document.documentElement.lang = language
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
}
