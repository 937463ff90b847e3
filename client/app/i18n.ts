import { en as uiEn, vi as uiVi } from '@nuxt/ui/locale'
import { createI18n } from 'vue-i18n'

export const languages = ['vi', 'en'] as const
export type Language = typeof languages[number]

/** Nuxt UI's own words, by language. Its date fields write the day first in English too. */
export const uiLocales = { vi: uiVi, en: { ...uiEn, code: 'en-GB' } }

const STORED = 'nghi-su.language'

type Part = 'everywhere' | 'desk'

/** The messages of one language: what `meetings.json` says is under `meetings.`. Loaded when wanted; the room wants no `desk`. */
const files = {
  vi: { everywhere: () => import('./messages/vi.ts'), desk: () => import('./messages/vi-desk.ts') },
  en: { everywhere: () => import('./messages/en.ts'), desk: () => import('./messages/en-desk.ts') },
}
const wanted = new Set<Part>(['everywhere'])
const loaded = new Set<string>()

export const i18n = createI18n({ legacy: false, locale: 'vi', fallbackLocale: false, missingWarn: true, messages: {} })

/** The language chosen in this browser; Vietnamese until somebody chooses. */
export function storedLanguage(): Language {
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'vi'
}

async function load(language: Language) {
  await Promise.all([...wanted].filter((part) => !loaded.has(`${language} ${part}`)).map(async (part) => {
    const { default: said } = await files[language][part]()
    loaded.add(`${language} ${part}`)
    i18n.global.mergeLocaleMessage(language, Object.fromEntries(Object.entries(said).map(([path, of]) => [domainOf(path), of])))
  }))
}

/** Loads a language's messages, shows it and remembers it. */
export async function showLanguage(language: Language) {
  await load(language)
  i18n.global.locale.value = language
  localStorage.setItem(STORED, language)
  document.documentElement.lang = language
}

/** Loads what pages outside the room say, in the language that is shown, and from now on in any. */
export async function wantDeskMessages() {
  wanted.add('desk')
  await load(i18n.global.locale.value as Language)
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
}
