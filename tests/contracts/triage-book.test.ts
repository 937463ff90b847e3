import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay, startOfDay } from '../../protocol/calendar.ts'
import type { RuleRevision } from '../../protocol/triage-book.ts'
import type { Way } from '../../protocol/triage-rules.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { openHouse, type House } from '../support/house.ts'

/** The rules as rows: their versions in time, what a change would change, and how they did. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let unitId: string
let worker: Caller
let administrator: Caller
const today = () => localDay(new Date())
const later = (days: number) => addDays(today(), days)

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody()
  worker = await house.newPerson()
  administrator = { ...await house.newPerson(), administrator: true }
  const [unit] = await house.db('unit').insert({ name: `Sở ${randomUUID()}`, since: '2020-01-01' }).returning<{ id: string }[]>('id')
  unitId = unit!.id
  await house.db('unit_membership').insert({ unit_id: unitId, person_id: worker.personId, since: '2020-01-01' })
})
afterAll(() => house.close())

const rule = (changes: Partial<RuleRevision> = {}): RuleRevision => ({
  code: `rule${randomUUID().slice(0, 8).replaceAll('-', '')}`, bodyId: null, since: later(1), until: null, name: { vi: 'Họp trực tuyến', en: 'Meet online' },
  when: [], effect: { kind: 'favour', ways: ['online'], weight: 100 }, basis: { document: 'Quy chế', clause: 'Điều 5' }, ...changes,
})
const revise = (changed: RuleRevision, version = 0) => house.domains.triaging.book.revise(administrator, { rule: changed, version, reason: 'Theo quy chế mới' })
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'done', (error: { code?: string }) => error.code)

/** In the pool, without the way through the office. */
async function accepted(bodyId: string, title: string): Promise<string> {
  const [kind] = await house.domains.proposals.kinds.inForce()
  const { proposalId } = await house.domains.proposals.proposals.create(worker, {
    bodyId, kindId: kind!.kindId, title, summary: 'Tóm tắt', asks: 'decide', proposedOn: later(30), legalBasis: '', presenterId: null, secrecy: 'none', key: randomUUID(),
  })
  await house.archive.owner('proposal').where({ id: proposalId }).update({ status: 'accepted', round: 1, kind_version: kind!.version })
  return proposalId
}

describe('a version of a rule', () => {
  it('ends the one before, and never overlaps another in time', async () => {
    const first = rule({ since: today() })
    expect(await revise(first)).toMatchObject({ version: 1 })
    expect(await codeOf(revise({ ...first, since: later(10) }))).toBe('triageRuleChanged')
    expect(await revise({ ...first, since: later(10), until: later(20) }, 1)).toMatchObject({ version: 2 })
    for (const [since, until] of [[5, 12], [20, 25], [0, 40], [15, 15]] as const) {
      expect(await codeOf(revise({ ...first, since: later(since), until: until === null ? null : later(until) }, 2))).toBe('triageRuleOverlaps')
    }
    expect(await codeOf(revise({ ...first, since: later(-1) }, 2))).toBe('dateOutOfRange')
    expect(await codeOf(revise({ ...first, bodyId: randomUUID() }))).toBe('bodyNotFound')
    // A body's own is another rule in time.
    expect(await revise({ ...first, bodyId: body.bodyId, since: later(10) })).toMatchObject({ version: 1 })
    const { rules } = await house.domains.triaging.book.all()
    expect(rules.filter(({ code, bodyId }) => code === first.code && bodyId === null).map(({ since, until }) => [since, until]))
      .toEqual([[today(), later(9)], [later(10), later(20)]])
    await expect(house.db('triage_rule').insert({
      code: first.code, version: 3, since: later(12), name: '{}', conditions: '[]', effect: '{}', basis_document: '', basis_clause: '', reason: 'Chen ngang',
    })).rejects.toThrow(/triage_rule_overlap/)
    await expect(house.db('triage_rule').where({ code: first.code }).update({ effect: '{}' })).rejects.toThrow(/permission denied/)
    expect(await house.db('audit_entry').whereIn('action', ['triageRule.revised', 'triageRule.ended']).andWhere({ actor_id: administrator.personId })).toHaveLength(4)
  })

  it('is written once by two who write at once', async () => {
    const one = rule()
    const both = await Promise.all([codeOf(revise(one)), codeOf(revise(one))])
    expect(both.sort()).toEqual(['done', 'triageRuleChanged'])
  })

  it('is ended once, today or later', async () => {
    const { book } = house.domains.triaging
    const { ruleId } = await revise(rule({ since: today() }))
    const end = (until: string, id = ruleId) => codeOf(book.end(administrator, id, { until, reason: 'Không còn phù hợp' }))
    expect((await book.all()).rules.find(({ id }) => id === ruleId)).toMatchObject({ endReason: '', until: null })
    expect([await end(later(-2)), await end(later(-1)), await end(later(3)), await end(later(4)), await end(later(4), randomUUID())])
      .toEqual(['dateOutOfRange', 'dateOutOfRange', 'done', 'triageRuleNotFound', 'triageRuleNotFound'])
    // Why stays with it.
    expect((await book.all()).rules.find(({ id }) => id === ruleId)).toMatchObject({ endReason: 'Không còn phù hợp', until: later(3) })
  })

  it('that was a mistake is put right on its first day, and kept; the one before it ends as it did', async () => {
    const { book } = house.domains.triaging
    const right = rule({ since: today(), effect: { kind: 'require', ways: ['meet'] } })
    await revise({ ...right, since: today(), effect: { kind: 'require', ways: ['write'] } })
    expect(await revise(right, 1)).toMatchObject({ version: 2 })
    const { rules } = await book.all()
    const versions = rules.filter(({ code }) => code === right.code)
    expect(versions.map(({ version, withdrawn, effect, endReason }) => [version, withdrawn, effect, endReason])).toEqual([
      [1, true, { kind: 'require', ways: ['write'] }, 'Theo quy chế mới'], [2, false, { kind: 'require', ways: ['meet'] }, ''],
    ])
    const id = await accepted(body.bodyId, 'Việc cần họp')
    const { office } = await house.domains.triaging.reading.get(id, body.clerk)
    expect(office?.result.reasons.filter(({ code }) => code === right.code)).toMatchObject([{ version: 2 }])
    expect(await codeOf(book.end(administrator, versions[0]!.id, { until: today(), reason: 'Thử' }))).toBe('triageRuleNotFound')
    await book.end(administrator, versions[1]!.id, { until: today(), reason: 'Thử xong' })
    await house.archive.owner('triage_rule').where({ code: right.code }).update({ until: later(-1), since: later(-1) })
    await house.archive.owner('proposal').where({ id }).update({ status: 'withdrawn' })
  })
})

describe('a preview', () => {
  it('says what would change, writes nothing, and names no matter to who is not of its office', async () => {
    const other = await house.newBody()
    const [own, foreign] = [await accepted(body.bodyId, 'Việc của ban'), await accepted(other.bodyId, 'Việc của ban khác')]
    const { book } = house.domains.triaging
    const before = (await book.all()).rules.length
    const clerk: Caller = { ...body.clerk, administrator: true }
    const strong = rule({ effect: { kind: 'require', ways: ['delegate'] } })
    const all = await book.preview(clerk, strong)
    expect(all.matters).toBe(2)
    expect([all.before, all.after]).toEqual([{ [all.changes[0]!.before as Way]: 2 }, { delegate: 2 }])
    expect(all.changes.map(({ title, proposalId, after }) => [title, proposalId, after]).sort()).toEqual([[null, null, 'delegate'], ['Việc của ban', own, 'delegate']].sort())
    const ofBody = await book.preview(clerk, { ...strong, bodyId: other.bodyId })
    expect([ofBody.changes.length, ofBody.changes[0]?.title]).toEqual([1, null])
    expect(await book.preview(clerk, { ...strong, code: 'otherwiseMeet', effect: { kind: 'off' } })).toMatchObject({ matters: 2 })
    expect((await book.all()).rules).toHaveLength(before)
    await house.archive.owner('proposal').whereIn('id', [own, foreign]).update({ status: 'withdrawn' })
  })
})

describe('the report', () => {
  it('counts by way and by version of a rule: what was followed, what came back, and how long it took', async () => {
    const { triaging, calendar } = house.domains
    const mine = await house.newBody()
    const days = await calendar.load(later(-60), later(30))
    const reasons = [{ code: 'agreedInWriting', ruleId: null, version: 2, name: { vi: 'Một', en: 'One' }, effect: { kind: 'favour', ways: ['write'], weight: 30 }, because: [], basis: { document: '', clause: '' } }]
    const start = addWorkingDays(later(-40), 1, days)
    async function decision(way: Way, proposed: Way | null, end: ['decided' | 'rebound' | 'stopped', number] | null): Promise<void> {
      const id = await accepted(mine.bodyId, `Việc ${way}`)
      await house.db('triage_decision').insert({
        matter_id: id, nth: 1, body_id: mine.bodyId, way, proposed, reason: 'Lý do', facts: '{}', result: JSON.stringify({ way: proposed, open: [], reasons }),
        decider_id: mine.chair.personId, at: startOfDay(start), delegate_id: way === 'delegate' ? mine.member.personId : null, due_on: way === 'delegate' ? start : null, key: randomUUID(),
      })
      if (end) await house.db('triage_outcome').insert({ matter_id: id, nth: 1, kind: end[0], at: startOfDay(addWorkingDays(start, end[1], days)), note: 'Xong' })
    }
    for (const took of [2, 3, 4, 5, 9]) await decision('write', 'write', ['decided', took])
    await decision('write', 'write', ['rebound', 6])
    await decision('write', 'write', null)
    await decision('write', 'write', ['stopped', 1]) // says nothing of the way
    await decision('delegate', 'write', ['decided', 1])
    await decision('meet', null, null)
    const report = (caller: Caller, bodyId?: string) => triaging.judging.report(caller, { from: later(-60), to: today(), bodyId })
    const found = await report(mine.clerk)
    expect(found).toMatchObject({ decisions: 10, proposed: 9, followed: 8, unasked: 0 })
    expect(found.ways.find(({ way }) => way === 'write')).toEqual({ way: 'write', proposed: 9, followed: 8, decided: 8, ended: 6, rebounds: 1, medianDays: 4, p90Days: 9 })
    expect(found.ways.find(({ way }) => way === 'delegate')).toMatchObject({ proposed: 0, decided: 1, ended: 1, rebounds: 0, medianDays: 1 })
    expect(found.rules).toEqual([{
      code: 'agreedInWriting', version: 2, name: { vi: 'Một', en: 'One' }, spoke: 9, followed: 8, decided: 8, ended: 6, rebounds: 1, medianDays: 4, p90Days: 9,
    }])
    expect(await report({ ...administrator }, mine.bodyId)).toEqual(found)
    expect(await report(body.clerk)).toMatchObject({ decisions: 0, rules: [] })
    expect(await codeOf(report(body.clerk, mine.bodyId))).toBe('bodyNotFound')
    expect(await codeOf(report(mine.member, mine.bodyId))).toBe('bodyNotFound')
    expect((await triaging.judging.report(mine.clerk, { from: today(), to: today() })).decisions).toBe(0)
  })
})
