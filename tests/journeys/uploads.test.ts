import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createHash, randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docxOf, rawPdf } from '../../server/conversion/test-files.ts'
import { as, freshKey } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, type Seat } from '../support/seat.ts'

const SLOW = 300_000

/** Files on their way through a real browser and a slow line: paused, cut, left, refused, and known already. */
describe('files', () => {
  const journey = demoJourney('uploads')
  let seat: Seat
  let line: CDPSession
  let folder: string
  let large: string
  /** How much the server was told to have already, of each piece that was sent. */
  const offsets: number[] = []

  const upload = (name: string) => at(seat, 'upload').filter({ hasText: name }) 
  const status = (name: string) => expect.poll(() => upload(name).evaluateAll(([one]) => one?.getAttribute('data-status') ?? null), { timeout: 60_000 })
  const percent = async () => Number(/(\d+)%/.exec(await upload('Hồ sơ quét.pdf').innerText())?.[1] ?? -1)
  const paper = (name: string) => at(seat, 'paper').filter({ hasText: name }).waitFor()
  /** Bytes a second that may be sent. */
  const slow = (uploadThroughput: number, offline = false) =>
    line.send('Network.emulateNetworkConditions', { offline, latency: 5, downloadThroughput: -1, uploadThroughput })

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'journey-uploads-'))
    large = path.join(folder, 'Hồ sơ quét.pdf')
    const pdf = await pdfOf(['Hồ sơ quét'])
    const padding = Buffer.from(`\n%${randomBytes(2_000_000).toString('hex')}\n`)
    // A remark before the table of what is where, which is found from the end.
    const table = pdf.lastIndexOf('xref\n', pdf.lastIndexOf('startxref') - 1)
    const moved = Buffer.from(pdf.subarray(table).toString('latin1').replace(/startxref\n\d+/, `startxref\n${table + padding.length}`), 'latin1')
    await writeFile(large, Buffer.concat([pdf.subarray(0, table), padding, moved]))
    seat = await journey.sit('bao')
    seat.context.setDefaultTimeout(60_000)
    const { proposals, kinds, reading } = journey.server.domains.proposals
    const caller = as(seat.personId)
    const [kind] = await kinds.inForce()
    const { bodies: [body] } = await reading.form(caller)
    const { proposalId } = await proposals.create(caller, {
      bodyId: body!.id, kindId: kind!.kindId, title: 'Hồ sơ số hoá kho lưu trữ', summary: '', asks: 'decide', proposedOn: null, legalBasis: '', presenterId: null,
      secrecy: 'none', key: freshKey(),
    })
    seat.page.on('dialog', (dialog) => void dialog.accept())
    seat.page.on('request', (request) => { if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset'])) })
    line = await seat.context.newCDPSession(seat.page)
    await seat.page.goto(`${journey.server.origin}/proposals/${proposalId}/edit`)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('go several at once; one that is none of ours is refused in words, and can be put away', async () => {
    await slow(SLOW)
    await at(seat, 'attach-annex').setInputFiles([
      { name: 'Phụ lục.docx', mimeType: 'application/octet-stream', buffer: await docxOf(['Phụ lục']) },
      { name: 'Báo cáo.pdf', mimeType: 'application/pdf', buffer: Buffer.from('MZ này là một chương trình') },
    ])
    await at(seat, 'attach-annex').setInputFiles(large)
    await paper('Phụ lục.docx')
    await status('Báo cáo.pdf').toBe('failed')
    expect(await upload('Báo cáo.pdf').innerText()).toContain('nội dung tệp quyết định, không phải tên tệp')
    expect(await upload('Báo cáo.pdf').getByRole('button', { name: 'Gửi lại' }).count()).toBe(0)
    await upload('Báo cáo.pdf').getByRole('button', { name: 'Bỏ Báo cáo.pdf' }).click()
    await upload('Báo cáo.pdf').waitFor({ state: 'detached' })
  })

  it('are paused, left with the page, found again, and go on where they stopped once the file is chosen again', async () => {
    await status('Hồ sơ quét.pdf').toBe('sending')
    await expect.poll(percent, { timeout: 60_000 }).toBeGreaterThan(5)
    await upload('Hồ sơ quét.pdf').getByRole('button', { name: 'Tạm dừng gửi' }).click()
    await status('Hồ sơ quét.pdf').toBe('paused')
    const [stopped, pieces] = [await percent(), offsets.length]
    await seat.page.waitForTimeout(1000)
    expect([await percent(), offsets.length]).toEqual([stopped, pieces])
    await upload('Hồ sơ quét.pdf').getByRole('button', { name: 'Gửi tiếp' }).click()
    await expect.poll(() => offsets.length).toBe(pieces + 1)
    expect(offsets.at(-1)).toBeGreaterThan(0)

    await upload('Hồ sơ quét.pdf').getByRole('button', { name: 'Tạm dừng gửi' }).click()
    await status('Hồ sơ quét.pdf').toBe('paused')
    await seat.page.reload()
    await status('Hồ sơ quét.pdf').toBe('interrupted')
    expect(await upload('Hồ sơ quét.pdf').innerText()).toContain('chọn lại đúng tệp này')
    await slow(SLOW)
    await at(seat, 'attach-annex').setInputFiles(large)
    await status('Hồ sơ quét.pdf').toBe('sending')
    await expect.poll(() => offsets.length).toBe(pieces + 2)
    expect(offsets.at(-1)).toBeGreaterThanOrEqual(offsets.at(-2) ?? 0)
  })

  it('wait out a cut line by themselves', async () => {
    await expect.poll(percent, { timeout: 60_000 }).toBeGreaterThan(20)
    await slow(SLOW, true)
    await status('Hồ sơ quét.pdf').toBe('cut')
    expect(await upload('Hồ sơ quét.pdf').innerText()).toContain('sẽ tự gửi tiếp')
    await slow(-1)
    await paper('Hồ sơ quét.pdf')
    expect(await at(seat, 'upload').count()).toBe(0)
    // Three files were begun, and none of them twice.
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(3)
    expect(await seat.page.evaluate(() => localStorage.getItem('nghi-su.uploads'))).toBeNull()
  })

  it('that are dropped and have the content of a document that is there are pointed out, and attached if so wished', async () => {
    const { meetings: [meeting] } = await (await seat.page.request.get(`${journey.server.origin}/api/meetings?status=published`)).json() as { meetings: { id: string }[] }
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const [known] = (await journey.server.journal.state(meeting!.id, meetingReducer)).documents
    const file = await (await seat.page.request.get(`${journey.server.origin}/api/meetings/${meeting!.id}/documents/${known!.documentId}/original`)).body()
    const dropped = await seat.page.evaluateHandle((base64) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], 'Bản tôi có.pdf', { type: 'application/pdf' }))
      return transfer
    }, file.toString('base64'))
    for (const event of ['dragenter', 'dragover', 'drop']) await at(seat, 'papers-draft').dispatchEvent(event, { dataTransfer: dropped })
    await status('Bản tôi có.pdf').toBe('duplicate')
    // Sent whole, so that nothing is to be chosen again.
    await seat.page.reload()
    await status('Bản tôi có.pdf').toBe('duplicate')
    expect(await upload('Bản tôi có.pdf').getByRole('link').getAttribute('href')).toContain(`/meetings/${meeting!.id}/documents/`)
    await upload('Bản tôi có.pdf').getByRole('button', { name: 'Vẫn đính kèm tệp' }).click()
    await paper('Bản tôi có.pdf')
    expect(seat.problems).toEqual([])
  })

  it('that are large are read on while the copy comes that opens at once', async () => {
    const { server } = journey
    const { meetings: [meeting] } = await (await seat.page.request.get(`${server.origin}/api/meetings?status=published`)).json() as { meetings: { id: string }[] }
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const itemId = (await server.journal.state(meeting!.id, meetingReducer)).agenda[0]!.itemId
    const pdf = rawPdf([
      '<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Count 100 /Kids [${Array.from({ length: 100 }, (_, page) => `${3 + 2 * page} 0 R`).join(' ')}] >>`,
      ...Array.from({ length: 100 }, (_, page) => {
        const drawing = `1 0 0 rg 20 20 200 100 re f %${randomBytes(40_000).toString('hex')}`
        return [
          `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents ${4 + 2 * page} 0 R >>`, `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
        ]
      }).flat(),
    ])
    const { documentId } = await server.domains.documents.attachMade(meeting!.id, itemId, as(seat.personId), { pdf, name: 'Bản quét.pdf', key: freshKey() })
    const file = () => server.db('rendition').where({ sha256: createHash('sha256').update(pdf).digest() })
    await expect.poll(async () => (await file().first<{ status: string }>('status')).status, { timeout: 60_000 }).toBe('ready')
    const { pdf_sha256: copy } = await file().first<{ pdf_sha256: Buffer }>('pdf_sha256')
    // As it was before the copy had come.
    await file().update({ pdf_sha256: server.db.ref('sha256') })
    await slow(-1)
    await seat.page.goto(`${server.origin}/meetings/${meeting!.id}/documents/${documentId}`)
    const drawn = (page: number) => seat.page.locator(`.page[data-page-number="${page}"][data-loaded="true"] canvas`).first().waitFor()
    await drawn(1)
    await file().update({ pdf_sha256: copy })
    await at(seat, 'pdf-page').fill('90')
    await at(seat, 'pdf-page').press('Enter')
    await drawn(90)
    expect(await at(seat, 'pdf-page').inputValue()).toBe('90')
    expect(seat.problems).toEqual([])
  })
})
