import { en as uiEn, vi as uiVi } from '@nuxt/ui/locale'
import { createI18n } from 'vue-i18n'

export const languages = ['vi', 'en'] as const
export type Language = typeof languages[number]

/** Nuxt UI's own words, by language. Its date fields write the day first in English too. */
export const uiLocales = { vi: uiVi, en: { ...uiEn, code: 'en-GB' } }

const STORED = 'nghi-su.language'

type Part = 'everywhere' | 'desk' | 'papers' | 'errors'

/**
 * The messages of one language: what `meetings.json` says is under `meetings.`, also in the folders `desk` and
 * `papers`. Loaded when wanted; the room wants no `desk`, `papers` with the first document that is opened, and the errors once
 * it stands.
 */
const files = {
  vi: { everywhere: () => import('./messages/vi.ts'), desk: () => import('./messages/vi-desk.ts'), papers: () => import('./messages/vi-papers.ts'), errors: () => import('./messages/vi/errors.json') },
  en: { everywhere: () => import('./messages/en.ts'), desk: () => import('./messages/en-desk.ts'), papers: () => import('./messages/en-papers.ts'), errors: () => import('./messages/en/errors.json') },
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
    const messages = part === 'errors' ? { errors: said } : Object.fromEntries(Object.entries(said).map(([path, of]) => [domainOf(path), of]))
    i18n.global.mergeLocaleMessage(language, messages)
  }))
}

/** Loads a language's messages, shows it and remembers it. */
export async function showLanguage(language: Language) {
  await load(language)
  i18n.global.locale.value = language
  localStorage.setItem(STORED, language)
  document.documentElement.lang = language
}

/** Loads this part of the messages, in the language that is shown, and from now on in any. */
export async function wantMessages(part: Part) {
  wanted.add(part)
  await load(i18n.global.locale.value as Language)
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
}
