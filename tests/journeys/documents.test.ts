import { beforeAll, describe, expect, it } from 'vitest'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { docxOf } from '../../server/conversion/test-files.ts'
import { as, draft, freshKey, itemDraft, REASON } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { at, type Seat } from '../support/seat.ts'

/**
 * A paper from its upload to its withdrawal, on three devices: the clerk's computer, a member's tablet and a phone. It is made
 * readable, published, read, noted, led, replaced by a version, limited to pictures, and withdrawn while it is open.
 */
describe('a document on its way', () => {
  const journey = demoJourney('documents')
  let clerk: Seat, tablet: Seat, phone: Seat
  let meetingId = '', itemId = '', documentId = ''

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 100 })
  const page = (path = '') => `${journey.server.origin}/meetings/${meetingId}${path}`
  const state = () => journey.server.journal.state(meetingId, meetingReducer)
  const reader = (seat: Seat) => seat.page.locator('[data-testid="pdf-viewer"][data-status="shown"]')
  const words = (seat: Seat, text: string) => seat.page.locator('.textLayer span', { hasText: text }).first()
  const docx = async (sum: string) => ({
    name: '../Tờ trình.docx', mimeType: 'application/octet-stream',
    buffer: await docxOf([`Tờ trình về chủ trương đầu tư. Kinh phí ${sum} tỷ đồng.`, 'Giao Sở Tài chính chủ trì thực hiện.',
      ...Array.from({ length: 80 }, (_, index) => `Phụ lục, dòng ${index + 1}: dự toán chi tiết theo từng hạng mục.`)]),
  })
  async function menu(name: string) {
    await at(clerk, 'document-menu').click()
    await clerk.page.getByRole('menuitem', { name }).click()
  }

  beforeAll(async () => {
    clerk = await journey.sit('chi')
    tablet = await journey.sit('hang', { viewport: { width: 834, height: 1112 }, hasTouch: true })
    phone = await journey.sit('phuc', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    for (const { context } of [clerk, tablet, phone]) context.setDefaultTimeout(30_000)
    const { meetings, agenda } = journey.server.domains
    const bodyId = (await meetings.list(as(clerk.personId), { limit: 1 })).meetings[0]?.bodyId ?? ''
    meetingId = (await meetings.create(as(clerk.personId), { ...draft(), bodyId, key: freshKey() })).meetingId
    itemId = (await agenda.add(meetingId, as(clerk.personId), { ...itemDraft('Chủ trương đầu tư'), key: freshKey() })).itemId
  })

  it('is sent from the clerk’s computer, made readable, and published', async () => {
    await clerk.page.goto(page())
    await clerk.page.locator(`[aria-controls="details-${itemId}"]`).click()
    await at(clerk, 'attach-document').setInputFiles([await docx('5')])
    await clerk.page.getByText('Tờ trình.docx', { exact: true }).waitFor()
    await until(async () => (await state()).documents[0]?.versions[0]?.rendition?.status).toBe('ready')
    documentId = (await state()).documents[0]?.documentId ?? ''
    await journey.server.domains.meetings.publish(meetingId, as(clerk.personId), REASON)
  })

  it('is read and noted on a tablet, and the office sees how far', async () => {
    await tablet.page.goto(page())
    await at(tablet, 'document-link').click()
    await at(tablet, 'reading-notice').getByRole('button').click()
    await words(tablet, 'Kinh phí 5 tỷ đồng').waitFor()
    await at(tablet, 'reader-mark').waitFor({ state: 'attached' })
    await words(tablet, 'Kinh phí 5').evaluate((span) => {
      const range = document.createRange()
      range.selectNodeContents(span)
      getSelection()?.removeAllRanges()
      getSelection()?.addRange(range)
    })
    await at(tablet, 'take-note').click()
    await tablet.page.keyboard.type('Hỏi nguồn vốn')
    await tablet.page.keyboard.press('Escape')
    await tablet.page.waitForResponse((response) => response.url().endsWith('/reading') && response.ok())
    await clerk.page.goto(page('/readings'))
    await until(async () => {
      await clerk.page.reload()
      await at(clerk, 'readings').waitFor()
      return await at(clerk, 'readings').getByText(/1\/[2-9] trang/).count()
    }).toBeGreaterThan(0)
    await at(clerk, 'remind-readers').waitFor()
    await at(clerk, 'readings').getByText(/1\/[2-9] trang/).first().click()
    await at(clerk, 'page-times').getByText('chưa xem').first().waitFor()
    await clerk.page.keyboard.press('Escape')
  })

  it('is led by the clerk, and followed on the phone', async () => {
    await phone.page.goto(page(`/documents/${documentId}`))
    await reader(phone).waitFor()
    await clerk.page.goto(page(`/documents/${documentId}`))
    await at(clerk, 'review-lead').click()
    await until(() => at(phone, 'review').getAttribute('data-state')).toBe('following')
    await at(clerk, 'review-end').click()
    await until(() => at(phone, 'review').getAttribute('data-state')).toBe('none')
  })

  it('gets a version that is a draft first; once it is circulated, readers see what changed and take their notes along', async () => {
    await clerk.page.goto(page('?edit=agenda'))
    await clerk.page.locator(`[aria-controls="details-${itemId}"]`).click()
    await menu('Thêm bản mới')
    await at(clerk, 'new-version').getByText('Bản đang soạn').click()
    await at(clerk, 'attach-version').setInputFiles([await docx('7')])
    await at(clerk, 'new-version').waitFor({ state: 'detached' })
    await until(async () => (await state()).documents[0]?.versions[1]?.rendition?.status).toBe('ready')
    await tablet.page.goto(page(`/documents/${documentId}`))
    await words(tablet, 'Kinh phí 5').waitFor()
    expect(await at(tablet, 'version').count()).toBe(0)
    await at(tablet, 'pdf-page').fill('2')
    await at(tablet, 'pdf-page').press('Enter')
    await words(tablet, 'Phụ lục, dòng 60').waitFor()
    await menu('Lưu hành bản đang soạn')
    await at(tablet, 'compare').waitFor()
    await reader(tablet).waitFor()
    // It came while they read: they stay where they were.
    await until(() => at(tablet, 'pdf-page').inputValue()).toBe('2')
    await at(tablet, 'compare').click()
    await at(tablet, 'comparison').locator('[data-kind="changed"] ins').getByText('7').waitFor()
    expect(await at(tablet, 'comparison').locator('[data-kind="changed"] del').innerText()).toBe('5')
  })

  it('leaves the server as pictures alone once copies are off', async () => {
    await menu('Ai được đọc')
    await clerk.page.getByRole('dialog').getByText('Cho tải về và in').click()
    await at(clerk, 'circulation-save').click()
    await clerk.page.getByRole('dialog').waitFor({ state: 'detached' })
    const files: string[] = []
    phone.page.on('response', (response) => { if (response.headers()['content-type'] === 'application/pdf') files.push(response.url()) })
    await phone.page.goto(page(`/documents/${documentId}`))
    await reader(phone).waitFor()
    await phone.page.locator('img[src*="/pages/1"]').waitFor()
    expect(files).toEqual([])
    expect((await phone.page.request.get(`${journey.server.origin}/api/meetings/${meetingId}/documents/${documentId}/file`)).status()).toBe(403)
  })

  it('is a draft if it was chosen as one, also where the page was left before it was attached', async () => {
    const finish = '**/api/uploads/*/finish'
    await clerk.page.route(finish, (route) => route.abort())
    await clerk.page.getByText('Tệp mới là bản đang soạn').click()
    await at(clerk, 'attach-document').setInputFiles([await docx('9')])
    await clerk.page.locator('[data-testid="upload"][data-status="cut"]').waitFor()
    await clerk.page.unroute(finish)
    await clerk.page.reload()
    await clerk.page.locator(`[aria-controls="details-${itemId}"]`).click()
    await until(async () => (await state()).documents.length).toBe(2)
    const added = (await state()).documents.find((one) => one.documentId !== documentId)
    expect(added?.versions.map(({ state: stage }) => stage)).toEqual(['draft'])
    await tablet.page.goto(page())
    await at(tablet, 'document-link').waitFor()
    expect(await at(tablet, 'document-link').count()).toBe(1)
    await journey.server.domains.documents.remove(meetingId, added?.documentId ?? '', as(clerk.personId))
    await until(() => at(clerk, 'document-menu').count()).toBe(1)
  })

  it('is withdrawn while it is open, and its readers are told why', async () => {
    await menu('Thu hồi')
    await at(clerk, 'reason').fill('Số liệu kinh phí sai')
    await at(clerk, 'reason-done').click()
    await phone.page.getByText('Số liệu kinh phí sai').waitFor()
    expect(await reader(phone).count()).toBe(0)
    await tablet.page.goto(page())
    await tablet.page.getByText('Đã thu hồi: Số liệu kinh phí sai').waitFor()
    expect(await at(tablet, 'document-link').count()).toBe(0)
    for (const seat of [clerk, tablet]) expect(seat.problems).toEqual([])
  })
})
