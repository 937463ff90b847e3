import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAnnotation } from '../../protocol/annotations.ts'
import { openThread } from '../../protocol/comments.ts'
import { downloadCopy, readPage } from '../../protocol/conversion.ts'
import {
  addVersion, attachDocument, compareVersions, getReadings, getReadingsOf, MAX_READ_SECONDS, purgeDocument, quarantineDocument, readDocument, readOriginal,
  remindReaders,
  removeDocument, reportReading, setCirculation, stateVersion, withdrawDocument, type Circulation,
} from '../../protocol/documents.ts'
import { openDraft } from '../../protocol/drafting.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { getMinutes } from '../../protocol/minutes.ts'
import { listNotices } from '../../protocol/notices.ts'
import { circulationStore } from '../../server/documents/circulation-store.ts'
import { OPEN_CIRCULATION } from '../../server/documents/documents.ts'
import { docxOf } from '../../server/conversion/test-files.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'
import { uploadFile } from '../support/uploads.ts'

let assembly: Assembly
let pdf: Buffer

beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Tờ trình về việc nghiệm thu. Kinh phí 5 tỷ đồng.'])
})
afterAll(() => assembly.close())

const state = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)
const seenBy = async (meetingId: string, actor: Actor, more: { office?: boolean, items?: readonly string[], substitute?: true } = {}): Promise<MeetingState> =>
  (await assembly.server.journal.snapshot(meetingId, { personId: actor.personId, office: false, items: 'all', ...more }, meetingReducer)).state

async function attached(meetingId: string, itemId: string, { file = pdf, ...body }: { file?: Buffer, state?: 'draft', circulation?: Circulation } = {}) {
  const uploadId = await uploadFile(assembly.clerk, { kind: 'document', meetingId, itemId }, file)
  const answer = await assembly.clerk.client.call(attachDocument, { params: { meetingId, itemId }, body: { uploadId, key: freshKey(), ...body } })
  expect(answer.error).toBeUndefined()
  await until(async () => (await state(meetingId)).documents
    .find(({ documentId }) => documentId === answer.body.documentId)?.versions[0]?.rendition?.status === 'ready')
  return { meetingId, documentId: answer.body.documentId }
}
type Params = Awaited<ReturnType<typeof attached>>

async function versioned(params: Params, itemId: string, file: Buffer, more: { after?: number, state?: 'draft' | 'circulation' | 'final', by?: Actor } = {}) {
  const { after = 1, state: stage = 'draft', by = assembly.clerk } = more
  const uploadId = await uploadFile(assembly.clerk, { kind: 'document', meetingId: params.meetingId, itemId, documentId: params.documentId }, file)
  const answer = await by.client.call(addVersion, { params, body: { uploadId, key: freshKey(), after, state: stage } })
  if (!answer.error) await until(async () => (await state(params.meetingId)).documents
    .find(({ documentId }) => documentId === params.documentId)?.versions.at(-1)?.rendition?.status === 'ready')
  return answer
}
const read = async ({ client }: Actor, params: Params, version?: number) => {
  const { status, error } = await client.call(readDocument, { params, query: version ? { version } : {} })
  return error?.code ?? status
}
const circulate = (params: Params, now: Partial<Circulation>, was: Partial<Circulation> = {}, { client }: Actor = assembly.clerk) =>
  client.call(setCirculation, { params, body: { ...OPEN_CIRCULATION, ...was, ...now, was: { ...OPEN_CIRCULATION, ...was } } })
const settled = (sha256: string) => until(async () =>
  (await assembly.server.domains.converting.conversion.statesOf(assembly.server.db, [sha256])).get(sha256)?.status === 'ready')

describe('versions', () => {
  it('are drafts for the office until they are circulated, and stay readable beside the newer one', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const params = await attached(meetingId, items[0])
    const newer = await pdfOf(['Tờ trình về việc nghiệm thu. Kinh phí 7 tỷ đồng.'])
    expect((await versioned(params, items[0], newer)).body).toEqual({ number: 2 })
    expect([await read(assembly.chair, params, 2), await read(assembly.member, params, 2), await read(assembly.member, params)]).toEqual([200, 'documentNotFound', 200])
    expect((await seenBy(meetingId, assembly.member)).documents[0]?.versions).toMatchObject([{ number: 1 }])
    const stale = await versioned(params, items[0], newer)
    expect(stale.error).toMatchObject({ code: 'documentChanged', details: { number: 2 } })

    const circulating = (was: 'draft' | 'circulation', by = assembly.clerk, to: 'circulation' | 'final' = 'circulation') =>
      by.client.call(stateVersion, { params: { ...params, number: 2 }, body: { state: to, was } })
    expect((await circulating('draft', assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await circulating('draft')).error).toBeUndefined()
    // A second click is the same; another state than the known one is not overwritten.
    expect((await circulating('draft')).error).toBeUndefined()
    expect((await circulating('draft', assembly.clerk, 'final')).error).toMatchObject({ code: 'documentChanged', details: { state: 'circulation' } })
    expect([await read(assembly.member, params, 1), await read(assembly.member, params, 2)]).toEqual([200, 200])
    expect((await circulating('circulation', assembly.clerk, 'final')).error).toBeUndefined()
    expect((await circulating('circulation')).error?.code).toBe('documentChanged')
    const suggestion = await assembly.member.client.call(openThread, { params, body: {
      key: freshKey(), version: 2, kind: 'suggestion', anchor: { page: 1, rects: [[0.1, 0.1, 0.5, 0.2]], quote: { exact: '7 tỷ', before: '', after: '' } }, text: '', replacement: '6 tỷ',
    } })
    expect(suggestion.error?.code).toBe('documentFinal')
  })

  it('tell what their texts differ in, to who may read both', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const params = await attached(meetingId, items[0])
    await versioned(params, items[0], await docxOf(['Tờ trình về việc nghiệm thu. Kinh phí 7 tỷ đồng.']))
    const [one, two] = (await state(meetingId)).documents[0]?.versions ?? []
    for (const version of [one, two]) await settled(version?.sha256 ?? '')
    const compare = (actor: Actor) => actor.client.call(compareVersions, { params, query: { before: 1, after: 2 } })
    const { body } = await compare(assembly.clerk)
    expect(body.passages.filter(({ kind }) => kind !== 'same')).toMatchObject([{
      kind: 'changed', before: expect.stringContaining('5 tỷ') as string, after: expect.stringContaining('7 tỷ') as string,
    }])
    expect((await compare(assembly.member)).error?.code).toBe('documentNotFound')
    // The room is told what became of each version, the drafts' readers alone of the draft.
    await until(async () => (await state(meetingId)).documents[0]?.versions.every(({ rendition }) => rendition?.status === 'ready') ?? false)
    expect((await seenBy(meetingId, assembly.member)).documents[0]?.versions).toMatchObject([{ number: 1, rendition: { pages: 1, hasText: true } }])
    const original = await assembly.clerk.client.call(readOriginal, { params, query: { version: 2 } })
    expect([original.status, original.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    expect((await assembly.member.client.call(readOriginal, { params, query: { version: 1 } })).error?.code).toBe('downloadNotAllowed')
  })
})

describe('who reads a document', () => {
  it('is set by part; whoever loses it no longer knows of it, and a clash shows the other’s change', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const visitor = await assembly.newVisitor()
    await assembly.server.domains.agenda.setGuests(meetingId, items[0], assembly.clerk.caller, { personIds: [visitor.personId], was: [] })
    const params = await attached(meetingId, items[0])
    expect([await read(visitor, params), await read(assembly.member, params)]).toEqual([200, 200])
    expect((await circulate(params, { parts: ['members'] }, {}, assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await circulate(params, { parts: ['members'] })).error).toBeUndefined()
    expect([await read(visitor, params), await read(assembly.member, params)]).toEqual(['documentNotFound', 200])
    expect((await seenBy(meetingId, visitor, { items: [items[0]] })).documents).toEqual([])
    const clash = await circulate(params, { parts: ['guests'] })
    expect(clash.error).toMatchObject({ code: 'documentChanged', details: { circulation: { parts: ['members'], download: true, expiresHours: null } } })
    expect((await circulate(params, { parts: [] }, { parts: ['members'] })).error).toBeUndefined()
    expect([await read(assembly.member, params), await read(assembly.chair, params)]).toEqual(['documentNotFound', 200])
    expect((await seenBy(meetingId, assembly.member)).documents).toEqual([])
  })

  it('gets pictures of pages where it may not be saved; the office still gets the file', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const params = await attached(meetingId, items[0], { circulation: { ...OPEN_CIRCULATION, download: false } })
    await settled((await state(meetingId)).documents[0]?.versions[0]?.sha256 ?? '')
    const { client } = assembly.member
    expect(await read(assembly.member, params)).toBe('downloadNotAllowed')
    expect((await client.call(downloadCopy, { params, query: {} })).error?.code).toBe('downloadNotAllowed')
    expect((await client.call(readPage, { params: { ...params, page: 1 }, query: { width: 320 } })).status).toBe(200)
    expect(await read(assembly.clerk, params)).toBe(200)
    await versioned(params, items[0], await pdfOf(['Tờ trình khác']), { state: 'circulation' })
    const compare = (actor: Actor) => actor.client.call(compareVersions, { params, query: { before: 1, after: 2 } })
    expect([(await compare(assembly.member)).error?.code, (await compare(assembly.clerk)).error]).toEqual(['downloadNotAllowed', undefined])
    expect((await assembly.clerk.client.call(openDraft, { params })).error?.code).toBe('downloadNotAllowed')
    const { hits } = await assembly.server.domains.searching.search.find(assembly.member.caller, { q: 'tờ trình khác', limit: 5 })
    expect(hits.find(({ id }) => id === params.documentId)).toMatchObject({ excerpt: null, page: null })
  })

  it('goes on with the text that is written and with the leading when others come to read it', async () => {
    const { meetingId, items } = await assembly.newMeeting('live')
    const params = await attached(meetingId, items[0])
    await assembly.clerk.client.call(openDraft, { params })
    await assembly.server.domains.reviewing.review.lead(meetingId, assembly.clerk.caller, { key: freshKey(), documentId: params.documentId })
    const before = await state(meetingId)
    expect((await circulate(params, { parts: ['members', 'guests'] })).error).toBeUndefined()
    const { drafts, review } = await seenBy(meetingId, assembly.member)
    expect([drafts.map(({ draftId }) => draftId), review?.leaderId]).toEqual([before.drafts.map(({ draftId }) => draftId), assembly.clerk.personId])
    expect((await seenBy(meetingId, assembly.member, { substitute: true })).drafts).toEqual([])
  })

  it('reads it until it expires, which the law knows before the journal tells it', async () => {
    const { meetingId, items } = await assembly.newMeeting('live')
    const params = await attached(meetingId, items[0], { circulation: { ...OPEN_CIRCULATION, expiresHours: 1 } })
    const { db, domains } = assembly.server
    await domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
    expect(await read(assembly.member, params)).toBe(200)
    await db('meeting').where({ id: meetingId }).update({ closed_at: new Date(Date.now() - 3601_000) })
    expect([await read(assembly.member, params), await read(assembly.clerk, params)]).toEqual(['documentNotFound', 200])
    expect(await domains.circulating.circulation.expireDue()).toBe(1)
    expect(await domains.circulating.circulation.expireDue()).toBe(0)
    expect((await seenBy(meetingId, assembly.member)).documents).toEqual([])
    expect((await state(meetingId)).documents).toMatchObject([{ held: 'expired' }])
    // What is no longer due is not expired by a job that had found it.
    expect(await db.transaction((trx) => circulationStore.expire(trx, params.documentId, new Date(Date.now() - 24 * 3600_000)))).toBe(false)
    // Given more time, it is read again.
    expect((await circulate(params, { expiresHours: 48 }, { expiresHours: 1 })).error).toBeUndefined()
    expect(await read(assembly.member, params)).toBe(200)
    expect((await seenBy(meetingId, assembly.member)).documents).toMatchObject([{ documentId: params.documentId, held: null }])
  })
})

it('one whose readers are fewer than those of the minutes is not named in them', async () => {
  const { meetingId, items } = await assembly.newMeeting('live')
  const { documents, meetings } = assembly.server.domains
  const attach = (name: string, parts: Circulation['parts']) => documents.attachMade(meetingId, items[0], assembly.clerk.caller, {
    pdf, name, key: freshKey(), circulation: { ...OPEN_CIRCULATION, parts },
  })
  await attach('Bài của khách.pdf', ['guests'])
  await attach('Báo cáo chung.pdf', OPEN_CIRCULATION.parts)
  await meetings.close(meetingId, assembly.chair.caller, freshKey())
  const content = JSON.stringify((await assembly.clerk.client.call(getMinutes, { params: { meetingId } })).body)
  expect([content.includes('Báo cáo chung'), content.includes('Bài của khách')]).toEqual([true, false])
})

describe('a document is stopped', () => {
  it('by a withdrawal, whose reason its readers are told', async () => {
    const { meetingId } = await assembly.newMeeting('closed')
    const open = await assembly.newMeeting('published')
    const params = await attached(open.meetingId, open.items[0])
    const withdraw = ({ client }: Actor, on = params) => client.call(withdrawDocument, { params: on, body: { reason: 'Sai số liệu biểu 2' } })
    expect((await withdraw(assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await withdraw(assembly.stranger)).error?.code).toBe('meetingNotFound')
    expect((await withdraw(assembly.clerk)).error).toBeUndefined()
    expect((await withdraw(assembly.clerk)).error?.code).toBe('documentNotFound')
    expect([await read(assembly.member, params), await read(assembly.clerk, params)]).toEqual(['documentNotFound', 'documentNotFound'])
    const { documents } = await seenBy(open.meetingId, assembly.member)
    expect(documents).toMatchObject([{ documentId: params.documentId, withdrawn: { reason: { $text: expect.any(String) as string } } }])
    expect((await versioned(params, open.items[0], pdf).catch((error: unknown) => String(error)))).toContain('documentNotFound')
    expect((await withdraw(assembly.clerk, { ...params, meetingId })).error?.code).toBe('documentNotFound')
  })

  it('at once where it proves to be secret, and the chair alone has it purged to the last copy', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const secret = await docxOf(['Nội dung thuộc bí mật nhà nước'])
    // One that was removed before holds nothing back.
    const twin = await attached(meetingId, items[0], { file: secret, state: 'draft' })
    expect((await assembly.clerk.client.call(removeDocument, { params: twin })).error).toBeUndefined()
    const params = await attached(meetingId, items[0], { file: secret })
    expect((await assembly.clerk.client.call(openDraft, { params })).error).toBeUndefined()
    const sha256 = (await state(meetingId)).documents[0]?.versions[0]?.sha256 ?? ''
    await settled(sha256)
    const { db, domains } = assembly.server
    const made = (await domains.converting.conversion.statesOf(db, [sha256])).get(sha256)?.pdfSha256 ?? ''
    const anchor = { page: 1, rects: [[0.1, 0.1, 0.5, 0.2]] as [number, number, number, number][], quote: { exact: 'bí mật', before: '', after: '' } }
    await assembly.member.client.call(addAnnotation, { params, body: { key: freshKey(), version: 1, anchor, colour: 'yellow', body: 'ghi chú' } })
    await assembly.member.client.call(openThread, { params, body: { key: freshKey(), version: 1, kind: 'comment', anchor, text: 'Đây là tài liệu mật', replacement: null } })

    const purge = ({ client }: Actor) => client.call(purgeDocument, { params })
    const quarantine = ({ client }: Actor) => client.call(quarantineDocument, { params })
    expect((await purge(assembly.chair)).error?.code).toBe('documentNotQuarantined')
    expect((await quarantine(assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await quarantine(assembly.clerk)).error).toBeUndefined()
    for (const actor of [assembly.member, assembly.clerk, assembly.chair]) expect(await read(actor, params)).toBe('documentNotFound')
    expect((await seenBy(meetingId, assembly.member)).documents).toEqual([])
    expect((await seenBy(meetingId, assembly.clerk, { office: true })).documents).toMatchObject([{ held: 'quarantined' }])
    await expect(domains.agenda.remove(meetingId, items[0], assembly.clerk.caller)).rejects.toMatchObject({ code: 'documentQuarantined' })
    expect((await purge(assembly.clerk)).error?.code).toBe('forbiddenInMeeting')
    expect((await purge(assembly.chair)).error).toBeUndefined()
    expect((await purge(assembly.chair)).error).toBeUndefined()
    const { state: left, texts } = await assembly.server.journal.snapshot(meetingId, { personId: assembly.clerk.personId, office: true, items: 'all' }, meetingReducer)
    expect([left.documents[0]?.held, texts[left.documents[0]?.name.$text ?? '']]).toEqual(['purged', null])
    const rows = async (sql: string, ...values: string[]) => (await db.raw<{ rows: unknown[] }>(sql, values)).rows
    expect(await rows('SELECT FROM draft_text WHERE document_id = ? AND state IS NOT NULL', params.documentId)).toEqual([])
    expect(await rows('SELECT FROM annotation WHERE document_id = ?', params.documentId)).toEqual([])
    expect(await rows('SELECT FROM file_page WHERE sha256 = decode(?, \'hex\')', sha256)).toEqual([])
    expect(await rows("SELECT FROM journal_text WHERE body LIKE '%tài liệu mật%' OR body LIKE '%bí mật%'")).toEqual([])
    for (const gone of [sha256, made]) await expect(domains.converting.conversion.statesOf(db, [gone])).resolves.toEqual(new Map())
  })
})

describe('readings', () => {
  it('are told by the readers’ pages, and seen by the office alone, which asks those who have not read', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const file = await pdfOf(['Một', 'Hai', 'Ba'])
    const params = await attached(meetingId, items[0], { file })
    await attached(meetingId, items[1], { circulation: { ...OPEN_CIRCULATION, parts: ['guests'] } })
    await until(async () => (await state(meetingId)).documents[0]?.versions[0]?.rendition?.pages === 3)
    const report = ({ client }: Actor, pages: { page: number, seconds: number }[], version = 1) =>
      client.call(reportReading, { params, body: { version, pages } })
    expect((await report(assembly.member, [{ page: 1, seconds: 12 }, { page: 3, seconds: 5 }, { page: 4, seconds: 5 }])).error).toBeUndefined()
    expect((await report(assembly.member, [{ page: 1, seconds: 8 }])).error).toBeUndefined()
    for (const much of [[{ page: 1, seconds: MAX_READ_SECONDS + 1 }], [{ page: 1, seconds: 40 }, { page: 2, seconds: 40 }]]) {
      expect((await report(assembly.member, much)).error?.code).toBe('badRequest')
    }
    expect((await report(assembly.member, [{ page: 1, seconds: 1 }], 2)).error?.code).toBe('documentNotFound')
    expect((await report(assembly.stranger, [{ page: 1, seconds: 1 }])).error?.code).toBe('meetingNotFound')
    const asked = ({ client }: Actor) => client.call(getReadings, { params: { meetingId } })
    expect((await asked(assembly.member)).error?.code).toBe('forbiddenInMeeting')
    const { documents, readers } = (await asked(assembly.clerk)).body
    expect(documents).toMatchObject([{ documentId: params.documentId, version: 1, pages: 3 }, { version: 1 }])
    const of = (actor: Actor) => readers.find(({ personId }) => personId === actor.personId)
    expect(of(assembly.member)).toMatchObject({ may: [params.documentId], read: [{ documentId: params.documentId, pages: 2, seconds: 25 }] })
    expect(of(assembly.guest)).toMatchObject({ may: [params.documentId], read: [] })

    const byPage = ({ client }: Actor, personId = assembly.member.personId) => client.call(getReadingsOf, { params: { meetingId, personId } })
    expect((await byPage(assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await byPage(assembly.stranger)).error?.code).toBe('meetingNotFound')
    expect((await byPage(assembly.clerk, assembly.stranger.personId)).error?.code).toBe('notParticipant')
    const ofMember = (await byPage(assembly.clerk)).body.documents
    expect(ofMember.map((one) => one.documentId)).toEqual([params.documentId])
    expect(ofMember[0]?.pages.map(({ page }) => page)).toHaveLength(2)
    expect(ofMember[0]?.pages.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(25)

    const personIds = [assembly.member.personId, assembly.guest.personId]
    const remind = ({ client }: Actor) => client.call(remindReaders, { params: { meetingId }, body: { key: freshKey(), personIds } })
    expect((await remind(assembly.member)).error?.code).toBe('forbiddenInMeeting')
    expect((await remind(assembly.clerk)).body).toEqual({ people: 1 })
    // Not again in the same hour of the clock; asked until both calls fell into one.
    const hour = () => new Date().toISOString().slice(0, 13)
    let began: string, people: number
    do {
      began = hour()
      await remind(assembly.clerk)
      people = (await remind(assembly.clerk)).body.people
    } while (began !== hour())
    expect(people).toBe(0)
    const notices = (await assembly.guest.client.call(listNotices, { query: {} })).body.notices
    expect(notices[0]).toMatchObject({ kind: 'documents.readersReminded' })
  })
})

it('one that was circulated is not removed without a word', async () => {
  const { meetingId, items } = await assembly.newMeeting('published')
  const draft = await attached(meetingId, items[0], { state: 'draft' })
  expect((await seenBy(meetingId, assembly.member)).documents).toEqual([])
  const remove = (params: Params) => assembly.clerk.client.call(removeDocument, { params })
  const shown = await attached(meetingId, items[0])
  expect((await remove(shown)).error?.code).toBe('documentCirculated')
  expect((await assembly.clerk.client.call(stateVersion, { params: { ...draft, number: 1 }, body: { state: 'circulation', was: 'draft' } })).error).toBeUndefined()
  expect((await seenBy(meetingId, assembly.member)).documents.map(({ documentId }) => documentId)).toEqual([shown.documentId, draft.documentId])
  expect((await remove(draft)).error?.code).toBe('documentCirculated')
  // That nobody reads it now does not mean that nobody did.
  expect((await circulate(shown, { parts: [] })).error).toBeUndefined()
  expect((await remove(shown)).error?.code).toBe('documentCirculated')
  const kept = await attached(meetingId, items[0], { state: 'draft' })
  expect((await remove(kept)).error).toBeUndefined()
})
