import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../protocol/calendar.ts'
import type { ProposalContent, ProposalStage } from '../../protocol/proposals.ts'
import { readingStore } from '../../server/proposals/reading-store.ts'
import { proposalsStore } from '../../server/proposals/store.ts'
import { openHouse, type House } from '../support/house.ts'
import { today } from '../support/proposals.ts'

/** The contract of the store of proposals: what is written in a transaction is there with it, and lists cost the same however long. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let worker: { personId: string, administrator: boolean }
let unitId: string
let kindId: string
const at = () => new Date()

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody()
  worker = await house.newPerson()
  const [unit] = await house.db('unit').insert({ name: 'Sở Tài chính', since: '2020-01-01' }).returning<{ id: string }[]>('id')
  unitId = unit!.id
  await house.db('unit_membership').insert({ unit_id: unitId, person_id: worker.personId, since: '2020-01-01' })
  kindId = (await house.domains.proposals.kinds.inForce())[0]!.kindId
})
afterAll(() => house.close())

const content = (title = 'Dự toán năm'): ProposalContent => ({
  bodyId: body.bodyId, kindId, title, summary: 'Tóm tắt', asks: 'decide', proposedOn: addDays(today(), 20), legalBasis: '', presenterId: null,
  urgency: 'urgent', disagreement: 'some', wantsMeeting: true,
})
const find = (proposalId: string, personId = worker.personId) => proposalsStore.findAccess(house.db, proposalId, personId, today())
async function insert(key: string = randomUUID()): Promise<string> {
  const made = await house.db.transaction((trx) => proposalsStore.insert(trx, { unitId, content: content(), creatorId: worker.personId, key, at: at() }))
  return made!.proposalId
}

describe('the store of proposals', () => {
  it('keeps what was written with the transaction, and nothing of one that failed', async () => {
    const key = randomUUID()
    const failed = house.db.transaction(async (trx) => {
      await proposalsStore.insert(trx, { unitId, content: content(), creatorId: worker.personId, key, at: at() })
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    expect(await proposalsStore.findCreation(house.db, worker.personId, key)).toBeUndefined()
    const proposalId = await insert(key)
    expect(await proposalsStore.findCreation(house.db, worker.personId, key)).toEqual({ proposalId, version: 1 })
    expect(await house.db('matter').where({ id: proposalId })).toHaveLength(1)
    expect((await find(proposalId))?.proposal.content).toEqual(content())
  })

  it('inserts nothing under a key that was used', async () => {
    const key = randomUUID()
    await insert(key)
    const again = await house.db.transaction((trx) => proposalsStore.insert(trx, { unitId, content: content(), creatorId: worker.personId, key, at: at() }))
    expect(again).toBeUndefined()
  })

  it('keeps its steps for good', async () => {
    const proposalId = await insert()
    const step = { kind: 'drafted' as const, actorId: worker.personId, at: at(), reason: '', holder: 'unit' as const, dueOn: null }
    await house.db.transaction(async (trx) => {
      await proposalsStore.insertStep(trx, proposalId, step)
      await proposalsStore.insertStep(trx, proposalId, { ...step, kind: 'withdrawn', reason: 'Thôi' })
    })
    expect((await readingStore.steps(house.db, proposalId)).map(({ kind }) => kind)).toEqual(['drafted', 'withdrawn'])
    for (const sql of ['UPDATE proposal_step SET reason = \'khác\'', 'DELETE FROM proposal_step', 'UPDATE proposal_submission SET round = 9', 'UPDATE proposal_kind SET basis = \'khác\'']) {
      await expect(house.db.raw(sql)).rejects.toThrow(/permission denied|append-only/)
    }
    await expect(house.archive.owner.raw('UPDATE proposal_step SET reason = \'khác\'')).rejects.toThrow('append-only')
  })

  it('counts terms by whole days of Asia/Ho_Chi_Minh', async () => {
    const proposalId = await insert()
    const { personId } = await house.newPerson()
    await house.db('unit_membership').insert({ unit_id: unitId, person_id: personId, since: '2026-03-01', until: '2026-06-30' })
    const known = async (on: string) => (await proposalsStore.findAccess(house.db, proposalId, personId, on)) !== undefined
    expect([await known('2026-02-28'), await known('2026-03-01'), await known('2026-06-30'), await known('2026-07-01')]).toEqual([false, true, true, false])
  })
})

describe('2,000 proposals', () => {
  const stages: [status: string, checked: boolean, stage: ProposalStage][] = [
    ['draft', false, 'draft'], ['submitted', false, 'received'], ['submitted', true, 'checking'], ['returned', false, 'returned'], ['accepted', false, 'pool'],
  ]
  beforeAll(async () => {
    await house.archive.owner.raw(`
      WITH matters AS (INSERT INTO matter (id) SELECT uuidv7() FROM generate_series(1, 2000) RETURNING id),
        numbered AS (SELECT id, row_number() OVER () AS n FROM matters)
      INSERT INTO proposal (id, unit_id, body_id, kind_id, kind_version, status, round, since, due_on, checker_id, title, summary, asks, legal_basis, edited_at,
        edited_by, creator_id, creation_key)
      SELECT id, :unitId, :bodyId, :kindId, 1, (ARRAY['draft', 'submitted', 'submitted', 'returned', 'accepted'])[n % 5 + 1], CASE n % 5 WHEN 0 THEN 0 ELSE 1 END,
        now() - n * interval '1 hour', current_date + CAST(n % 7 AS integer) - 3, CASE n % 5 WHEN 2 THEN CAST(:clerk AS uuid) END, 'Việc số ' || n, 'Tóm tắt', 'decide', '',
        now(), :person, :person, 'bulk ' || n
      FROM numbered`, { unitId, bodyId: body.bodyId, kindId, clerk: body.clerk.personId, person: worker.personId })
    await house.archive.owner.raw('ANALYZE')
  })

  it('are listed in pages that miss none and show none twice', async () => {
    const { reading } = house.domains.proposals
    const seen: string[] = []
    let before: string | undefined
    do {
      const page = await reading.list(body.clerk, { side: 'office', limit: 100, before })
      seen.push(...page.proposals.map(({ id }) => id))
      before = page.next ?? undefined
    } while (before)
    const [{ n }] = await house.db('proposal').where('round', '>', 0).count('* as n') as [{ n: string }]
    expect(seen).toHaveLength(Number(n))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('are found by stage and by words without diacritics', async () => {
    const { reading } = house.domains.proposals
    for (const [, , stage] of stages) {
      const { proposals } = await reading.list(worker, { side: 'unit', stage, limit: 20 })
      expect(new Set(proposals.map((one) => one.stage))).toEqual(new Set([stage]))
    }
    const { proposals } = await reading.list(worker, { side: 'unit', search: 'viec so 1999', limit: 20 })
    expect(proposals.map(({ title }) => title)).toEqual(['Việc số 1999'])
  })

  it('take as many queries as one', async () => {
    const { reading } = house.domains.proposals
    const id = (await reading.list(body.clerk, { side: 'office', stage: 'checking', limit: 1 })).proposals[0]!.id
    const readings = {
      list: () => reading.list(body.clerk, { side: 'office', limit: 50 }), filtered: () => reading.list(worker, { side: 'unit', stage: 'pool', search: 'viec', limit: 50 }),
      board: () => reading.board(body.clerk), one: () => reading.get(id, body.clerk),
    }
    for (const [name, work] of Object.entries(readings)) {
      const statements = await house.statements(work)
      expect([name, statements.length]).toEqual([name, name === 'one' ? 11 : 1])
    }
  })

  it('stand on the board by stage, late ones first', async () => {
    const { columns } = await house.domains.proposals.reading.board(body.clerk)
    expect(columns.map(({ stage }) => stage)).toEqual(['received', 'checking', 'returned', 'pool', 'outside', 'planned', 'decided'])
    for (const { stage, count, late, proposals } of columns) {
      if (stage === 'outside' || stage === 'planned' || stage === 'decided') continue
      expect(count).toBeGreaterThanOrEqual(400)
      expect(proposals).toHaveLength(12)
      expect(late).toBeGreaterThan(12)
      expect(proposals.every((one) => one.late)).toBe(true)
    }
    expect((await house.domains.proposals.reading.board(worker)).columns.every(({ count }) => count === 0)).toBe(true)
  })
})
