import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadCopy, getRendition, readPage } from '../../protocol/conversion.ts'
import { MAX_RENDERED_PAGES } from '../../protocol/rendition.ts'
import { attachDocument, readDocument, removeDocument } from '../../protocol/documents.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { manyPages } from '../../server/conversion/test-files.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey, REASON } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'
import { uploadFile } from '../support/uploads.ts'

let assembly: Assembly
let pdf: Buffer

beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Tờ trình về việc nghiệm thu'])
})
afterAll(() => assembly.close())

const files = async () => {
  const names = await readdir(path.join(assembly.server.config.dataDir, 'files'), { recursive: true })
  return names.filter((name) => /[0-9a-f]{64}$/.test(name))
}
/** Sends the file and attaches it; `by`: somebody else asks for that than who sent it. */
async function attach(
  actor: Actor, meetingId: string, itemId: string, file: Buffer, more: { name?: string, key?: string, uploadId?: string, by?: Actor } = {},
) {
  const { name, key = freshKey(), uploadId, by = actor } = more
  const sent = uploadId ?? await uploadFile(actor, { kind: 'document', meetingId, itemId }, file, name)
  return await by.client.call(attachDocument, { params: { meetingId, itemId }, body: { uploadId: sent, key } })
}
const read = ({ client }: Actor, meetingId: string, documentId: string, headers: Record<string, string> = {}) =>
  client.call(readDocument, { params: { meetingId, documentId }, headers })
const remove = ({ client }: Actor, meetingId: string, documentId: string) => client.call(removeDocument, { params: { meetingId, documentId } })
const state = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)

/** Attaches and gives the id; a refusal fails the test. */
async function attached(meetingId: string, itemId: string, query: { name?: string, key?: string, uploadId?: string } = {}): Promise<string> {
  const { body, error } = await attach(assembly.clerk, meetingId, itemId, pdf, query)
  expect(error).toBeUndefined()
  await readable(meetingId, body.documentId)
  return body.documentId
}

/** It was looked into, and is read in the page from then on. */
const readable = (meetingId: string, documentId: string) => until(async () =>
  (await state(meetingId)).documents.find((one) => one.documentId === documentId)?.versions.at(-1)?.rendition?.status === 'ready')

describe('a document', () => {
  it('is kept under its hash, recorded, and read back byte for byte', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const documentId = await attached(meetingId, items[0])
    const sha256 = createHash('sha256').update(pdf).digest('hex')
    expect((await state(meetingId)).documents).toMatchObject([{ documentId, itemId: items[0], versions: [{ number: 1, state: 'circulation', sha256, bytes: pdf.length }] }])
    expect(await files()).toContain(`${sha256.slice(0, 2)}/${sha256}`)
    for (const actor of [assembly.member, assembly.guest]) {
      const answer = await read(actor, meetingId, documentId)
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual(pdf)
    }
    const { headers } = await read(assembly.member, meetingId, documentId)
    expect(headers.get('content-type')).toBe('application/pdf')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('content-disposition')).toBe(`inline; filename="document.pdf"; filename*=UTF-8''${encodeURIComponent('Tờ trình.pdf')}`)
  })

  it('is made readable by the job that its commit wakes, and found by its text', async () => {
    const { meetingId, items } = await assembly.newMeeting('draft')
    const body = await pdfOf(['Trang đầu của báo cáo', 'Trang cuối'])
    const sha256 = createHash('sha256').update(body).digest('hex')
    const { db, domains } = assembly.server
    const told: string[] = []
    const end = domains.converting.conversion.onSettled(async (settled) => { told.push(settled) })
    expect((await attach(assembly.clerk, meetingId, items[0], body)).error).toBeUndefined()
    await until(() => told.includes(sha256))
    end()
    expect((await domains.converting.conversion.statesOf(db, [sha256])).get(sha256))
      .toEqual({ status: 'ready', pages: 2, hasText: true, secrecyPage: null, problem: null, pdfSha256: sha256 })
    const params = { meetingId, documentId: (await state(meetingId)).documents[0]?.documentId ?? '' }
    const asked = await assembly.clerk.client.call(getRendition, { params, query: {} })
    expect(asked.body).toEqual({ status: 'ready', pages: 2, hasText: true, secrecyPage: null, problem: null })
    const page = await assembly.clerk.client.call(readPage, { params: { ...params, page: 2 }, query: { width: 320 } })
    expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([200, 'image/jpeg', 'private, no-store'])
    expect((await assembly.clerk.client.call(readPage, { params: { ...params, page: 3 }, query: { width: 320 } })).error?.code).toBe('pageNotFound')
    const copy = await assembly.clerk.client.call(downloadCopy, { params, query: {} })
    expect(copy.headers.get('content-disposition')).toContain(encodeURIComponent('Tờ trình.pdf'))
    const saved = copy.body as Buffer
    expect(copy.headers.get('content-length')).toBe(String(saved.length))
    expect(saved.subarray(0, 5).toString()).toBe('%PDF-')
    // The browser shows it, and prints it from there.
    const printed = await assembly.clerk.client.call(downloadCopy, { params, query: { to: 'print' } })
    expect([printed.headers.get('content-disposition'), printed.headers.get('content-type')]).toEqual([null, 'application/pdf'])
    expect(await domains.converting.conversion.textsOf(db, sha256)).toEqual(['Trang đầu của báo cáo', 'Trang cuối'].map((text) => expect.stringContaining(text)))
  })

  it('that cannot be made readable says why to who reads it, and nothing of it is drawn', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const { body: { documentId } } = await attach(assembly.clerk, meetingId, items[0], manyPages(MAX_RENDERED_PAGES + 1))
    const params = { meetingId, documentId }
    const asked = () => assembly.member.client.call(getRendition, { params, query: {} })
    await until(async () => (await asked()).body.status === 'failed')
    expect((await asked()).body).toMatchObject({ problem: 'tooManyPages', pages: null })
    const page = await assembly.member.client.call(readPage, { params: { ...params, page: 1 }, query: { width: 320 } })
    expect([page.status, page.error]).toMatchObject([409, { code: 'documentNotReady', details: { status: 'failed', problem: 'tooManyPages' } }])
    expect((await assembly.member.client.call(downloadCopy, { params, query: {} })).error?.code).toBe('documentNotReady')
    expect((await assembly.stranger.client.call(getRendition, { params, query: {} })).error?.code).toBe('meetingNotFound')
  })

  it('answers a version that it does not have like one that is not there, wherever it is asked for', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const params = { meetingId, documentId: await attached(meetingId, items[0]) }
    const { client } = assembly.member
    const asked = async (version: number) => [
      await client.call(getRendition, { params, query: { version } }),
      await client.call(readPage, { params: { ...params, page: 1 }, query: { width: 320, version } }),
      await client.call(downloadCopy, { params, query: { version } }),
    ].map(({ error }) => error?.code)
    expect(await asked(2)).toEqual(Array(3).fill('documentNotFound'))
    expect(await asked(1)).not.toContain('documentNotFound')
  })

  it('is read in ranges', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const documentId = await attached(meetingId, items[0])
    const part = await read(assembly.member, meetingId, documentId, { range: 'bytes=5-104' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-104/${pdf.length}`])
    expect(part.body).toEqual(pdf.subarray(5, 105))
    expect((await read(assembly.member, meetingId, documentId, { range: `bytes=${pdf.length}-` })).status).toBe(416)
  })

  it('keeps a name with markup and line breaks as one harmless line', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const name = '<img src=x onerror=alert(1)>"; filename=evil.exe\r\nSet-Cookie: a=b'
    const documentId = await attached(meetingId, items[0], { name })
    const line = name.replace('\r\n', ' ')
    const { texts } = await assembly.server.journal.snapshot(meetingId, { personId: assembly.member.personId, office: false, items: 'all' }, meetingReducer)
    expect(Object.values(texts)).toContain(line)
    const { headers } = await read(assembly.member, meetingId, documentId)
    expect(headers.get('set-cookie') ?? '').not.toContain('a=b')
    const [, encoded = ''] = /filename\*=UTF-8''(\S+)$/.exec(headers.get('content-disposition') ?? '') ?? []
    expect(encoded).toMatch(/^[\w%.~$&+^`|-]+$/)
    expect(decodeURIComponent(encoded)).toBe(`${line}.pdf`)
  })

  it('attached again under its key is the same one', async () => {
    const { meetingId, items } = await assembly.newMeeting('draft')
    const once = { key: freshKey(), uploadId: await uploadFile(assembly.clerk, { kind: 'document', meetingId, itemId: items[0] }, pdf) }
    const documentId = await attached(meetingId, items[0], once)
    expect(await attached(meetingId, items[0], once)).toBe(documentId)
    expect((await attach(assembly.clerk, meetingId, items[0], pdf, { uploadId: once.uploadId })).error?.code).toBe('uploadNotFound')
    const other = await attach(assembly.clerk, meetingId, items[1], pdf, { key: once.key })
    expect([other.status, other.error?.code]).toEqual([409, 'idempotencyKeyReused'])
    expect((await state(meetingId)).documents).toHaveLength(1)
  })
})

it('is attached by chair and clerk of that meeting, to an item that is there', async () => {
  const { meetingId, items } = await assembly.newMeeting('published')
  const closed = await assembly.newMeeting('closed')
  const uploadId = await uploadFile(assembly.clerk, { kind: 'document', meetingId, itemId: items[0] }, pdf)
  const refused = async (by: Actor, meeting: string, item: string) =>
    (await attach(assembly.clerk, meeting, item, pdf, { by, uploadId })).error?.code
  expect(await refused(assembly.member, meetingId, items[0])).toBe('forbiddenInMeeting')
  expect(await refused(assembly.guest, meetingId, items[0])).toBe('forbiddenInMeeting')
  expect(await refused(assembly.stranger, meetingId, items[0])).toBe('meetingNotFound')
  expect(await refused(assembly.administrator, meetingId, items[0])).toBe('meetingNotFound')
  expect(await refused(assembly.clerk, meetingId, closed.items[0])).toBe('agendaItemNotFound')
  expect(await refused(assembly.clerk, closed.meetingId, closed.items[0])).toBe('meetingClosed')
  // Another's upload, and one that was sent for another item.
  expect(await refused(assembly.chair, meetingId, items[0])).toBe('uploadNotFound')
  expect(await refused(assembly.clerk, meetingId, items[1])).toBe('uploadNotFound')
  expect((await state(meetingId)).documents).toEqual([])
})

describe('reading', () => {
  it('is for participants of that meeting, and of that document only', async () => {
    const { meetingId, items } = await assembly.newMeeting('published')
    const elsewhere = await assembly.newMeeting('published')
    const documentId = await attached(meetingId, items[0])
    for (const actor of [assembly.stranger, assembly.administrator]) {
      const answer = await read(actor, meetingId, documentId)
      expect([answer.status, answer.error?.code]).toEqual([404, 'meetingNotFound'])
    }
    for (const [meeting, id] of [[elsewhere.meetingId, documentId], [meetingId, freshKey()]] as const) {
      expect((await read(assembly.member, meeting, id)).error?.code).toBe('documentNotFound')
    }
    expect((await read(assembly.member, meetingId, '../../keys/journal.pem')).error?.code).toBe('badRequest')
  })

  it('of a draft is for its office, and begins for members with the publication', async () => {
    const { meetingId, items } = await assembly.newMeeting('draft')
    const documentId = await attached(meetingId, items[0])
    expect((await read(assembly.member, meetingId, documentId)).error?.code).toBe('meetingNotFound')
    expect((await read(assembly.chair, meetingId, documentId)).status).toBe(200)
    await assembly.server.domains.meetings.publish(meetingId, assembly.clerk.caller, REASON)
    expect((await read(assembly.member, meetingId, documentId)).body).toEqual(pdf)
  })

  it('ends when the document or its item is removed, which a document is before others know of it', async () => {
    const { meetingId, items } = await assembly.newMeeting('draft')
    const [one, two] = [await attached(meetingId, items[0]), await attached(meetingId, items[1])]
    expect((await remove(assembly.member, meetingId, one)).error?.code).toBe('meetingNotFound')
    expect((await remove(assembly.clerk, meetingId, one)).status).toBe(200)
    expect((await remove(assembly.clerk, meetingId, one)).error?.code).toBe('documentNotFound')
    await assembly.server.domains.meetings.publish(meetingId, assembly.clerk.caller, REASON)
    expect((await remove(assembly.clerk, meetingId, two)).error?.code).toBe('documentCirculated')
    expect((await remove(assembly.member, meetingId, two)).error?.code).toBe('forbiddenInMeeting')
    await assembly.server.domains.agenda.remove(meetingId, items[1], assembly.clerk.caller)
    for (const actor of [assembly.member, assembly.clerk]) {
      for (const documentId of [one, two]) expect((await read(actor, meetingId, documentId)).error?.code).toBe('documentNotFound')
    }
    expect((await state(meetingId)).documents).toEqual([])
    const closed = await assembly.newMeeting('closed')
    expect((await remove(assembly.clerk, closed.meetingId, one)).error?.code).toBe('meetingClosed')
  })
})
