import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import type { Knex } from 'knex'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachDocument, readDocument } from '../../protocol/documents.ts'
import { getMe } from '../../protocol/identity.ts'
import { getMinutes } from '../../protocol/minutes.ts'
import { finishUpload, type UploadPurpose } from '../../protocol/uploads.ts'
import { startServer } from '../../server/app.ts'
import { docxOf } from '../../server/conversion/test-files.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { openDatabase } from '../../server/platform/database.ts'
import { createLog } from '../../server/platform/log.ts'
import { createClient, type Client } from '../support/client.ts'
import { as, bodyRules, draft, freshKey, itemDraft, REASON } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { minutesWriter } from '../support/minutes-writer.ts'
import { pdfOf } from '../support/pdf.ts'
import { person, PASSWORD } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { startS3 } from '../support/s3-server.ts'
import { createUpload, sendPiece, TUS, uploadFile } from '../support/uploads.ts'

let database: FreshDatabase
let db: Knex
let dataDir: string
let s3: Awaited<ReturnType<typeof startS3>>
let env: NodeJS.ProcessEnv
let origin: string
let program: ChildProcess
let client: Client
let meetingId: string, itemId: string, personId: string, heldId: string

async function start(): Promise<void> {
  program = spawn(process.execPath, [path.resolve(import.meta.dirname, '../support/server-program.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  program.stdout?.setEncoding('utf8')
  await Promise.race([
    once(program.stdout!, 'data'),
    once(program, 'exit').then(([code]) => { throw new Error(`the server ended with ${code}`) }),
  ])
}

async function kill(): Promise<void> {
  program.kill('SIGKILL')
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit')
}

beforeAll(async () => {
  database = await freshDatabase()
  db = openDatabase(database.ownerUrl)
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'killed-server-'))
  s3 = await startS3()
  env = {
    PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: String(await freePort()), DATA_DIR: dataDir, LOG_LEVEL: 'fatal',
    SESSION_SECRET: 'only-tests-use-this-session-secret', DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl,
    S3_ENDPOINT: s3.place.endpoint, S3_REGION: s3.place.region, S3_ACCESS_KEY_ID: s3.place.accessKeyId, S3_SECRET_ACCESS_KEY: s3.place.secretAccessKey,
  }
  const config = loadConfig(env)
  origin = config.origin
  const first = await startServer(config, { media: false, log: createLog('fatal') })
  const { bodies, meetings, agenda, minutes } = first.domains
  const body = await bodies.found({
    name: 'Ban Thường vụ', rules: bodyRules.committee, letterhead: { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' },
  })
  personId = (await person(first, 'clerk')).personId
  await bodies.addMember({ bodyId: body.id, personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 1, since: new Date('2020-01-01') })
  meetingId = (await meetings.create(as(personId), { ...draft(), bodyId: body.id, key: freshKey() })).meetingId
  itemId = (await agenda.add(meetingId, as(personId), { ...itemDraft(), key: freshKey() })).itemId
  heldId = (await meetings.create(as(personId), { ...draft(), bodyId: body.id, key: freshKey() })).meetingId
  await agenda.add(heldId, as(personId), { ...itemDraft(), key: freshKey() })
  await meetings.publish(heldId, as(personId), REASON)
  await meetings.open(heldId, as(personId), freshKey())
  await minutes.begin(heldId, as(personId))
  await first.stop()
  await start()
  client = createClient(origin)
  await client.signIn('clerk', PASSWORD)
})

afterAll(async () => {
  await kill()
  await s3.stop()
  await db.destroy()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const offsetOf = async (uploadId: string) => Number((await client.send('HEAD', `/api/uploads/${uploadId}`, { headers: TUS })).headers.get('upload-offset'))

/** Sends the first bytes of a piece that announces more, until the server has them on its disk. */
async function sendHalf(uploadId: string, body: Buffer, bytes: number): Promise<void> {
  const { csrfToken } = (await client.call(getMe)).body
  const sending = request(new URL(`/api/uploads/${uploadId}`, origin), { method: 'PATCH', headers: {
    ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream', 'content-length': body.length, origin,
    'cookie': [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'x-csrf-token': csrfToken,
  } })
  sending.on('error', () => {})
  sending.write(body.subarray(0, bytes))
  await until(async () => await offsetOf(uploadId) === bytes)
}

it('a server that is killed in an upload, while it examines the file, and in its conversion loses nothing and doubles nothing', async () => {
  const actor = { client, personId, caller: as(personId) }
  const purpose: UploadPurpose = { kind: 'document', meetingId, itemId }
  const body = await docxOf(Array.from({ length: 3000 }, (_, line) => `Điều ${line}. Trách nhiệm của cơ quan chủ trì`))
  const half = Math.floor(body.length / 2)

  const created = await createUpload(actor, body.length, { to: purpose, name: 'Dự thảo.docx' })
  const uploadId = path.basename(created.headers.get('location') ?? '')
  await sendHalf(uploadId, body, half)
  await kill()
  await start()
  expect(await offsetOf(uploadId)).toBe(half)
  expect((await sendPiece(actor, uploadId, half, body.subarray(half))).status).toBe(204)

  // Killed once the bucket has been written to, before anybody is told.
  const asked = client.call(finishUpload, { params: { uploadId } }).catch(() => undefined)
  await until(() => s3.objects.size > 0 || s3.requests.some((one) => one.startsWith('PUT')))
  await kill()
  await asked
  await start()
  const finished = await client.call(finishUpload, { params: { uploadId } })
  expect(finished.body).toMatchObject({ uploadId, bytes: body.length, name: 'Dự thảo.docx' })
  const attach = () => client.call(attachDocument, { params: { meetingId, itemId }, body: { uploadId, key: uploadId } })
  const { documentId } = (await attach()).body

  const waiting = async () => (await db('rendition').whereIn('status', ['waiting', 'running'])).length
  const rendition = async () => await db('rendition').orderBy('registered_at').first<{ status: string, attempts: number, pdf_sha256: Buffer | null }>('status', 'attempts', 'pdf_sha256')
  await until(async () => (await rendition())?.status === 'running')
  await kill()
  expect(await rendition()).toMatchObject({ status: 'running', attempts: 1, pdf_sha256: null })
  // As if the minute had passed after which another process takes over.
  await db('rendition').update({ claimed_until: new Date(0) })
  await start()
  expect((await attach()).body).toEqual({ documentId })
  // Looked at within a minute, and at once when somebody attaches something else.
  const other = await uploadFile(actor, purpose, await pdfOf(['Phụ lục']))
  await client.call(attachDocument, { params: { meetingId, itemId }, body: { uploadId: other, key: other } })
  await until(async () => await waiting() === 0)

  expect(await rendition()).toMatchObject({ status: 'ready', attempts: 2 })
  const read = await client.call(readDocument, { params: { meetingId, documentId } })
  expect((read.body as Buffer).subarray(0, 5).toString()).toBe('%PDF-')
  const first = db('rendition').where('attempts', 2).select('sha256')
  const pages = await db('file_page').whereIn('sha256', first).count<{ count: string }[]>('*').first()
  const distinct = await db('file_page').whereIn('sha256', first).countDistinct<{ count: string }[]>('page').first()
  expect(Number(pages?.count)).toBeGreaterThan(20)
  expect(pages?.count).toBe(distinct?.count)
  expect(await db('document').count('* as n').first()).toEqual({ n: '2' })
  expect(await db('upload').where({ status: 'taken' }).count('* as n').first()).toEqual({ n: '2' })
  expect(await readdir(path.join(dataDir, 'uploads'))).toEqual([])
  // The file and its PDF, the other file, and nothing else.
  expect(s3.objects.size).toBe(3)
}, 150_000)

it('a server that is killed while minutes are typed loses nothing that it acknowledged, and what it had not comes again', async () => {
  const one = minutesWriter(client, heldId, origin)
  await one.synced()
  const acknowledged: string[] = []
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < 20; index += 1) {
      one.add(`Câu ${round}.${index}`)
      await one.saved()
      acknowledged.push(`Câu ${round}.${index}`)
    }
    one.add(`Chưa kịp ${round}`)
    await kill()
    one.cut()
    await start()
    const kept = (await client.call(getMinutes, { params: { meetingId: heldId } })).body.content.blocks.map(({ text }) => text)
    expect(kept.filter((text) => text.startsWith('Câu'))).toEqual(acknowledged)
    await one.back()
  }
  const { body } = await client.call(getMinutes, { params: { meetingId: heldId } })
  expect(body.content.blocks.map(({ text }) => text).filter((text) => text.startsWith('Chưa kịp'))).toEqual(['Chưa kịp 0', 'Chưa kịp 1', 'Chưa kịp 2'])
  one.end()
}, 120_000)
