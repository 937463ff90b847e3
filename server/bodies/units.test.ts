import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { searchPeople } from '../../protocol/people.ts'
import {
  addUnit, assignUnit, endUnit, listUnits, mergeUnits, moveUnit, renameUnit, splitUnit, unitHistory, type Unit,
} from '../../protocol/units.ts'
import type { Client } from '../../tests/support/client.ts'
import { person, signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let administrator: Client
let other: Client
const today = localDay(Date.now())
const yesterday = addDays(today, -1)
const SINCE = '2020-01-01'

beforeAll(async () => {
  server = await startTestServer()
  administrator = (await signedIn(server, 'admin1', { administrator: true, fullName: 'Quản Trị Một' })).client
  other = (await signedIn(server, 'admin2', { administrator: true, fullName: 'Quản Trị Hai' })).client
})
afterAll(() => server.stop())

let serial = 0
async function unit(name: string, superiorId: string | null = null, since = SINCE): Promise<Unit> {
  serial += 1
  const { body, error } = await administrator.call(addUnit, { body: { name: `${name} ${serial}`, superiorId, since } })
  if (error) throw new Error(error.code)
  return body.unit
}
async function worker(at: Unit, since = SINCE): Promise<string> {
  serial += 1
  const { personId } = await person(server, `w${serial}`)
  const { error } = await administrator.call(assignUnit, { params: { personId }, body: { unitId: at.id, since } })
  if (error) throw new Error(error.code)
  return personId
}
async function now(id: string): Promise<Unit> {
  const { body } = await administrator.call(listUnits, { query: { ended: 'true' } })
  return body.units.find((one) => one.id === id)!
}
const peopleOf = async (id: string) => (await administrator.call(searchPeople, { query: { unitId: id, limit: 100 } })).body.people.map((one) => one.id)
const move = (client: Client, { id, version }: Unit, superiorId: string | null, on = today) =>
  client.call(moveUnit, { params: { unitId: id }, body: { superiorId, on, version } })

describe('a unit', () => {
  it('is added, renamed and moved, and keeps what it was called and where it stood', async () => {
    const [office, room, board] = [await unit('Văn phòng'), await unit('Phòng'), await unit('Ban')]
    const { body: { unit: renamed } } = await administrator.call(renameUnit, {
      params: { unitId: room.id }, body: { name: 'Phòng Tổng hợp – Thư ký', code: 'THTK', on: yesterday, version: 1 },
    })
    expect(renamed).toMatchObject({ name: 'Phòng Tổng hợp – Thư ký', code: 'THTK', version: 2 })
    const { body: { unit: moved } } = await move(administrator, renamed, office.id)
    expect(moved).toMatchObject({ superiorId: office.id, version: 3 })
    await move(other, moved, board.id)
    const { body: { entries } } = await administrator.call(unitHistory, { params: { unitId: room.id } })
    expect(entries.map(({ action, actor }) => [action, actor?.fullName])).toEqual([
      ['unit.moved', 'Quản Trị Hai'], ['unit.moved', 'Quản Trị Một'], ['unit.renamed', 'Quản Trị Một'], ['unit.added', 'Quản Trị Một'],
    ])
    expect(entries[0]?.data).toEqual({ from: office.id, to: board.id, on: today })
    expect(entries[2]?.data).toMatchObject({ from: { name: room.name, code: null }, to: { name: 'Phòng Tổng hợp – Thư ký' }, on: yesterday })
  })

  it('has a name of its own among those at work, however its tones are placed', async () => {
    const made = await unit('Văn phòng Đảng uỷ')
    const twin = await administrator.call(addUnit, { body: { name: made.name.replace('uỷ', 'ủy').toUpperCase(), superiorId: null, since: SINCE } })
    expect(twin).toMatchObject({ status: 409, error: { code: 'unitNameTaken' } })
    await administrator.call(endUnit, { params: { unitId: made.id }, body: { until: yesterday, version: 1 } })
    expect((await administrator.call(addUnit, { body: { name: made.name, superiorId: null, since: today } })).status).toBe(200)
  })

  it('is changed by the second of two only after they have seen the first change', async () => {
    const made = await unit('Sở')
    const rename = (client: Client, name: string) => client.call(renameUnit, { params: { unitId: made.id }, body: { name, code: null, on: today, version: 1 } })
    const answers = await Promise.all([rename(administrator, `${made.name} A`), rename(other, `${made.name} B`)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const refused = answers.find(({ status }) => status === 409)
    const kept = await now(made.id)
    expect(refused?.error).toMatchObject({ code: 'unitChanged', details: { unit: { name: kept.name, version: 2 } } })
  })

  it.each([
    ['before it began', { on: '2019-12-31' }], ['to come', { on: addDays(today, 1) }],
  ])('takes no change that is dated %s', async (_, { on }) => {
    const [made, under] = [await unit('Chi cục'), await unit('Cục')]
    expect(await move(administrator, made, under.id, on)).toMatchObject({ status: 422, error: { code: 'dateOutOfRange', details: { earliest: SINCE, latest: today } } })
    const renamed = await administrator.call(renameUnit, { params: { unitId: made.id }, body: { name: 'X', code: null, on, version: 1 } })
    expect(renamed.error?.code).toBe('dateOutOfRange')
    expect(await now(made.id)).toEqual(made)
  })

  it('cannot be added for days to come, nor under one that is not there, has ended or began later', async () => {
    const add = async (superiorId: string | null, since: string) => (await administrator.call(addUnit, { body: { name: 'Không thành', superiorId, since } })).error?.code
    const [ended, young] = [await unit('Cũ'), await unit('Trẻ', null, yesterday)]
    await administrator.call(endUnit, { params: { unitId: ended.id }, body: { until: yesterday, version: 1 } })
    expect(await add(null, addDays(today, 1))).toBe('dateOutOfRange')
    expect(await add('01900000-0000-7000-8000-000000000000', today)).toBe('unitNotFound')
    expect(await add(ended.id, today)).toBe('unitEnded')
    expect(await add(young.id, '2020-05-05')).toBe('dateOutOfRange')
  })
})

describe('the tree', () => {
  it('never has a unit under itself', async () => {
    const a = await unit('A')
    const b = await unit('B', a.id)
    const c = await unit('C', b.id)
    for (const below of [a, b, c]) expect(await move(administrator, a, below.id)).toMatchObject({ status: 409, error: { code: 'unitCycle' } })
    expect(await now(a.id)).toEqual(a)
  })

  it('stays a tree when two people move units under one another at the same moment', async () => {
    for (let round = 0; round < 8; round += 1) {
      const [a, b] = [await unit('Trái'), await unit('Phải')]
      const answers = await Promise.all([move(administrator, a, b.id), move(other, b, a.id)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
      expect(answers.find(({ status }) => status === 409)?.error?.code).toBe('unitCycle')
      const { rows } = await server.db.raw(`
        WITH RECURSIVE up AS (
          SELECT id, superior_id, 1 AS steps FROM unit UNION ALL
          SELECT up.id, unit.superior_id, steps + 1 FROM up JOIN unit ON unit.id = up.superior_id WHERE steps < 500
        ) SELECT max(steps) AS deepest FROM up`)
      expect(rows[0].deepest).toBeLessThan(100)
    }
  })
})

describe('the end of a unit', () => {
  it('leaves its people without one from the next day on, and waits until nothing stands under it', async () => {
    const made = await unit('Hết')
    const below = await unit('Dưới', made.id)
    const who = await worker(made)
    const end = (until: string, version: number) => administrator.call(endUnit, { params: { unitId: made.id }, body: { until, version } })
    expect(await end(today, 1)).toMatchObject({ status: 409, error: { code: 'unitNotEmpty', details: { units: 1 } } })
    await move(administrator, below, null)
    expect((await end('2019-01-01', 1)).error?.code).toBe('dateOutOfRange')
    const { body: { unit: ended } } = await end(yesterday, 1)
    expect(ended).toMatchObject({ until: yesterday, people: 0 })
    expect(await server.domains.units.unitOf(who)).toBeNull()
    const { body: { units } } = await administrator.call(listUnits, { query: {} })
    expect(units.some(({ id }) => id === made.id)).toBe(false)
    for (const refused of [await end(today, 2), await move(administrator, ended, null)]) expect(refused.error?.code).toBe('unitEnded')
  })

  it('may be to come: until then it works as before', async () => {
    const made = await unit('Sắp hết')
    const who = await worker(made)
    const { body: { unit: ending } } = await administrator.call(endUnit, { params: { unitId: made.id }, body: { until: addDays(today, 30), version: 1 } })
    expect(ending.people).toBe(1)
    expect((await server.domains.units.unitOf(who))?.id).toBe(made.id)
  })
})

describe('a merger', () => {
  it('takes people and units below into a new one, and is found from either side', async () => {
    const top = await unit('Tỉnh')
    const [a, b] = [await unit('Sở Một', top.id), await unit('Sở Hai', top.id)]
    const below = await unit('Phòng', b.id)
    const people = [await worker(a), await worker(b), await worker(below)]
    const { body: { unit: made } } = await administrator.call(mergeUnits, { body: {
      units: [a, b].map(({ id, version }) => ({ unitId: id, version })), on: today, into: { kind: 'new', name: a.name, code: 'SM', superiorId: top.id },
    } })
    expect(made).toMatchObject({ name: a.name, since: today, until: null, superiorId: top.id, people: 2, successors: [] })
    expect(made.predecessors).toEqual([a.id, b.id].toSorted())
    expect((await peopleOf(made.id)).toSorted()).toEqual(people.slice(0, 2).toSorted())
    expect(await now(below.id)).toMatchObject({ superiorId: made.id, people: 1 })
    for (const { id } of [a, b]) expect(await now(id)).toMatchObject({ until: yesterday, people: 0, successors: [made.id] })
    const terms = await server.db('unit_membership').where({ person_id: people[0] }).orderBy('since').select('unit_id', server.db.raw('until::text'))
    expect(terms).toEqual([{ unit_id: a.id, until: yesterday }, { unit_id: made.id, until: null }])
  })

  it('may go into one that goes on, and never into one below those that end', async () => {
    const [stays, goes] = [await unit('Ở lại'), await unit('Nhập vào')]
    const below = await unit('Bên dưới', goes.id)
    const merge = (into: Unit, on = today) => administrator.call(mergeUnits, { body: {
      units: [{ unitId: goes.id, version: goes.version }], on, into: { kind: 'existing', unitId: into.id, version: into.version },
    } })
    for (const wrong of [below, goes]) expect((await merge(wrong)).error?.code).toBe('unitCycle')
    expect((await merge({ ...stays, version: 9 })).error?.code).toBe('unitChanged')
    expect((await merge(stays, SINCE)).error?.code).toBe('dateOutOfRange')
    const { body: { unit: grown } } = await merge(stays)
    expect(grown).toMatchObject({ id: stays.id, since: SINCE, predecessors: [goes.id] })
    expect((await now(below.id)).superiorId).toBe(stays.id)
  })

  it('of a single unit into a new one is none', async () => {
    const a = await unit('Một mình')
    const answer = await administrator.call(mergeUnits, { body: { units: [{ unitId: a.id, version: 1 }], on: today, into: { kind: 'new', name: 'Y', code: null, superiorId: null } } })
    expect(answer.error?.code).toBe('badRequest')
  })
})

describe('a split', () => {
  it('gives each part its people, and the rest to the first', async () => {
    const top = await unit('Ngành')
    const whole = await unit('Sở chung', top.id)
    const below = await unit('Phòng chung', whole.id)
    const [stays, leaves] = [await worker(whole), await worker(whole)]
    const { body: { units: [first, second] } } = await administrator.call(splitUnit, { params: { unitId: whole.id }, body: {
      parts: [{ name: whole.name, code: null }, { name: `${whole.name} mới`, code: null, people: [leaves] }], on: today, version: whole.version,
    } })
    expect([first, second].map((part) => [part?.superiorId, part?.people, part?.predecessors])).toEqual([[top.id, 1, [whole.id]], [top.id, 1, [whole.id]]])
    expect(await peopleOf(first!.id)).toEqual([stays])
    expect(await peopleOf(second!.id)).toEqual([leaves])
    expect((await now(below.id)).superiorId).toBe(first?.id)
    expect(await now(whole.id)).toMatchObject({ until: yesterday, successors: [first!.id, second!.id].toSorted() })
  })
})

describe('where somebody works', () => {
  it('is one unit at a time, from a day on', async () => {
    const [a, b] = [await unit('Nơi một'), await unit('Nơi hai')]
    const personId = await worker(a, '2026-01-05')
    const assign = async (unitId: string | null, since: string) =>
      (await administrator.call(assignUnit, { params: { personId }, body: { unitId, since } })).error?.code
    expect(await assign(b.id, '2026-01-04')).toBe('dateOutOfRange')
    expect(await assign(b.id, addDays(today, 1))).toBe('dateOutOfRange')
    expect(await assign(b.id, '2026-02-01')).toBeUndefined()
    expect(await assign(a.id, '2026-02-01')).toBeUndefined()
    expect((await server.domains.units.unitOf(personId))?.id).toBe(a.id)
    expect(await assign(null, today)).toBeUndefined()
    expect(await server.domains.units.unitOf(personId)).toBeNull()
    const rows = await server.db('unit_membership').where({ person_id: personId }).orderBy('since').select('unit_id', server.db.raw('since::text, until::text'))
    expect(rows).toEqual([{ unit_id: a.id, since: '2026-01-05', until: '2026-01-31' }, { unit_id: a.id, since: '2026-02-01', until: yesterday }])
    expect((await administrator.call(assignUnit, { params: { personId: a.id }, body: { unitId: a.id, since: today } })).error?.code).toBe('personNotFound')
  })
})
