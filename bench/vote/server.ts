import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { BodyRulesInput } from '../../protocol/bodies.ts'
import { startServer, type RunningServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { ownerKnex } from '../../server/platform/database.ts'
import { answerCalls } from '../child.ts'

/** The whole server in a process of its own: it is killed, and who votes costs it nothing. */

const rules: BodyRulesInput = {
  quorum: { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế làm việc' },
  majority: { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế làm việc', base: 'incumbents' }, grading: null,
}
const ROWS = 1000
const as = (personId: string) => ({ personId, administrator: false })

let server: RunningServer | undefined

export interface VoteHouse { origin: string, meetingId: string, chairId: string, itemId: string, voters: { personId: string, sid: string }[] }

/** People with sessions, in one body; signing each in would take longer than everything else. */
async function seedVoters(owner: Knex, count: number): Promise<VoteHouse['voters']> {
  const ids: string[] = []
  for (let from = 0; from < count; from += ROWS) {
    const people = Array.from({ length: Math.min(ROWS, count - from) }, (_, index) => ({ full_name: `Đại biểu ${from + index + 1}`, office: 'Đại biểu' }))
    ids.push(...(await owner('person').insert(people).returning<{ id: string }[]>('id')).map(({ id }) => id))
  }
  await owner.batchInsert('account', ids.map((id, index) => ({ person_id: id, username: `voter${index}`, password_hash: 'never', administrator: false })), ROWS)
  const versions: { person_id: string, session_version: number }[] = await owner('account').select('person_id', 'session_version')
  const versionOf = new Map(versions.map((row) => [row.person_id, row.session_version]))
  const expire = new Date(Date.now() + 12 * 3600_000)
  const voters = ids.map((personId) => ({ personId, sid: randomUUID() }))
  await owner.batchInsert('user_session', voters.map(({ personId, sid }) => ({
    sid, expire, sess: JSON.stringify({
      cookie: { originalMaxAge: 12 * 3600_000, expires: expire.toISOString(), httpOnly: true, path: '/', sameSite: 'lax' },
      personId, version: versionOf.get(personId), family: randomUUID(), signedInAt: Date.now(),
    }),
  })), ROWS)
  return voters
}

const calls = {
  /** Starts it with these settings. */
  async start({ env }: { env: Record<string, string> }): Promise<{ origin: string }> {
    server = await startServer(loadConfig(env), { media: false })
    return { origin: server.origin }
  },

  /** A live meeting of a body with so many voters. */
  async seed({ env, voters: count }: { env: Record<string, string>, voters: number }): Promise<Omit<VoteHouse, 'origin'>> {
    if (!server) throw new Error('the server is not there')
    const config = loadConfig(env)
    if (config.database.kind !== 'external') throw new Error('the benchmark brings its own database')
    const { bodies, meetings, agenda } = server.domains
    const owner = ownerKnex(config.database.ownerUrl)
    try {
      const voters = await seedVoters(owner, count)
      const chairId = voters[0]?.personId ?? ''
      const body = await bodies.found({
        name: 'Đại hội đại biểu toàn tỉnh', rules,
        letterhead: { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Đại hội', minutesSymbol: 'BB/ĐH', place: 'Bình Giang' },
      })
      await owner.batchInsert('membership', voters.map(({ personId }, index) => ({
        body_id: body.id, person_id: personId, role: index === 0 ? 'chair' : 'member', office: 'Đại biểu', voting: true, rank: index + 1, since: '2024-01-01',
      })), ROWS)
      const startsAt = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 3600_000).toISOString()
      const chair = as(chairId)
      const { meetingId } = await meetings.create(chair, { title: 'Đại hội', mode: 'hybrid', place: 'Hội trường', startsAt, plannedMinutes: 210, bodyId: body.id, key: randomUUID() })
      const { itemId } = await agenda.add(meetingId, chair, { title: 'Nghị quyết', minutes: 30, presenterId: null, purpose: 'decide', key: randomUUID() })
      await meetings.publish(meetingId, chair, 'Theo yêu cầu công tác')
      await meetings.open(meetingId, chair, randomUUID())
      return { meetingId, chairId, itemId, voters }
    } finally {
      await owner.destroy()
    }
  },

  async openVote({ meetingId, chairId, itemId }: { meetingId: string, chairId: string, itemId: string }): Promise<string> {
    if (!server) throw new Error('the server is not there')
    const asked = { key: randomUUID(), itemId, kind: 'named' as const, secret: false, question: 'Thông qua nghị quyết?', withoutQuorum: 'Đo tốc độ' }
    return (await server.domains.voting.open(meetingId, as(chairId), asked)).voteId
  },

  /** The count at closing. */
  async closeVote({ meetingId, chairId, voteId }: { meetingId: string, chairId: string, voteId: string }): Promise<number> {
    if (!server) throw new Error('the server is not there')
    return (await server.domains.voting.close(meetingId, as(chairId), { key: randomUUID(), voteId })).cast
  },

  async stop(): Promise<void> {
    await server?.stop()
  },
}

export type VoteServer = typeof calls
answerCalls(calls)
