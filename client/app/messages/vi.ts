/** Everything the interface says in Vietnamese, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>('./vi/*.json', { import: 'default', eager: true })
