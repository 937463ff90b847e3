import { beforeAll, describe, expect, it } from 'vitest'
import { addDays, localDay } from '../../protocol/calendar.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { choose, typeInto } from '../support/convening.ts'
import { as, draft, freshKey, itemDraft, REASON } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

const ITEM = 'Phương án bố trí lại trụ sở cấp xã'
const TOPIC = 'Kinh phí cải tạo trụ sở dôi dư'
const CONCLUSION = 'Thống nhất phương án. Giao Sở Nội vụ chủ trì, trình kế hoạch bố trí trụ sở.'
const WHAT = 'Xây dựng kế hoạch bố trí trụ sở cấp xã'

/** One item all the way: spoken on, voted, concluded, in the minutes, in the notice, a task, done and verified. */
describe('an item from the floor to its verified task', () => {
  const house = demoJourney('deciding', { MEDIA_WORKERS: '1' })
  let chair: Seat, clerk: Seat, phone: Seat, unit: Seat
  let meetingId: string, itemId: string, path: string

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const open = (seat: Seat, page: string) => seat.page.goto(house.server.origin + page)
  const state = () => house.server.journal.state(meetingId, meetingReducer)

  beforeAll(async () => {
    clerk = await house.sit('chi')
    chair = await house.sit('khai')
    phone = await house.sit('hang', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    const { meetings, agenda } = house.server.domains
    const bodyId = (await meetings.list(as(clerk.personId), { limit: 1 })).meetings[0]?.bodyId ?? ''
    meetingId = (await meetings.create(as(clerk.personId), { ...draft(), title: 'Hội nghị bàn việc trụ sở', bodyId, key: freshKey() })).meetingId
    itemId = (await agenda.add(meetingId, as(clerk.personId), { ...itemDraft(ITEM), key: freshKey() })).itemId
    await meetings.publish(meetingId, as(clerk.personId), REASON)
    path = `/meetings/${meetingId}`
  })

  it('is asked to be spoken on before the meeting, with what it will be about', async () => {
    await open(phone, path)
    await at(phone, 'register-to-speak').click()
    await at(phone, 'ask-topic').fill(TOPIC)
    await at(phone, 'ask-floor-now').click()
    await at(phone, 'item-requests').getByText(TOPIC).waitFor()
  })

  it('is spoken on for a time that the chair extends', async () => {
    await enterRoom(chair, house.server, path, false)
    await enterRoom(phone, house.server, path, false)
    await at(chair, 'open-meeting').click()
    await confirm(chair, 'Khai mạc cuộc họp')
    await at(chair, 'next-item').click()
    await at(chair, 'tab-floor').click()
    await at(chair, `hand-${phone.personId}`).getByText(TOPIC).waitFor()
    await at(chair, 'invite-next').click()
    await at(chair, 'turn-clock').waitFor()
    await at(chair, 'extend-1').click()
    await until(async () => (await state()).floor.turns[0]?.limitS).toBe(8 * 60)
    await at(chair, 'end-turn').click()
    await at(chair, 'turn-clock').waitFor({ state: 'detached' })
  })

  it('is voted on by name, and nobody knows how before it is closed', async () => {
    await at(chair, 'open-vote-here').click()
    await at(chair, 'without-quorum').fill('Xin biểu quyết để kịp giao việc')
    await at(chair, 'confirm-open-vote').click()
    for (const seat of [chair, phone]) {
      if (!await at(seat, 'ballot').isVisible()) await at(seat, 'bar-vote').click()
      await at(seat, 'vote-approve').click()
      await at(seat, 'cast-ballot').click()
      await seat.page.locator('[data-testid="ballot-recorded"][data-choice="approve"]').waitFor()
    }
    expect(await at(phone, 'vote-result').count()).toBe(0)
    await at(chair, 'close-vote').click()
    await confirm(chair, 'Kết thúc biểu quyết')
    for (const seat of [chair, phone]) await at(seat, 'vote-result').first().waitFor()
  })

  it('is concluded by the chair, read by the delegate as it is written', async () => {
    await at(phone, 'tab-conclusion').click()
    await at(chair, 'tab-conclusion').click()
    await at(chair, 'conclusion-text').pressSequentially(CONCLUSION.slice(0, 20))
    await at(phone, 'conclusion-shown').getByText(CONCLUSION.slice(0, 20)).waitFor()
    await at(chair, 'conclusion-text').pressSequentially(CONCLUSION.slice(20))
    await at(phone, 'conclusion-shown').getByText(CONCLUSION).waitFor()
    await at(chair, 'settle-conclusion').click()
    await confirm(chair, 'Chốt kết luận')
    await at(phone, 'conclusion-settled').waitFor()
    await at(chair, 'close-meeting').click()
    await confirm(chair, 'Bế mạc cuộc họp')
    await chair.page.getByText('Cuộc họp đã bế mạc').first().waitFor()
  })

  it('stands in the minutes as it happened, which the chair approves', async () => {
    await open(clerk, `${path}/minutes`)
    const text = at(clerk, 'minutes-text')
    await text.getByText(CONCLUSION).first().waitFor()
    const said = (await text.innerText()).replaceAll(/\s+/g, ' ')
    for (const fact of [ITEM, 'Lương Thị Diệu Hằng', 'tán thành', 'Trịnh Quang Khải']) expect(said).toContain(fact)
    await at(clerk, 'open-review').click()
    await at(clerk, 'confirm-review').click()
    await clerk.page.locator('[data-testid="minutes-status"][data-status="review"]').waitFor()
    await open(chair, `${path}/minutes`)
    await at(chair, 'approve-minutes').click()
    await at(chair, 'confirm-approve-minutes').click()
    for (const seat of [chair, clerk]) await seat.page.locator('[data-testid="minutes-status"][data-status="published"]').waitFor()
  })

  it('goes out in a numbered notice, and its receipt comes back', async () => {
    await open(clerk, path)
    await at(clerk, 'meeting-notice').waitFor()
    await at(clerk, 'open-notice').click()
    await at(clerk, 'send-notice').click()
    await confirm(clerk, 'Trình chủ trì')
    await clerk.page.locator('[data-testid="notice-status"][data-status="sent"]').waitFor()
    await open(chair, `${path}/conclusion-notice`)
    await at(chair, 'approve-notice').click()
    await confirm(chair, 'Duyệt thông báo')
    await clerk.page.reload()
    await at(clerk, 'issue-notice').click()
    await at(clerk, 'confirm-issue').click()
    await at(clerk, 'notice-number').getByText(/TB\/TU/).waitFor()
  })

  it('becomes a task of the unit that was named, due by a day', async () => {
    await open(clerk, path)
    await at(clerk, 'assign-task').click()
    await clerk.page.locator('textarea[data-testid="task-what"]').or(at(clerk, 'task-what').locator('textarea')).first().fill(WHAT)
    await choose(clerk, 'task-unit', 'Sở Nội vụ')
    await clerk.page.locator('input[data-testid="task-product"]').or(at(clerk, 'task-product').locator('input')).first().fill('Kế hoạch đã phê duyệt')
    await typeInto(clerk, 'task-due', nextWorkingDay(addDays(localDay(new Date()), 14)))
    await at(clerk, 'confirm-task').click()
    await at(clerk, 'item-tasks').getByText(WHAT).waitFor()
  })

  it('is taken on, reported with what was made, and verified by the office', async () => {
    unit = await house.sit('duy')
    await at(unit, 'home-tasks').getByText(WHAT).click()
    await at(unit, 'act-accept').click()
    await at(unit, 'act-progress').click()
    await note(unit, 'Đã rà soát xong 96 trụ sở.')
    await at(unit, 'act-report').click()
    await note(unit, 'Kế hoạch đã được phê duyệt ngày hôm nay.')
    await unit.page.locator('[data-testid="task-stage"][data-stage="reported"]').first().waitFor()
    const address = new URL(unit.page.url()).pathname
    await open(clerk, address)
    await at(clerk, 'act-verify').click()
    await note(clerk, 'Đúng sản phẩm, đúng hạn.')
    await clerk.page.locator('[data-testid="task-stage"][data-stage="closed"]').first().waitFor()
    // It leads back to the second in which it was decided.
    const settledAt = (await state()).conclusions.find((one) => one.itemId === itemId)?.settled?.at
    expect(await at(clerk, 'decided-at').getAttribute('datetime')).toBe(settledAt)
    await at(clerk, 'origin-link').click()
    await clerk.page.waitForURL(new RegExp(`${path}#item-${itemId}$`))
  })

  it('ran without a script error', () => {
    expect([chair, clerk, phone, unit].flatMap(({ problems }) => problems)).toEqual([])
  })

  async function note(seat: Seat, words: string) {
    await seat.page.locator('textarea[data-testid="act-note"]').or(at(seat, 'act-note').locator('textarea')).first().fill(words)
    await at(seat, 'confirm-act').click()
    await at(seat, 'confirm-act').waitFor({ state: 'detached' })
  }
})

/** No holiday of the calendar lies within a fortnight of the demo's day but weekends. */
function nextWorkingDay(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return weekday === 6 ? addDays(day, 2) : weekday === 0 ? addDays(day, 1) : day
}
