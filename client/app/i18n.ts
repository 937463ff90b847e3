import { shallowRef } from 'vue'
import { createI18n } from 'vue-i18n'
import type { ui } from './messages/vi.ts'

export const languages = ['vi', 'en'] as const
export type Language = typeof languages[number]

const STORED = 'nghi-su.language'

type Part = 'everywhere' | 'desk' | 'papers' | 'errors'
type UiWords = typeof ui
interface MessageFile { default: Record<string, unknown>, ui?: UiWords }

/**
 * The messages of one language: what `meetings.json` says is under `meetings.`, also in the folders `desk` and
 * `papers`. Loaded when wanted; the room wants no `desk`, `papers` with the first document that is opened, and the errors once
 * it stands.
 */
const files: Record<Language, Record<Part, () => Promise<MessageFile>>> = {
  vi: { everywhere: () => import('./messages/vi.ts'), desk: () => import('./messages/vi-desk.ts'), papers: () => import('./messages/vi-papers.ts'), errors: () => import('./messages/vi/errors.json') },
  en: { everywhere: () => import('./messages/en.ts'), desk: () => import('./messages/en-desk.ts'), papers: () => import('./messages/en-papers.ts'), errors: () => import('./messages/en/errors.json') },
}
const wanted = new Set<Part>(['everywhere'])
const loaded = new Set<string>()
const uiWords: Partial<Record<Language, UiWords>> = {}

/** Nuxt UI's own words, in the language that is shown. */
export const uiLocale = shallowRef<UiWords>()

export const i18n = createI18n({ legacy: false, locale: 'vi', fallbackLocale: false, missingWarn: true, messages: {} })

/** The language chosen in this browser; Vietnamese until somebody chooses. */
export function storedLanguage(): Language {
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'vi'
}

async function load(language: Language) {
  await Promise.all([...wanted].filter((part) => !loaded.has(`${language} ${part}`)).map(async (part) => {
    const { default: said, ui: words } = await files[language][part]()
    if (words) uiWords[language] = words
    loaded.add(`${language} ${part}`)
    const messages = part === 'errors' ? { errors: said } : Object.fromEntries(Object.entries(said).map(([path, of]) => [domainOf(path), of]))
    i18n.global.mergeLocaleMessage(language, messages)
  }))
}

/** Loads a language's messages, shows it and remembers it. */
export async function showLanguage(language: Language) {
  await load(language)
  // Whoever wanted a part meanwhile was given it in the language that was shown until now.
  while ([...wanted].some((part) => !loaded.has(`${language} ${part}`))) await load(language)
  i18n.global.locale.value = language
  uiLocale.value = uiWords[language]
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
