/** What the interface says in Vietnamese, by the path of its file; beside it `vi-desk.ts`. */
export default import.meta.glob<Record<string, unknown>>(
  ['./vi/*.json', '!./vi/bodies.json', '!./vi/organisation.json', '!./vi/home.json', '!./vi/identity.json', '!./vi/minutes.json', '!./vi/proposals.json', '!./vi/notices.json', '!./vi/invitations.json', '!./vi/planning.json', '!./vi/rollcall.json', '!./vi/programme.json'], { import: 'default', eager: true },
)
