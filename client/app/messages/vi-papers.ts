/** What is said in Vietnamese over an open document, by the path of its file. Loaded with the first one that is opened. */
export default import.meta.glob<Record<string, unknown>>('./vi/papers/*.json', { import: 'default', eager: true })
