/** Nuxt UI's own words. */
export { vi as ui } from '@nuxt/ui/locale'

/** What the interface says in Vietnamese wherever one is, by the path of its file; beside it `vi-desk.ts`, and the errors. */
export default import.meta.glob<Record<string, unknown>>(['./vi/*.json', '!./vi/errors.json'], { import: 'default', eager: true })
