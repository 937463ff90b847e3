import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBodies, listMembers } from '../../protocol/bodies.ts'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { listAccounts } from '../../protocol/accounts.ts'
import { applyImport, checkImport, importTemplate, ImportKind, type ImportReport } from '../../protocol/organisation-import.ts'
import { searchPeople } from '../../protocol/people.ts'
import { beginTerm, foundBody } from '../../protocol/terms.ts'
import { addUnit } from '../../protocol/units.ts'
import type { Client } from '../../tests/support/client.ts'
import { bodyRules } from '../../tests/support/house.ts'
import { person, signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let administrator: Client
let adminId: string
const today = localDay(Date.now())
const letterhead = { style: 'state', superior: '', issuer: 'HỘI ĐỒNG', minutesSymbol: 'BB', place: 'Bình Sơn' } as const

beforeAll(async () => {
  server = await startTestServer()
  const { client, personId } = await signedIn(server, 'root', { administrator: true, fullName: 'Quản Trị' })
  administrator = client
  adminId = personId
  await administrator.call(addUnit, { body: { name: 'Văn phòng Tỉnh uỷ', code: 'VPTU', superiorId: null, since: '2020-01-01' } })
})
afterAll(() => server.stop())

const table = (...rows: string[][]) => Buffer.from(rows.map((row) => row.join(';')).join('\r\n'))
const check = (kind: ImportKind, bytes: Buffer) => administrator.call(checkImport, { params: { kind }, body: bytes })
const apply = (kind: ImportKind, bytes: Buffer, digest: string) => administrator.call(applyImport, { params: { kind }, query: { digest }, body: bytes })

async function take(kind: ImportKind, bytes: Buffer): Promise<ImportReport> {
  const { body: { digest, problems } } = await check(kind, bytes)
  expect(problems).toEqual([])
  const { body, error } = await apply(kind, bytes, digest)
  if (error) throw new Error(error.code)
  return body
}
const TABLES = ['person', 'account', 'unit_membership', 'body', 'membership', 'audit_entry']
const everything = async () => {
  const rows = await Promise.all(TABLES.map((name) => server.db(name).select()))
  return rows.map((of) => of.map((row) => JSON.stringify(row)).toSorted())
}
const PEOPLE = ['Tên đăng nhập', 'Họ và tên', 'Chức vụ', 'Loại', 'Đơn vị', 'Từ ngày']

describe('an import of people', () => {
  it('tells first what it would do, then does it all, each with its audit entry', async () => {
    const file = table(PEOPLE,
      ['binh.tran', 'Trần Thị Bình', 'Chuyên viên', 'người', 'vptu', '05/01/2026'], ['dc.one', 'Điểm cầu xã Một', 'Hội trường', 'Điểm cầu', '', ''])
    const before = await everything()
    const { body: told } = await check('people', file)
    expect(told).toMatchObject({ rows: 2, counts: { added: 2, changed: 0, kept: 0, problems: 0 } })
    expect(await everything()).toEqual(before)
    expect((await apply('people', file, told.digest)).body.counts.added).toBe(2)
    const { body: { people } } = await administrator.call(searchPeople, { query: { q: 'Trần Thị Bình' } })
    expect(people).toMatchObject([{ office: 'Chuyên viên', unit: { name: 'Văn phòng Tỉnh uỷ' } }])
    const audit = await server.db('audit_entry').where({ subject_id: people[0]!.id, actor_id: adminId }).orderBy('id')
    expect(audit.map(({ action }) => action)).toEqual(['account.created', 'unit.joined'])
    const { body: { accounts } } = await administrator.call(listAccounts)
    expect(accounts.find(({ username }) => username === 'dc.one')?.person.kind).toBe('site')
    // What was there is kept, and the same file a second time does nothing.
    expect((await check('people', file)).body.counts).toEqual({ added: 0, changed: 0, kept: 2, problems: 0 })
    const state = await everything()
    await take('people', file)
    expect(await everything()).toEqual(state)
  })

  it('changes office, spelling and unit of who is known, and nobody else', async () => {
    await person(server, 'thuy.le', { fullName: 'Lê Thị Thuỷ' })
    const file = table(PEOPLE, ['thuy.le', 'Lê Thị Thủy', 'Trưởng phòng', '', 'Văn phòng Tỉnh ủy', ''])
    const { changes } = await take('people', file)
    expect(changes).toEqual([{ row: 2, name: 'Lê Thị Thủy', what: 'changed', columns: ['fullName', 'office', 'unit'] }])
    const { body: { people } } = await administrator.call(searchPeople, { query: { q: 'Lê Thị Thủy' } })
    expect(people).toMatchObject([{ fullName: 'Lê Thị Thủy', office: 'Trưởng phòng', unit: { name: 'Văn phòng Tỉnh uỷ' } }])
  })

  it('lists each bad cell with row, column, value and reason, and takes nothing of the file', async () => {
    await person(server, 'taken', { fullName: 'Lò Văn Sáng' })
    const file = table(PEOPLE,
      ['good.one', 'Người Tốt', 'Chuyên viên', '', '', ''],
      ['Hai Từ', 'NguyÔn V¨n An', '', 'robot', 'Không có', '30/02/2026'],
      ['taken', 'Người Khác', 'Chuyên viên', '', '', ''],
      ['good.one', 'Người Tốt', 'Chuyên viên', '', 'VPTU', addDays(today, 1)],
      ['long', 'x'.repeat(121), 'Chuyên viên', '', 'VPTU', '1/1/2019'])
    const before = await everything()
    const { body: told } = await check('people', file)
    expect(told.problems.map(({ row, column, value, reason, known }) => [row, column, value, reason, known])).toEqual([
      [3, 'username', 'Hai Từ', 'badUsername', null], [3, 'fullName', 'NguyÔn V¨n An', 'garbled', null], [3, 'office', '', 'missing', null],
      [3, 'personKind', 'robot', 'badChoice', null], [3, 'unit', 'Không có', 'unknownUnit', null], [3, 'since', '30/02/2026', 'badDate', null],
      [4, 'username', 'taken', 'otherPerson', 'Lò Văn Sáng'],
      [5, 'username', 'good.one', 'repeated', null], [5, 'since', addDays(today, 1), 'dateOutOfRange', '2020-01-01'],
      [6, 'fullName', 'x'.repeat(121), 'tooLong', null], [6, 'since', '1/1/2019', 'dateOutOfRange', '2020-01-01'],
    ])
    expect(await apply('people', file, told.digest)).toMatchObject({ status: 422, error: { code: 'importRefused', details: { problems: 11 } } })
    expect(await everything()).toEqual(before)
  })

  it('is refused once it would do something else than was shown', async () => {
    const file = table(PEOPLE, ['late', 'Người Đến Sau', 'Chuyên viên', '', '', ''])
    const { body: { digest } } = await check('people', file)
    await person(server, 'late', { fullName: 'Người Đến Sau' })
    expect((await apply('people', file, digest)).error?.code).toBe('importOutdated')
    expect((await apply('people', table(PEOPLE, ['other', 'Khác', 'Khác', '', '', '']), digest)).error?.code).toBe('importOutdated')
  })

  it.each([
    ['windows-1258', Buffer.concat([Buffer.from('Ten;Ho\r\nan;Nguy'), Buffer.from([0xea, 0xde]), Buffer.from('n')]), 'encoding'],
    ['no heading that is needed', Buffer.from('Tên đăng nhập;Họ và tên\r\na.b;C'), 'headings'],
    ['a heading twice', table([...PEOPLE, 'Full name'], ['a.b', 'C', 'D', '', '', '', 'E']), 'headings'],
    ['more than is taken', Buffer.alloc(5_000_001, 'a'), 'tooLarge'],
  ])('of a file with %s says what is wrong, and changes nothing', async (_, bytes, reason) => {
    const before = await everything()
    expect(await check('people', bytes)).toMatchObject({ status: 422, error: { code: 'importUnreadable', details: { reason } } })
    expect((await apply('people', bytes, '0'.repeat(64))).error?.code).toBe('importUnreadable')
    expect(await everything()).toEqual(before)
  })

  it('takes 2,000 in as many statements as two, and lists them quickly', async () => {
    const row = (index: number) => [`nguoi.${index}`, `Nguyễn Văn ${'Ân Bình Cúc Dũng Đào Giang Hà'.split(' ')[index % 7]}`, `Chuyên viên ${index}`, '', 'VPTU', '']
    // The server looks after other things meanwhile, and answers what comes over the network in no context of ours.
    const statements = async (work: () => Promise<unknown>) => {
      let seen = 0
      const note = ({ sql }: { sql: string }) => { if (/person|account|unit|audit/.test(sql)) seen += 1 }
      server.db.on('query', note)
      await work().finally(() => server.db.removeListener('query', note))
      return seen
    }
    const few = table(PEOPLE, ...[0, 1].map(row))
    const many = table(PEOPLE, ...Array.from({ length: 2000 }, (_, index) => row(index + 10)))
    const [small, large] = [await statements(() => take('people', few)), await statements(() => take('people', many))]
    expect(large).toBe(small)
    const { body } = await administrator.call(searchPeople, { query: { q: 'nguyen cuc chuyen', limit: 100 } })
    expect(body.people).toHaveLength(100)
    expect(body.next).not.toBeNull()
    expect(await statements(() => administrator.call(searchPeople, { query: { q: 'nguyen', limit: 100 } }))).toBeLessThanOrEqual(4)
  }, 60_000)
})

describe('an import of bodies and members', () => {
  const BODIES = ['Cơ quan', 'Thể thức', 'Cơ quan ban hành', 'Ký hiệu biên bản', 'Địa danh', 'Túc số', 'Căn cứ túc số', 'Tỉ lệ thông qua', 'Tính trên', 'Căn cứ tỉ lệ thông qua']
  const bodyRow = (name: string, quorum = '2/3') => [name, 'đảng', 'BAN', 'BB/TU', 'Bình Sơn', quorum, 'Quy chế', 'quá nửa', 'đương nhiệm', '24-QĐ/TW']
  const MEMBERS = ['Cơ quan', 'Tên đăng nhập', 'Vai trò', 'Chức danh trong cơ quan', 'Quyền biểu quyết', 'Thứ tự', 'Từ ngày', 'Đến ngày']

  it('founds bodies, and changes of a known one what the table says and no more', async () => {
    const name = `Ban ${randomUUID()}`
    await take('bodies', table(BODIES, bodyRow(name)))
    const find = async () => (await administrator.call(listBodies)).body.bodies.filter((one) => one.name === name)
    const [made] = await find()
    expect(made).toMatchObject({ kind: 'other', letterhead: { style: 'party', issuer: 'BAN' }, rules: {
      quorum: { numerator: 2, denominator: 3, strict: false, basis: 'Quy chế' }, majority: { numerator: 1, denominator: 2, strict: true, base: 'incumbents' },
    } })
    const again = await take('bodies', table(BODIES, bodyRow(name, '>1/2')))
    expect(again.changes).toEqual([{ row: 2, name, what: 'changed', columns: ['quorum'] }])
    const [changed, ...none] = await find()
    expect(none).toEqual([])
    expect(changed?.rules).toEqual({ ...made?.rules, quorum: { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế' } })
    const { body: { problems } } = await check('bodies', table(BODIES, bodyRow(`${name} x`, '4/3'), bodyRow(name), bodyRow(name.toUpperCase())))
    expect(problems.map(({ row, column, reason }) => [row, column, reason])).toEqual([[2, 'quorum', 'badShare'], [4, 'body', 'repeated']])
  })

  it('begins terms, changes those of today, and refuses what overlaps', async () => {
    const { body: { body } } = await administrator.call(foundBody, { body: {
      name: `Hội đồng ${randomUUID()}`, kind: 'council', superiorUnitId: null, since: null, rules: bodyRules.committee, letterhead,
    } })
    const [chair, known, gone, clash] = await Promise.all(['m.chair', 'm.known', 'm.gone', 'm.clash'].map((username) => person(server, username)))
    const term = { role: 'member' as const, office: 'Uỷ viên', voting: true, rank: 5 }
    const begin = (personId: string, since: string, until: string | null) =>
      administrator.call(beginTerm, { params: { bodyId: body.id }, body: { ...term, personId, since, until } })
    await begin(known!.personId, '2025-01-01', null)
    await begin(gone!.personId, '2025-01-01', addDays(today, -1))
    await begin(clash!.personId, addDays(today, 10), null)
    const rows = [
      [body.name, 'm.chair', 'chủ trì', 'Chủ tịch', 'có', '1', '', ''], [body.name, 'm.known', 'Thư ký', 'Thư ký', 'không', '', '', ''],
      [body.name, 'm.gone', 'thành viên', 'Uỷ viên', 'x', '', '', ''],
    ]
    const { body: { problems } } = await check('members', table(MEMBERS, ...rows,
      [body.name, 'm.clash', 'thành viên', 'Uỷ viên', 'x', '', '', ''], ['Không có', 'khong.co', 'vua', 'A', 'đôi khi', '0', '', '1/1/2020']))
    expect(problems.map(({ row, column, reason }) => [row, column, reason])).toEqual([
      [5, 'since', 'termOverlaps'], [6, 'body', 'unknownBody'], [6, 'username', 'unknownPerson'], [6, 'role', 'badChoice'], [6, 'voting', 'badChoice'],
      [6, 'rank', 'badNumber'], [6, 'until', 'dateOutOfRange'],
    ])
    const { changes } = await take('members', table(MEMBERS, ...rows))
    expect(changes.map(({ what, columns }) => [what, columns])).toEqual([['added', []], ['added', []], ['changed', ['role', 'office', 'voting']]])
    const { body: { members } } = await administrator.call(listMembers, { params: { bodyId: body.id } })
    expect(members.map(({ person: { id }, role, voting, rank, since }) => [id, role, voting, rank, since])).toEqual([
      [chair!.personId, 'chair', true, 1, today], [known!.personId, 'clerk', false, 5, '2025-01-01'], [gone!.personId, 'member', true, 6, today],
    ])
    const audit = await server.db('audit_entry').where({ subject_id: known!.personId, body_id: body.id, action: 'membership.changed' })
    expect(audit).toMatchObject([{ data: {
      from: { ...term, until: null }, to: { role: 'clerk', office: 'Thư ký', voting: false, rank: 5, until: null },
    } }])
  })
})

describe('the templates', () => {
  it.each(ImportKind.options.flatMap((kind) => (['xlsx', 'csv'] as const).flatMap((format) => (['vi', 'en'] as const).map((language) => ({ kind, format, language })))))(
    'are read as they are given out: $kind $format $language', async ({ kind, format, language }) => {
      const { body, headers } = await administrator.call(importTemplate, { params: { kind }, query: { format, language } })
      expect(headers.get('content-disposition')).toContain(`${kind}.${format}`)
      const { body: told, error } = await check(kind, body as Buffer)
      expect(error).toBeUndefined()
      expect(told.rows).toBe(1)
      // The example names units, bodies and people of nowhere; everything else of it is right.
      expect(told.problems.filter(({ reason }) => !reason.startsWith('unknown'))).toEqual([])
    })
})
