/** What only pages outside the room say in Vietnamese, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>('./vi/desk/*.json', { import: 'default', eager: true })
