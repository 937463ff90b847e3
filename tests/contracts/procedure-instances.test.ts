import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listNotices } from '../../protocol/notices.ts'
import {
  cancelInstance, finishStep, getInstance, handOn, listInstances, printControlSheet, printFilledForm, procedureDelays, returnStep, saveForm, startInstance,
  startingPlaces,
  type InstanceDetail, type InstanceView,
} from '../../protocol/procedure-instances.ts'
import { ProcedureContent } from '../../protocol/procedure-rules.ts'
import { addProcedure, listProcedures } from '../../protocol/procedures.ts'
import type { Actor } from '../support/assembly.ts'
import { as, freshKey } from '../support/house.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'
import { statementsOf } from '../support/statements.ts'

/** Procedures under way: who may know of them, who does what, how time is counted. */

let office: Office
const ids = new Map<string, string>()
beforeAll(async () => {
  office = await startOffice()
  for (const { code, id } of (await office.drafter.client.call(listProcedures)).body.procedures) ids.set(code, id)
})
afterAll(() => office.close())

const idOf = (code: string) => ids.get(code) ?? ''
async function start(code = 'QT-VB-04', { client }: Actor = office.drafter, title = 'Ban hành quy chế mới', key: string = freshKey()): Promise<string> {
  const { body, error } = await client.call(startInstance, { body: { secrecy: 'none', procedureId: idOf(code), bodyId: office.body.id, title, key } })
  if (error) throw new Error(error.code)
  return body.instanceId
}
async function get(instanceId: string, { client }: Actor = office.drafter): Promise<InstanceDetail> {
  const { body, error } = await client.call(getInstance, { params: { instanceId } })
  if (error) throw new Error(error.code)
  return body
}
const version = async (instanceId: string) => (await get(instanceId)).version
const finish = async (instanceId: string, { client }: Actor, note = '') =>
  await client.call(finishStep, { params: { instanceId }, body: { version: await version(instanceId), note } })
const fill = async ({ client }: Actor, instanceId: string, formId: string, values: Record<string, unknown>, revision = 0) =>
  await client.call(saveForm, { params: { instanceId, formId }, body: { secrecy: 'none', revision, values: values as never } })
const submission = () => ({
  'loai': 'Quy chế', 'trich-yeu': 'Quy chế làm việc', 'tom-tat': 'Căn cứ và nội dung\nchính', 'do-khan': 'thuong',
  'noi-nhan': [{ 'don-vi': office.otherUnitId, 'hinh-thuc': 'dien-tu' }],
})
const checked = { 'tham-quyen': 'dat', 'the-thuc': 'dat', 'noi-dung': 'dat' }

describe('an instance', () => {
  it('goes from its unit through the office and the chair to its end, with its history', async () => {
    const { drafter, colleague, clerk, chair } = office
    const instanceId = await start()
    expect(await get(instanceId)).toMatchObject({
      state: 'running', stepNo: 1, steps: 5, holder: { unit: { name: 'Sở Khoa học và Công nghệ' }, role: 'starter', person: null }, sides: ['starter', 'responsible'],
      may: { fill: true, finish: true, hand: true, return: false, cancel: true }, lateDays: 0,
    })
    const early = await finish(instanceId, drafter)
    expect(early.error).toMatchObject({ code: 'formsIncomplete', details: { forms: [{ formId: 'phieu-trinh' }] } })
    expect((await fill(drafter, instanceId, 'phieu-trinh', submission())).body).toMatchObject({ form: { revision: 1 } })
    expect((await finish(instanceId, colleague, 'Đã đủ hồ sơ')).error).toBeUndefined()
    expect(await get(instanceId, clerk)).toMatchObject({ stepNo: 2, sides: ['responsible', 'office'], may: { finish: true, return: true } })
    expect((await get(instanceId)).may).toMatchObject({ fill: false, finish: false, hand: false, cancel: true })

    const back = await clerk.client.call(returnStep, { params: { instanceId }, body: { version: await version(instanceId), toStepNo: 1, reason: 'Thiếu nơi nhận' } })
    expect(back.error).toBeUndefined()
    expect((await drafter.client.call(listNotices, { query: {} })).body.notices.filter(({ link }) => link === `/procedures/files/${instanceId}`)[0])
      .toMatchObject({ kind: 'procedures.returned', words: { vi: { subject: 'Hồ sơ được trả lại' } } })
    expect((await fill(drafter, instanceId, 'phieu-trinh', { ...submission(), 'trich-yeu': 'Đã sửa' }, 1)).body).toMatchObject({ form: { revision: 2 } })
    await finish(instanceId, drafter)
    await fill(clerk, instanceId, 'phieu-the-thuc', checked)
    await finish(instanceId, clerk)
    expect((await finish(instanceId, clerk)).error?.code).toBe('forbiddenForInstance')
    await finish(instanceId, chair)
    await finish(instanceId, clerk)
    expect((await finish(instanceId, clerk)).error).toBeUndefined()
    const over = await get(instanceId)
    expect(over).toMatchObject({ state: 'ended', holder: null, dueOn: null, may: { fill: false, finish: false, hand: false, return: false, cancel: false } })
    expect(over.events.map(({ kind }) => kind)).toEqual(['started', 'formSaved', 'done', 'returned', 'formSaved', 'done', 'formSaved', 'done', 'done', 'done', 'ended'])
    expect(over.runs.map(({ stepNo, outcome }) => [stepNo, outcome])).toEqual([[1, 'done'], [2, 'returned'], [1, 'done'], [2, 'done'], [3, 'done'], [4, 'done'], [5, 'done']])
    expect((await finish(instanceId, clerk)).error).toMatchObject({ code: 'instanceOver', details: { state: 'ended' } })
    expect(await office.server.db('procedure_form_entry').where({ instance_id: instanceId, form_id: 'phieu-trinh' })).toHaveLength(2)
    await expect(office.server.db('procedure_event').where({ instance_id: instanceId }).delete()).rejects.toThrow()

    for (const format of ['pdf', 'docx'] as const) {
      const begin = format === 'pdf' ? '%PDF' : 'PK'
      const form = await drafter.client.call(printFilledForm, { params: { instanceId, formId: 'phieu-trinh' }, query: { format } })
      const sheet = await drafter.client.call(printControlSheet, { params: { instanceId }, query: { format } })
      for (const { body } of [form, sheet]) expect((body as Buffer).subarray(0, begin.length).toString()).toBe(begin)
    }
  })

  it('is started once for one key, by who works in a unit that applies it, and never with a secret', async () => {
    const { drafter, other, nobody, administrator, unitId } = office
    const key = freshKey()
    expect(await start('QT-VB-04', drafter, 'Một', key)).toBe(await start('QT-VB-04', drafter, 'Hai', key))
    await expect(start('QT-VB-04', nobody)).rejects.toThrow('unitNotFound')
    const content = ProcedureContent.parse({
      groupId: 'cipher', name: 'Cấp tài khoản', basis: [{ text: 'Quy chế', verified: false }], units: [unitId],
      steps: [{ id: 'xin', name: 'Đề nghị', responsible: { kind: 'role', role: 'starter' }, days: 1, output: 'Đơn' },
        { id: 'cap', name: 'Cấp', responsible: { kind: 'unit', unit: office.otherUnitId }, days: 2, output: 'Tài khoản' }],
    })
    const add = (code: string, since: string) => administrator.client.call(addProcedure, { body: { code, content, terms: { since, until: null, reason: 'Mới' } } })
    ids.set('QT-CN-01', (await add('QT-CN-01', today())).body.procedureId)
    ids.set('QT-CN-02', (await add('QT-CN-02', '2099-01-01')).body.procedureId)
    await expect(start('QT-CN-01', other)).rejects.toThrow('procedureNotApplied')
    await expect(start('QT-CN-02')).rejects.toThrow('procedureNotFound')
    expect((await drafter.client.call(startingPlaces)).body).toMatchObject({ unit: { id: unitId } })

    await expect(start('QT-VB-04', drafter, 'Ký tự lạ', `khoa-${String.fromCharCode(0)}-dai`)).rejects.toThrow('badRequest')
    const secret = await drafter.client.call(startInstance, { body: { secrecy: 'confidential' } })
    expect(secret.error?.code).toBe('proposalSecret')
    const withText = await drafter.client.call(startInstance, { body: { secrecy: 'secret', title: 'Nội dung' } as never })
    expect([withText.error?.code, JSON.stringify(withText.error)]).toEqual(['badRequest', expect.not.stringContaining('Nội dung')])
    await expect(start('QT-VB-04', drafter, 'TỐI MẬT')).rejects.toThrow('proposalSecret')
    const instanceId = await start()
    expect((await fill(drafter, instanceId, 'phieu-trinh', { 'tom-tat': 'Mở đầu\nĐộ mật: MẬT\nTiếp' })).error?.code).toBe('proposalSecret')
    expect((await finish(instanceId, drafter, 'MẬT')).error?.code).toBe('proposalSecret')
  })

  it('is known to its unit, those responsible and the office; to everybody else, administrators too, it does not exist', async () => {
    const { drafter, colleague, other, former, nobody, clerk, chair, member, administrator, stranger, guest } = office
    const instanceId = await start('QT-CN-01')
    const see = async (actor: Actor) => (await actor.client.call(getInstance, { params: { instanceId } })).error?.code
    for (const actor of [drafter, colleague, other, clerk, chair]) expect(await see(actor)).toBeUndefined()
    for (const actor of [former, nobody, member, guest, stranger, administrator]) {
      const { client } = actor
      expect(await see(actor)).toBe('instanceNotFound')
      const act = { version: 1, note: '' }
      for (const { error } of [
        await client.call(finishStep, { params: { instanceId }, body: act }),
        await client.call(handOn, { params: { instanceId }, body: { ...act, personId: null } }),
        await client.call(returnStep, { params: { instanceId }, body: { version: 1, toStepNo: 1, reason: 'x' } }),
        await client.call(cancelInstance, { params: { instanceId }, body: { version: 1, reason: 'x' } }), await fill(actor, instanceId, 'khong', {}),
        await client.call(printControlSheet, { params: { instanceId }, query: { format: 'pdf' } }),
        await client.call(printFilledForm, { params: { instanceId, formId: 'khong' }, query: { format: 'pdf' } }),
      ]) expect(error?.code).toBe('instanceNotFound')
    }
    expect((await administrator.client.call(listInstances, { query: {} })).body).toMatchObject({ instances: [], counts: { running: 0 } })
    // Whoever answers for a later step may read and not act; the office may cancel, and hand on what nobody does.
    for (const actor of [other, clerk]) {
      expect((await finish(instanceId, actor)).error?.code).toBe('forbiddenForInstance')
      expect((await fill(actor, instanceId, 'khong', {})).error?.code).toBe('forbiddenForInstance')
    }
    const cancel = async ({ client }: Actor) => await client.call(cancelInstance, { params: { instanceId }, body: { version: await version(instanceId), reason: 'Trùng hồ sơ' } })
    expect((await cancel(other)).error?.code).toBe('forbiddenForInstance')
    expect((await cancel(clerk)).error).toBeUndefined()
    expect(await get(instanceId)).toMatchObject({ state: 'cancelled', events: [{ kind: 'started' }, { kind: 'cancelled', note: 'Trùng hồ sơ', actorId: clerk.personId }] })
  })

  it('is handed on to a person, who may then know of it and do the step', async () => {
    const { drafter, other, nobody, clerk } = office
    const instanceId = await start()
    const hand = async ({ client }: Actor, personId: string | null) =>
      await client.call(handOn, { params: { instanceId }, body: { version: await version(instanceId), personId, note: 'Giúp phần số liệu' } })
    expect((await other.client.call(getInstance, { params: { instanceId } })).error?.code).toBe('instanceNotFound')
    expect((await hand(drafter, nobody.personId)).error?.code).toBe('personNotFound')
    expect((await hand(drafter, other.personId)).error).toBeUndefined()
    expect(await get(instanceId, other)).toMatchObject({ holder: { person: { id: other.personId } }, may: { fill: true, finish: true }, sides: ['responsible'] })
    const waiting = async ({ client }: Actor) => (await client.call(listInstances, { query: { view: 'waiting' } })).body.instances.some(({ id }) => id === instanceId)
    expect([await waiting(other), await waiting(drafter)]).toEqual([true, false])
    expect((await fill(other, instanceId, 'phieu-trinh', submission())).error).toBeUndefined()
    expect((await hand(drafter, null)).error).toBeUndefined()
    expect([await waiting(other), await waiting(drafter)]).toEqual([false, true])
    expect((await finish(instanceId, drafter)).error).toBeUndefined()
    // Who had it once still reads it, and does nothing more.
    expect((await get(instanceId, other)).may).toMatchObject({ fill: false, finish: false })
    expect((await get(instanceId, clerk)).stepNo).toBe(2)
  })

  it('tells those of a first step that is not its unit’s, also of a unit that went into another', async () => {
    const { administrator, drafter, colleague, other, clerk, member, unitId, server } = office
    const [gone] = await server.db('unit').insert({ name: 'Ban đã nhập', since: '2020-01-01' }).returning<{ id: string }[]>('id')
    const content = ProcedureContent.parse({
      groupId: 'cipher', name: 'Cấp chứng thư', basis: [{ text: 'Quy chế', verified: false }], units: [],
      steps: [{ id: 'nhan', name: 'Tiếp nhận', responsible: { kind: 'unit', unit: gone!.id }, days: 1, output: 'Phiếu' }],
    })
    const { body } = await administrator.client.call(addProcedure, { body: { code: 'QT-CN-03', content, terms: { since: today(), until: null, reason: 'Mới' } } })
    ids.set('QT-CN-03', body.procedureId)
    const told = async ({ client }: Actor, instanceId: string) =>
      (await client.call(listNotices, { query: {} })).body.notices.filter(({ link }) => link === `/procedures/files/${instanceId}`).map(({ kind }) => kind)

    // Nobody works in it: the office puts the step into somebody's hands, and nobody else does.
    const stuck = await start('QT-CN-03')
    expect(await told(other, stuck)).toEqual([])
    const hand = (actor: Actor, personId: string) =>
      actor.client.call(handOn, { params: { instanceId: stuck }, body: { version: 1, personId, note: 'Đơn vị đã nhập, chưa có người' } })
    expect((await hand(drafter, drafter.personId)).error?.code).toBe('forbiddenForInstance')
    expect((await hand(member, member.personId)).error?.code).toBe('instanceNotFound')
    expect((await get(stuck, clerk)).may).toMatchObject({ hand: true, finish: false, fill: false, return: false })
    expect((await hand(clerk, colleague.personId)).error).toBeUndefined()
    expect(await told(colleague, stuck)).toEqual(['procedures.arrived'])

    await server.db('unit').where({ id: gone!.id }).update({ until: '2024-12-31' })
    await server.db('unit_succession').insert({ predecessor_id: gone!.id, successor_id: office.otherUnitId, kind: 'merger', since: '2025-01-01' })
    const instanceId = await start('QT-CN-03')
    expect([await told(other, instanceId), await told(colleague, instanceId)]).toEqual([['procedures.arrived'], []])
    expect((await get(instanceId, other)).may.finish).toBe(true)
    // Of one's own unit's first step the colleagues are not told: nothing has come to them.
    expect(await told(colleague, await start())).toEqual([])
    expect(unitId).toBeTruthy()
  })

  it('shows the second what the first did, and overwrites nothing', async () => {
    const { drafter, colleague, clerk } = office
    const instanceId = await start()
    const both = await Promise.all([fill(drafter, instanceId, 'phieu-trinh', { loai: 'A' }), fill(colleague, instanceId, 'phieu-trinh', { loai: 'B' })])
    expect(both.filter(({ error }) => !error)).toHaveLength(1)
    const refused = both.find(({ error }) => error)?.error
    expect(refused).toMatchObject({ code: 'formChanged', details: { form: { revision: 1, values: { loai: expect.any(String) } } } })
    await fill(drafter, instanceId, 'phieu-trinh', submission(), 1)
    const seen = await version(instanceId)
    const done = await Promise.all([drafter, colleague].map(({ client }) => client.call(finishStep, { params: { instanceId }, body: { version: seen, note: '' } })))
    expect(done.map(({ error }) => error?.code ?? 'done').sort()).toEqual(['done', 'instanceChanged'])
    expect((await get(instanceId)).events.filter(({ kind }) => kind === 'done')).toHaveLength(1)
    expect((await clerk.client.call(returnStep, { params: { instanceId }, body: { version: seen + 1, toStepNo: 2, reason: 'x' } })).error?.code).toBe('stepNotBefore')
  })

  it('refuses what does not fit a form, by its field', async () => {
    const { drafter } = office
    const instanceId = await start()
    const wrong = await fill(drafter, instanceId, 'phieu-trinh', { 'la': 'x', 'do-khan': 'gap', 'noi-nhan': [{ 'hinh-thuc': 'khac' }] })
    expect(wrong.error).toMatchObject({ code: 'formInvalid', details: { problems: [
      { place: 'la', reason: 'unknown' }, { place: 'do-khan', reason: 'badChoice' }, { place: 'noi-nhan.0.hinh-thuc', reason: 'badChoice' },
    ] } })
    expect((await fill(drafter, instanceId, 'phieu-trinh', { 'noi-nhan': [{ 'don-vi': freshKey() }] })).error?.code).toBe('unitNotFound')
    expect((await fill(drafter, instanceId, 'phieu-the-thuc', {})).error?.code).toBe('formNotFound')
    expect((await fill(drafter, instanceId, 'phieu-trinh', { LA: 'x' })).error?.code).toBe('badRequest')
    expect((await get(instanceId)).forms).toEqual([])
  })
})

describe('time', () => {
  it('is counted in working days, over Tết and over swapped days', async () => {
    const { drafter, unitId, body } = office
    let clock = new Date('2027-02-03T02:00:00Z')
    const { instances, reading } = office.server.domains.proceeding.at(() => clock)
    const begin = (code: string) => instances.start(drafter.caller, { secrecy: 'none', procedureId: idOf(code), bodyId: body.id, title: 'Tính hạn', key: freshKey() })
    const due = async (instanceId: string) => (await reading.get(instanceId, drafter.caller)).dueOn
    // Three days from Wednesday before Tết Đinh Mùi: 4/2, then 12/2 and 15/2.
    const tet = await begin('QT-VB-04')
    expect(await due(tet.instanceId)).toBe('2027-02-15')
    clock = new Date('2027-02-17T09:00:00Z')
    expect(await reading.get(tet.instanceId, drafter.caller)).toMatchObject({ lateDays: 2, runs: [{ tookDays: 5, lateDays: 2, endedAt: null }] })

    // A day of rest makes nothing late: the list, its count and the board of delays agree with the days that are counted.
    const lateOn = async (day: string) => {
      clock = new Date(`${day}T02:00:00Z`)
      const { instances: listed, counts } = await reading.list(drafter.caller, { view: 'all', late: true, limit: 100 })
      const { procedures } = await reading.delays(drafter.caller, { from: day, to: day })
      const ofTet = listed.find(({ id }) => id === tet.instanceId)
      const openLate = procedures.flatMap(({ steps }) => steps).reduce((sum, step) => sum + step.openLate, 0)
      return [ofTet?.lateDays, counts.late === listed.length, openLate === listed.length]
    }
    expect(await lateOn('2027-02-15')).toEqual([undefined, true, true])
    expect(await lateOn('2027-02-16')).toEqual([1, true, true])
    clock = new Date('2027-02-16T02:00:00Z')
    const weekend = await begin('QT-VB-04')
    expect(await due(weekend.instanceId)).toBe('2027-02-19')
    clock = new Date('2027-02-20T02:00:00Z')
    expect((await reading.list(drafter.caller, { view: 'all', late: true, limit: 100 })).instances.some(({ id }) => id === weekend.instanceId)).toBe(false)
    expect(await reading.get(weekend.instanceId, drafter.caller)).toMatchObject({ lateDays: 0 })

    // Two days from Thursday: Friday, and the Saturday that is worked for 31/8; then Quốc khánh.
    clock = new Date('2026-08-20T02:00:00Z')
    const swapped = await begin('QT-VB-02')
    expect(await due(swapped.instanceId)).toBe('2026-08-22')
    await instances.saveForm(swapped.instanceId, drafter.caller, 'phieu', { revision: 0, values: { 'noi-dung': 'A', 'tom-tat': 'B', 'han-tra-loi': '2026-09-10' } })
    clock = new Date('2026-09-03T02:00:00Z')
    await instances.finish(swapped.instanceId, drafter.caller, { version: 1, note: '' })
    expect((await reading.get(swapped.instanceId, drafter.caller)).runs).toMatchObject([{ stepNo: 1, tookDays: 8, lateDays: 6, outcome: 'done' }, { stepNo: 2, dueOn: '2026-09-04' }])
    expect(unitId).toBeTruthy()
  })

  it('tells who has a step that is late, and the office, once, as offices open after its last day', async () => {
    const { drafter, colleague, former, clerk, body } = office
    // From Wednesday three days, to Monday.
    let clock = new Date('2026-10-07T02:00:00Z')
    const { instances, reminding } = office.server.domains.proceeding.at(() => clock)
    const { instanceId } = await instances.start(drafter.caller, {
      secrecy: 'none', procedureId: idOf('QT-VB-04'), bodyId: body.id, title: 'Ban hành quy chế chi tiêu', key: freshKey(),
    })
    const told = () => office.server.db('notice').where({ topic: `procedure:${instanceId}`, kind: 'procedures.late' }).pluck<string[]>('person_id')
    const run = async (at: string) => {
      clock = new Date(at)
      await Promise.all([reminding.run(), reminding.run()])
      return (await told()).length
    }
    expect(await run('2026-10-12T08:00:00Z')).toBe(0)
    expect(await run('2026-10-12T20:00:00Z')).toBe(0)
    // Everybody of the unit as it was on that day.
    expect(await run('2026-10-13T02:00:00Z')).toBe(4)
    expect(await run('2026-10-14T02:00:00Z')).toBe(4)
    expect((await told()).toSorted()).toEqual([drafter, colleague, former, clerk].map(({ personId }) => personId).toSorted())
    const { body: { notices } } = await clerk.client.call(listNotices, { query: {} })
    expect(notices.find(({ link }) => link === `/procedures/files/${instanceId}`)?.words.vi.paragraphs.join(' ')).toMatch(/“Soạn thảo” có hạn 12\/10\/2026.*Trách nhiệm: Sở Khoa học và Công nghệ/)
  })

  it('shows where instances lose it: median and p90 of what the caller may read', async () => {
    const { drafter, other, body, administrator } = office
    const from = '2026-10-01'
    const to = '2026-10-31'
    const took = [1, 1, 2, 3, 9]
    for (const [index, days] of took.entries()) {
      let clock = new Date('2026-10-05T02:00:00Z')
      const { instances } = office.server.domains.proceeding.at(() => clock)
      const { instanceId } = await instances.start(drafter.caller, { secrecy: 'none', procedureId: idOf('QT-VB-04'), bodyId: body.id, title: `Đo ${index}`, key: freshKey() })
      await instances.saveForm(instanceId, drafter.caller, 'phieu-trinh', { revision: 0, values: submission() })
      clock = new Date(Date.parse('2026-10-05T02:00:00Z') + (days > 4 ? days + 2 : days) * 86_400_000)
      await instances.finish(instanceId, drafter.caller, { version: 1, note: '' })
    }
    const delays = async ({ client }: Actor) => (await client.call(procedureDelays, { query: { from, to } })).body.procedures.find(({ code }) => code === 'QT-VB-04')?.steps[0]
    expect(await delays(office.clerk)).toMatchObject({ name: 'Soạn thảo', limitDays: 3, done: 5, late: 1, returned: 0, median: 2, p90: expect.closeTo(6.6, 9) })
    expect(await delays(administrator)).toBeUndefined()
    expect((await delays(other))?.done ?? 0).toBe(0)
    for (const query of [{ from: to, to: from }, { from: '0001-01-01', to }, { from, to: '9999-12-31' }]) {
      expect((await office.clerk.client.call(procedureDelays, { query })).error?.code).toBe('badRequest')
    }
  })
})

describe('the list', () => {
  it('is filtered, counted and paged, by what the caller may read, with as many queries for one as for many', async () => {
    const { drafter, clerk, stranger } = office
    for (let index = 0; index < 7; index += 1) await start('QT-VB-06', drafter, `Kết luận số ${index} về đất đai`)
    const list = async (query: object, { client }: Actor = drafter) => (await client.call(listInstances, { query: query as never })).body
    const first = await list({ search: 'dat dai', limit: 5 })
    expect(first).toMatchObject({ counts: { running: 7, ended: 0, cancelled: 0 } })
    const rest = await list({ search: 'dat dai', limit: 5, before: first.next })
    expect([...first.instances, ...rest.instances].map(({ title }) => title)).toEqual(Array.from({ length: 7 }, (_, index) => `Kết luận số ${6 - index} về đất đai`))
    expect(rest.next).toBeNull()
    expect((await list({ search: '100%' })).instances).toEqual([])
    expect((await list({ view: 'office', procedureId: idOf('QT-VB-06') }, clerk)).counts.running).toBe(7)
    expect((await list({ view: 'waiting' }, clerk)).waiting).toBeGreaterThanOrEqual(7)
    expect(await list({}, stranger)).toMatchObject({ instances: [], counts: { running: 0 }, waiting: 0 })
    const late = await list({ late: 'true' }, clerk)
    expect(late.instances.every(({ lateDays, state }) => state === 'running' && lateDays > 0)).toBe(true)
    expect(late.instances.length).toBe(late.counts.late)
    const statements = (limit: number) => statementsOf(office.server.db, () =>
      office.server.domains.proceeding.reading.list(as(clerk.personId), { view: 'all' satisfies InstanceView, late: false, limit }))
    // One more reads the working days by which something on the page is late.
    expect((await statements(100)).length).toBeLessThanOrEqual((await statements(1)).length + 1)
  })
})
