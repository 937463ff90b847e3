import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { demoJourney } from '../support/journey.ts'
import { at, confirm, type Seat } from '../support/seat.ts'
import { tokenOf } from '../support/survey.ts'

const journey = demoJourney('procedures-and-surveys')

/** A survey through its pages: made without code, answered on a phone whose network goes away, counted; and two rounds compared. */
describe('a survey', () => {
  let clerk: Seat
  let phone: BrowserContext
  let page: Page
  let tokens: string[] = []
  const problems: string[] = []

  /** For who looks at the pages: SURVEY_SHOTS names a folder. */
  async function shoot(of: Page, name: string, fullPage = true): Promise<void> {
    const folder = process.env['SURVEY_SHOTS']
    if (!folder) return
    await mkdir(folder, { recursive: true })
    await of.waitForTimeout(400)
    await of.screenshot({ path: `${folder}/${name}.png`, fullPage })
  }
  async function shootAll(name: string): Promise<void> {
    if (!process.env['SURVEY_SHOTS']) return
    for (const language of ['vi', 'en'] as const) {
      await clerk.page.evaluate((chosen) => { localStorage.setItem('nghi-su.language', chosen) }, language)
      for (const width of [1440, 390]) {
        await clerk.page.setViewportSize({ width, height: 900 })
        await clerk.page.reload()
        await clerk.page.waitForLoadState('networkidle')
        await shoot(clerk.page, `${name}-${language}-${width}`)
      }
    }
    await clerk.page.evaluate(() => { localStorage.setItem('nghi-su.language', 'vi') })
    await clerk.page.setViewportSize({ width: 1440, height: 900 })
    await clerk.page.reload()
  }

  beforeAll(async () => {
    clerk = await journey.sit('chi')
    phone = await journey.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' })
    page = await phone.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
  })
  afterAll(() => phone?.close())

  it('that was asked twice is compared, with a table beside each chart', async () => {
    await clerk.page.goto(`${journey.server.origin}/surveys`)
    await at(clerk, 'survey-row').first().waitFor()
    await shootAll('list')
    await clerk.page.getByRole('link', { name: /Khảo sát chất lượng/ }).click()
    await at(clerk, 'round-2').waitFor()
    await shootAll('survey')
    await at(clerk, 'round-2').getByTestId('open-results').click()
    await at(clerk, 'compare-with').click()
    await clerk.page.getByRole('option', { name: /Đợt 1/ }).click()
    const result = at(clerk, 'result-ontime')
    await result.getByText('Welch').or(result.getByText('tăng').first()).first().waitFor()
    await result.locator('svg path').first().waitFor()
    expect(await result.locator('tbody tr').count()).toBeGreaterThanOrEqual(5)
    // Of the unit with three codes nothing is shown.
    expect(await clerk.page.locator('main').getByRole('rowheader', { name: 'Tỉnh uỷ Bình Sơn', exact: true }).count()).toBe(0)
    await shootAll('results')
  })

  it('is made without code: its secrecy first, questions added and moved by keyboard, seen as respondents will', async () => {
    await clerk.page.goto(`${journey.server.origin}/surveys/new`)
    await at(clerk, 'survey-secrecy').waitFor()
    expect(await clerk.page.locator('main textarea').count()).toBe(0)
    await clerk.page.getByText('Không có', { exact: true }).click()
    const title = at(clerk, 'survey-title').locator('textarea').or(clerk.page.locator('textarea[data-testid="survey-title"]'))
    await title.fill('Khảo sát nhanh về lịch họp')
    const questions = clerk.page.locator('[data-question-text] textarea, textarea[data-question-text]')
    await questions.first().fill('Đồng chí muốn họp vào buổi nào?')
    const options = clerk.page.locator('input[data-option], [data-option] input')
    await options.nth(0).fill('Sáng')
    await options.nth(1).fill('Chiều')
    await at(clerk, 'add-scale').click()
    await questions.nth(1).fill('Lịch họp hiện nay hợp lý đến mức nào?')
    await questions.nth(1).press('Alt+ArrowUp')
    expect(await questions.nth(0).inputValue()).toBe('Lịch họp hiện nay hợp lý đến mức nào?')
    await clerk.page.locator('aside').getByText('Đồng chí muốn họp vào buổi nào?').waitFor()
    await shoot(clerk.page, 'builder-vi-1440')
    await clerk.page.setViewportSize({ width: 390, height: 844 })
    await shoot(clerk.page, 'builder-vi-390')
    await clerk.page.setViewportSize({ width: 1440, height: 900 })
    await at(clerk, 'save-survey').click()
    await at(clerk, 'add-round').waitFor()
  })

  it('is opened to printed codes', async () => {
    await at(clerk, 'add-round').click()
    const codes = at(clerk, 'round-codes').locator('input').or(clerk.page.locator('input[data-testid="round-codes"]'))
    await codes.fill('15')
    await codes.press('Tab')
    await shoot(clerk.page, 'round-dialog-vi-1440', false)
    await at(clerk, 'save-round').click()
    await at(clerk, 'round-1').waitFor()
    const [, surveyId = ''] = /surveys\/([0-9a-f-]{36})/.exec(clerk.page.url()) ?? []
    const caller = { personId: clerk.personId, administrator: false }
    const { surveying } = journey.server.domains
    const [round] = (await surveying.reading.get(surveyId, caller)).rounds
    tokens = (await surveying.reading.codes(surveyId, round!.id, caller, {})).codes.map(({ link }) => tokenOf(link))
    expect(tokens).toHaveLength(15)
    const sheet = await clerk.page.request.get(`${journey.server.origin}/api/surveys/${surveyId}/rounds/${round!.id}/codes.pdf`)
    expect(sheet.headers()['content-type']).toBe('application/pdf')
    if (process.env['SURVEY_SHOTS']) await writeFile(`${process.env['SURVEY_SHOTS']}/codes.pdf`, await sheet.body())
    // It opens at the next full minute.
    await journey.server.db.raw(`UPDATE survey_round SET opens_at = now() - interval '1 second' WHERE id = ?`, [round!.id])
  })

  it('is answered on a phone without signing in, kept while the network is away, and taken once it is back', async () => {
    await page.goto(`${journey.server.origin}/s#${tokens[0]}`)
    await page.getByTestId('survey-form').waitFor()
    await shoot(page, 'answer-vi-390')
    await page.getByTestId('send-survey').click()
    await page.getByText('Câu này cần trả lời.').first().waitFor()
    await shoot(page, 'answer-missing-vi-390')
    await page.getByText('Chiều', { exact: true }).click()
    await page.reload()
    // What was filled in is there after the page was closed.
    await page.locator('input[type="radio"]:checked').first().waitFor({ state: 'attached' })
    await page.getByText('4', { exact: true }).click()
    await phone.setOffline(true)
    await page.getByTestId('send-survey').click()
    await page.getByText('Phiếu đang chờ mạng').waitFor()
    await shoot(page, 'answer-waiting-vi-390')
    await phone.setOffline(false)
    await page.getByTestId('survey-thanks').waitFor()
    await shoot(page, 'answer-thanks-vi-390')
    await page.reload()
    await page.getByTestId('survey-thanks').waitFor()
    expect(problems).toEqual([])
  })

  it('takes no more once its round was ended', async () => {
    await clerk.page.reload()
    await clerk.page.getByTestId('round-1').getByText('1/15 phiếu').first().waitFor()
    await at(clerk, 'close-round').click()
    await confirm(clerk, 'Kết thúc đợt')
    await clerk.page.getByText('Đã kết thúc').first().waitFor()
    await page.goto('about:blank')
    await page.goto(`${journey.server.origin}/s#${tokens[1]}`)
    await page.getByTestId('survey-closed').waitFor()
    await shoot(page, 'answer-closed-vi-390')
    // One answer is too few to be shown.
    await at(clerk, 'open-results').click()
    await clerk.page.getByText('Kết quả chưa thể hiển thị').waitFor()
    expect(clerk.problems).toEqual([])
  })
})

/** A procedure through its pages: imported as a file, its form filled in by a unit and printed, its steps done by two roles more, one of them late. */
describe('a procedure', () => {
  const code = 'QT-TC-01'
  const today = localDay(new Date())
  let procedureId: string
  let unit: Seat
  let clerk: Seat
  let path: string

  it('is published from one file, once what it would do was shown', async () => {
    const administrator = await journey.sit('quantri')
    await administrator.page.goto(`${journey.server.origin}/procedures/import`)
    const catalogue = await (await administrator.page.request.get(`${journey.server.origin}/api/procedures/export`)).json() as { procedures: unknown[] }
    const step = (id: string, name: string, role: string, days: number) => ({ id, name, responsible: { kind: 'role', role }, days, output: 'Dự toán', note: '' })
    catalogue.procedures.push({ code, versions: [{
      version: 1, since: addDays(today, -60), until: null, reason: 'Ban hành theo Quy chế tài chính', content: {
        groupId: 'finance', name: 'Lập dự toán kinh phí hội nghị', purpose: '', basis: [{ text: 'Quy chế quản lý tài chính', verified: false }], units: [], follows: [],
        steps: [step('lap', 'Lập dự toán', 'starter', 2), step('tham-dinh', 'Thẩm định', 'office', 1), step('duyet', 'Phê duyệt', 'chair', 1)],
        forms: [{ id: 'du-toan', name: 'Phiếu dự toán kinh phí', stepId: 'lap', required: true, fields: [
          { id: 'noi-dung', label: 'Nội dung chi', help: '', required: true, kind: 'text' }, { id: 'so-tien', label: 'Số tiền', help: '', required: true, kind: 'money' },
        ] }],
      },
    }] })
    const file = { name: 'quy-trinh.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(catalogue)) }
    await administrator.page.locator('input[type="file"]').setInputFiles(file)
    await administrator.page.locator('main').getByText(code).waitFor()
    await at(administrator, 'apply-import').click()
    await confirm(administrator, 'Nhập vào danh mục')
    await at(administrator, 'apply-import').waitFor({ state: 'detached' })
    procedureId = (await journey.server.db('procedure').where({ code }).first<{ id: string }>('id')).id
    expect(administrator.problems).toEqual([])
  })

  it('is started by a unit, secrecy asked first, and its form filled in and printed in the official layout', async () => {
    unit = await journey.sit('bao')
    const { page } = unit
    await page.goto(`${journey.server.origin}/procedures/${procedureId}/start`)
    await at(unit, 'secrecy').waitFor()
    expect(await page.locator('main textarea').count()).toBe(0)
    await page.getByText('Không có độ mật').click()
    await at(unit, 'file-title').locator('textarea').or(page.locator('textarea[data-testid="file-title"]')).fill('Dự toán hội nghị tổng kết năm 2026')
    await at(unit, 'file-body').click()
    await page.getByRole('option', { name: /Ban Thường vụ/ }).click()
    await at(unit, 'start-file').click()
    await at(unit, 'fill-first').click()
    path = new URL(page.url()).pathname
    await at(unit, 'field-noi-dung').locator('input').fill('Thuê hội trường và in tài liệu')
    await page.getByRole('spinbutton', { name: 'Số tiền' }).fill('19500000')
    await at(unit, 'save-form').click()
    const href = await page.locator('main').getByRole('link', { name: 'In PDF' }).getAttribute('href')
    const pdf = await (await page.request.get(`${journey.server.origin}${href}`)).body()
    const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf }).toString().normalize('NFC').replace(/\s+/g, ' ')
    for (const part of ['ĐẢNG CỘNG SẢN VIỆT NAM', 'BAN THƯỜNG VỤ', 'PHIẾU DỰ TOÁN KINH PHÍ', 'Dự toán hội nghị tổng kết năm 2026', 'Nội dung chi: Thuê hội trường và in tài liệu',
      'Số tiền: 19.500.000 đồng', 'NGƯỜI LẬP PHIẾU', 'Đàm Quốc Bảo', `${code} · phiên bản 1`]) expect(text).toContain(part)
  })

  it('goes on by its roles to its end, each shown what waits for them', async () => {
    const done = async (seat: Seat) => {
      await at(seat, 'finish-step').click()
      await at(seat, 'confirm-act').click()
      await at(seat, 'confirm-act').waitFor({ state: 'detached' })
    }
    await done(unit)
    await unit.page.getByTestId('to-do').waitFor({ state: 'detached' })
    clerk = await journey.sit('chi')
    await clerk.page.goto(`${journey.server.origin}/procedures/files`)
    await clerk.page.locator('main').getByRole('link', { name: /Dự toán hội nghị tổng kết/ }).click()
    await done(clerk)
    await clerk.page.getByTestId('to-do').waitFor({ state: 'detached' })
    const chair = await journey.sit('khai')
    await chair.page.goto(`${journey.server.origin}${path}`)
    await done(chair)
    await chair.page.getByText('Đã xong').first().waitFor()
    expect(chair.problems).toEqual([])
  })

  it('shows the office where it is late', async () => {
    const { server } = journey
    const { id: bodyId } = await server.db('body').where('name', 'like', '%Ban Thường vụ%').first<{ id: string }>('id')
    const past = new Date(Date.now() - 14 * 86_400_000)
    await server.domains.proceeding.at(() => past).instances.start({ personId: unit.personId, administrator: false }, {
      secrecy: 'none', procedureId, bodyId, title: 'Dự toán chậm', key: randomUUID(),
    })
    await clerk.page.goto(`${server.origin}/procedures/files?view=office&late=true&q=cham`)
    await clerk.page.getByRole('link', { name: 'Dự toán chậm' }).waitFor()
    await clerk.page.goto(`${server.origin}/procedures/delays`)
    const board = clerk.page.locator('main').locator('section, article, li').filter({ hasText: code }).last()
    await board.getByText('Lập dự toán', { exact: false }).first().waitFor()
    expect(await board.innerText()).toMatch(/1 \(1 chậm\)/)
    expect([...clerk.problems, ...unit.problems]).toEqual([])
  })
})
