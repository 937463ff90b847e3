import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { BodyRulesInput } from '../../protocol/bodies.ts'
import type { Day } from '../../protocol/calendar.ts'
import type { OpinionAnswer } from '../../protocol/opinions.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { bodyRules, freshKey, openHouse, type House } from './house.ts'

type Body = Awaited<ReturnType<House['newBody']>>
interface Wanted { members?: number, rules?: NonNullable<BodyRulesInput['opinions']>, body?: Body }

export const refused = (code: string, details?: object) =>
  expect.objectContaining({ code, ...details ? { details: expect.objectContaining(details) as unknown } : {} }) as unknown

/** A house with a unit that drafts, bodies that are asked in writing, and a clock that is set. */
export async function openOpinions() {
  /** The clock of the domain; what asks for the real one stays with it. */
  let clock = new Date()
  const house = await openHouse({ now: () => clock })
  const { opining } = house.domains
  const worker = await house.newPerson()
  const [unit] = await house.db('unit').insert({ name: 'Sở Tài chính', since: '2020-01-01' }).returning<{ id: string }[]>('id')
  const unitId = unit?.id ?? ''
  await house.db('unit_membership').insert({ unit_id: unitId, person_id: worker.personId, since: '2020-01-01' })
  const kindId = (await house.domains.proposals.kinds.inForce())[0]?.kindId ?? ''

  /** An accepted proposal of the unit, with a paper. */
  async function newMatter(body: Body, title = 'Phân bổ dự toán'): Promise<string> {
    const { owner } = house.archive
    const [matter] = await owner('matter').insert({ id: owner.raw('uuidv7()') }).returning<{ id: string }[]>('id')
    const id = matter?.id ?? ''
    await owner('proposal').insert({
      id, unit_id: unitId, body_id: body.bodyId, kind_id: kindId, kind_version: 1, status: 'accepted', round: 1, since: new Date(), title, summary: 'Tóm tắt',
      asks: 'decide', legal_basis: '', edited_at: new Date(), edited_by: worker.personId, creator_id: worker.personId, creation_key: randomUUID(),
    })
    await owner('proposal_document').insert({
      proposal_id: id, kind: 'submission', name: 'Tờ trình.pdf', sha256: Buffer.alloc(32, 7), bytes: 10, added_at: new Date(), added_by: worker.personId,
      upload_key: randomUUID(),
    })
    return id
  }

  /** As a decision on the matter does, without one. */
  async function begin(body: Body, matterId: string, { dueOn = null, question }: { dueOn?: Day | null, question?: string } = {}): Promise<string> {
    return (await house.db.transaction((trx) => opining.begin(trx, { matterId, dueOn, title: 'Phân bổ dự toán', question }, body.clerk))).opinionId
  }

  async function begun({ members = 4, rules = {}, body: given }: Wanted = {}) {
    const body = given ?? await house.newBody({ members, rules: { ...bodyRules.committee, opinions: rules } })
    const matterId = await newMatter(body)
    const opinionId = await begin(body, matterId)
    const { dueAt } = await opining.reading.get(opinionId, body.clerk)
    // The chair has a vote too.
    const asked = [body.chair, ...body.members]
    return { body, matterId, opinionId, dueAt: new Date(dueAt), asked }
  }

  return {
    house, opining, unitId, worker, newMatter, begin, begun,
    setClock(at: Date): void { clock = at },
    now: () => clock,
    say: (opinionId: string, caller: Caller, choice: OpinionAnswer = 'agree', { text = choice === 'other' ? 'Xem lại mục 2' : '', seen = 0, key = freshKey() } = {}) =>
      opining.answering.answer(opinionId, caller, { choice, text, seen, key }),
    get: (opinionId: string, caller: Caller) => opining.reading.get(opinionId, caller),
    members: async (opinionId: string, caller: Caller) => (await opining.reading.answers(opinionId, caller, { limit: 100 })).members,
    async closeAt(at: Date): Promise<void> {
      clock = at
      await opining.closing.run()
    },
    endTerm: (body: Body, { personId }: Caller, until: Day) => house.archive.owner('membership').where({ body_id: body.bodyId, person_id: personId }).update({ until }),
  }
}

export type OpinionScene = Awaited<ReturnType<typeof openOpinions>>
