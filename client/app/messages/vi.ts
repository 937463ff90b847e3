/** What the interface says in Vietnamese, by the path of its file; beside it `vi-desk.ts`. */
export default import.meta.glob<Record<string, unknown>>(
  ['./vi/*.json', '!./vi/home.json', '!./vi/identity.json', '!./vi/minutes.json'], { import: 'default', eager: true },
)
