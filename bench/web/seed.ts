import type { Knex } from 'knex'
import { hashPassword } from '../../server/identity/identity.ts'
import type { RunningServer } from '../../server/app.ts'
import { seedLarge } from './seed-large.ts'
import { as, seedMeetings } from './seed-meetings.ts'
import { seedPeople } from './seed-people.ts'
import { seedProposals } from './seed-proposals.ts'
import type { Size } from './size.ts'

/** Who may sign in, with one password, and what there is to ask for. */
export interface House {
  password: string
  usernames: { administrator: string, clerk: string, member: string }
  member: string
  unit: string
  largeBody: string
  /** The large meeting, a draft like it, and a draft of the body with the most meetings. */
  live: string
  largeDraft: string
  draft: string
  proposal: string
  /** Path of the clerk's calendar. */
  calendar: string
  /** How long it took to fill the database, ms. */
  seedMs: number
}

const PASSWORD = 'Sông Bình sơn 12'

/** Fills an empty database: by the acts of the domains, and as rows where those would take minutes. */
export async function seed({ server, owner, size }: { server: RunningServer, owner: Knex, size: Size }): Promise<House> {
  const from = performance.now()
  const { domains } = server
  const people = await seedPeople(owner, domains.bodies, size, await hashPassword(PASSWORD))
  const proposals = await seedProposals(owner, domains.proposals.kinds, people, size)
  const { draft } = await seedMeetings(server, people, proposals, size)
  const large = await seedLarge(server, people, size)
  const { url } = await domains.inviting.feeds.make(as(people.clerk))
  const [member = '', unit = ''] = [people.members[2], people.units[0]]
  await seedNotices(owner, [people.clerk, member], size)
  await owner.raw('VACUUM ANALYZE')
  return {
    password: PASSWORD, usernames: { administrator: 'user0', clerk: 'user2', member: 'user3' }, member, unit,
    largeBody: people.largeBody, live: large.live, largeDraft: large.draft, draft, proposal: proposals.checking,
    calendar: new URL(url).pathname, seedMs: performance.now() - from,
  }
}

/** Notices like those that came of the invitations, and no mail of them on its way: there is no mail server here. */
async function seedNotices(owner: Knex, personIds: readonly string[], { notices }: Size): Promise<void> {
  await owner.raw(`
    INSERT INTO notice (person_id, dedupe_key, topic, kind, content, link, created_at)
    SELECT person_id, 'bench ' || nth, topic, kind, content, link, created_at - nth * interval '1 hour'
    FROM unnest(CAST(:personIds AS uuid[])) AS person_id, generate_series(1, CAST(:notices AS int)) AS nth, (SELECT * FROM notice LIMIT 1) AS pattern (
      id, of_person_id, of_dedupe_key, topic, kind, content, link, created_at, read_at, told)`, { personIds: [...personIds], notices })
  await owner.raw(`INSERT INTO notice_delivery (notice_id, due_at) SELECT id, created_at FROM notice WHERE dedupe_key LIKE 'bench %'`)
  await owner('notice').update({ told: true })
  await owner('notice_delivery').where({ state: 'waiting' }).update({ state: 'notConfigured' })
}
