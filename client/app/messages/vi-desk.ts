/** What only pages outside the room say in Vietnamese, by the path of its file. */
export default import.meta.glob<Record<string, unknown>>(
  ['./vi/home.json', './vi/identity.json', './vi/minutes.json'], { import: 'default', eager: true },
)
