import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldText, toneText } from '../../protocol/fold.ts'
import { disableAccount } from '../../protocol/accounts.ts'
import { searchPeople } from '../../protocol/people.ts'
import { addUnit, assignUnit } from '../../protocol/units.ts'
import type { Client } from '../../tests/support/client.ts'
import { person, signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let client: Client
let administrator: Client

const names = [
  ['thuy.ho', 'Hồ Thị Bích Thuỷ'], ['thuy.ly', 'Lý Thu Thủy'], ['thuy.do', 'Đỗ Thanh Thùy'], ['thuyd', 'Đàm Thị Thuỵ'],
  ['hoa.vu', 'Vũ Hoà'], ['hoa.to', 'Tô Thị Hoa'], ['duc', 'Đặng Minh Đức'],
] as const

beforeAll(async () => {
  server = await startTestServer()
  administrator = (await signedIn(server, 'root', { administrator: true, fullName: 'Quản Trị Viên' })).client
  client = (await signedIn(server, 'reader', { fullName: 'Người Đọc' })).client
  for (const [username, fullName] of names) await person(server, username, { fullName })
  await person(server, 'dc.xa', { fullName: 'Điểm cầu xã Thuỷ Tân', kind: 'site' })
})
afterAll(() => server.stop())

async function find(q: string, query: { limit?: number, kind?: 'person' | 'site' } = {}): Promise<string[]> {
  const { body } = await client.call(searchPeople, { query: { q, ...query } })
  return body.people.map(({ fullName }) => fullName)
}

describe('text', () => {
  const initials = ['', 'b', 'c', 'ch', 'd', 'đ', 'g', 'gh', 'gi', 'h', 'k', 'kh', 'l', 'm', 'n', 'ng', 'ngh', 'nh', 'ph', 'qu', 'r', 's', 't', 'th', 'tr', 'v', 'x']
  const vowels = ['a', 'ă', 'â', 'e', 'ê', 'i', 'o', 'ô', 'ơ', 'u', 'ư', 'y', 'oa', 'oe', 'uy', 'uyê', 'iê', 'uô', 'ươ', 'ưa', 'ia', 'oai', 'uyu', 'ao', 'âu']
  const tones = ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']
  const syllable = fc.tuple(
    fc.constantFrom(...initials), fc.constantFrom(...vowels), fc.constantFrom(...tones), fc.nat(2), fc.constantFrom('', 'n', 'ng', 't', 'c', 'nh', 'm', 'p'),
    fc.constantFrom('lower', 'upper', 'title'), fc.boolean(),
  ).map(([initial, vowel, tone, at, final, size, composed]) => {
    const letters = [...vowel]
    const place = Math.min(at, letters.length - 1)
    const word = `${initial}${letters.map((letter, index) => index === place ? letter + tone : letter).join('')}${final}`
    const sized = size === 'upper' ? word.toUpperCase() : size === 'title' ? word.charAt(0).toUpperCase() + word.slice(1) : word
    return composed ? sized.normalize('NFC') : sized.normalize('NFD')
  })
  const text = fc.array(fc.oneof({ weight: 5, arbitrary: syllable }, { weight: 1, arbitrary: fc.constantFrom('–', '24-QĐ/TW', '2026', '“', '%', '_', '\\') }), { maxLength: 12 })
    .map((words) => words.join(' '))

  it('is folded alike by the database and by the browser', async () => {
    const texts = fc.sample(text, 3000)
    const { rows } = await server.db.raw<{ rows: { folded: string, toned: string }[] }>(
      'SELECT fold_text(t) AS folded, tone_text(t) AS toned FROM unnest(?::text[]) WITH ORDINALITY AS row (t, place) ORDER BY place', [texts])
    expect(rows).toHaveLength(texts.length)
    for (const [index, row] of rows.entries()) {
      expect([row.folded, row.toned], texts[index]).toEqual([foldText(texts[index]!), toneText(texts[index]!)])
    }
  })

  it('keeps no mark when folded, and folding again changes nothing', () => {
    fc.assert(fc.property(text, (value) => {
      expect(foldText(value)).not.toMatch(/\p{M}|đ/iu)
      expect(foldText(foldText(value))).toBe(foldText(value))
      expect(foldText(value.normalize('NFC'))).toBe(foldText(value.normalize('NFD')))
      expect(toneText(value.normalize('NFC'))).toBe(toneText(value.normalize('NFD')))
    }))
  })
})

describe('the search of people', () => {
  it('finds without diacritics, in order of given names', async () => {
    expect(await find('thuy', { kind: 'person' })).toEqual(['Đỗ Thanh Thùy', 'Đàm Thị Thuỵ', 'Hồ Thị Bích Thuỷ', 'Lý Thu Thủy'].toSorted((a, b) =>
      foldText(a) < foldText(b) ? -1 : 1))
    expect(await find('dang duc')).toEqual(['Đặng Minh Đức'])
    expect(await find('thuy xyz')).toEqual([])
  })

  it('puts first who has the very diacritics, wherever the tone is placed', async () => {
    for (const q of ['Thuỷ', 'thủy', 'THUỶ'.normalize('NFD')]) {
      expect((await find(q, { kind: 'person' })).slice(0, 2)).toEqual(['Hồ Thị Bích Thuỷ', 'Lý Thu Thủy'])
    }
    expect(await find('hòa')).toEqual(['Vũ Hoà', 'Tô Thị Hoa'])
  })

  it('takes signs that a pattern would read as wild for what they are', async () => {
    for (const q of ['%', '_', '\\', '100%']) expect(await find(q)).toEqual([])
  })

  it('gives pages that together are everybody once, whatever their size', async () => {
    const whole = await find('', { limit: 100 })
    expect(whole.length).toBe(names.length + 3)
    for (const limit of [1, 3]) {
      const seen: string[] = []
      for (let after: string | undefined; ;) {
        const { body } = await client.call(searchPeople, { query: { q: '', limit, ...(after ? { after } : {}) } })
        seen.push(...body.people.map(({ fullName }) => fullName))
        if (body.next === null) break
        after = body.next
      }
      expect(seen).toEqual(whole)
    }
    for (const after of ['x', Buffer.from('[9,"a"]').toString('base64url')]) {
      expect(await client.call(searchPeople, { query: { after } })).toMatchObject({ status: 409, error: { code: 'invalidCursor' } })
    }
  })

  it('tells the unit of today, and lists those of one unit', async () => {
    const { body: { unit } } = await administrator.call(addUnit, { body: { name: 'Sở Nội vụ', superiorId: null, since: '2026-01-01' } })
    const { body: { people: [one] } } = await client.call(searchPeople, { query: { q: 'Đặng Minh Đức' } })
    await administrator.call(assignUnit, { params: { personId: one!.id }, body: { unitId: unit.id, since: '2026-01-01' } })
    const { body } = await client.call(searchPeople, { query: { unitId: unit.id } })
    expect(body.people).toEqual([{ ...one, unit: { id: unit.id, name: 'Sở Nội vụ' } }])
  })

  it('leaves out who may no longer sign in, and says nothing of accounts', async () => {
    const { body: { people: [one] } } = await client.call(searchPeople, { query: { q: 'Tô Thị Hoa' } })
    expect(Object.keys(one!).toSorted()).toEqual(['fullName', 'id', 'kind', 'office', 'unit'])
    await administrator.call(disableAccount, { params: { personId: one!.id }, body: { disabled: true } })
    expect(await find('hoa')).toEqual(['Vũ Hoà'])
  })
})
