import ICAL from 'ical.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, localDay } from '../../protocol/calendar.ts'
import type { AnswerKind } from '../../protocol/invitation-entries.ts'
import { answerInvitation } from '../../protocol/invitations.ts'
import { putContactOf } from '../../protocol/notices.ts'
import { addressOf, choose, takeLine, typeInto, type Convening, type Wired } from '../support/convening.ts'
import { demoJourney } from '../support/journey.ts'
import { openMailServer, partsOf } from '../support/mail.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, confirm, type Seat } from '../support/seat.ts'
import { holdsMeeting } from './convened-meeting.ts'

const MATTER = 'Đề án số hoá hồ sơ cán bộ cấp xã giai đoạn 2027–2030'
const TITLE = 'Hội nghị Ban Thường vụ Tỉnh uỷ bàn công tác cuối năm'
const REASON = 'Đề nghị nêu rõ nguồn kinh phí rồi trình lại.'
const NOTE = 'Chưa nêu nguồn kinh phí.'
const OTHERS = [
  'Thông qua chương trình hội nghị', 'Kết quả thực hiện nhiệm vụ tháng', 'Thu, chi ngân sách', 'Giải ngân đầu tư công', 'Quy hoạch cán bộ nhiệm kỳ tới',
  'Công tác dân vận', 'Chương trình kiểm tra, giám sát', 'Phòng, chống thiên tai', 'Chuyển đổi số trong Đảng', 'Chuẩn bị Tết Nguyên đán', 'Kết luận hội nghị',
]
/** How those answer who are at no browser of this journey. */
const ANSWERS: Record<string, [AnswerKind, string?]> = {
  dang: ['inPerson'], thach: ['inPerson'], trang: ['inPerson'], nhan: ['inPerson'], thuy: ['inPerson'], phuc: ['inPerson'], hung: ['inPerson'],
  loi: ['online'], vinh: ['online'], tung: ['absent', 'Đi công tác tại Hà Nội'], an: ['absent'], lan: ['substitute'],
}

const mail = await openMailServer()

/** From a matter to a room full of the right people: what issue 5 is for, as unit, office, chair and members live it. */
describe('a matter becomes a conference', () => {
  const house = demoJourney('convening', { MEDIA_WORKERS: '1', SMTP_URL: mail.url, MAIL_FROM: 'Văn phòng Tỉnh uỷ <vptu@example.vn>' })
  const scene = { house, mail, matter: MATTER, lines: new Map<string, Wired>() } as Convening
  let unit: Seat
  let proposalPath: string
  afterAll(() => mail.stop())

  const until = (check: () => Promise<unknown> | unknown) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const open = (seat: Seat, path: string) => seat.page.goto(house.server.origin + path)
  const stage = (seat: Seat, name: string) => seat.page.locator(`[data-testid="proposal-stage"][data-stage="${name}"]`).waitFor()
  const mailsTo = (username: string) => mail.mails.filter(({ to }) => to.includes(addressOf(username)))
  const standing = (username: string, value: string) =>
    scene.clerk.page.locator(`[data-testid="answer-of-${scene.lines.get(username)?.personId}"][data-standing="${value}"]`).waitFor()

  beforeAll(async () => {
    unit = await house.sit('duy')
    scene.clerk = await house.sit('chi')
  })

  it('asks for secrecy before any field is there, and nothing of a secret leaves the page', async () => {
    await open(unit, '/proposals')
    await at(unit, 'new-proposal').click()
    await at(unit, 'secrecy').waitFor()
    const { page } = unit
    const fields = page.locator('main textarea, main [role="spinbutton"], main input:not([type="radio"])')
    expect(await fields.count()).toBe(0)
    const sent: string[] = []
    page.on('request', (request) => { if (!['GET', 'HEAD'].includes(request.method())) sent.push(request.url()) })
    const known = async () => Number((await house.server.db('proposal').count())[0]?.['count'])
    const before = await known()
    await page.getByRole('radio', { name: 'Mật trở lên' }).click()
    await at(unit, 'secret-refused').waitFor()
    await page.keyboard.type('Phương án phòng thủ')
    expect(await fields.count()).toBe(0)
    await page.getByRole('link', { name: 'Về danh sách nội dung trình' }).click()
    await at(unit, 'new-proposal').waitFor()
    expect(sent).toEqual([])
    expect(await known()).toBe(before)
  })

  it('is submitted by a unit with its tờ trình', async () => {
    await at(unit, 'new-proposal').click()
    await unit.page.getByRole('radio', { name: 'Không có độ mật' }).click()
    await choose(unit, 'proposal-body', 'Ban Thường vụ')
    await choose(unit, 'proposal-kind', 'Báo cáo, xin ý kiến chỉ đạo')
    await at(unit, 'proposal-title').fill(MATTER)
    await at(unit, 'proposal-summary').fill('Hồ sơ giấy của 1.240 cán bộ cấp xã đang lưu ở 96 nơi; đề nghị số hoá trong ba năm.')
    await at(unit, 'proposal-basis').fill('Luật Lưu trữ số 33/2024/QH15')
    await typeInto(unit, 'proposal-day', addDays(localDay(new Date()), 20))
    await unit.page.waitForURL(/\/proposals\/[0-9a-f-]{36}\/edit$/)
    const buffer = await pdfOf(['TỜ TRÌNH', MATTER])
    await at(unit, 'attach-submission').setInputFiles({ name: 'Tờ trình số 12 của Sở Nội vụ.pdf', mimeType: 'application/pdf', buffer })
    await at(unit, 'paper').getByText('Tờ trình số 12 của Sở Nội vụ.pdf').waitFor()
    await at(unit, 'submit-proposal').click()
    await confirm(unit, 'Trình nội dung')
    await stage(unit, 'received')
    proposalPath = new URL(unit.page.url()).pathname
  })

  /** The clerk goes through the checklist; `missing` is marked so, with the note. */
  async function check(missing?: string) {
    const { clerk } = scene
    await open(clerk, proposalPath)
    const rows = at(clerk, 'check-panel').locator('[data-testid^="point-"]')
    await rows.first().waitFor()
    const points = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-testid') ?? ''))
    expect(points.length).toBeGreaterThan(3)
    for (const [index, id] of points.entries()) {
      const isMissing = id === missing
      await at(clerk, id).getByRole('button', { name: isMissing ? 'Thiếu' : 'Đạt' }).click()
      await at(clerk, id).and(clerk.page.locator(`[data-state="${isMissing ? 'missing' : 'ok'}"]`)).waitFor()
      if (index === 0) await at(clerk, 'held').getByText('Lục Thị Mai Chi').waitFor()
      if (!isMissing) continue
      await at(clerk, id).locator('textarea').fill(NOTE)
      await clerk.page.keyboard.press('Tab')
    }
  }

  it('is returned once by the office, with reasons that the unit reads beside its fields', async () => {
    await check('point-noi-dung')
    expect(await at(scene.clerk, 'accept-proposal').isDisabled()).toBe(true)
    await at(scene.clerk, 'return-proposal').click()
    await at(scene.clerk, 'reason').fill(REASON)
    await at(scene.clerk, 'confirm-reason').click()
    await stage(scene.clerk, 'returned')

    await unit.page.reload()
    await stage(unit, 'returned')
    await at(unit, 'edit-proposal').click()
    await unit.page.getByText(REASON).waitFor()
    await unit.page.getByText(NOTE).first().waitFor()
  })

  it('is mended and accepted into the pool; its unit follows every step', async () => {
    await at(unit, 'proposal-summary').fill('Hồ sơ giấy của 1.240 cán bộ cấp xã đang lưu ở 96 nơi; đề nghị số hoá trong ba năm, kinh phí 3,2 tỷ đồng từ nguồn sự nghiệp.')
    await at(unit, 'submit-proposal').click()
    await confirm(unit, 'Trình nội dung')
    await stage(unit, 'received')

    await check()
    // What is new since the return is told from what was read before.
    await scene.clerk.page.locator('ins').filter({ hasText: '3,2 tỷ đồng' }).first().waitFor()
    await at(scene.clerk, 'accept-proposal').click()
    await confirm(scene.clerk, 'Tiếp nhận nội dung')
    await stage(scene.clerk, 'pool')
    await unit.page.reload()
    await stage(unit, 'pool')
    expect(await at(unit, 'timeline').locator('> li').count()).toBe(7)
    await unit.context.close()
  })

  it('goes onto the agenda of a meeting that its clerk builds by the keyboard', async () => {
    const { clerk } = scene
    const { keyboard } = clerk.page
    // Late for a regular conference, and clear of what the demo holds today.
    const start = new Date(Math.ceil(Date.now() / 900_000) * 900_000 + 8 * 3600_000)
    await open(clerk, '/meetings/new')
    await at(clerk, 'meeting-title').fill(TITLE)
    await choose(clerk, 'meeting-kind', 'Hội nghị thường kỳ của cấp uỷ')
    await choose(clerk, 'meeting-room', 'Phòng họp số 1')
    await typeInto(clerk, 'meeting-day', localDay(start))
    await typeInto(clerk, 'meeting-time', start.toLocaleTimeString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit' }))
    await at(clerk, 'create-meeting').click()
    await clerk.page.waitForURL(/\/meetings\/[0-9a-f-]{36}$/)
    scene.meetingPath = new URL(clerk.page.url()).pathname
    // Nothing stands on it yet: it cannot be published, and says why.
    await clerk.page.locator('#publish-reason').getByText('Chưa công bố được:').waitFor()
    expect(await at(clerk, 'publish-meeting').isDisabled()).toBe(true)

    await open(clerk, proposalPath)
    await at(clerk, 'plan-proposal').click()
    await clerk.page.getByRole('radio', { name: TITLE }).click()
    await at(clerk, 'confirm-plan').click()
    await stage(clerk, 'planned')

    await open(clerk, scene.meetingPath)
    const title = (number: string) => at(clerk, `agenda-row-${number}`).locator('[data-item-title]')
    const typed = at(clerk, 'agenda-draft-row').locator('[data-item-title]')
    await title('1').press('Enter')
    // Whether an item is a secret is asked before there is a field to write it in; Enter says that it is not.
    const isOpen = at(clerk, 'item-open')
    for (const [index, text] of OTHERS.entries()) {
      await until(() => isOpen.evaluate((button) => button === document.activeElement)).toBe(true)
      expect(await typed.count()).toBe(0)
      await keyboard.press('Enter')
      await until(() => typed.evaluate((field: HTMLTextAreaElement) => field === document.activeElement && field.value === '')).toBe(true)
      await keyboard.type(text)
      await keyboard.press('Enter')
      await at(clerk, `agenda-row-${index + 2}`).waitFor()
    }
    await until(() => isOpen.evaluate((button) => button === document.activeElement)).toBe(true)
    await keyboard.press('Escape')
    for (const [number, becomes] of [['4', '3.1'], ['4', '3.2']] as const) {
      await title(number).press('Tab')
      await at(clerk, `agenda-row-${becomes}`).waitFor()
    }
    await title('1').press('Alt+ArrowDown')
    await until(() => title('2').inputValue()).toBe(MATTER)
    const rows = await clerk.page.locator('[data-testid^="agenda-row-"]').evaluateAll((all) => all.map((row) => row.getAttribute('data-testid')?.slice('agenda-row-'.length)))
    expect(rows).toEqual(['1', '2', '3', '3.1', '3.2', '4', '5', '6', '7', '8', '9', '10'])
    await at(clerk, 'item-details-2').getByText('1 tài liệu').waitFor()
  })

  it('with a guest for one item alone', async () => {
    const { clerk } = scene
    await at(clerk, 'item-details-2').click()
    await at(clerk, 'item-guests').locator('input').fill('tong khanh duy')
    await clerk.page.getByRole('option', { name: 'Tống Khánh Duy' }).click()
    await at(clerk, 'item-details-2').getByText('1 khách mời').waitFor()
  })

  it('is published late, with a reason', async () => {
    const { clerk } = scene
    await clerk.page.keyboard.press('Escape')
    await clerk.page.locator('[data-finding="invitationLate"]').waitFor()
    await at(clerk, 'publish-meeting').click()
    expect(await at(clerk, 'reason-done').isDisabled()).toBe(true)
    await at(clerk, 'reason').fill('Họp theo yêu cầu của Thường trực Tỉnh uỷ')
    await at(clerk, 'reason-done').click()
    await at(clerk, 'enter-room').waitFor()
  })

  it('invites everybody by a numbered giấy mời, with a calendar entry and only what each may see', async () => {
    const { clerk, lines } = scene
    for (const username of [...Object.keys(ANSWERS), 'bich']) lines.set(username, await takeLine(house, username))
    scene.chair = await house.sit('khai')
    scene.phone = await house.sit('hang', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    const administrator = await takeLine(house, 'quantri')
    const guest = await takeLine(house, 'duy')
    const member = await takeLine(house, 'thuan')
    lines.set('duy', guest).set('thuan', member)
    const people = [['khai', scene.chair], ['hang', scene.phone], ['chi', clerk], ...lines] as const
    for (const [username, { personId }] of people) {
      const { error } = await administrator.client.call(putContactOf, { params: { personId }, body: { email: addressOf(username), language: 'vi', before: { email: null, language: 'vi' } } })
      expect(error).toBeUndefined()
    }
    administrator.client.close()

    await at(clerk, 'open-invitation').click()
    // The demo's conference was the year's first.
    await at(clerk, 'invitation-number').getByText('02-GM/TU').waitFor()
    await at(clerk, 'issue-invitation').click()
    await confirm(clerk, 'Gửi giấy mời')
    await clerk.page.locator('[data-testid="invitation-status"][data-status="issued"]').getByText('số 02').waitFor()
    const invited = people.map(([username]) => username).filter((username) => username !== 'bich')
    await until(() => invited.filter((username) => mailsTo(username).length === 0)).toEqual([])

    const entry = (username: string) => {
      const [text = ''] = mailsTo(username).flatMap((one) => partsOf(one, 'text/calendar'))
      const calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
      return { method: calendar.getFirstPropertyValue('method'), event: new ICAL.Event(calendar.getFirstSubcomponent('vevent') ?? undefined) }
    }
    expect(entry('thuan').method).toBe('REQUEST')
    expect(entry('thuan').event.summary).toBe(TITLE)
    expect(entry('thuan').event.description).toContain('Kết luận hội nghị')
    expect(entry('duy').event.description).toContain(MATTER)
    for (const text of [entry('duy').event.description, ...mailsTo('duy').flatMap((one) => partsOf(one, 'text/plain'))]) expect(text).not.toContain('Công tác dân vận')
  })

  it('is answered in every way: over the line, at a desk, on a phone, and from a mail without signing in', async () => {
    const { chair, phone, clerk, lines, meetingPath } = scene
    const meetingId = meetingPath.split('/').at(-1) ?? ''
    for (const [username, [answer, reason = '']] of Object.entries(ANSWERS)) {
      const line = lines.get(username)!
      const substituteId = answer === 'substitute' ? { substituteId: lines.get('bich')?.personId } : {}
      expect(await line.send(answerInvitation, { meetingId, key: `answer ${username}`, personId: line.personId, answer, reason, ...substituteId })).toMatchObject({ ok: true })
      // The office sees it as it comes.
      await standing(username, answer)
    }
    const asked = mailsTo('hang').length
    await at(clerk, 'remind-silent').click()
    await until(() => mailsTo('hang').length).toBe(asked + 1)
    expect(mailsTo('dang')).toHaveLength(1)

    await open(chair, '/')
    await at(chair, 'waiting-invitation').filter({ hasText: TITLE }).getByTestId('answer-online').click()
    await at(chair, 'waiting-invitation').filter({ hasText: TITLE }).waitFor({ state: 'detached' })
    await open(phone, meetingPath)
    await at(phone, 'own-answer').getByTestId('answer-inPerson').click()
    await at(phone, 'own-answer').locator('[data-testid="answer-inPerson"][aria-pressed="true"]').waitFor()

    const link = /https?:\/\/\S+\/answer#[\w.-]+/.exec(mailsTo('thuan').flatMap((one) => partsOf(one, 'text/plain')).join('\n'))?.[0] ?? ''
    const stranger = await house.browser.newContext({ locale: 'vi-VN', viewport: { width: 390, height: 844 } })
    const page = await stranger.newPage()
    await page.goto(link)
    await page.getByTestId('linked-invitation').getByText('Đoàn Hữu Thuận').waitFor()
    await page.getByTestId('answer-inPerson').click()
    await page.getByTestId('link-answered').waitFor()
    await standing('thuan', 'inPerson')
    await stranger.close()
  })

  it('lets a substitute come once the chair agreed', async () => {
    const { chair } = scene
    const request = at(chair, 'waiting-substitute').filter({ hasText: 'Phùng Thị Ngọc Lan' })
    await request.getByText('Hứa Thị Ngọc Bích').waitFor()
    await request.getByRole('button', { name: 'Đồng ý dự thay' }).click()
    await request.waitFor({ state: 'detached' })
    await standing('lan', 'replaced')
    await standing('bich', 'substituteFor')
    await until(() => mailsTo('bich').some((one) => partsOf(one, 'text/calendar').length > 0)).toBe(true)
  })

  holdsMeeting(scene)
})
