import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay } from '../../protocol/calendar.ts'
import { freshKey } from '../../tests/support/house.ts'
import { openOpinions, refused, type OpinionScene } from '../../tests/support/opinions.ts'
import type { Caller } from '../platform/contract.ts'

/** Opening and answering on a real database: who is asked, what they may know of each other, and until when answers are taken. */

let scene: OpinionScene
beforeAll(async () => { scene = await openOpinions() })
afterAll(() => scene.house.close())
beforeEach(() => { scene.setClock(new Date()) })

describe('opening', () => {
  it('asks the incumbents of that day, with the papers of the proposal, once a matter, and takes the matter out of the pool', async () => {
    const { house, opining, begun, get } = scene
    const { body, matterId, opinionId, asked } = await begun()
    const { members } = await opining.reading.answers(opinionId, body.clerk, { limit: 100 })
    expect(members.map(({ person }) => person.id)).toEqual(asked.map(({ personId }) => personId))
    expect(await get(opinionId, body.member)).toMatchObject({ state: 'open', asked: 5, documents: [{ name: 'Tờ trình.pdf', kind: 'submission' }], sides: ['asked'] })
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('outside')
    await expect(scene.begin(body, matterId)).rejects.toEqual(refused('opinionUnderWay'))
    const notices = await house.db('notice').where({ kind: 'opinions.opened', topic: `opinion:${opinionId}` })
    expect(new Set(notices.map(({ person_id: id }: { person_id: string }) => id))).toEqual(new Set(asked.map(({ personId }) => personId)))
    expect(JSON.stringify(notices)).toContain('Không trả lời không được tính là đồng ý')
  })

  it('is within the days of the rule, without a stamp of secrecy, with nobody asked in vain', async () => {
    const { house, newMatter, now, begin, endTerm } = scene
    const body = await house.newBody()
    const matterId = await newMatter(body)
    await expect(begin(body, matterId, { question: 'MẬT' })).rejects.toEqual(refused('proposalSecret'))
    const days = await house.domains.calendar.load(addDays(localDay(now()), -10), addDays(localDay(now()), 90))
    for (const [dueOn, why] of [[addWorkingDays(localDay(now()), 1, days), 'tooSoon'], [addDays(localDay(now()), 60), 'tooLate'], [localDay(now()), 'tooSoon']] as const) {
      await expect(begin(body, matterId, { dueOn })).rejects.toEqual(refused('opinionDeadlineInvalid', { why }))
    }
    const empty = await house.newBody({ members: 0 })
    await endTerm(empty, empty.chair, addDays(localDay(now()), -1))
    const ofNobody = await newMatter(empty)
    await expect(begin(empty, ofNobody)).rejects.toEqual(refused('opinionNobodyToAsk'))
    expect(await house.db('opinion').where({ matter_id: ofNobody })).toEqual([])
  })

  it('is refused of a matter in which its office found a state secret, and tells nobody of it', async () => {
    const { house, newMatter, begin } = scene
    const body = await house.newBody()
    const matterId = await newMatter(body)
    await house.archive.owner('triage_note').insert({
      matter_id: matterId, version: 1, legal: 'none', cautions: [], secret: true, minutes: 20, actor_id: body.clerk.personId, at: new Date(),
    })
    await expect(begin(body, matterId)).rejects.toEqual(refused('proposalSecret'))
    expect([await house.db('opinion').where({ matter_id: matterId }), await house.db('notice').where({ person_id: body.member.personId })]).toEqual([[], []])
  })

  it('does not exist for others: strangers, guests, clerks without a vote as members, newcomers', async () => {
    const { house, opining, worker, begun, say, get } = scene
    const { body, opinionId } = await begun()
    const newcomer = await house.newPerson()
    await house.domains.bodies.addMember({ bodyId: body.bodyId, personId: newcomer.personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 99, since: new Date('2020-01-01') })
    for (const stranger of [body.guest, newcomer, await house.newPerson(), { ...await house.newPerson(), administrator: true }]) {
      await expect(get(opinionId, stranger)).rejects.toEqual(refused('opinionNotFound'))
      await expect(say(opinionId, stranger)).rejects.toEqual(refused('opinionNotFound'))
    }
    await expect(say(opinionId, body.clerk)).rejects.toEqual(refused('forbiddenForOpinion'))
    await expect(say(opinionId, worker)).rejects.toEqual(refused('forbiddenForOpinion'))
    await expect(opining.opinions.remind(opinionId, body.member)).rejects.toEqual(refused('forbiddenForOpinion'))
    await expect(opining.consolidating.add(opinionId, body.member, { key: freshKey(), summary: 'x', personIds: [body.member.personId] })).rejects.toEqual(refused('forbiddenForOpinion'))
  })
})

describe('a state secret', () => {
  it('stops at once when a file of it is quarantined or its office finds a secret, told without its title; no paper is read there any more', async () => {
    const { house, opining, begun, get, say } = scene
    const { documents, circulating, triaging } = house.domains
    const { owner } = house.archive
    /** One that is asked about with a file that an agenda has too. */
    async function withFile() {
      const asked = await begun({ rules: { discussion: true } })
      const { body, matterId } = asked
      const { meetingId, items: [item] } = await house.newMeeting(body, 'draft')
      const file = { pdf: Buffer.from(`%PDF-1.7 ${freshKey()}`), name: 'Tờ trình', key: freshKey() }
      const { documentId } = await documents.attachMade(meetingId, item, body.clerk, file)
      const { sha256 } = await documents.require(meetingId, documentId, null, body.clerk)
      await owner('proposal_document').where({ proposal_id: matterId }).update({ sha256: Buffer.from(sha256, 'hex') })
      return { ...asked, meetingId, documentId }
    }
    const { body, matterId, opinionId, documentId } = await withFile()
    await opining.answering.post(opinionId, body.member, { text: 'Trao đổi', key: freshKey() })
    await opining.answering.answer(opinionId, body.member, { choice: 'other', text: 'Lời của thành viên', seen: 0, key: freshKey() })
    const [paper] = (await get(opinionId, body.member)).documents
    expect(paper).toBeDefined()
    await owner('document').where({ id: documentId }).update({ quarantined_at: new Date() })
    // Before anything stopped it: the law of reading is exact without the look.
    expect(await get(opinionId, body.member)).toMatchObject({ documents: [], secret: true, may: { answer: false, demand: false, discuss: false } })
    await expect(opining.reading.original(opinionId, body.member, paper?.documentId ?? '')).rejects.toEqual(refused('documentNotFound'))
    await expect(say(opinionId, body.member)).rejects.toEqual(refused('opinionClosed'))
    await opining.closing.run()
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'withdrawn', reason: '', secret: true })
    const told = await house.db('notice').where({ kind: 'opinions.stopped', topic: `opinion:${opinionId}` })
    expect(told.length).toBeGreaterThanOrEqual(6)
    expect(JSON.stringify(told)).not.toContain('Phân bổ dự toán')
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('pool')
    // Purged elsewhere, the file is not named any more; it stays unread here.
    await owner('document').where({ id: documentId }).update({ quarantined_at: null })
    expect((await get(opinionId, body.member)).documents).toEqual([])
    expect(await opining.reading.posts(opinionId, body.member, { limit: 10 })).toEqual({ posts: [], next: null })

    const listed = (search?: string) => opining.reading.list(body.clerk, { side: 'office', search, limit: 10 })
    const served = [
      await get(opinionId, body.member), await get(opinionId, body.clerk), await listed(), await opining.reading.answers(opinionId, body.clerk, { limit: 50 }),
    ]
    expect(served[0]).toMatchObject({ title: '', question: '', own: { answers: [{ choice: 'other', text: '' }] } })
    for (const said of ['Phân bổ dự toán', 'Đề nghị', 'Lời của thành viên']) expect(JSON.stringify(served)).not.toContain(said)
    expect([(await listed()).opinions.length, (await listed('phân bổ')).opinions.length]).toEqual([1, 0])

    const stopped = await withFile()
    await circulating.circulation.quarantine(stopped.meetingId, stopped.documentId, stopped.body.clerk)
    expect(await get(stopped.opinionId, stopped.body.member)).toMatchObject({ state: 'withdrawn', documents: [] })

    const noted = await begun()
    await triaging.ending.note(noted.matterId, noted.body.clerk, 0, { disagreement: null, legal: 'none', cautions: [], secret: true, minutes: 20 })
    expect(await get(noted.opinionId, noted.body.member)).toMatchObject({ state: 'withdrawn', documents: [] })
  })
})

describe('the list', () => {
  it('is one query however many there are', async () => {
    const { house, opining, begun } = scene
    const { body } = await begun()
    const list = (limit: number) => opining.reading.list(body.member, { side: 'asked', limit })
    const one = await house.statements(() => list(1))
    for (let more = 0; more < 3; more += 1) await begun({ body })
    const many = await house.statements(() => list(50))
    expect((await list(50)).opinions).toHaveLength(4)
    expect([one.length, many.length]).toEqual([1, 1])
  })
})

describe('answering', () => {
  it('keeps each change; of two devices the second is shown the first’s answer, and nothing is overwritten', async () => {
    const { house, begun, say, get } = scene
    const { body, opinionId } = await begun()
    const { member } = body
    const key = freshKey()
    const first = await say(opinionId, member, 'agree', { key })
    expect(await say(opinionId, member, 'agree', { key })).toEqual(first)
    await expect(say(opinionId, member, 'disagree')).rejects.toEqual(refused('opinionAnswerChanged', { answer: first.answer }))
    const both = await Promise.allSettled([say(opinionId, member, 'disagree', { seen: 1 }), say(opinionId, member, 'other', { seen: 1 })])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await get(opinionId, member)).own?.answers).toHaveLength(2)
    await expect(say(opinionId, member, 'agree', { seen: 2, text: 'TUYỆT MẬT' })).rejects.toEqual(refused('proposalSecret'))
    await expect(house.archive.owner('opinion_answer').where({ opinion_id: opinionId }).update({ choice: 'agree' })).rejects.toThrow()
    await expect(house.db('opinion_answer').where({ opinion_id: opinionId }).delete()).rejects.toThrow()
  })

  it('shows the office who has answered and never what before the closing; members nothing of others, unless the rule lets who has answered', async () => {
    const { house, worker, begun, setClock, say, get, closeAt } = scene
    const { body: { chair, clerk, member, members }, opinionId, dueAt } = await begun()
    await say(opinionId, member, 'disagree', { text: 'Chưa đủ căn cứ' })
    const seenBy = async (caller: Caller) => (await scene.members(opinionId, caller)).find(({ person }) => person.id === member.personId)
    expect(await seenBy(clerk)).toMatchObject({ answered: true, answer: null, changes: null })
    expect(await seenBy(chair)).toMatchObject({ answered: true, answer: null })
    expect(await seenBy(members[1] ?? chair)).toMatchObject({ answered: null, answer: null })
    expect(await seenBy(member)).toMatchObject({ answered: true, answer: { choice: 'disagree' } })
    expect(JSON.stringify([await get(opinionId, clerk), await get(opinionId, worker), await house.db('audit_entry').whereRaw(`data ->> 'opinionId' = ?`, [opinionId])])).not.toMatch(/Chưa đủ|"disagree"/)
    await closeAt(dueAt)
    expect(await seenBy(clerk)).toMatchObject({ answer: { choice: 'disagree', text: 'Chưa đủ căn cứ' } })
    expect(await seenBy(worker)).toMatchObject({ answer: { choice: 'disagree' } })

    setClock(new Date())
    const open = await begun({ rules: { others: 'afterOwnAnswer' } })
    const [one, two] = open.body.members as [Caller, Caller]
    await say(open.opinionId, one, 'disagree')
    const byTwo = async () => (await scene.members(open.opinionId, two)).find(({ person }) => person.id === one.personId)?.answer
    expect(await byTwo()).toBeNull()
    await say(open.opinionId, two)
    expect(await byTwo()).toMatchObject({ choice: 'disagree' })
  })

  it('is taken until the deadline and not from it on, whether or not it was closed yet; nothing is written then', async () => {
    const { house, opining, begun, setClock, say } = scene
    const { body: { member, members: [, second = member] }, opinionId, dueAt } = await begun()
    setClock(new Date(dueAt.getTime() - 1))
    const key = freshKey()
    await say(opinionId, member, 'agree', { key })
    setClock(dueAt)
    await expect(say(opinionId, second)).rejects.toEqual(refused('opinionClosed', { dueAt: dueAt.toISOString() }))
    await expect(say(opinionId, member, 'disagree', { seen: 1 })).rejects.toEqual(refused('opinionClosed'))
    await opining.closing.run()
    await expect(say(opinionId, second)).rejects.toEqual(refused('opinionClosed'))
    // Whose answer to the answer was lost is told again what they gave, and nothing else under its key.
    expect(await say(opinionId, member, 'agree', { key })).toMatchObject({ answer: { choice: 'agree', revision: 1 } })
    await expect(say(opinionId, member, 'disagree', { key })).rejects.toEqual(refused('idempotencyKeyReused'))
    expect(await house.db('opinion_answer').where({ opinion_id: opinionId })).toHaveLength(1)
    // Also where a rule is broken: the database itself refuses it.
    await expect(house.db('opinion_answer').insert({ opinion_id: opinionId, person_id: second.personId, revision: 1, choice: 'agree', text: '', at: dueAt, key: freshKey() })).rejects.toThrow()
  })

  it('is in the result where it raced the closing and won, and refused where it lost', async () => {
    const { opining, begun, setClock, say, get } = scene
    for (let round = 0; round < 3; round += 1) {
      const { body, opinionId, dueAt, asked } = await begun()
      for (const caller of asked.slice(0, 2)) await say(opinionId, caller)
      setClock(new Date(dueAt.getTime() - 1))
      const racing = say(opinionId, asked[2] ?? body.chair).then(() => true, () => false)
      setClock(dueAt)
      const [won] = await Promise.all([racing, opining.closing.run()])
      expect((await get(opinionId, body.clerk)).result).toMatchObject({ agree: won ? 3 : 2, outcome: won ? 'passed' : 'rebound' })
      setClock(new Date())
    }
  })
})
