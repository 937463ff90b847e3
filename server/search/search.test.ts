import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { ProcedureContent } from '../../protocol/procedure-rules.ts'
import { marksOf, searchKinds, SEARCHED_WORD, type SearchKind } from '../../protocol/search.ts'
import { as, freshKey, itemDraft, openHouse, REASON, START, type House } from '../../tests/support/house.ts'
import type { Caller } from '../platform/contract.ts'
import { createSearch } from './search.ts'
import { createSearchStore } from './store.ts'
import { excerptOf, wantedOf } from './words.ts'
import { approveMinutes, typeMinutes } from '../../tests/support/minutes-issued.ts'

let house: House
beforeAll(async () => { house = await openHouse() })
afterAll(() => house.close())

const word = () => `từ${randomUUID().slice(0, 8)}`
type Find = Parameters<House['domains']['searching']['search']['find']>[1]
const find = (caller: Caller, q: string, wanted: Partial<Find> = {}) => house.domains.searching.search.find(caller, { q, limit: 50, ...wanted })
const found = async (caller: Caller, q: string, wanted: Partial<Find> = {}) => (await find(caller, q, wanted)).hits.map(({ kind, id }) => `${kind} ${id}`)
const titles = async (caller: Caller, q: string, wanted: Partial<Find> = {}) => (await find(caller, q, wanted)).hits.map(({ title }) => title)

/** The text of a file, as a conversion leaves it. */
async function write(file: string, pages: string[]): Promise<void> {
  await house.db.transaction(async (trx) => {
    await trx('file_page').where({ sha256: Buffer.from(file, 'hex') }).del()
    await trx('file_words').where({ sha256: Buffer.from(file, 'hex') }).del()
    await trx('file_page').insert(pages.map((body, index) => ({ sha256: Buffer.from(file, 'hex'), page: index + 1, body })))
    await trx.raw('INSERT INTO file_words (sha256, words) VALUES (:sha256, file_words_of(:sha256))', { sha256: Buffer.from(file, 'hex') })
  })
}

type Body = Awaited<ReturnType<House['newBody']>>
async function newMeeting(body: Body, title: string, items: string[] = []) {
  const { meetings, agenda } = house.domains
  const { meetingId } = await meetings.create(body.clerk, {
    title, mode: 'hybrid', place: 'Trụ sở', startsAt: START, plannedMinutes: 210, bodyId: body.bodyId, key: freshKey(),
  })
  const itemIds: string[] = []
  for (const item of items) itemIds.push((await agenda.add(meetingId, body.clerk, { ...itemDraft(item), key: freshKey() })).itemId)
  return { meetingId, itemIds }
}

type Attached = NonNullable<Parameters<House['domains']['documents']['attachMade']>[3]>
async function attach(body: Body, meetingId: string, itemId: string, name: string, pages: string[], more: Partial<Attached> = {}) {
  const { documents } = house.domains
  const file = { pdf: Buffer.from(randomUUID()), name, key: freshKey(), ...more }
  const { documentId } = await documents.attachMade(meetingId, itemId, body.clerk, file)
  const { sha256 } = await documents.require(meetingId, documentId, null, body.clerk)
  await write(sha256, pages)
  return { documentId, sha256 }
}

/** A unit with somebody in it, and what it proposes to a body: straight into the table, at any stage. */
async function newUnit() {
  const worker = await house.newPerson()
  const [unit] = await house.db('unit').insert({ name: `Sở ${randomUUID()}`, since: '2020-01-01' }).returning<{ id: string }[]>('id')
  if (!unit) throw new Error('no unit was inserted')
  await house.db('unit_membership').insert({ unit_id: unit.id, person_id: worker.personId, since: '2020-01-01' })
  return { unitId: unit.id, worker }
}
async function propose(unitId: string, by: Caller, body: Body, { status, round, title, summary = 'Tóm tắt', submitted }: {
  status: string, round: number, title: string, summary?: string, submitted?: { title: string, summary: string },
}): Promise<string> {
  const id = randomUUID()
  const { kind_id: kindId } = await house.db('proposal_kind').first<{ kind_id: string }>('kind_id')
  await house.db('matter').insert({ id })
  await house.db('proposal').insert({
    id, unit_id: unitId, body_id: body.bodyId, kind_id: kindId, kind_version: 1, status, round, since: new Date(), title, summary, asks: 'decide',
    legal_basis: '', edited_at: new Date(), edited_by: by.personId, creator_id: by.personId, creation_key: freshKey(),
  })
  if (submitted) {
    const content = { bodyId: body.bodyId, kindId, asks: 'decide', proposedOn: null, legalBasis: '', presenterId: null, ...submitted }
    await house.db('proposal_submission').insert({ proposal_id: id, round, at: new Date(), content: JSON.stringify(content), documents: [] })
  }
  return id
}

describe('words', () => {
  it('are parted and folded as the database parts and folds those of texts', async () => {
    const texts = [
      'Báo cáo số 399-QĐ/TW về Uỷ ban, ủy quyền; hoà, hòa', 'ĐỀ ÁN “chuyển đổi số” (2026–2030)', '6.951.260.000 đồng, 12,5 % x² 1e5 3d 12h30', 'a&amp;b <b>MẬT</b> c:\\tệp/x.pdf',
      'thuyền nặng ưỡn ngoằn ngoèo', 'an.danh@tinh.gov.vn https://tinh.gov.vn/bao-cao?id=7', 'Đặng Thị Ngọc Ánh'.normalize('NFD'),
    ]
    for (const text of texts) {
      for (const query of [wantedOf(text)?.folded, wantedOf(text)?.exact]) {
        const { rows } = await house.db.raw<{ rows: { held: boolean }[] }>('SELECT search_words(:text) @@ CAST(:query AS tsquery) AS held', { text, query: query?.whole ?? `'x'` })
        if (query) expect(rows[0]?.held, `${text}: ${query.whole}`).toBe(true)
      }
    }
    const [first, second] = ['baó', 'caó'].map((toned) => `'${toned.normalize('NFD')}'`)
    expect(wantedOf('báo cáo')).toEqual({
      folded: { whole: `'bao' & 'cao'`, beginning: `'bao' & 'cao':*`, any: `'bao' | 'cao'` },
      exact: { whole: `${first} & ${second}`, beginning: `${first} & ${second}:*`, any: `${first} | ${second}` },
    })
    expect(wantedOf('bao cao')?.exact).toBeUndefined()
    expect(wantedOf(` '"\\ &|!():* –`)).toBeUndefined()
    expect(wantedOf('a '.repeat(3) + Array.from({ length: 30 }, (_, index) => `w${index}`).join(' '))?.folded.whole.match(SEARCHED_WORD)).toHaveLength(10)
  })

  it('of any text can be kept, whatever it is made of', async () => {
    const alphabets = ['ᾂ', '각', '𝅘𝅥', 'ế', '￿', 'ﷺ', '\u0323']
    for (const sign of alphabets) {
      const body = Array.from({ length: 30_000 }, (_, index) => sign.repeat(index % 60) + index).join(' ')
      const { rows } = await house.db.raw<{ rows: { count: number }[] }>('SELECT length(search_words(:body)) AS count', { body })
      expect(rows[0]?.count, sign).toBeGreaterThan(100)
    }
  })

  it('are marked with or without their diacritics, in a part of the text about them', () => {
    const text = `${'Mở đầu. '.repeat(40)}Báo cáo tiến độ; bao nhiêu cáo. ${'Kết thúc. '.repeat(60)}`
    const marks = marksOf(text, 'bao cao')
    expect(marks.map(([start, end]) => text.slice(start, end))).toEqual(['Báo', 'cáo', 'bao', 'cáo'])
    const excerpt = excerptOf(text, marks)
    expect(excerpt).toMatch(/^… .*Báo cáo tiến độ.* …$/)
    expect(excerpt.length).toBeLessThan(260)
    expect(marksOf('chuyển đổi số', 'chuyển đ')).toEqual([[0, 6], [7, 8]])
    expect(marksOf('chuyển', '  ')).toEqual([])
    expect(excerptOf('x'.repeat(1000), [[500, 510]]).length).toBeLessThan(260)
    expect(excerptOf('Tờ trình', [])).toBe('Tờ trình')
  })
})

describe('what is found', () => {
  it('has every word, first with the very diacritics, then in titles, then the latest; the last word of a title may have only begun', async () => {
    const body = await house.newBody()
    const own = word()
    const { meetingId, itemIds: [item = ''] } = await newMeeting(body, `Hội nghị ${own}`, ['Nội dung'])
    const exactTitle = await attach(body, meetingId, item, `Báo cáo uỷ quyền ${own}.pdf`, ['Không có gì'])
    const folded = await attach(body, meetingId, item, `Bao cao uy quyen ${own}.pdf`, ['Không có gì'])
    const exactText = await attach(body, meetingId, item, 'Phụ lục.pdf', ['Trang đầu', `Bản báo cáo về việc ủy quyền ${own} của Tỉnh uỷ`])
    const foldedText = await attach(body, meetingId, item, 'Phụ biểu.pdf', [`Bảo cáo uy quyển ${own}`])
    await attach(body, meetingId, item, `Báo cáo ${own}.pdf`, ['uỷ quyền'])
    const ids = [exactTitle, exactText, folded, foldedText].map(({ documentId }) => documentId)
    expect((await find(body.clerk, `báo cáo uỷ quyền ${own}`)).hits.map(({ id }) => id)).toEqual(ids)
    expect((await find(body.clerk, `${own} BÁO CÁO ủy quyền`)).hits.map(({ id }) => id)).toEqual(ids)
    expect(new Set(await found(body.clerk, `bao cao uy quyen ${own}`))).toEqual(new Set(ids.map((id) => `document ${id}`)))
    const { hits: [, hit] } = await find(body.clerk, `báo cáo uỷ quyền ${own}`)
    expect(hit).toMatchObject({
      kind: 'document', meetingId, itemId: item, title: 'Phụ lục.pdf', meetingTitle: `Hội nghị ${own}`, body: { id: body.bodyId }, page: 2, at: START,
      excerpt: `Bản báo cáo về việc ủy quyền ${own} của Tỉnh uỷ`,
    })
    expect(await titles(body.clerk, `báo ${own.slice(0, 7)}`)).toContain(`Báo cáo ${own}.pdf`)
    expect(await titles(body.clerk, `bản ${own.slice(0, 7)}`), 'a word of a text is whole').toEqual([])
    expect(await find(body.clerk, '– …')).toEqual({ hits: [], count: { hits: 0, more: false }, next: null })
  })

  it('comes page by page, each once, and is counted as far as there is sense in it', async () => {
    const body = await house.newBody()
    const own = word()
    const { meetingId, itemIds: [item = ''] } = await newMeeting(body, `Hội nghị về ${own}`, [`Nội dung về ${own}`])
    for (let index = 0; index < 5; index += 1) await attach(body, meetingId, item, `Tờ trình vé ${own} ${index}`, [`về ${own}`])
    await newMeeting(body, `Hội nghị ve ${own}`)
    const all = await find(body.clerk, `về ${own}`)
    expect(all).toMatchObject({ count: { hits: 8, more: false }, next: null })
    const paged = async (q: string, wanted: Partial<Find>) => {
      const ids: string[] = []
      for (let after: string | undefined; ;) {
        const page = await find(body.clerk, q, { ...wanted, ...after === undefined ? {} : { after } })
        ids.push(...page.hits.map(({ kind, id }) => `${kind} ${id}`))
        expect(page.count === null).toBe(after !== undefined)
        if (page.next === null) return ids
        after = page.next
      }
    }
    expect(await paged(`về ${own}`, { limit: 3 })).toEqual(all.hits.map(({ kind, id }) => `${kind} ${id}`))
    const closed = await house.newMeeting(body, 'closed')
    await approveMinutes(house.domains, closed.meetingId, body.clerk, body.chair)
    expect(await paged('hội nghị tháng 6', { limit: 1, bodyId: body.bodyId }), 'minutes have the id of their meeting')
      .toEqual([`minutes ${closed.meetingId}`, `meeting ${closed.meetingId}`].toSorted().toReversed())
    for (const after of ['x', Buffer.from('[0]').toString('base64url'), Buffer.from(JSON.stringify([9, START, randomUUID(), 'item'])).toString('base64url')]) {
      await expect(find(body.clerk, own, { after })).rejects.toMatchObject({ code: 'invalidCursor' })
    }
    const few = createSearch({ db: house.db, store: { find: async (...asked) => ({ ...await createSearchStore().find(...asked), count: 101 }) } })
    expect((await few.find(body.clerk, { q: own, limit: 1 })).count).toEqual({ hits: 100, more: true })
  })

  it('is of the body, kind and year that are asked for', async () => {
    const [one, two] = [await house.newBody(), await house.newBody()]
    const own = word()
    await newMeeting(one, `Hội nghị ${own}`, [`Nội dung ${own}`])
    await newMeeting(two, `Hội nghị ${own}`)
    await house.domains.bodies.addMember({ bodyId: two.bodyId, personId: one.clerk.personId, role: 'clerk', office: '', voting: false, rank: 9, since: new Date('2020-01-01') })
    const { meetingId } = await newMeeting({ ...two, clerk: one.clerk }, `Hội nghị ${own}`)
    const year = Number(START.slice(0, 4))
    expect(await found(one.clerk, own)).toHaveLength(3)
    expect(await found(one.clerk, own, { bodyId: two.bodyId })).toEqual([`meeting ${meetingId}`])
    expect((await find(one.clerk, own, { kind: 'item' })).hits.map(({ kind }) => kind)).toEqual(['item'])
    expect((await find(one.clerk, own, { kind: 'item' })).count).toEqual({ hits: 1, more: false })
    await house.db('meeting').where({ id: meetingId }).update({ starts_at: new Date(`${year - 3}-12-31T17:00:00Z`) })
    expect(await found(one.clerk, own, { year: year - 2 }), 'it begins on the first of January in Vietnam').toEqual([`meeting ${meetingId}`])
    expect(await found(one.clerk, own, { year: year - 3 })).toEqual([])
    expect(await found(one.clerk, own, { year })).toHaveLength(2)
  })

  it('is the same by both ways to it, in few queries however much there is', async () => {
    const body = await house.newBody()
    const own = word()
    const { unitId } = await newUnit()
    for (let index = 0; index < 3; index += 1) {
      const { meetingId, itemIds: [item = ''] } = await newMeeting(body, `Họp ${index % 2 ? 'vê' : 'về'} ${own}`, [`Việc ${own}`, 'Việc khác'])
      await house.db('meeting').where({ id: meetingId }).update({ starts_at: new Date(Date.parse(START) + index * 60_000) })
      for (const text of [`về ${own}`, `vẽ ${own}`, 'không']) await attach(body, meetingId, item, `Tờ ${index} ${text}`, [text, `về ${own} nữa`])
      await propose(unitId, body.member, body, { status: 'accepted', round: 1, title: `Đề án về ${own}`, summary: `ve ${own}` })
    }
    const [byWords, byWalk] = [1e9, -1].map((common) => createSearch({ db: house.db, store: createSearchStore(common) }))
    if (!byWords || !byWalk) throw new Error('two ways')
    for (const q of [`về ${own}`, `ve ${own}`, `vẻ ${own}`, own]) {
      for (const filter of [{}, { kind: 'document' as const }, { kind: 'proposal' as const }, { bodyId: body.bodyId }]) {
        for (const caller of [body.clerk, body.member]) {
          let after: string | undefined
          do {
            const asked = { q, limit: 4, ...filter, ...after === undefined ? {} : { after } }
            const page = await byWords.find(caller, asked)
            expect(await byWalk.find(caller, asked), JSON.stringify(asked)).toEqual(page)
            if (q === own && caller === body.clerk && after === undefined && !('kind' in filter)) expect(page.hits).toHaveLength(4)
            after = page.next ?? undefined
          } while (after !== undefined)
        }
      }
    }
    const queries = async (by: typeof byWords, q: string) => (await house.statements(() => by.find(body.clerk, { q, limit: 50 }))).length
    expect(await queries(byWords, `về ${own}`), 'the way, the count, a query a tier').toBeLessThanOrEqual(7)
    expect(await queries(byWalk, `về ${own}`)).toBeLessThanOrEqual(8)
    expect(await queries(byWords, `về ${word()}`), 'what nobody has is not looked for in each tier').toBe(3)
  })
})

describe('who may not read', () => {
  it('finds nothing of it: every person, every thing, held against the rules by which each is read', async () => {
    const body = await house.newBody()
    const other = await house.newBody()
    const own = word()
    const { meetings, agenda, documents, circulating, proposals, minutes, concluding, opining } = house.domains
    const visitor = await house.newPerson()
    const made: { kind: SearchKind, id: string, read: (caller: Caller) => Promise<unknown> }[] = []
    const access = async (meetingId: string, caller: Caller) => await meetings.get(meetingId, caller)
    const { unitId, worker } = await newUnit()

    for (const [index, status] of (['draft', 'published', 'closed'] as const).entries()) {
      const { meetingId, itemIds } = await newMeeting(body, `Họp ${own} ${index}`, [`Một ${own}`, `Hai ${own}`])
      made.push({ kind: 'meeting', id: meetingId, read: (caller) => access(meetingId, caller) })
      await agenda.setGuests(meetingId, itemIds[0] ?? '', body.clerk, { personIds: [visitor.personId], was: [] })
      for (const itemId of itemIds) {
        made.push({
          kind: 'item', id: itemId,
          async read(caller) {
            const plan = await agenda.plan(meetingId, caller)
            if (!JSON.stringify(plan).includes(itemId)) throw new Error('not theirs')
          },
        })
        for (const more of [
          {}, { state: 'draft' as const }, { circulation: { parts: ['members' as const], download: true, expiresHours: null } },
          { circulation: { parts: ['guests' as const], download: true, expiresHours: null } },
          { circulation: { parts: ['members' as const, 'guests' as const, 'substitutes' as const], download: true, expiresHours: 0 } },
        ]) {
          const { documentId } = await attach(body, meetingId, itemId, `Tài liệu ${own}`, [`Trang ${own}`], more)
          made.push({ kind: 'document', id: documentId, read: (caller) => documents.require(meetingId, documentId, null, caller) })
        }
        const withdrawn = await attach(body, meetingId, itemId, `Rút ${own}`, [own])
        await circulating.circulation.withdraw(meetingId, withdrawn.documentId, body.clerk, 'Nhầm')
        made.push({ kind: 'document', id: withdrawn.documentId, read: (caller) => documents.require(meetingId, withdrawn.documentId, null, caller) })
      }
      const gone = await agenda.add(meetingId, body.clerk, { ...itemDraft(`Bỏ ${own}`), key: freshKey() })
      const lost = await attach(body, meetingId, gone.itemId, `Bỏ ${own}`, [own])
      await agenda.remove(meetingId, gone.itemId, body.clerk)
      made.push(
        { kind: 'item', id: gone.itemId, read: async () => { throw new Error('removed') } },
        { kind: 'document', id: lost.documentId, read: (caller) => documents.require(meetingId, lost.documentId, null, caller) },
      )
      if (status !== 'draft') await meetings.publish(meetingId, body.clerk, REASON)
      if (status === 'closed') {
        await meetings.open(meetingId, body.chair, freshKey())
        const concluded = itemIds[1] ?? ''
        await agenda.goTo(meetingId, body.chair, freshKey(), concluded)
        await concluding.conclusions.write(meetingId, concluded, body.clerk, { key: freshKey(), version: 0, text: `Kết luận ${own}` })
        await concluding.conclusions.settle(meetingId, concluded, body.chair, { key: freshKey(), version: 1 })
        const facts = {
          lead: { kind: 'unit' as const, id: unitId }, coUnitIds: [], what: `Việc ${own}`, product: 'Đề án', responsibility: '', authority: '', dueOn: '2030-01-02',
        }
        const { taskId } = await concluding.tasks.assigning.assign(meetingId, concluded, body.clerk, { key: freshKey(), conclusionVersion: 1, facts })
        made.push(
          {
            kind: 'conclusion', id: concluded,
            async read(caller) {
              if (!JSON.stringify(await agenda.plan(meetingId, caller)).includes(concluded)) throw new Error('not theirs')
            },
          },
          { kind: 'task', id: taskId, read: (caller) => concluding.tasks.reading.get(taskId, caller) },
        )
        await meetings.close(meetingId, body.chair, freshKey())
        await approveMinutes(house.domains, meetingId, body.clerk, body.chair)
        made.push({ kind: 'minutes', id: meetingId, read: (caller) => minutes.get(meetingId, caller) })
      }
    }
    for (const [status, round, submitted] of [
      ['draft', 0, null], ['submitted', 1, own], ['accepted', 1, own], ['returned', 1, own], ['returned', 1, 'khác'], ['withdrawn', 1, 'khác'], ['withdrawn', 0, null],
    ] as const) {
      const content = submitted === null ? {} : { submitted: { title: `Đã trình ${submitted}`, summary: 'Tóm tắt' } }
      const id = await propose(unitId, worker, body, { status, round, title: `Đề xuất ${own}`, ...content })
      made.push({
        kind: 'proposal', id,
        async read(caller) {
          const { title } = (await proposals.reading.get(id, caller)).content
          if (!title.includes(own)) throw new Error('they read another title')
        },
      })
    }

    for (const secret of [false, true]) {
      const matterId = await propose(unitId, worker, body, { status: 'accepted', round: 1, title: `Xin ý kiến về ${own}`, submitted: { title: own, summary: 'Tóm tắt' } })
      made.push({ kind: 'proposal', id: matterId, read: (caller) => proposals.reading.get(matterId, caller) })
      const { opinionId } = await house.db.transaction((trx) => opining.begin(trx, { matterId, dueOn: null, title: 'nội dung', question: `Đồng ý ${own}?` }, body.clerk))
      if (secret) await house.db.transaction((trx) => opining.stop(trx, { matterId, at: new Date(), actorId: null }))
      made.push({
        kind: 'opinion', id: opinionId,
        async read(caller) {
          if ((await opining.reading.get(opinionId, caller)).secret) throw new Error('a secret was found in it')
        },
      })
    }

    const { catalogue, instances, reading } = house.domains.proceeding
    const content = ProcedureContent.parse({
      groupId: 'cipher', name: `Quy trình ${own}`, basis: [{ text: 'Quy chế', verified: false }], units: [],
      steps: [{ id: 'lap', name: `Lập phiếu ${own}`, responsible: { kind: 'role', role: 'starter' }, days: 1, output: 'Phiếu' }],
    })
    const today = localDay(new Date())
    for (const [code, since, named] of [['HIEN', today, true], ['SAU', addDays(today, 9), true], ['CU', today, false]] as const) {
      const { procedureId } = await catalogue.add(body.clerk, {
        code: `${code}-${Date.now()}`, terms: { since, until: null, reason: 'Mới' }, content: named ? content : { ...content, name: 'Tên khác', steps: [{ ...content.steps[0]!, name: 'Bước khác' }] },
      })
      // What is in force says nothing of it, whatever a later version will.
      if (!named) await catalogue.save(body.clerk, procedureId, { version: 1, content, terms: { since: addDays(today, 9), until: null, reason: 'Sửa' } })
      else made.push({ kind: 'procedure', id: procedureId, read: (caller) => catalogue.get(caller, procedureId, undefined) })
      if (code !== 'HIEN') continue
      const { instanceId } = await instances.start(worker, { secrecy: 'none', procedureId, bodyId: body.bodyId, title: `Hồ sơ ${own}`, key: freshKey() })
      made.push({ kind: 'procedureFile', id: instanceId, read: (caller) => reading.get(instanceId, caller) })
    }

    const people = { ...body, visitor, worker, former: await house.newPerson(), nobody: await house.newPerson(), otherClerk: other.clerk }
    await house.db('unit_membership').insert({ unit_id: unitId, person_id: people.former.personId, since: '2020-01-01', until: addDays(localDay(new Date()), -1) })
    const some = new Set<string>()
    for (const [who, caller] of Object.entries(people)) {
      if (typeof caller === 'string' || Array.isArray(caller)) continue
      const readable: string[] = []
      for (const { kind, id, read } of made) if (await read(caller).then(() => true, () => false)) readable.push(`${kind} ${id}`)
      const result = await find(caller, own)
      const pages = [result]
      for (let after = result.next; after !== null; after = pages.at(-1)?.next ?? null) pages.push(await find(caller, own, { after }))
      expect(pages.flatMap(({ hits }) => hits.map(({ kind, id }) => `${kind} ${id}`)).sort(), who).toEqual(readable.sort())
      expect(result.count, who).toEqual({ hits: readable.length, more: false })
      for (const one of readable) some.add(`${who} ${one.split(' ')[0]}`)
    }
    // Such a comparison says something only of what somebody finds.
    for (const kind of searchKinds) expect([...some].some((one) => one.endsWith(kind)), kind).toBe(true)
    expect([...some].filter((one) => one.startsWith('visitor')).sort()).toEqual(['visitor document', 'visitor item', 'visitor meeting', 'visitor procedure'])
    // The catalogue of procedures is everybody's.
    expect([...some].filter((one) => /^(nobody|former|otherClerk)/.test(one) && !one.endsWith(' procedure'))).toEqual([])
  })

  it('finds of a document the text of the version that they read, and no longer what has expired or was purged', async () => {
    const body = await house.newBody()
    const { documents } = house.domains
    const [earlier, later] = [word(), word()]
    const { meetingId, itemIds: [item = ''] } = await newMeeting(body, 'Họp phiên bản', ['Nội dung'])
    const { documentId } = await attach(body, meetingId, item, 'Dự thảo.pdf', [`Bản ${earlier}`])
    await house.domains.meetings.publish(meetingId, body.clerk, REASON)
    const kept = await house.files.keep(Readable.from([Buffer.from(randomUUID())]), 100, async () => {})
    await documents.addVersion(meetingId, documentId, body.clerk, {
      key: freshKey(), source: kept.sha256, after: 1, state: 'draft', take: async () => ({ ...kept, name: 'Dự thảo 2.pdf', mediaType: 'application/pdf' }),
    })
    await write(kept.sha256, [`Bản ${later}`])
    expect([await found(body.member, earlier), await found(body.member, later)]).toEqual([[`document ${documentId}`], []])
    expect([await found(body.clerk, earlier), await found(body.clerk, later)]).toEqual([[], [`document ${documentId}`]])
    await documents.stateVersion(meetingId, documentId, 2, body.clerk, { state: 'circulation', was: 'draft' })
    expect([await found(body.member, earlier), await found(body.member, later)]).toEqual([[], [`document ${documentId}`]])
  })
})

describe('what is erased or rewritten', () => {
  it('is found no longer from that transaction on', async () => {
    const body = await house.newBody()
    const own = word()
    const { meetingId, itemIds: [item = ''] } = await newMeeting(body, 'Họp', ['Nội dung'])
    const { documentId, sha256 } = await attach(body, meetingId, item, `Tên ${own}`, [`Trang ${own} về đất đai`])
    const { name_text: nameText } = await house.db('document').where({ id: documentId }).first<{ name_text: string }>('name_text')
    const inside = await house.journal.run(meetingId, { actorId: null }, async (tx) => {
      await tx.eraseText(nameText, { scope: 'office' })
      const words = await tx.trx('journal_text').where({ id: nameText }).first<{ words: string | null }>('words')
      return words?.words ?? null
    })
    expect(inside).toBeNull()
    expect(await titles(body.clerk, `tên ${own}`)).toEqual([])
    expect(await titles(body.clerk, `đất đai ${own}`), 'its text is another thing').toEqual([''])
    await write(sha256, ['Một bản khác'])
    expect(await titles(body.clerk, own)).toEqual([])
  })

  it('minutes are found by their text once they are published', async () => {
    const body = await house.newBody()
    const own = word()
    const { meetingId } = await house.newMeeting(body, 'closed')
    const { minutes } = house.domains
    await typeMinutes(minutes, meetingId, body.clerk, `Kết luận về ${own}\nvà ngân sách`)
    expect(await found(body.clerk, own)).toEqual([])
    await approveMinutes(house.domains, meetingId, body.clerk, body.chair)
    const { hits: [hit] } = await find(body.member, `${own} ngân sách`)
    expect(hit).toMatchObject({ kind: 'minutes', id: meetingId, excerpt: expect.stringContaining(`Kết luận về ${own} và ngân sách`) as string })
    expect(await found(body.member, `${own} listItem`), 'the kinds of blocks are no text').toEqual([])
    expect(await found(as(randomUUID()), own)).toEqual([])
  })
})
