/** What the interface says in English, by the path of its file; beside it `en-desk.ts`. */
export default import.meta.glob<Record<string, unknown>>(
  ['./en/*.json', '!./en/bodies.json', '!./en/organisation.json', '!./en/home.json', '!./en/identity.json', '!./en/minutes.json', '!./en/proposals.json', '!./en/notices.json', '!./en/invitations.json', '!./en/planning.json', '!./en/rollcall.json', '!./en/programme.json'], { import: 'default', eager: true },
)
