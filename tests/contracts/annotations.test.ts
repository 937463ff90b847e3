import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAnnotation, changeAnnotation, listAnnotations, removeAnnotation, type Anchor } from '../../protocol/annotations.ts'
import { listThreads, openThread, replyToThread, settleThread, takeBackMessage } from '../../protocol/comments.ts'
import { cancelMeeting } from '../../protocol/convening.ts'
import { withdrawDocument } from '../../protocol/documents.ts'
import { checkKept, KEPT_HOURS, listKeepable, type Kept } from '../../protocol/offline.ts'
import { createOffline } from '../../server/offline/offline.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { pdfOf } from '../support/pdf.ts'
import { exported } from '../support/journal.ts'

/** What readers write on documents: private in every way that there is, or told to all who may read, in the journal. */

let assembly: Assembly
let on: { meetingId: string, documentId: string }
let itemId: string

const anchor: Anchor = {
  page: 2, rects: [[0.1, 0.2, 0.5, 0.22], [0.1, 0.23, 0.3, 0.25]],
  quote: { exact: 'xây dựng nông thôn mới', before: 'về việc ', after: ' giai đoạn 2026' },
}
const NOTE = 'Hỏi lại về nguồn vốn đối ứng'

async function attached(meetingId: string, item: string): Promise<string> {
  const pdf = await pdfOf(['Tờ trình'])
  const upload = { pdf, name: 'a.pdf', key: freshKey() }
  return (await assembly.server.domains.documents.attachMade(meetingId, item, assembly.clerk.caller, upload)).documentId
}

beforeAll(async () => {
  assembly = await startAssembly()
  const { meetingId, items } = await assembly.newMeeting('published')
  itemId = items[0]
  on = { meetingId, documentId: await attached(meetingId, itemId) }
})
afterAll(() => assembly.close())

const add = ({ client }: Actor, body: Partial<Parameters<typeof newNote>[0]> = {}, params = on) =>
  client.call(addAnnotation, { params, body: newNote(body) })
const newNote = (changes: Partial<{ key: string, version: number, anchor: Anchor, colour: 'yellow' | 'green', body: string, carriedFrom: string | null }>) =>
  ({ key: randomUUID(), version: 1, anchor, colour: 'yellow' as const, body: NOTE, ...changes })
const list = async ({ client }: Actor) => (await client.call(listAnnotations, { params: on })).body.annotations

describe('a private note', () => {
  it('is kept with its place and comes back to its reader alone, whoever asks', async () => {
    const { body: note } = await add(assembly.member)
    expect(note).toMatchObject({ version: 1, anchor, colour: 'yellow', body: NOTE, revision: 1 })
    expect(await list(assembly.member)).toEqual([note])
    const others = [assembly.chair, assembly.clerk, assembly.guest]
    for (const other of others) {
      expect(await list(other)).toEqual([])
      const params = { ...on, annotationId: note.annotationId }
      const change = await other.client.call(changeAnnotation, { params, body: { colour: 'green', body: 'khác', revision: 1 } })
      const removal = await other.client.call(removeAnnotation, { params })
      expect([change.error?.code, removal.error?.code]).toEqual(['annotationNotFound', 'annotationNotFound'])
    }
    for (const other of [assembly.stranger, assembly.administrator]) {
      expect((await other.client.call(listAnnotations, { params: on })).error?.code).toBe('meetingNotFound')
    }
    expect(await list(assembly.member)).toEqual([note])
  })

  it('is in no journal, and the database alone does not tell it', async () => {
    await add(assembly.member)
    expect(JSON.stringify(await exported(assembly.server.journal, on.meetingId))).not.toContain('annotation')
    const rows = await assembly.server.db('annotation').select<{ id: string, person_id: string, sealed: Buffer }[]>('id', 'person_id', 'sealed')
    expect(rows.length).toBeGreaterThan(0)
    for (const { sealed } of rows) for (const part of [NOTE, 'nông thôn', 'yellow']) expect(sealed.includes(part)).toBe(false)
    // Moved to another person's row it does not open.
    const [row] = rows
    await expect(assembly.server.db('annotation').where({ id: row?.id ?? '' }).update({ person_id: assembly.chair.personId })).rejects.toThrow('permission denied')
  })

  it('is added once however often it is sent, and another one under its key is refused', async () => {
    const key = randomUUID()
    const [first, again] = [await add(assembly.guest, { key }), await add(assembly.guest, { key })]
    expect(again.body).toEqual(first.body)
    expect((await list(assembly.guest)).filter(({ annotationId }) => annotationId === key)).toHaveLength(1)
    expect((await add(assembly.guest, { key, anchor: { ...anchor, page: 3 } })).error?.code).toBe('idempotencyKeyReused')
    // The key is the person's own: another may have used the same one.
    expect((await add(assembly.chair, { key })).status).toBe(200)
  })

  it('changed on two devices shows the second what the first wrote, and can be deleted for good', async () => {
    const { body: note } = await add(assembly.clerk)
    const params = { ...on, annotationId: note.annotationId }
    const change = (body: string) => assembly.clerk.client.call(changeAnnotation, { params, body: { colour: 'green', body, revision: 1 } })
    expect((await change('trên máy tính')).body).toMatchObject({ body: 'trên máy tính', revision: 2, anchor })
    expect((await change('trên máy bảng')).error).toMatchObject({ code: 'annotationChanged', details: { annotation: { body: 'trên máy tính' } } })
    expect((await assembly.clerk.client.call(removeAnnotation, { params })).status).toBe(200)
    expect(await assembly.server.db('annotation').where({ id: note.annotationId })).toEqual([])
    expect((await change('x')).error?.code).toBe('annotationNotFound')
  })

  it('does not fit with a place that is none, or on a version or document that is not there', async () => {
    for (const wrong of [{ ...anchor, page: 0 }, { ...anchor, rects: [[0.5, 0, 0.1, 1]] }, { ...anchor, rects: [[0, 0, 2, 1]] }, { ...anchor, rects: [] }]) {
      expect((await add(assembly.member, { anchor: wrong as Anchor })).error?.code).toBe('badRequest')
    }
    expect((await add(assembly.member, { body: 'x'.repeat(4_001) })).error?.code).toBe('badRequest')
    expect((await add(assembly.member, { version: 7 })).error?.code).toBe('documentNotFound')
    expect((await add(assembly.member, {}, { ...on, documentId: randomUUID() })).error?.code).toBe('documentNotFound')
  })
})

describe('a comment', () => {
  const open = ({ client }: Actor, body: object = {}) =>
    client.call(openThread, { params: on, body: { key: freshKey(), version: 1, kind: 'comment', anchor, text: 'Số liệu này của năm nào?', replacement: null, ...body } })
  const threads = async ({ client }: Actor) => (await client.call(listThreads, { params: on })).body
  const settle = ({ client }: Actor, threadId: string, body: { revision: number, state: 'open' | 'resolved' | 'accepted' | 'declined', reason?: string }) =>
    client.call(settleThread, { params: { ...on, threadId }, body: { key: freshKey(), ...body } })
  const kinds = async () => (await exported(assembly.server.journal, on.meetingId)).flatMap((record) =>
    record.record === 'entry' && record.kind.startsWith('comments.') ? [record] : [])

  it('is seen by all who may read the document, answered, resolved, opened again, and told by the journal', async () => {
    const { body: { threadId } } = await open(assembly.member)
    const reply = await assembly.guest.client.call(replyToThread, { params: { ...on, threadId }, body: { key: freshKey(), text: 'Của năm 2025' } })
    expect(reply.status).toBe(200)
    for (const actor of [assembly.member, assembly.guest, assembly.clerk]) {
      const thread = (await threads(actor)).threads.find((one) => one.threadId === threadId)
      expect(thread).toMatchObject({ kind: 'comment', version: 1, anchor, state: 'open', revision: 1, openedBy: assembly.member.personId })
      expect(thread?.messages.map(({ personId, text }) => [personId, text])).toEqual([
        [assembly.member.personId, 'Số liệu này của năm nào?'], [assembly.guest.personId, 'Của năm 2025']])
    }
    expect((await settle(assembly.guest, threadId, { revision: 1, state: 'resolved' })).error?.code).toBe('forbiddenInMeeting')
    expect((await settle(assembly.member, threadId, { revision: 1, state: 'resolved' })).status).toBe(200)
    expect((await settle(assembly.clerk, threadId, { revision: 1, state: 'resolved' })).error).toMatchObject({ code: 'threadChanged', details: { state: 'resolved', revision: 2 } })
    expect((await settle(assembly.clerk, threadId, { revision: 2, state: 'open' })).status).toBe(200)
    const told = (await kinds()).filter(({ data }) => (data as { threadId?: string }).threadId === threadId)
    expect(told.map(({ kind }) => kind)).toEqual(['comments.opened', 'comments.replied', 'comments.settled', 'comments.settled'])
    expect(told.map(({ audience }) => audience)).toEqual(told.map(() => ({ scope: 'item', itemId })))
    expect(JSON.stringify(told)).not.toContain('Số liệu này')
  })

  it('is taken back by its author alone, and its text is then nowhere', async () => {
    const { body: { threadId } } = await open(assembly.member, { text: 'Viết nhầm chỗ' })
    const message = (await threads(assembly.member)).threads.find((one) => one.threadId === threadId)?.messages[0]
    const takeBack = ({ client }: Actor) => client.call(takeBackMessage, { params: { ...on, threadId, messageId: message?.messageId ?? '' } })
    expect((await takeBack(assembly.clerk)).error?.code).toBe('forbiddenInMeeting')
    expect([(await takeBack(assembly.member)).status, (await takeBack(assembly.member)).status]).toEqual([200, 200])
    expect((await threads(assembly.clerk)).threads.find((one) => one.threadId === threadId)?.messages).toMatchObject([{ text: null }])
    expect(await assembly.server.db('journal_text').where({ body: 'Viết nhầm chỗ' })).toEqual([])
  })

  it('suggests a wording, which who drafts decides on once, with a reason where it is declined', async () => {
    expect((await threads(assembly.clerk)).decides).toBe(true)
    expect((await threads(assembly.member)).decides).toBe(false)
    const suggestion = { kind: 'suggestion', text: '', replacement: 'xây dựng nông thôn mới nâng cao' }
    expect((await open(assembly.member, { ...suggestion, anchor: { ...anchor, quote: null } })).error?.code).toBe('suggestionNeedsQuote')
    expect((await open(assembly.member, { ...suggestion, replacement: null })).error?.code).toBe('badRequest')
    const { body: { threadId } } = await open(assembly.member, suggestion)
    expect((await settle(assembly.member, threadId, { revision: 1, state: 'accepted' })).error?.code).toBe('forbiddenInMeeting')
    expect((await settle(assembly.clerk, threadId, { revision: 1, state: 'resolved' })).error?.code).toBe('badRequest')
    expect((await settle(assembly.clerk, threadId, { revision: 1, state: 'declined' })).error?.code).toBe('badRequest')
    expect((await settle(assembly.clerk, threadId, { revision: 1, state: 'declined', reason: 'Đã có trong khoản 2' })).status).toBe(200)
    expect((await settle(assembly.clerk, threadId, { revision: 2, state: 'accepted' })).error?.code).toBe('threadChanged')
    const seen = (await threads(assembly.guest)).threads.find((one) => one.threadId === threadId)
    expect(seen).toMatchObject({ state: 'declined', replacement: suggestion.replacement, decision: { personId: assembly.clerk.personId, reason: 'Đã có trong khoản 2' } })
  })

  it('opened twice with one key is one', async () => {
    const key = freshKey()
    const [first, again] = [await open(assembly.chair, { key }), await open(assembly.chair, { key })]
    expect(again.body).toEqual(first.body)
    expect((await open(assembly.chair, { key, text: 'Khác' })).error?.code).toBe('idempotencyKeyReused')
  })

  it('is one of sixty a minute, for who may read the document; nobody else learns by the limit that it is there', async () => {
    const codes = async (actor: Actor) => new Set((await Promise.all(Array.from({ length: 70 }, () => open(actor)))).map(({ error }) => error?.code ?? 'ok'))
    expect(await codes(assembly.administrator)).toEqual(new Set(['meetingNotFound']))
    expect(await codes(assembly.guest)).toEqual(new Set(['ok', 'tooManyRequests']))
  })

  it('of a document that one may not read does not exist, nor of one that was withdrawn', async () => {
    const { body: { threadId } } = await open(assembly.member)
    for (const actor of [assembly.stranger, assembly.administrator]) {
      const reply = await actor.client.call(replyToThread, { params: { ...on, threadId }, body: { key: freshKey(), text: 'x' } })
      expect([(await actor.client.call(listThreads, { params: on })).error?.code, reply.error?.code]).toEqual(['meetingNotFound', 'meetingNotFound'])
    }
    const documentId = await attached(on.meetingId, itemId)
    // A thread of another document is not found through this one.
    const astray = await assembly.member.client.call(replyToThread, { params: { ...on, documentId, threadId }, body: { key: freshKey(), text: 'x' } })
    expect(astray.error?.code).toBe('threadNotFound')
    await add(assembly.member, {}, { ...on, documentId })
    await assembly.clerk.client.call(withdrawDocument, { params: { ...on, documentId }, body: { reason: 'Sai số liệu' } })
    const params = { ...on, documentId }
    const answers = [await assembly.member.client.call(listThreads, { params }), await assembly.member.client.call(listAnnotations, { params })]
    expect(answers.map(({ error }) => error?.code)).toEqual(['documentNotFound', 'documentNotFound'])
  })
})

describe('documents on a device', () => {
  const list = ({ client }: Actor, meetingId = on.meetingId) => client.call(listKeepable, { params: { meetingId } })
  const check = async ({ client }: Actor, kept: Kept[]) => (await client.call(checkKept, { body: { kept } })).body.gone

  it('are those that the person may read, until a day after the meeting was to end', async () => {
    const { body } = await list(assembly.member)
    expect(body.documents).toMatchObject([{ documentId: on.documentId, version: 1, name: 'a.pdf', item: 'Nội dung một' }])
    expect(new Date(body.until).getTime() - new Date(body.startsAt).getTime()).toBe((210 + KEPT_HOURS * 60) * 60_000)
    for (const actor of [assembly.stranger, assembly.administrator]) expect((await list(actor)).error?.code).toBe('meetingNotFound')
    const kept = [{ ...on, version: 1 }]
    expect(await check(assembly.member, kept)).toEqual([])
    expect(await check(assembly.stranger, kept)).toEqual(kept)
    expect(await check(assembly.member, [{ ...on, version: 2 }, { ...on, documentId: randomUUID(), version: 1 }])).toHaveLength(2)
  })

  it('go with a withdrawal, a cancellation, and when their time is over, of a meeting that runs late only after it', async () => {
    const { meetingId, items } = await assembly.newMeeting('live')
    const first = { meetingId, documentId: await attached(meetingId, items[0]), version: 1 }
    const second = { meetingId, documentId: await attached(meetingId, items[1]), version: 1 }
    await assembly.clerk.client.call(withdrawDocument, { params: first, body: { reason: 'Sai số liệu' } })
    expect(await check(assembly.member, [first, second])).toEqual([first])
    const { journal, domains } = assembly.server
    const late = (days: number) => createOffline({ journal, access: domains.meetings, now: () => new Date(Date.now() + days * 86_400_000) })
    expect(await late(9).check([second], assembly.member.caller)).toEqual([])
    await domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
    expect(await late(0.9).check([second], assembly.member.caller)).toEqual([])
    expect(await late(1.1).check([second], assembly.member.caller)).toEqual([second])
    const cancelled = await assembly.newMeeting('published')
    const third = { meetingId: cancelled.meetingId, documentId: await attached(cancelled.meetingId, cancelled.items[0]), version: 1 }
    expect(await check(assembly.member, [third])).toEqual([])
    await assembly.clerk.client.call(cancelMeeting, { params: { meetingId: third.meetingId }, body: { reason: 'Hoãn không thời hạn' } })
    expect(await check(assembly.member, [third])).toEqual([third])
  })
})
