import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import session from 'express-session'
import { strFromU8, unzipSync } from 'fflate'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPress } from '../../server/issuing/press.ts'
import { mountMinutes } from '../../server/minutes/routes.ts'
import { createApp } from '../../server/platform/http.ts'
import { as, clerk, member, openMinutes, stranger, type MinutesWorld } from '../support/minutes.ts'

const press = createPress()
let { house, minutes, review, closedMeeting, approved } = {} as MinutesWorld
let http: Server
let origin: string
beforeAll(async () => {
  ({ house, minutes, review, closedMeeting, approved } = await openMinutes())
  const app = createApp({ allowedOrigins: [], https: false, tlsFiles: undefined, trustedProxies: [] }, {
    session: session({ secret: randomUUID(), resave: false, saveUninitialized: false }),
    authenticate: async (req) => {
      const personId = req.headers['x-person']
      return typeof personId === 'string' ? as(personId) : null
    },
    log: pino({ level: 'silent' }),
    mount: (route) => mountMinutes(route, { minutes, review }, press),
  })
  http = createServer(app)
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve) })
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})
afterAll(async () => {
  await new Promise((resolve) => { http.close(resolve) })
  await press.close()
  await house.close()
})

const get = (caller: { personId: string }, path: string) => fetch(`${origin}${path}`, { headers: { 'x-person': caller.personId } })

it('members download the published minutes as DOCX and PDF, under their Vietnamese name', async () => {
  const meetingId = await closedMeeting()
  const { journalHead } = await approved(meetingId)

  const docx = await get(member, `/api/meetings/${meetingId}/minutes.docx`)
  expect(docx.headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.wordprocessingml.document')
  expect(docx.headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent('Biên bản số 01-BB-TU.docx')}`)
  const files = unzipSync(new Uint8Array(await docx.arrayBuffer()))
  const document = strFromU8(files['word/document.xml'] ?? new Uint8Array())
  for (const text of ['Số 01-BB/TU', 'Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:', 'Kết quả: được thông qua.', 'CHỦ TRÌ']) expect(document).toContain(text)
  expect(document).not.toContain('DỰ THẢO')

  const pdf = await get(member, `/api/meetings/${meetingId}/minutes.pdf`)
  expect(Object.fromEntries(pdf.headers)).toMatchObject({
    'content-type': 'application/pdf', 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-store',
    'content-disposition': expect.stringMatching(/^attachment; .*filename\*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n/),
  })
  const reading = promisify(execFile)('pdftotext', ['-raw', '-', '-'])
  reading.child.stdin?.end(Buffer.from(await pdf.arrayBuffer()))
  const { stdout } = await reading
  for (const text of ['Số 01-BB/TU', 'Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:', 'Kết quả: được thông qua.', `(SHA-256): ${journalHead}`]) {
    expect(stdout).toContain(text)
  }
})

it('a draft is marked for the clerk and not there for a member, nor anything for a stranger', async () => {
  const meetingId = await closedMeeting()
  const draft = await get(clerk, `/api/meetings/${meetingId}/minutes.docx`)
  const files = unzipSync(new Uint8Array(await draft.arrayBuffer()))
  expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toContain('DỰ THẢO')
  for (const [caller, code] of [[member, 'minutesNotFound'], [stranger, 'meetingNotFound']] as const) {
    for (const path of ['minutes', 'minutes.docx', 'minutes.pdf']) {
      const refused = await get(caller, `/api/meetings/${meetingId}/${path}`)
      expect(refused.status).toBe(404)
      expect(await refused.json()).toMatchObject({ error: { code } })
      expect(refused.headers.get('content-disposition')).toBeNull()
    }
  }
  expect((await fetch(`${origin}/api/meetings/${meetingId}/minutes.pdf`)).status).toBe(401)
})
