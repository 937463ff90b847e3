import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../protocol/calendar.ts'
import { checkProcedures, exportProcedures, importProcedures, ProcedureFile, procedureTemplate, type ProcedureReport } from '../../protocol/procedure-file.ts'
import { inForceOn, ProcedureContent } from '../../protocol/procedure-rules.ts'
import { addProcedure, getProcedure, listProcedures, printForm, saveProcedure } from '../../protocol/procedures.ts'
import { freshKey } from '../support/house.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'
import { startTestServer } from '../support/server.ts'
import { signedIn } from '../support/people.ts'

/** The catalogue of procedures: read, edited in versions, taken out and in as a file. */

let office: Office
beforeAll(async () => { office = await startOffice() })
afterAll(() => office.close())

const content = (changes: object = {}): ProcedureContent => ProcedureContent.parse({
  groupId: 'finance', name: 'Quyết toán kinh phí', basis: [{ text: 'Quy chế', verified: false }], units: [],
  steps: [{ id: 'lap', name: 'Lập quyết toán', responsible: { kind: 'role', role: 'starter' }, days: 3, output: 'Quyết toán' }], ...changes,
})
const terms = (since: string, reason = 'Sửa đổi') => ({ since, until: null, reason })
const add = (code: string, changes: object = {}, since = today()) =>
  office.administrator.client.call(addProcedure, { body: { code, content: content(changes), terms: terms(since) } })
const exported = async (client = office.administrator.client) => (await client.call(exportProcedures)).body as Record<string, unknown>
const bytes = (file: unknown) => Buffer.from(typeof file === 'string' ? file : JSON.stringify(file))
const check = async (file: unknown, client = office.administrator.client) =>
  await client.call(checkProcedures, { body: Buffer.isBuffer(file) ? file : bytes(file) })
const file = async () => ProcedureFile.parse(await exported())

describe('the catalogue', () => {
  it('has the five groups of the seed and the eight procedures of the product, for everybody who is signed in', async () => {
    const { body: { groups, procedures } } = await office.drafter.client.call(listProcedures)
    expect(groups.map(({ intended }) => intended)).toEqual([15, 5, 8, 22, 19])
    expect(procedures.map(({ code }) => code)).toEqual(['QT-KT-01', ...Array.from({ length: 7 }, (_, index) => `QT-VB-0${index + 1}`)])
    expect(procedures.every(({ state, mine, steps, forms }) => state === 'inForce' && mine && steps > 2 && forms > 0)).toBe(true)
    const { body: nobodys } = await office.nobody.client.call(listProcedures)
    expect(nobodys.procedures.some(({ mine }) => mine)).toBe(false)
    const notice = procedures.find(({ code }) => code === 'QT-VB-06')!
    expect(notice.days).toBe(5)
  })

  it('prints an empty form under the letterhead of a body', async () => {
    const { body: { procedures } } = await office.drafter.client.call(listProcedures)
    const { id } = procedures.find(({ code }) => code === 'QT-KT-01')!
    const print = (formId: string, format: 'docx' | 'pdf', bodyId = office.body.id) =>
      office.drafter.client.call(printForm, { params: { procedureId: id, formId }, query: { bodyId, format } })
    expect((await print('bien-nhan', 'pdf')).body).toSatisfy((pdf: Buffer) => pdf.subarray(0, 5).toString() === '%PDF-')
    expect((await print('bien-nhan', 'docx')).body).toSatisfy((docx: Buffer) => docx.subarray(0, 2).toString() === 'PK')
    expect((await print('khong-co', 'pdf')).error?.code).toBe('procedureNotFound')
    // The version that the page shows, which need not be the one in force.
    const made = await add('QT-VX-01', { forms: [] })
    const form = { id: 'moi', name: 'Phiếu mới', stepId: 'lap', required: false, fields: [{ id: 'a', label: 'A', help: '', kind: 'text' as const, required: true }] }
    await office.administrator.client.call(saveProcedure, {
      params: { procedureId: made.body.procedureId }, body: { version: 1, content: content({ forms: [form] }), terms: terms(addDays(today(), 5)) },
    })
    const coming = (version?: number) => office.drafter.client.call(printForm, {
      params: { procedureId: made.body.procedureId, formId: 'moi' }, query: { bodyId: office.body.id, format: 'docx', ...version === undefined ? {} : { version } },
    })
    expect((await coming()).error?.code).toBe('procedureNotFound')
    expect((await coming(2)).error).toBeUndefined()
    expect((await print('bien-nhan', 'pdf', freshKey())).error?.code).toBe('bodyNotFound')
  })

  it('is written by administrators alone, in versions that leave the past as it was', async () => {
    const { client } = office.administrator
    expect((await office.clerk.client.call(addProcedure, { body: { code: 'QT-X', content: content(), terms: terms(today()) } })).error?.code).toBe('administratorRequired')
    const made = await add('QT-TC-09')
    const { procedureId } = made.body
    expect((await add('QT-TC-09')).error?.code).toBe('procedureCodeTaken')
    const save = (version: number, since: string, changes: object = {}) =>
      client.call(saveProcedure, { params: { procedureId }, body: { version, content: content(changes), terms: terms(since) } })
    expect((await save(1, addDays(today(), -1))).error?.code).toBe('dateOutOfRange')
    expect((await save(1, today())).error).toMatchObject({ code: 'procedureSinceTooEarly', details: { since: today() } })
    const later = addDays(today(), 10)
    expect((await save(1, later, { name: 'Tên mới' })).body).toMatchObject({ version: 2 })
    // Not in force yet, so it is replaced; and who comes second sees what the first changed.
    const both = await Promise.all([save(2, later, { name: 'Tên của A' }), save(2, addDays(today(), 5), { purpose: 'Của B' })])
    expect(both.filter(({ error }) => error === undefined)).toHaveLength(1)
    const refused = both.find(({ error }) => error)?.error
    expect(refused).toMatchObject({ code: 'procedureChanged', details: { meta: { version: 3, author: { fullName: 'Lê Thị Thử' } } } })
    expect(refused?.details['parts']).toEqual(expect.arrayContaining(['name']))

    const { body: now } = await office.drafter.client.call(getProcedure, { params: { procedureId } })
    expect(now).toMatchObject({ version: 1, inForce: true, startable: true, content: { name: 'Quyết toán kinh phí' } })
    expect(now.versions.map(({ version }) => version)).toEqual([3, 2, 1])
    await expect(office.server.db('procedure_version').where({ procedure_id: procedureId }).update({ reason: 'khác' })).rejects.toThrow()
    const audit = await office.server.db('audit_entry').where({ procedure_id: procedureId }).orderBy('at').select('action', 'actor_id')
    expect(audit.map(({ action }) => action)).toEqual(['procedure.added', 'procedure.versionSaved', 'procedure.versionSaved'])
    expect(audit.every(({ actor_id: actor }) => actor === office.administrator.personId)).toBe(true)
  })

  it('refuses what cannot be a procedure', async () => {
    const step = content().steps[0]!
    for (const wrong of [
      { steps: [{ ...step, days: undefined }] }, { steps: [{ ...step, days: 0 }] }, { steps: [] }, { steps: [step, step] }, { basis: [] },
      { forms: [{ id: 'f', name: 'F', stepId: 'khong-co', required: true, fields: [{ id: 'a', label: 'A', kind: 'text', required: true }] }] }, { la: 1 },
    ]) {
      const { error } = await office.administrator.client.call(addProcedure, {
        body: { code: 'QT-SAI', content: { ...content(), ...wrong } as ProcedureContent, terms: terms(today()) },
      })
      expect(error?.code, JSON.stringify(wrong)).toBe('badRequest')
    }
    expect((await add('QT-SAI', { units: [freshKey()] })).error?.code).toBe('unitNotFound')
    expect((await add('QT-SAI', { groupId: 'khac' })).error?.code).toBe('procedureGroupNotFound')
    expect((await add('QT-SAI', { follows: ['KHONG-CO'] })).error?.code).toBe('procedureUnknown')
    expect((await add('QT-SAI', { follows: ['QT-SAI'] })).error?.code).toBe('procedureCycle')
    expect((await add('QT-SAI', { purpose: 'Mở đầu\nMẬT\nNội dung' })).error?.code).toBe('proposalSecret')
    expect((await file()).procedures.some(({ code }) => code === 'QT-SAI')).toBe(false)
  })
})

describe('the file of the catalogue', () => {
  it('is the same after it was taken to an empty installation and out again', async () => {
    await add('QT-TC-10', { units: [office.unitId, office.otherUnitId], steps: [{ ...content().steps[0], responsible: { kind: 'unit', unit: office.unitId } }] }, addDays(today(), 3))
    const out = await exported()
    const other = await startTestServer()
    const { client } = await signedIn(other, 'quan-tri', { administrator: true })
    try {
      const refused = await client.call(checkProcedures, { body: bytes(out) })
      expect(refused.body.problems).toEqual(expect.arrayContaining([expect.objectContaining({ reason: 'unknownUnit', message: 'Sở Nội vụ' })]))
      const denied = await client.call(importProcedures, { query: { digest: refused.body.digest }, body: bytes(out) })
      expect(denied.error?.code).toBe('importRefused')
      await other.db('unit').insert([{ name: 'Sở Khoa học và Công nghệ', since: '2020-01-01' }, { name: 'Sở Nội vụ', since: '2020-01-01' }])
      const told = await client.call(checkProcedures, { body: bytes(out) })
      expect(told.body).toMatchObject({ counts: { problems: 0 } })
      expect(told.body.counts.kept).toBe(8)
      const { error } = await client.call(importProcedures, { query: { digest: told.body.digest }, body: bytes(out) })
      expect(error).toBeUndefined()
      expect(await exported(client)).toEqual(out)
      expect((await client.call(checkProcedures, { body: bytes(await exported(client)) })).body.counts).toMatchObject({ added: 0, changed: 0, problems: 0 })
      expect((await client.call(importProcedures, { query: { digest: told.body.digest }, body: bytes(out) })).error?.code).toBe('importOutdated')
      expect(await other.db('audit_entry').where({ action: 'procedure.imported' })).not.toHaveLength(0)
    } finally {
      client.close()
      await other.stop()
    }
  })

  it('comes back as it went, whatever is in it', async () => {
    const { administrator } = office
    const word = fc.stringMatching(/^[a-zà-ỹ]{1,12}$/).map((text) => text.normalize('NFC'))
    let serial = 0
    const procedures = fc.array(fc.record({
      name: word, purpose: word, units: fc.subarray(['Sở Khoa học và Công nghệ', 'Sở Nội vụ']), verified: fc.boolean(),
      spans: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
      steps: fc.array(fc.record({ name: word, days: fc.integer({ min: 1, max: 250 }), role: fc.constantFrom('starter', 'office', 'chair', 'members') }), { minLength: 1, maxLength: 4 }),
    }), { minLength: 1, maxLength: 3 })
    await fc.assert(fc.asyncProperty(procedures, async (made) => {
      const base = await file()
      const wanted = ProcedureFile.parse({ ...base, procedures: [...base.procedures, ...made.map(({ name, purpose, units, verified, spans, steps }) => ({
        code: `QT-TN-${String(serial += 1).padStart(3, '0')}`,
        versions: spans.toSorted((a, b) => a - b).map((span, index) => ({
          version: index + 1, since: addDays(today(), span), until: null, reason: name,
          content: {
            groupId: 'cipher', name, purpose, basis: [{ text: name, verified }], units, follows: ['QT-VB-01'],
            steps: steps.map((step, at) => ({ id: `b-${at}`, name: step.name, days: step.days, output: name, responsible: { kind: 'role', role: step.role } })),
          },
        })),
      }))].sort((a, b) => a.code < b.code ? -1 : 1) })
      const { body: { digest } } = await check(wanted)
      const { error } = await administrator.client.call(importProcedures, { query: { digest }, body: bytes(wanted) })
      expect(error).toBeUndefined()
      expect(await exported()).toEqual(wanted)
    }), { numRuns: 8 })
  })

  it('is refused as a whole, with every problem by its place', async () => {
    const base = await file()
    const count = base.procedures.length
    const [first] = base.procedures
    const version = first!.versions[0]!
    const fresh = (code: string, changes: object = {}, terms_: object = {}) =>
      ({ code, versions: [{ ...version, since: addDays(today(), 1), ...terms_, content: { ...version.content, follows: [], ...changes } }] })
    const problems = async (file: unknown): Promise<ProcedureReport['problems']> => (await check(file)).body.problems
    const with_ = (...more: object[]) => ({ ...base, procedures: [...base.procedures, ...more] })

    expect(await problems(with_(fresh('QT-A', { steps: [{ ...version.content.steps[0], days: undefined }], forms: [] }), fresh('QT-B', { groupId: 'khac' }), fresh('QT-B'))))
      .toEqual(expect.arrayContaining([expect.objectContaining({ place: `procedures.${count}.versions.0.content.steps.0.days` })]))
    expect(await problems(with_(fresh('QT-B', { groupId: 'khac' }), fresh('QT-B')))).toMatchObject([
      { place: `procedures.${count}.versions.0.content.groupId` }, { place: `procedures.${count + 1}.code`, message: `is the code of procedures.${count} too` },
    ])
    expect(await problems(with_(fresh('QT-A', { follows: ['QT-B'] }), fresh('QT-B', { follows: ['QT-A'] })))).toMatchObject([{ message: expect.stringContaining('QT-A → QT-B → QT-A') }])
    expect(await problems(with_(fresh('QT-A', { follows: ['QT-Z'] })))).toMatchObject([{ reason: 'unknownCode', place: `procedures.${count}.versions.0.content.follows.0` }])
    expect(await problems(with_(fresh('QT-A', { la: 1 })))).toMatchObject([{ place: `procedures.${count}.versions.0.content.la`, message: 'unknown field' }])
    expect(await problems(with_(fresh('QT-A', { purpose: 'TUYỆT MẬT' })))).toMatchObject([{ reason: 'stamped' }])
    expect(await problems(with_(fresh('QT-A', {}, { since: '0000-01-01' })))).toMatchObject([{ place: `procedures.${count}.versions.0.since` }])
    expect(await problems(with_(fresh('QT-A', {}, { until: '0001-01-01' })))).toMatchObject([{ place: `procedures.${count}.versions.0.until` }])
    // What is here stays as it is: neither another text of a version, nor a new one in the past.
    const other = { ...first, versions: [{ ...version, reason: 'Đã sửa lén' }, { ...version, version: 2, since: '2026-01-02' }] }
    expect(await problems({ ...base, procedures: [other] })).toMatchObject([{ reason: 'versionDiffers' }, { reason: 'pastVersion' }])
    expect((await file()).procedures).toHaveLength(count)
  })

  it('goes where versions replaced others before those began, or ended: one a day is in force, here and there', async () => {
    const { client } = office.administrator
    const made = await add('QT-TC-11', {}, today())
    const { procedureId } = made.body
    const save = (version: number, since: string, until: string | null, name: string) =>
      client.call(saveProcedure, { params: { procedureId }, body: { version, content: content({ name }), terms: { ...terms(since), until } } })
    // The second was to last a month; the third, written later, comes before it begins.
    expect((await save(1, addDays(today(), 20), addDays(today(), 50), 'Hai')).error).toBeUndefined()
    expect((await save(2, addDays(today(), 10), null, 'Ba')).error).toBeUndefined()
    const out = await file()
    expect((await check(out)).body.counts).toMatchObject({ changed: 0, problems: 0 })
    const moved = { ...out, procedures: out.procedures.map((one) => one.code === 'QT-TC-11' ? { ...one, code: 'QT-TC-12' } : one) }
    const { body: { digest } } = await check(moved)
    expect((await client.call(importProcedures, { query: { digest }, body: bytes(moved) })).error).toBeUndefined()
    for (const code of ['QT-TC-11', 'QT-TC-12']) {
      const found = (await file()).procedures.find((one) => one.code === code)!.versions
      expect([5, 15, 25, 60].map((days) => inForceOn(found, addDays(today(), days))?.version)).toEqual([1, 3, 3, 3])
    }
  })

  it('changes the name of a group only where that is told and audited', async () => {
    const out = await file()
    const renamed = { ...out, groups: out.groups.map((group, index) => index === 0 ? { ...group, name: { vi: 'Công tác văn bản', en: 'Papers' } } : group) }
    const { body: { changes, digest } } = await check(renamed)
    expect(changes).toEqual(expect.arrayContaining([expect.objectContaining({ code: out.groups[0]!.id, what: 'changed' })]))
    const import_ = (file: unknown, wanted: string) => office.administrator.client.call(importProcedures, { query: { digest: wanted }, body: bytes(file) })
    expect((await import_(renamed, digest)).error).toBeUndefined()
    expect(await office.server.db('audit_entry').where({ action: 'procedureGroup.imported' }).select('actor_id', 'data')).toEqual([
      { actor_id: office.administrator.personId, data: { groupId: out.groups[0]!.id, before: out.groups[0]!.name, name: { vi: 'Công tác văn bản', en: 'Papers' } } },
    ])
    expect((await import_(out, (await check(out)).body.digest)).error).toBeUndefined()
  })

  it('bears a file that means harm', async () => {
    const { client } = office.administrator
    const huge = Buffer.alloc(50_000_000, 0x20)
    huge.write('{"format":"nghi-su-procedures"', 0)
    expect((await check(huge)).error).toMatchObject({ code: 'importUnreadable', details: { reason: 'tooLarge', limitBytes: 10_000_000 } })
    expect((await check(`{"procedures":[${'0,'.repeat(2_000_000)}0]}`)).error).toMatchObject({ code: 'importUnreadable', details: { reason: 'tooLarge' } })
    expect((await check(`${'{"a":'.repeat(50_000)}0${'}'.repeat(50_000)}`)).error ?? (await check('{}')).body.problems).toBeTruthy()
    expect((await check('{"format":')).error).toMatchObject({ code: 'importUnreadable', details: { reason: 'notJson' } })
    expect((await check('{"__proto__":{"format":"nghi-su-procedures"},"groups":[],"procedures":[]}')).body.counts.problems).toBeGreaterThan(0)
    expect((await office.clerk.client.call(checkProcedures, { body: bytes('{}') })).error?.code).toBe('administratorRequired')
    expect((await client.call(listProcedures)).error).toBeUndefined()
  })

  it('takes a table with a row a step, and names the rows that are wrong', async () => {
    const { client } = office.administrator
    const { body: template } = await client.call(procedureTemplate, { query: {} })
    const told = await check(template)
    expect(told.body).toMatchObject({ counts: { added: 1, problems: 0 }, changes: expect.arrayContaining([expect.objectContaining({ code: 'QT-TC-01', what: 'added' })]) })
    const csv = (...rows: string[]) => ['Mã quy trình;Tên quy trình;Nhóm;Căn cứ;Hiệu lực từ;Tên bước;Trách nhiệm;Số ngày làm việc;Kết quả', ...rows].join('\n')
    const wrong = await check(csv('QT-TC-02;Thanh toán;Tài chính lạ;Quy chế;;Lập;đơn vị lập hồ sơ;;Phiếu', 'QT-TC-02;;;;;Duyệt;Sở Không Có;x;Phiếu'))
    expect(wrong.body.problems.map(({ row, place, reason }) => [row, place, reason])).toEqual([[2, 'Nhóm', 'unknownGroup'], [2, 'Số ngày làm việc', 'missing'], [3, 'Số ngày làm việc', 'badNumber']])
    const good = csv('QT-TC-02;Thanh toán;Quản trị tài chính Đảng;Quy chế;;Lập;đơn vị lập hồ sơ;2;Phiếu', 'QT-TC-02;;;;;Duyệt;Sở Nội vụ;1;Phiếu', 'QT-TC-02;;;;;Chi;văn phòng;400;Phiếu')
    expect((await check(good)).body.problems).toMatchObject([{ row: 4, place: 'procedures.0.versions.0.content.steps.2.days' }])
    const right = good.replace('400', '4')
    const { body: { digest } } = await check(right)
    expect((await client.call(importProcedures, { query: { digest }, body: bytes(right) })).error).toBeUndefined()
    expect((await file()).procedures.find(({ code }) => code === 'QT-TC-02')?.versions[0]?.content.steps.map(({ responsible }) => responsible)).toEqual([
      { kind: 'role', role: 'starter' }, { kind: 'unit', unit: 'Sở Nội vụ' }, { kind: 'role', role: 'office' },
    ])
    expect((await check(right)).body.counts).toMatchObject({ kept: 1, added: 0, problems: 0 })
    expect((await check(right.replace('Thanh toán', 'Chi tiền'))).body.problems).toMatchObject([{ reason: 'differs' }])
  })
})
