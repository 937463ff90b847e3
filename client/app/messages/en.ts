import { en } from '@nuxt/ui/locale'

/** Nuxt UI's own words. Its date fields write the day first in English too. */
export const ui = { ...en, code: 'en-GB' }

/** What the interface says in English wherever one is, by the path of its file; beside it `en-desk.ts`, and the errors. */
export default import.meta.glob<Record<string, unknown>>(['./en/*.json', '!./en/errors.json'], { import: 'default', eager: true })
