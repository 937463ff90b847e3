/** What only pages outside the room say in English, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>(
  ['./en/home.json', './en/identity.json', './en/minutes.json'], { import: 'default', eager: true },
)
