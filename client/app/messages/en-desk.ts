/** What only pages outside the room say in English, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>('./en/desk/*.json', { import: 'default', eager: true })
