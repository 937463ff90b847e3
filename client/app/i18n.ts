import { en as uiEn, vi as uiVi } from '@nuxt/ui/locale'
import { createI18n } from 'vue-i18n'

export const languages = ['vi', 'en'] as const
export type Language = typeof languages[number]

/** Nuxt UI's own words, by language. */
export const uiLocales = { vi: uiVi, en: uiEn }

const STORED = 'nghi-su.language'

/** The message files of one language, one a domain: what `meetings.json` says is under `meetings.`. Loaded when wanted. */
const files = {
  vi: import.meta.glob<Record<string, unknown>>('./messages/vi/*.json', { import: 'default' }),
  en: import.meta.glob<Record<string, unknown>>('./messages/en/*.json', { import: 'default' }),
}

export const i18n = createI18n({ legacy: false, locale: 'vi', fallbackLocale: false, missingWarn: true, messages: {} })

/** The language chosen in this browser; Vietnamese until somebody chooses. */
export function storedLanguage(): Language {
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'vi'
}

/** Loads a language's messages, shows it and remembers it. */
export async function showLanguage(language: Language) {
  if (!i18n.global.availableLocales.includes(language)) {
    const loading = Object.entries(files[language]).map(async ([path, load]) => [domainOf(path), await load()] as const)
    const loaded = await Promise.all(loading)
    i18n.global.setLocaleMessage(language, Object.fromEntries(loaded))
  }
  i18n.global.locale.value = language
  localStorage.setItem(STORED, language)
  document.documentElement.lang = language
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
}
