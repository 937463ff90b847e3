import { randomUUID } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachDocument } from '../../protocol/documents.ts'
import { getMe } from '../../protocol/identity.ts'
import { finishUpload, getScanner, type UploadPurpose } from '../../protocol/uploads.ts'
import { docxOf } from '../../server/conversion/test-files.ts'
import { uploadsStore } from '../../server/uploads/store.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'
import { createUpload, sendPiece, TUS, uploadFile } from '../support/uploads.ts'

let assembly: Assembly
let pdf: Buffer
let held: { meetingId: string, items: readonly [string, string] }

beforeAll(async () => {
  assembly = await startAssembly({ env: { UPLOAD_LIMIT_MB: '1' } })
  pdf = await pdfOf(['Tờ trình về việc nghiệm thu'])
  held = await assembly.newMeeting('published')
})
afterAll(() => assembly.close())

const OTHER = randomUUID()
const purpose = (itemId = held.items[0], meetingId = held.meetingId): UploadPurpose => ({ kind: 'document', meetingId, itemId })

const create = (actor: Actor, bytes: number, { to = purpose(), ...more }: Partial<Parameters<typeof createUpload>[2]> = {}) =>
  createUpload(actor, bytes, { to, ...more })
const patch = sendPiece
const offsetOf = async ({ client }: Actor, uploadId: string) => {
  const { status, headers } = await client.send('HEAD', `/api/uploads/${uploadId}`, { headers: TUS })
  return status === 200 ? Number(headers.get('upload-offset')) : status
}
const finish = ({ client }: Actor, uploadId: string) => client.call(finishUpload, { params: { uploadId } })
const codeOf = async (response: Response) => [response.status, (await response.json() as { error: { code: string } }).error.code]
const onDisk = () => readdir(assembly.server.domains.uploads.folder)

async function begun(actor: Actor, bytes: number, options: Parameters<typeof create>[2] = {}): Promise<string> {
  const response = await create(actor, bytes, options)
  expect(response.status).toBe(201)
  return path.basename(response.headers.get('location') ?? '')
}

async function sent(actor: Actor, body: Buffer, options: Parameters<typeof create>[2] = {}): Promise<string> {
  const uploadId = await begun(actor, body.length, options)
  expect((await patch(actor, uploadId, 0, body)).status).toBe(204)
  return uploadId
}
const take = (actor: Actor, uploadId: string, to: UploadPurpose) =>
  assembly.server.db.transaction((trx) => assembly.server.domains.uploads.take(trx, uploadId, actor.caller, to))

describe('an upload', () => {
  it('comes in pieces, is held to its content, and is used once for its purpose', async () => {
    const { clerk, chair } = assembly
    const docx = await docxOf(['Tờ trình'])
    const uploadId = await begun(clerk, docx.length, { name: '../Tờ trình.pdf'.normalize('NFD') })
    expect(await offsetOf(clerk, uploadId)).toBe(0)
    expect((await patch(clerk, uploadId, 0, docx.subarray(0, 1000))).status).toBe(204)
    expect((await finish(clerk, uploadId)).error?.code).toBe('uploadIncomplete')
    expect((await patch(clerk, uploadId, 500, docx.subarray(500))).status).toBe(409)
    expect(await offsetOf(clerk, uploadId)).toBe(1000)
    expect((await patch(clerk, uploadId, 1000, docx.subarray(1000))).status).toBe(204)
    await expect(take(clerk, uploadId, purpose())).rejects.toMatchObject({ code: 'uploadNotFound' })
    const [one, again] = await Promise.all([finish(clerk, uploadId), finish(clerk, uploadId)])
    expect(one.body).toEqual({
      uploadId, name: 'Tờ trình.pdf', bytes: docx.length, duplicates: [],
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    })
    expect([again.body, (await finish(clerk, uploadId)).body]).toEqual([one.body, one.body])
    expect((await onDisk()).filter((name) => name.startsWith(uploadId))).toEqual([])

    for (const [actor, to] of [[chair, purpose()], [clerk, purpose(held.items[1])]] as const) {
      await expect(take(actor, uploadId, to)).rejects.toMatchObject({ code: 'uploadNotFound' })
    }
    const both = await Promise.allSettled([take(clerk, uploadId, purpose()), take(clerk, uploadId, purpose())])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await finish(clerk, uploadId)).error?.code).toBe('uploadNotFound')
    const taken = both.flatMap((one) => one.status === 'fulfilled' ? [one.value] : [])[0]
    const kept = await assembly.server.domains.uploads.knownFiles([taken?.sha256 ?? ''])
    expect(kept.size).toBe(0)
  })

  it('goes on where a cut connection left it', async () => {
    const { clerk } = assembly
    const body = pdf
    const uploadId = await begun(clerk, body.length)
    const { csrfToken } = (await clerk.client.call(getMe)).body
    const half = Math.floor(body.length / 2)
    await new Promise<void>((resolve) => {
      const sending = request(new URL(`/api/uploads/${uploadId}`, assembly.server.origin), {
        method: 'PATCH', headers: {
          ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream', 'content-length': body.length,
          origin: assembly.server.origin, cookie: [...clerk.client.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'x-csrf-token': csrfToken,
        },
      })
      sending.on('error', () => {}).on('close', () => resolve())
      sending.write(body.subarray(0, half))
      void until(async () => await offsetOf(clerk, uploadId) === half).then(() => sending.destroy())
    })
    expect(await offsetOf(clerk, uploadId)).toBe(half)
    await until(async () => (await patch(clerk, uploadId, half, body.subarray(half))).status === 204)
    expect((await finish(clerk, uploadId)).body).toMatchObject({ mediaType: 'application/pdf', bytes: body.length })
  })

  it('is refused for its content with the reason, which stays the answer', async () => {
    const uploadId = await sent(assembly.clerk, Buffer.concat([pdf, await docxOf(['x'])]))
    for (let times = 0; times < 2; times += 1) {
      expect((await finish(assembly.clerk, uploadId)).error).toMatchObject({ code: 'fileRefused', details: { problem: 'polyglot' } })
    }
    expect((await onDisk()).filter((name) => name.startsWith(uploadId))).toEqual([])
  })

  it('is its person’s alone, and nothing of it is read back', async () => {
    const { clerk, chair } = assembly
    const uploadId = await sent(clerk, pdf)
    expect(await offsetOf(chair, uploadId)).toBe(404)
    expect(await codeOf(await patch(chair, uploadId, 0, pdf))).toEqual([404, 'uploadNotFound'])
    expect((await finish(chair, uploadId)).error?.code).toBe('uploadNotFound')
    expect(await codeOf(await chair.client.send('DELETE', `/api/uploads/${uploadId}`, { headers: TUS }))).toEqual([404, 'uploadNotFound'])
    expect((await clerk.client.send('GET', `/api/uploads/${uploadId}`)).status).toBe(404)
    expect((await clerk.client.send('GET', `/api/uploads/${uploadId}`, { headers: { ...TUS, 'x-http-method-override': 'DELETE' } })).status).toBe(404)
    expect(await offsetOf(clerk, uploadId)).toBe(pdf.length)
    expect((await clerk.client.send('DELETE', `/api/uploads/${uploadId}`, { headers: TUS })).status).toBe(204)
    expect(await offsetOf(clerk, uploadId)).toBe(404)
    expect((await onDisk()).filter((name) => name.startsWith(uploadId))).toEqual([])
    for (const wrong of [randomUUID(), '..%2f..%2fkeys', '%00']) expect((await patch(clerk, wrong, 0, pdf)).status).toBeGreaterThanOrEqual(400)
  })

  it('begins only for who may attach there, and within limits', async () => {
    const { clerk, member, guest, stranger, administrator } = assembly
    for (const actor of [member, guest]) expect(await codeOf(await create(actor, 10))).toEqual([403, 'forbiddenInMeeting'])
    for (const actor of [stranger, administrator]) expect(await codeOf(await create(actor, 10))).toEqual([404, 'meetingNotFound'])
    expect(await codeOf(await create(clerk, 10, { to: purpose(randomUUID()) }))).toEqual([404, 'agendaItemNotFound'])
    expect(await codeOf(await create(clerk, 10, { to: { kind: 'paper', secrecy: 'none', proposalId: randomUUID(), paperKind: 'annex' } }))).toEqual([404, 'proposalNotFound'])
    for (const to of ['text', { kind: 'document' }, { kind: 'paper', secrecy: 'secret', proposalId: randomUUID(), paperKind: 'annex' }]) {
      expect(await codeOf(await create(clerk, 10, { to }))).toEqual([400, 'badRequest'])
    }
    expect(await codeOf(await create(clerk, 0))).toEqual([422, 'documentEmpty'])
    expect(await codeOf(await create(clerk, 1024 * 1024 + 1))).toEqual([413, 'documentTooLarge'])
    expect(await codeOf(await create(clerk, 10, { 'x-csrf-token': 'none' }))).toEqual([403, 'csrfRefused'])
    expect(await codeOf(await create(clerk, 10, { origin: 'https://evil.example' }))).toEqual([403, 'originRefused'])
    const closed = await assembly.newMeeting('closed')
    expect(await codeOf(await create(clerk, 10, { to: purpose(closed.items[0], closed.meetingId) }))).toEqual([409, 'meetingClosed'])

    const { meetings } = assembly.server.domains
    const open = await assembly.newMeeting('live')
    const uploadId = await begun(clerk, 100, { to: purpose(open.items[0], open.meetingId) })
    await meetings.close(open.meetingId, clerk.caller, freshKey())
    expect(await codeOf(await patch(clerk, uploadId, 0, Buffer.alloc(100)))).toEqual([409, 'meetingClosed'])
  })

  it('is one of a limited number and size of each person', async () => {
    const { chair } = assembly
    const MB = 1024 * 1024
    const all = await Promise.all(Array.from({ length: 6 }, () => create(chair, MB)))
    expect(all.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 409, 409])
    const refused = all.find(({ status }) => status === 409)
    expect(refused && await codeOf(refused)).toEqual([409, 'uploadsFull'])
    await assembly.server.db('upload').where({ person_id: chair.personId }).delete()
  })

  it('is swept away once it has expired', async () => {
    const { clerk, server } = assembly
    const uploadId = await begun(clerk, 100)
    const expired = new Date(Date.now() - 1000)
    await server.db('upload').insert({
      ...await server.db('upload').where({ id: uploadId }).first('person_id', 'purpose', 'name', 'bytes', 'created_at'), id: OTHER, expires_at: expired,
    })
    await writeFile(path.join(server.domains.uploads.folder, OTHER), 'begun')
    const lost = path.join(server.domains.uploads.folder, 'lost')
    await writeFile(lost, 'its row went with a killed server')
    await utimes(lost, expired, new Date(Date.now() - 73 * 3600_000))
    expect(await offsetOf(clerk, OTHER)).toBe(404)
    expect(await server.domains.uploads.sweep()).toBe(1)
    const left = await onDisk()
    for (const gone of [OTHER, 'lost']) expect(left).not.toContain(gone)
    expect(await offsetOf(clerk, uploadId)).toBe(0)
    await assembly.clerk.client.send('DELETE', `/api/uploads/${uploadId}`, { headers: TUS })
    expect((await onDisk()).filter((name) => name.startsWith(uploadId))).toEqual([])
  })

  it('names documents with the same content that the person may read, and no other', async () => {
    const { clerk } = assembly
    const content = await pdfOf(['Nội dung trùng lặp'])
    const attach = async (meetingId: string, itemId: string) => {
      const uploadId = await uploadFile(clerk, { kind: 'document', meetingId, itemId }, content, 'Bản cũ.pdf')
      const { body } = await clerk.client.call(attachDocument, { params: { meetingId, itemId }, body: { uploadId, key: freshKey() } })
      return { meetingId, documentId: body.documentId, name: 'Bản cũ.pdf' }
    }
    const published = await attach(held.meetingId, held.items[1])
    const draft = await assembly.newMeeting('draft')
    const hidden = await attach(draft.meetingId, draft.items[0])
    const { body } = await finish(clerk, await sent(clerk, content))
    expect(body.duplicates).toEqual([published, hidden])
    const sha256 = await assembly.server.db('document_version').where({ document_id: published.documentId }).first<{ sha256: Buffer }>('sha256')
    const seen = (personId: string) => uploadsStore.duplicates(assembly.server.db, sha256.sha256.toString('hex'), personId, new Date())
    expect(await seen(assembly.member.personId)).toEqual([published])
    for (const actor of [assembly.stranger, assembly.administrator]) expect(await seen(actor.personId)).toEqual([])
  })
})

it('administrators see that no scanner is configured', async () => {
  expect((await assembly.administrator.client.call(getScanner)).body).toEqual({ state: 'absent' })
  expect((await assembly.clerk.client.call(getScanner)).error?.code).toBe('administratorRequired')
})
