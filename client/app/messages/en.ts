/** Everything the interface says in English, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>('./en/*.json', { import: 'default', eager: true })
