import { beforeAll, describe, expect, it } from 'vitest'
import { as, freshKey } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, type Seat } from '../support/seat.ts'

/** A paper before the meeting: one reads on a desk, one on a phone; noted for oneself, discussed, and read without a network. */
describe('a document', () => {
  const journey = demoJourney('reading')
  let member: Seat, phone: Seat, clerk: Seat
  let meetingId = '', documentId = '', address = ''
  const NOTE = 'Hỏi lại nguồn vốn đối ứng'

  const shown = ({ page }: Seat) => page.locator('[data-testid="pdf-viewer"][data-status="shown"] .textLayer .endOfContent').first().waitFor({ state: 'attached' })
  const words = (seat: Seat, text: string) => seat.page.locator('.textLayer span', { hasText: text }).first()
  async function goTo(seat: Seat, page: number) {
    await at(seat, 'pdf-page').fill(String(page))
    await at(seat, 'pdf-page').press('Enter')
  }
  async function select(seat: Seat, page: number, text: string) {
    await goTo(seat, page)
    await words(seat, text).evaluate((span) => {
      const range = document.createRange()
      range.selectNodeContents(span)
      getSelection()?.removeAllRanges()
      getSelection()?.addRange(range)
    })
    await at(seat, 'selection-menu').waitFor()
  }

  beforeAll(async () => {
    member = await journey.sit('hang')
    clerk = await journey.sit('chi')
    phone = await journey.sit('phuc', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    for (const { context } of [member, clerk, phone]) context.setDefaultTimeout(30_000)
    const path = await journey.meetingPath(clerk)
    meetingId = path.split('/').at(-1) ?? ''
    const { documents } = journey.server.domains
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const itemId = (await journey.server.journal.state(meetingId, meetingReducer)).agenda[0]?.itemId ?? ''
    const pdf = await pdfOf(['Uỷ ban nhân dân tỉnh báo cáo kết quả', 'Nguồn vốn đối ứng của địa phương', 'Kiến nghị của cơ quan trình'])
    documentId = (await documents.attachMade(meetingId, itemId, as(clerk.personId), {
      pdf, name: 'Báo cáo.pdf', key: freshKey(),
    })).documentId
    address = `${journey.server.origin}/meetings/${meetingId}/documents/${documentId}`
  })

  it('is searched without diacritics, turned, and gone through by its pages', async () => {
    await member.page.goto(address)
    await shown(member)
    await at(member, 'tool-find').click()
    await at(member, 'find-text').locator('input').or(member.page.locator('input[data-testid="find-text"]')).first().fill('uy ban')
    await expect.poll(() => at(member, 'find-count').innerText(), { timeout: 30_000 }).toBe('1/1')
    await member.page.keyboard.press('Escape')
    const width = async () => (await member.page.locator('.page').first().boundingBox())?.width ?? 0
    const height = async () => (await member.page.locator('.page').first().boundingBox())?.height ?? 0
    expect(await height()).toBeGreaterThan(await width())
    await at(member, 'tool-turn').click()
    await expect.poll(async () => await width() > await height(), { timeout: 30_000 }).toBe(true)
    for (let quarter = 0; quarter < 3; quarter += 1) await at(member, 'tool-turn').click()
    await at(member, 'tool-strip').click()
    await expect.poll(() => at(member, 'thumbnail').count(), { timeout: 30_000 }).toBeGreaterThan(0)
    await at(member, 'tool-strip').click()
  })

  it('is found from any page by its text, without diacritics, and opened at the page that has it', async () => {
    // Once its text was taken out of it.
    await expect.poll(async () => (await journey.server.domains.searching.search.find(as(member.personId), { q: 'doi ung', limit: 1 })).hits[0]?.id, { timeout: 30_000 })
      .toBe(documentId)
    await member.page.goto(`${journey.server.origin}/`)
    await at(member, 'open-search').waitFor()
    await member.page.keyboard.press('Control+k')
    await at(member, 'search-box').fill('nguon von doi ung')
    await at(member, 'search-hit').filter({ hasText: 'Báo cáo.pdf' }).waitFor()
    await member.page.keyboard.press('Enter')
    await member.page.waitForURL(`${address}?page=2`)
    await expect.poll(() => at(member, 'pdf-page').inputValue(), { timeout: 30_000 }).toBe('2')

    await phone.page.goto(`${journey.server.origin}/search?q=nguồn vốn đối ứng&kind=document`)
    await at(phone, 'search-found').filter({ hasText: 'Nguồn vốn đối ứng của địa phương' }).waitFor()
    expect(await phone.page.locator('mark').allInnerTexts()).toEqual(expect.arrayContaining(['Nguồn', 'vốn', 'đối', 'ứng']))
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await at(phone, 'search-kind-minutes').click()
    await phone.page.waitForURL(/kind=minutes/)
    await expect.poll(() => at(phone, 'search-found').count(), { timeout: 30_000 }).toBe(0)
    await member.page.goto(address)
  })

  it('keeps a note for its reader over a reload, and no other page ever gets it', async () => {
    const heard: string[] = []
    for (const seat of [clerk, phone]) {
      seat.page.on('response', (response) => { void response.text().then((text) => heard.push(text), () => undefined) })
      await seat.page.goto(address)
      await shown(seat)
    }
    await shown(member)
    await select(member, 2, 'Nguồn vốn')
    await at(member, 'take-note').click()
    await member.page.locator('textarea[data-testid="note-text"]').or(at(member, 'note-text').locator('textarea')).first().fill(NOTE)
    await at(member, 'save-note').click()
    await member.page.getByText(NOTE).waitFor()
    await member.page.reload()
    await shown(member)
    await goTo(member, 2)
    await member.page.locator('.page-marks .yellow').first().waitFor()
    await at(member, 'tool-notes').click()
    await member.page.getByText(NOTE).waitFor()
    await at(clerk, 'tool-notes').click()
    expect(await at(clerk, 'note').count()).toBe(0)
    expect(heard.join('\n')).not.toContain(NOTE)
  })

  it('is commented on and answered on a phone as it is said, and a suggestion is declined with a reason', async () => {
    await select(member, 3, 'Kiến nghị')
    await at(member, 'comment').click()
    await member.page.locator('textarea[data-testid="comment-text"]').or(at(member, 'comment-text').locator('textarea')).first().fill('Nên nêu rõ thời hạn')
    await at(member, 'send-comment').click()
    // Without a reload: the journal tells.
    await goTo(phone, 3)
    await phone.page.locator('.page-marks .comment').first().waitFor()
    await at(phone, 'tool-comments').click()
    await phone.page.getByText('Nên nêu rõ thời hạn').waitFor()
    await phone.page.locator('textarea[data-testid="answer"]').or(at(phone, 'answer').locator('textarea')).first().fill('Đồng ý')
    await at(phone, 'send-answer').click()
    await member.page.getByText('Đồng ý', { exact: true }).waitFor()
    await select(member, 2, 'Nguồn vốn')
    await at(member, 'suggest').click()
    await member.page.locator('textarea[data-testid="suggestion-text"]').or(at(member, 'suggestion-text').locator('textarea')).first().fill('Vốn đối ứng của tỉnh')
    await at(member, 'send-comment').click()
    await at(clerk, 'tool-comments').click()
    await at(clerk, 'decline').click()
    await clerk.page.locator('textarea[data-testid="decision-reason"]').or(at(clerk, 'decision-reason').locator('textarea')).first().fill('Giữ theo nghị quyết')
    await at(clerk, 'decide').click()
    await member.page.locator('[data-testid="tool-comments"]', { hasText: '(1)' }).waitFor()
    expect([...member.problems, ...phone.problems, ...clerk.problems]).toEqual([])
  })

  it('that the browser cannot draw is read as pictures of its pages, with the place of what one noted on them', async () => {
    const page = await member.context.newPage()
    await page.route('**/file?*', (route) => route.fulfill({ status: 200, contentType: 'application/pdf', body: 'not a PDF' }))
    // The conversion job may still be at it.
    await expect.poll(async () => {
      await page.goto(address)
      await page.locator('[data-testid="pdf-viewer"]:not([data-status="loading"])').waitFor()
      return await page.locator('.page-picture img[src*="/pages/1"]').count()
    }, { timeout: 60_000, interval: 1_000 }).toBe(1)
    await page.getByTestId('pdf-page').fill('2')
    await page.getByTestId('pdf-page').press('Enter')
    await page.locator('.page-picture .page-marks .yellow').first().waitFor()
    expect(await page.getByTestId('tool-find').count()).toBe(0)
    await page.close()
  })

  it('is kept on the device, read there without a network, and gone after a recall', async () => {
    const { page, context } = member
    await page.goto(`${journey.server.origin}/kept`)
    await at(member, 'keep-offline').click()
    await page.locator('[data-testid="keeping"][data-status="idle"]').waitFor()
    const mine = page.getByTestId('kept-paper').filter({ hasText: 'Báo cáo.pdf' })
    await mine.waitFor()
    // Nothing of it lies about in the clear, and its key cannot be read out.
    const stored = await page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => { request.onsuccess = () => resolve(request.result) })
      const db = await done(indexedDB.open('nghi-su.kept'))
      const all = (store: string) => done<unknown[]>(db.transaction(store).objectStore(store).getAll())
      const keys = await all('keys') as { key: CryptoKey }[]
      const papers = await all('papers') as { file: { body: ArrayBuffer }, facts: { body: ArrayBuffer } }[]
      const text = papers.map(({ file, facts }) => new TextDecoder('latin1').decode(file.body) + new TextDecoder().decode(facts.body)).join('')
      return { extractable: keys.map(({ key }) => key.extractable), clear: text.includes('%PDF') || text.includes('.pdf') }
    })
    expect(stored.extractable.length).toBeGreaterThan(0)
    expect([...new Set(stored.extractable), stored.clear]).toEqual([false, false])

    await context.setOffline(true)
    await page.goto(`${journey.server.origin}/kept`)
    await mine.click()
    await shown(member)
    await goTo(member, 2)
    await words(member, 'Nguồn vốn').waitFor()

    // Withdrawn while the device is out of reach: at the next contact it is gone, and the page says so.
    await journey.server.domains.circulating.circulation.withdraw(meetingId, documentId, as(clerk.personId), 'Sai số liệu')
    await context.setOffline(false)
    await page.goto(`${journey.server.origin}/kept`)
    await at(member, 'recalled').waitFor()
    expect(await mine.count()).toBe(0)
  })

  it('leaves nothing on the device of whoever signs out', async () => {
    const { page } = member
    await expect.poll(() => at(member, 'kept-paper').count(), { timeout: 30_000 }).toBeGreaterThan(0)
    await page.locator('header').getByRole('button').last().click()
    await page.getByRole('menuitem', { name: 'Đăng xuất' }).click()
    await page.waitForURL(/sign-in/)
    await expect.poll(() => page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => { request.onsuccess = () => resolve(request.result) })
      const db = await done(indexedDB.open('nghi-su.kept'))
      const count = (store: string) => done(db.transaction(store).objectStore(store).count())
      return await count('keys') + await count('papers') + (await caches.keys()).length
    })).toBe(0)
  })
})
