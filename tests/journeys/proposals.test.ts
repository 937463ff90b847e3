import type { Locator } from 'playwright-core'
import type { PushMessage } from '../../server/notices/push.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, confirm, type Seat } from '../support/seat.ts'

/** A unit's matter on its way through the pages: secrecy first, two at one text, returned once, accepted, on an agenda. */
describe('a proposal', () => {
  const journey = demoJourney('proposals')
  let drafter: Seat, colleague: Seat, clerk: Seat
  let address = ''
  /** Everything that the drafter's page sent, by method, address and body. */
  const sent: string[] = []
  const paper = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/pdf', buffer })
  const area = (seat: Seat, id: string): Locator => seat.page.locator(`textarea[data-testid="${id}"]`).or(at(seat, id).locator('textarea'))
  const saved = (seat: Seat) => seat.page.locator('[data-save-state="saved"]').waitFor()
  const stage = (seat: Seat, name: string) => seat.page.locator(`[data-testid="proposal-stage"][data-stage="${name}"]`).first().waitFor()

  beforeAll(async () => {
    drafter = await journey.sit('bao')
    colleague = await journey.sit('nhan.khong')
    clerk = await journey.sit('chi')
    drafter.page.on('request', (request) => {
      if (!['GET', 'HEAD'].includes(request.method())) sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`)
    })
  })

  it('has no field and sends nothing before its secrecy is answered', async () => {
    await drafter.page.goto(`${journey.server.origin}/proposals/new`)
    await drafter.page.getByText('Mật trở lên').click()
    await at(drafter, 'secret-refused').waitFor()
    expect(await drafter.page.locator('main').locator('textarea, input[type="text"], input[type="file"]').count()).toBe(0)
    expect(sent).toEqual([])
  })

  it('is saved by itself from then on, under an address of its own, and nobody is stopped typing', async () => {
    await drafter.page.getByText('Không có độ mật').click()
    await at(drafter, 'proposal-body').click()
    await drafter.page.getByRole('option', { name: /Ban Thường vụ/ }).click()
    // The list gives the focus back when it has closed.
    await drafter.page.getByRole('listbox').waitFor({ state: 'detached' })
    await area(drafter, 'proposal-title').fill('Thí điểm trợ lý số')
    await area(drafter, 'proposal-title').click()
    await drafter.page.keyboard.press('End')
    await drafter.page.keyboard.type(' tại mười hai cơ quan cấp tỉnh', { delay: 100 })
    await drafter.page.waitForURL(/\/proposals\/[0-9a-f-]{36}\/edit$/)
    await saved(drafter)
    expect(await area(drafter, 'proposal-title').inputValue()).toBe('Thí điểm trợ lý số tại mười hai cơ quan cấp tỉnh')
    address = drafter.page.url()
  })

  it('sends no line that looks like a stamp, and no file that has one', async () => {
    await area(drafter, 'proposal-summary').fill('TỐI MẬT\nCâu này không được gửi')
    await at(drafter, 'stamp').waitFor()
    await drafter.page.waitForTimeout(2500)
    await at(drafter, 'attach-submission').setInputFiles(paper('a.pdf', await pdfOf(['TUYỆT MẬT'])))
    await confirm(drafter, 'Huỷ')
    expect(sent.join('\n')).not.toContain('không được gửi')
    expect(sent.join('\n')).not.toContain('/documents')
    await area(drafter, 'proposal-summary').fill('Mười hai cơ quan dùng thử trong sáu tháng, không tăng biên chế.')
    await saved(drafter)
  })

  it('shows who comes second what the first wrote', async () => {
    await colleague.page.goto(address)
    await area(colleague, 'proposal-title').fill('Tên của người thứ nhất')
    await saved(colleague)
    await expect.poll(async () => (await (await colleague.page.request.get(address.replace('/proposals', '/api/proposals').replace('/edit', ''))).json()).title)
      .toBe('Tên của người thứ nhất')
    await area(drafter, 'proposal-title').fill('Tên của người thứ hai')
    await at(drafter, 'clash').waitFor()
    await at(drafter, 'clash-theirs').click()
    await at(drafter, 'clash-merge').click()
    await at(drafter, 'clash').waitFor({ state: 'detached' })
    expect(await area(drafter, 'proposal-title').inputValue()).toBe('Tên của người thứ nhất')
  })

  it('is submitted once nothing is missing', async () => {
    await at(drafter, 'submit-proposal').click()
    await confirm(drafter, 'Trình nội dung')
    await drafter.page.locator('[data-lacking]').waitFor()
    const pdf = await pdfOf(['Tờ trình'])
    // A file that came after the submission would be taken by nobody.
    let letGo = () => {}
    const held = new Promise<void>((resolve) => { letGo = resolve })
    await drafter.page.route('**/api/uploads/*/finish', async (route) => { await held; await route.continue() }, { times: 1 })
    for (const [index, kind] of ['submission', 'draft', 'legalBasis'].entries()) {
      await at(drafter, `attach-${kind}`).setInputFiles(paper(`${kind}.pdf`, pdf))
      if (index === 0) {
        await drafter.page.locator('[data-testid="upload"][data-status="checking"]').waitFor()
        await at(drafter, 'submit-proposal').click()
        await drafter.page.getByText('Còn tệp chưa đính kèm xong').first().waitFor()
        expect(await drafter.page.getByRole('dialog').count()).toBe(0)
        letGo()
      }
      await at(drafter, 'paper').nth(index).waitFor()
    }
    await at(drafter, 'proposal-day').getByRole('spinbutton').first().click()
    await drafter.page.keyboard.type(`2012${new Date().getFullYear() + 1}`, { delay: 50 })
    await drafter.page.waitForTimeout(1500)
    await saved(drafter)
    await at(drafter, 'submit-proposal').click()
    await confirm(drafter, 'Trình nội dung')
    await stage(drafter, 'received')
    address = drafter.page.url()
  })

  it('is returned with notes beside its fields, mended, accepted and put on an agenda', async () => {
    await clerk.page.goto(address)
    const tickAll = async (missing: number | null) => {
      const points = at(clerk, 'check-panel').locator('li')
      await points.first().waitFor()
      for (let index = 0; index < await points.count(); index += 1) {
        await points.nth(index).getByRole('button', { name: index === missing ? 'Thiếu' : 'Đạt' }).click()
        await clerk.page.locator(`[data-testid="check-panel"] li:nth-child(${index + 1})[data-state]`).waitFor()
      }
      if (missing === null) return
      await points.nth(missing).locator('textarea').fill('Chưa nêu căn cứ')
      // Not said before the server has it.
      await points.nth(missing).locator('[data-save-state="saved"]').waitFor()
      const { checks } = await (await clerk.page.request.get(address.replace('/proposals', '/api/proposals'))).json() as { checks: { note: string }[] }
      expect(checks.map(({ note }) => note)).toContain('Chưa nêu căn cứ')
    }
    await tickAll(1)
    await at(clerk, 'return-proposal').click()
    await at(clerk, 'reason').locator('textarea').or(clerk.page.locator('textarea[data-testid="reason"]')).fill('Đề nghị bổ sung căn cứ pháp lý')
    await at(clerk, 'confirm-reason').click()
    await stage(clerk, 'returned')

    await drafter.page.goto(`${address}/edit`)
    await drafter.page.getByText('Chưa nêu căn cứ').first().waitFor()
    await area(drafter, 'proposal-basis').fill('Luật Giao dịch điện tử số 20/2023/QH15')
    await saved(drafter)
    await at(drafter, 'submit-proposal').click()
    await confirm(drafter, 'Trình nội dung')
    await stage(drafter, 'received')

    await clerk.page.goto(address)
    await clerk.page.locator('ins', { hasText: 'Luật Giao dịch điện tử' }).waitFor()
    await tickAll(null)
    await at(clerk, 'accept-proposal').click()
    await confirm(clerk, 'Tiếp nhận nội dung')
    await stage(clerk, 'pool')
    await at(clerk, 'plan-proposal').click()
    await at(clerk, 'confirm-plan').click()
    await stage(clerk, 'planned')
    await drafter.page.goto(address)
    await stage(drafter, 'planned')
    for (const { problems } of [drafter, colleague, clerk]) expect(problems).toEqual([])
  })

  it('is told of on the device of who drafted it, by what the server pushes, and by nothing that is none', async () => {
    const { context, page } = drafter
    const { origin } = journey.server
    await context.grantPermissions(['notifications'], { origin })
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/push-worker.js')
      await navigator.serviceWorker.ready
    })
    // The browser maker's service is out of reach: the browser is handed what would come from there.
    const devtools = await context.newCDPSession(page)
    const registration = new Promise<string>((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [one] }) => { if (one) resolve(one.registrationId) })
    })
    await devtools.send('ServiceWorker.enable')
    const registrationId = await registration
    const push = (data: string) => devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
    const shown = () => page.evaluate(async () => {
      const notices = await (await navigator.serviceWorker.ready).getNotifications()
      return notices.map(({ title, body, tag, data }) => ({ title, body, tag, link: (data as { link: string }).link }))
    })
    const message: PushMessage = { title: 'Nội dung đã được tiếp nhận', body: 'Thí điểm trợ lý số', link: new URL(address).pathname, tag: 'proposal' }
    await push('không phải thông báo')
    await push(JSON.stringify(message))
    await expect.poll(shown).toEqual([message])
    // A newer one of the same matter takes its place.
    await push(JSON.stringify({ ...message, title: 'Nội dung đã được đưa vào chương trình' }))
    await expect.poll(async () => (await shown()).map(({ title }) => title)).toEqual(['Nội dung đã được đưa vào chương trình'])
  })

  it('meets rules that two administrators do not overwrite each other: who comes second is shown what the first wrote', async () => {
    const [first, second] = [await journey.sit('quantri'), await journey.sit('quantri')]
    const basis = ({ page }: Seat) => page.getByTestId('reminder-rule').first().getByLabel('Căn cứ')
    const hall = ({ page }: Seat) => page.getByRole('button', { name: 'Sửa phòng' }).first()
    for (const seat of [first, second]) {
      await seat.page.goto(`${journey.server.origin}/meeting-rules`)
      await basis(seat).waitFor()
    }
    await hall(second).click()
    await at(second, 'room-place').fill('Nơi của người thứ hai')
    await hall(first).click()
    await at(first, 'room-place').fill('Nơi của người thứ nhất')
    await at(first, 'save-room').click()
    await at(first, 'room-place').waitFor({ state: 'detached' })
    await at(second, 'save-room').click()
    await at(second, 'room-theirs').getByText('Nơi của người thứ nhất').waitFor()
    expect(await at(second, 'room-place').inputValue()).toBe('Nơi của người thứ hai')
    await at(second, 'save-room').click()
    await second.page.getByText('Nơi của người thứ hai').first().waitFor()

    await basis(first).fill('Căn cứ của người thứ nhất')
    await basis(second).fill('Căn cứ của người thứ hai')
    await at(first, 'save-reminders').click()
    await first.page.getByText('Đã lưu quy tắc nhắc').first().waitFor()
    await at(second, 'save-reminders').click()
    await at(second, 'reminders-theirs').getByText('Căn cứ của người thứ nhất').waitFor()
    expect(await basis(second).inputValue()).toBe('Căn cứ của người thứ hai')
    await at(second, 'take-reminders').click()
    await at(second, 'reminders-theirs').waitFor({ state: 'detached' })
    expect(await basis(second).inputValue()).toBe('Căn cứ của người thứ nhất')
    for (const { problems } of [first, second]) expect(problems).toEqual([])
  })
})
