import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBodies, listMembers, type BodyRole, type BodyRulesInput } from '../../protocol/bodies.ts'
import { reaches } from '../../protocol/shares.ts'
import { createClient, type Client } from '../../tests/support/client.ts'
import { PASSWORD, person } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'
import { createBodies } from './bodies.ts'
import { createBodiesStore } from './store.ts'

const half = { numerator: 1, denominator: 2, strict: true, basis: 'test' }
const rules: BodyRulesInput = { quorum: { ...half, numerator: 2, denominator: 3, strict: false }, majority: { ...half, base: 'present' }, grading: null }
const letterhead = { style: 'state', superior: '', issuer: 'A', minutesSymbol: 'BB', place: 'B' } as const

let server: TestServer
let serial = 0
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const since = new Date('2026-01-01T00:00:00+07:00')

async function body(...members: { username: string, role?: BodyRole, since?: Date }[]) {
  serial += 1
  const { bodies } = server.domains
  const made = await bodies.found({ name: `Hội đồng ${serial}`, rules, letterhead })
  const ids: string[] = []
  for (const [index, { username, role = 'member', since: from = since }] of members.entries()) {
    const { personId } = await person(server, username)
    ids.push(personId)
    await bodies.addMember({ bodyId: made.id, personId, role, office: 'Uỷ viên', voting: true, rank: members.length - index, since: from })
  }
  return { ...made, ids }
}

async function be(username: string): Promise<Client> {
  const client = createClient(server.origin)
  await client.signIn(username, PASSWORD)
  return client
}

describe('bodies', () => {
  it('are shown to their members with their role, and to nobody else', async () => {
    const mine = await body({ username: 'b1', role: 'clerk' }, { username: 'b2' })
    const other = await body({ username: 'b3' })
    const client = await be('b1')
    expect((await client.call(listBodies)).body.bodies).toMatchObject([{ id: mine.id, role: 'clerk', rules }])
    const { body: { members } } = await client.call(listMembers, { params: { bodyId: mine.id } })
    expect(members.map((member) => member.person.id)).toEqual([...mine.ids].reverse())
    for (const bodyId of [other.id, '01900000-0000-7000-8000-000000000000']) {
      expect(await client.call(listMembers, { params: { bodyId } })).toMatchObject({ status: 404, error: { code: 'bodyNotFound' } })
      await expect(server.domains.bodies.bodyFor(mine.ids[0]!, bodyId)).rejects.toMatchObject({ code: 'bodyNotFound' })
    }
  })

  it('are all shown to an administrator, without a role in those that are not theirs', async () => {
    const { id } = await body({ username: 'b4' })
    await person(server, 'b-admin', { administrator: true })
    const client = await be('b-admin')
    expect((await client.call(listBodies)).body.bodies.find((one) => one.id === id)?.role).toBeNull()
    expect((await client.call(listMembers, { params: { bodyId: id } })).body.members).toHaveLength(1)
  })

  it('have rules that fit their schema, or are not founded', async () => {
    const wrong = { ...rules, quorum: { ...half, denominator: 0 } }
    await expect(server.domains.bodies.found({ name: 'Sai', rules: wrong, letterhead })).rejects.toThrow()
    expect(await server.domains.bodies.findByName('Sai')).toBeNull()
  })
})

describe('a term', () => {
  it('includes its first and its last day by the local calendar, and no other', async () => {
    const { id, ids: [personId = ''] } = await body({ username: 'term' })
    await server.db('membership').where({ person_id: personId }).update({ until: '2026-06-30' })
    const present = async (at: string) => (await server.domains.bodies.presentMembers(id, new Date(at))).length
    expect(await present('2025-12-31T23:59:59+07:00')).toBe(0)
    expect(await present('2026-01-01T00:00:00+07:00')).toBe(1)
    expect(await present('2026-06-30T23:59:59+07:00')).toBe(1)
    expect(await present('2026-07-01T00:00:00+07:00')).toBe(0)
    const later = createBodies({ store: createBodiesStore(server.db), now: () => new Date('2026-07-01T00:00:00+07:00') })
    await expect(later.bodyFor(personId, id)).rejects.toMatchObject({ code: 'bodyNotFound' })
  })

  it('is one at a time in a body', async () => {
    const { id, ids: [personId = ''] } = await body({ username: 'twice' })
    await server.domains.bodies.addMember({ bodyId: id, personId, role: 'chair', office: 'Chủ tịch', voting: true, rank: 9, since })
    expect((await server.domains.bodies.presentMembers(id, new Date())).map(({ role }) => role)).toEqual(['member'])
  })
})

describe('a share', () => {
  it.each([
    // count, base, reached: more than half; two thirds
    [7, 15, false, false], [8, 15, true, false], [10, 15, true, true], [5, 9, true, false], [6, 9, true, true], [4, 8, false, false], [0, 0, false, false],
  ])('%i of %i', (count, base, majority, quorum) => {
    expect([reaches(count, base, half), reaches(count, base, rules.quorum)]).toEqual([majority, quorum])
  })
})
