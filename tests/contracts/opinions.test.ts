import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { addDays, addWorkingDays } from '../../protocol/calendar.ts'
import type { OpinionAnswer, OpinionDetail } from '../../protocol/opinions.ts'
import {
  addOpinionPoint, addOpinionPost, answerOpinion, assignOpinionTask, beginOpinionResolution, demandMeeting, getOpinion, issueOpinionNotice, listOpinions,
  opinionAnswers, opinionPosts, OpinionSide, opinionSides, printOpinionSheet, printOpinionSlip, readOpinionDocument, readOpinionOriginal,
  remindOpinion, replyOpinionPoint, withdrawOpinion,
} from '../../protocol/opinions.ts'
import { decideTriage, getTriage, type TriageChoice } from '../../protocol/triage.ts'
import type { Actor } from '../support/assembly.ts'
import { bodyRules, freshKey } from '../support/house.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'

/** Written opinions through the whole server: who may what, what bad input gets, and until when. */

let office: Office
beforeAll(async () => { office = await startOffice({ rules: { ...bodyRules.committee, opinions: { discussion: true } } }) })
afterAll(() => office.close())

/** As the office asks: by a decision on an accepted matter. */
async function decided(choice: Partial<TriageChoice & { way: 'write' }> = {}): Promise<string> {
  const { clerk } = office
  const proposalId = await office.accepted({ asks: 'opinion', disagreement: 'none' })
  const look = async () => office.must(await clerk.client.call(getTriage, { params: { proposalId } }))
  const shown = await look()
  office.must(await clerk.client.call(decideTriage, { params: { proposalId }, body: {
    version: shown.version, seen: 0, proposed: shown.office?.result.way ?? null, reason: 'Nội dung đã thống nhất', key: freshKey(),
    choice: { way: 'write', dueOn: null, ...choice },
  } }))
  return (await look()).decisions[0]?.opinionId ?? ''
}
const get = async ({ client }: Actor, opinionId: string): Promise<OpinionDetail> => office.must(await client.call(getOpinion, { params: { opinionId } }))
const answer = (actor: Actor, opinionId: string, choice: OpinionAnswer, { text = '', seen = 0, key = freshKey() } = {}) =>
  actor.client.call(answerOpinion, { params: { opinionId }, body: { choice, text, seen, key } })
/** As if its last day had passed. */
const letPass = (opinionId: string) => office.server.db('opinion').where({ id: opinionId }).update({ due_at: new Date(Date.now() - 1000) })
const code = ({ error, status }: { error: { code: string } | undefined, status: number }) => error?.code ?? status

describe('a written opinion', () => {
  it('is nothing to strangers, guests, another body, another unit and administrators; each side has its own acts', async () => {
    const { chair, clerk, member, guest, stranger, administrator, drafter, other, nobody } = office
    const opinionId = await decided()
    const { documents: [paper], version } = await get(member, opinionId)
    const params = { params: { opinionId } }
    const document = { params: { opinionId, documentId: paper?.documentId ?? '' } }
    const facts = {
      lead: { kind: 'unit' as const, id: office.unitId }, coUnitIds: [], what: 'Việc', product: 'Báo cáo', responsibility: '', authority: '',
      dueOn: addDays(today(), 30),
    }
    const all: Record<string, (actor: Actor) => Promise<{ error: { code: string } | undefined, status: number }>> = {
      get: ({ client }) => client.call(getOpinion, params), answers: ({ client }) => client.call(opinionAnswers, params),
      posts: ({ client }) => client.call(opinionPosts, params),
      original: ({ client }) => client.call(readOpinionOriginal, document), answer: (actor) => answer(actor, opinionId, 'agree'),
      post: ({ client }) => client.call(addOpinionPost, { ...params, body: { text: 'Trao đổi', key: freshKey() } }),
      slip: ({ client }) => client.call(printOpinionSlip, params), sheet: ({ client }) => client.call(printOpinionSheet, params),
      remind: ({ client }) => client.call(remindOpinion, params),
      withdraw: ({ client }) => client.call(withdrawOpinion, { ...params, body: { version: version + 9, reason: 'Nhầm' } }),
      addPoint: ({ client }) => client.call(addOpinionPoint, { ...params, body: { key: freshKey(), summary: 'Điểm', personIds: [member.personId] } }),
      reply: ({ client }) => client.call(replyOpinionPoint, { params: { opinionId, pointId: randomUUID() }, body: { version: 1, accepted: true, why: '' } }),
      resolution: ({ client }) => client.call(beginOpinionResolution, params),
      notice: ({ client }) => client.call(issueOpinionNotice, { ...params, body: { abstract: 'Kết quả', blocks: [{ kind: 'paragraph', text: 'Đồng ý.' }] } }),
      assign: ({ client }) => client.call(assignOpinionTask, { ...params, body: { key: freshKey(), facts } }),
      demand: ({ client }) => client.call(demandMeeting, { ...params, body: { reason: 'Cần bàn' } }),
    }
    const of = async (actor: Actor) => {
      const said: Record<string, string | number> = {}
      for (const [name, act] of Object.entries(all)) said[name] = code(await act(actor))
      return said
    }
    const unknown = Object.fromEntries(Object.keys(all).map((name) => [name, 'opinionNotFound']))
    for (const actor of [guest, stranger, administrator, other, nobody]) expect(await of(actor)).toEqual(unknown)
    const reads = { get: 200, answers: 200, posts: 200, original: 200, post: 200, sheet: 'opinionState' }
    const [mine, theirs] = ['forbiddenForOpinion', 'opinionState']
    expect(await of(clerk)).toEqual({
      ...reads, answer: mine, slip: mine, remind: 200, withdraw: 'opinionChanged', addPoint: theirs, reply: mine, resolution: theirs, notice: theirs, assign: theirs, demand: mine,
    })
    const noOffice = { remind: mine, withdraw: mine, addPoint: mine, resolution: mine, notice: mine, assign: mine }
    expect(await of(drafter)).toEqual({ ...reads, ...noOffice, answer: mine, slip: mine, reply: theirs, demand: mine })
    // The last act of a member's is the demand, which closes it by this body's rule.
    expect(await of(member)).toEqual({ ...reads, ...noOffice, answer: 200, slip: 200, reply: mine, demand: 200 })
    expect(await get(chair, opinionId)).toMatchObject({ state: 'rebound', result: { demands: 1, causes: ['threshold', 'demand'] }, toConvene: true })
    expect(code(await answer(chair, opinionId, 'agree'))).toBe('opinionClosed')
    // No way in but the decision.
    expect((await clerk.client.send('POST', '/api/opinions', { headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(404)
    expect(code(await clerk.client.call(readOpinionDocument, { params: { opinionId, documentId: randomUUID() } }))).toBe('documentNotFound')
  })

  it('takes no bad input: no answer without its words, no stamp of secrecy, no text beyond measure, no id that is none', async () => {
    const { member, clerk } = office
    const opinionId = await decided()
    const bad = 'badRequest'
    const send = (body: unknown) => member.client.call(answerOpinion, { params: { opinionId }, body: body as never })
    const good = { choice: 'agree', text: '', seen: 0, key: freshKey() }
    for (const body of [
      { ...good, choice: 'maybe' }, { ...good, choice: 'other' }, { ...good, choice: 'other', text: '   ' }, { ...good, text: 'x'.repeat(10_001) }, { ...good, seen: -1 },
      { ...good, key: 'short' }, { ...good, extra: 1 }, {}, null,
    ]) expect(code(await send(body))).toBe(bad)
    expect(code(await send({ ...good, text: 'TỐI MẬT' }))).toBe('proposalSecret')
    expect(code(await send({ ...good, seen: 3 }))).toBe('opinionAnswerChanged')
    expect(code(await member.client.call(getOpinion, { params: { opinionId: 'no-id' } }))).toBe(bad)
    expect(code(await member.client.call(getOpinion, { params: { opinionId: randomUUID() } }))).toBe('opinionNotFound')
    expect(code(await member.client.call(listOpinions, { query: { side: 'asked', before: 'yesterday' } }))).toBe(bad)
    expect(code(await clerk.client.call(withdrawOpinion, { params: { opinionId }, body: { version: 1, reason: '' } }))).toBe(bad)
    expect(await office.server.db('opinion_answer').where({ opinion_id: opinionId })).toEqual([])
  })

  it('takes no answer once it is late, closed or not; the same answer sent again under its key is the one it was', async () => {
    const { chair, member, clerk, server } = office
    const opinionId = await decided()
    const key = freshKey()
    const first = office.must(await answer(member, opinionId, 'other', { text: 'Xem lại mục 2', key }))
    await letPass(opinionId)
    const late = async () => [
      code(await answer(chair, opinionId, 'agree')), code(await answer(member, opinionId, 'agree', { seen: 1 })), code(await answer(member, opinionId, 'agree', { seen: 1, key })),
      (await answer(member, opinionId, 'other', { text: 'Xem lại mục 2', key })).body,
    ]
    const expected = ['opinionClosed', 'opinionClosed', 'idempotencyKeyReused', first]
    expect(await late()).toEqual(expected)
    expect(code(await clerk.client.call(remindOpinion, { params: { opinionId } }))).toBe('opinionState')
    await server.domains.opining.closing.run()
    expect(await late()).toEqual(expected)
    expect(await get(clerk, opinionId)).toMatchObject({ state: 'rebound', result: { other: 1, silent: 1 } })
  })

  it('asked for until a holiday ends on the next working day, and says so', async () => {
    const { member, server } = office
    const days = await server.domains.calendar.load(addDays(today(), -10), addDays(today(), 60))
    const holiday = addWorkingDays(today(), 4, days)
    await server.db('calendar_day').insert({ day: holiday, kind: 'holiday', name: 'Nghỉ bù', basis: 'Thử' })
    const opinionId = await decided({ dueOn: holiday })
    const next = addWorkingDays(holiday, 1, days)
    const found = await get(member, opinionId)
    expect(found).toMatchObject({ dueOn: next, workingDays: 4, state: 'open' })
    expect(found.dueAt).toBe(new Date(`${next}T17:00:00+07:00`).toISOString())
    await server.db('calendar_day').where({ day: holiday }).delete()
  })
})

describe('the list', () => {
  it('is of each side, what waits for an answer by when it is due, a page at a time', async () => {
    const { member, drafter, guest, server } = office
    const [soon, later] = [await decided(), await decided()]
    await server.db('opinion').where({ id: soon }).update({ due_at: new Date(Date.now() + 3600_000) })
    await server.db('opinion').where({ id: later }).update({ due_at: new Date(Date.now() + 7200_000) })
    const list = async (actor: Actor, query: z.input<NonNullable<typeof listOpinions.query>>) => office.must(await actor.client.call(listOpinions, { query }))
    const first = await list(member, { side: 'asked', only: 'unanswered', limit: 1 })
    expect(first.opinions.map(({ id }) => id)).toEqual([soon])
    const rest = await list(member, { side: 'asked', only: 'unanswered', limit: 1, before: first.next ?? '' })
    expect(rest.opinions.map(({ id }) => id)).toEqual([later])
    const latest = await list(drafter, { side: 'unit', limit: 2 })
    expect(latest.opinions.map(({ id }) => id)).toEqual([later, soon])
    expect((await list(drafter, { side: 'unit', limit: 1, before: (await list(drafter, { side: 'unit', limit: 1 })).next ?? '' })).opinions.map(({ id }) => id)).toEqual([soon])
    for (const side of OpinionSide.options) expect((await list(guest, { side, limit: 10 })).opinions).toEqual([])
    expect(office.must(await guest.client.call(opinionSides, {}))).toMatchObject({ offices: [], unit: false, waiting: 0 })
    expect(office.must(await member.client.call(opinionSides, {})).waiting).toBeGreaterThanOrEqual(2)
  })
})
