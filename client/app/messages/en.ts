/** What the interface says in English, by the path of its file; beside it `en-desk.ts`. */
export default import.meta.glob<Record<string, unknown>>(
  ['./en/*.json', '!./en/home.json', '!./en/identity.json', '!./en/minutes.json'], { import: 'default', eager: true },
)
