import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BodyRules, listBodies, listMembers, symbolOf, type Body } from '../../protocol/bodies.ts'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { beginTerm, bodyHistory, changeBody, changeTerm, endBody, endTerm, foundBody, listTerms, type Term } from '../../protocol/terms.ts'
import type { Client } from '../../tests/support/client.ts'
import { bodyRules } from '../../tests/support/house.ts'
import { person, signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let administrator: Client
let other: Client
const today = localDay(Date.now())
const yesterday = addDays(today, -1)
const letterhead = { style: 'state', superior: 'UBND TỈNH', issuer: 'HỘI ĐỒNG', minutesSymbol: 'BB-HĐNT', place: 'Bình Sơn' } as const

beforeAll(async () => {
  server = await startTestServer()
  administrator = (await signedIn(server, 'admin1', { administrator: true, fullName: 'Quản Trị Một' })).client
  other = (await signedIn(server, 'admin2', { administrator: true })).client
})
afterAll(() => server.stop())

let serial = 0
const fields = (name: string) => ({ name, kind: 'council' as const, superiorUnitId: null, since: '2020-01-01', rules: bodyRules.committee, letterhead })
async function body(): Promise<Body> {
  serial += 1
  const { body: answer, error } = await administrator.call(foundBody, { body: fields(`Hội đồng ${serial}`) })
  if (error) throw new Error(error.code)
  return answer.body
}
const member = { role: 'member', office: 'Uỷ viên', voting: true, rank: 3 } as const
const begin = (at: Body, personId: string, term: Partial<Term> = {}) =>
  administrator.call(beginTerm, { params: { bodyId: at.id }, body: { ...member, personId, since: '2025-01-01', ...term } })
const end = (at: Body, { id, version }: Term, until: string) => administrator.call(endTerm, { params: { bodyId: at.id, termId: id }, body: { until, version } })

describe('a body', () => {
  it('is founded with rules that older ones get by default, and changed under its version', async () => {
    const made = await body()
    expect(made.rules).toEqual(BodyRules.parse(bodyRules.committee))
    expect(made.rules.substitutes).toMatchObject({ countsForQuorum: false, mayVote: false })
    expect(['invitation', 'minutes', 'conclusion'].map((paper) => symbolOf(made, paper as 'minutes'))).toEqual(['GM-HĐNT', 'BB-HĐNT', 'TB-HĐNT'])
    const change = (client: Client, days: number) => client.call(changeBody, { params: { bodyId: made.id }, body: {
      ...fields(made.name), version: made.version, rules: { ...made.rules, documents: { leadWorkingDays: days, basis: 'Quy chế' } },
    } })
    const answers = await Promise.all([change(administrator, 5), change(other, 7)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const kept = answers.find(({ status }) => status === 200)?.body.body
    const refused = answers.find(({ status }) => status === 409)?.error
    expect(refused).toMatchObject({ code: 'bodyChanged', details: { body: { version: 2, rules: { documents: kept?.rules.documents } } } })
    const { body: { entries } } = await administrator.call(bodyHistory, { params: { bodyId: made.id } })
    expect(entries.map(({ action }) => action)).toEqual(['body.changed', 'body.founded'])
    expect(entries[0]?.data).toMatchObject({ from: { rules: { documents: { leadWorkingDays: 3 } } }, to: { rules: { documents: kept?.rules.documents } } })
  })

  it('has a name of its own, rules that can be reached, and a unit that is there', async () => {
    const made = await body()
    const found = (change: object) => administrator.call(foundBody, { body: { ...fields('Hội đồng khác'), ...change } })
    expect((await found({ name: made.name.replace('ồ', 'ồ'.normalize('NFD')) })).error?.code).toBe('bodyNameTaken')
    expect((await found({ superiorUnitId: '01900000-0000-7000-8000-000000000000' })).error?.code).toBe('unitNotFound')
    const beyond = { ...bodyRules.committee, quorum: { ...bodyRules.committee.quorum, numerator: 4 } }
    expect((await found({ rules: beyond })).error?.code).toBe('badRequest')
    expect((await found({ since: '1066-10-14' })).error?.code).toBe('dateOutOfRange')
  })

  it('that has ended takes its members along, is changed no more and gives its name free', async () => {
    const made = await body()
    const { client, personId } = await signedIn(server, `ending${serial}`)
    await begin(made, personId)
    const stop = (until: string, version = 1) => administrator.call(endBody, { params: { bodyId: made.id }, body: { until, version } })
    expect((await stop('2019-12-31')).error?.code).toBe('dateOutOfRange')
    expect((await stop(yesterday)).status).toBe(200)
    expect((await client.call(listBodies)).body.bodies).toEqual([])
    expect((await client.call(listMembers, { params: { bodyId: made.id } })).error?.code).toBe('bodyNotFound')
    expect((await begin(made, personId)).error?.code).toBe('bodyEnded')
    expect((await administrator.call(listTerms, { params: { bodyId: made.id } })).body.terms[0]?.until).toBe(yesterday)
    expect((await administrator.call(foundBody, { body: fields(made.name) })).status).toBe(200)
    expect((await administrator.call(listBodies)).body.bodies.filter(({ name }) => name === made.name)).toHaveLength(2)
  })
})

describe('a term', () => {
  it('that ended yesterday makes nobody a member today, and one that ends today still does', async () => {
    const made = await body()
    const { client, personId } = await signedIn(server, `term${serial}`)
    const { body: { term } } = await begin(made, personId)
    expect((await client.call(listBodies)).body.bodies).toMatchObject([{ id: made.id, role: 'member' }])
    const { body: { term: last } } = await end(made, term, today)
    expect((await client.call(listBodies)).body.bodies).toHaveLength(1)
    await end(made, last, yesterday)
    expect((await client.call(listBodies)).body.bodies).toEqual([])
    expect((await client.call(listMembers, { params: { bodyId: made.id } })).error?.code).toBe('bodyNotFound')
    expect(await server.domains.bodies.presentMembers(made.id, new Date())).toEqual([])
    expect(await server.domains.bodies.presentMembers(made.id, new Date(Date.now() - 24 * 3600_000))).toHaveLength(1)
  })

  it('follows another without a day in common', async () => {
    const made = await body()
    const { personId } = await person(server, `next${serial}`)
    const { body: { term } } = await begin(made, personId, { until: '2025-12-31' })
    for (const since of ['2025-12-31', '2024-06-01']) expect((await begin(made, personId, { since })).error?.code).toBe('termOverlaps')
    const next = await begin(made, personId, { since: '2026-01-01', role: 'chair', rank: 1 })
    expect(next.body.term).toMatchObject({ role: 'chair', since: '2026-01-01', until: null })
    expect((await end(made, term, '2026-01-01')).error?.code).toBe('termOverlaps')
    expect((await server.domains.bodies.presentMembers(made.id, new Date())).map(({ role }) => role)).toEqual(['chair'])
  })

  it('is begun once, however many ask at the same moment', async () => {
    const made = await body()
    const { personId } = await person(server, `race${serial}`)
    const answers = await Promise.all(Array.from({ length: 6 }, () => begin(made, personId)))
    expect(answers.map(({ error }) => error?.code ?? 'done').toSorted()).toEqual(['done', ...Array(5).fill('termOverlaps')])
  })

  it('is changed under its version, within its body, and nowhere else', async () => {
    const [made, elsewhere] = [await body(), await body()]
    const { personId } = await person(server, `change${serial}`)
    const { body: { term } } = await begin(made, personId)
    const change = (bodyId: string, version: number, change: object = {}) =>
      administrator.call(changeTerm, { params: { bodyId, termId: term.id }, body: { ...member, ...change, version } })
    expect((await change(elsewhere.id, 1)).error?.code).toBe('membershipNotFound')
    expect((await change(made.id, 1, { office: 'Phó Chủ tịch', voting: false })).body.term).toMatchObject({ office: 'Phó Chủ tịch', voting: false, version: 2 })
    expect((await change(made.id, 1)).error).toMatchObject({ code: 'membershipChanged', details: { term: { office: 'Phó Chủ tịch' } } })
    const { body: { entries } } = await administrator.call(bodyHistory, { params: { bodyId: made.id } })
    expect(entries[0]).toMatchObject({ action: 'membership.changed', subject: { id: personId }, data: { from: { voting: true }, to: { voting: false } } })
  })

  it.each([
    ['before the body', { since: '2019-12-31' }], ['with an end before its beginning', { since: '2025-05-01', until: '2025-04-30' }],
  ])('cannot be dated %s', async (_, dates) => {
    const made = await body()
    const { personId } = await person(server, `dated${serial}`)
    expect((await begin(made, personId, dates)).error?.code).toBe('dateOutOfRange')
    expect((await begin(made, made.id)).error?.code).toBe('personNotFound')
  })
})
