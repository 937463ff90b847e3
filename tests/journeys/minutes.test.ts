import { randomUUID } from 'node:crypto'
import type { WebSocketRoute } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { as, freshKey } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { at, type Seat } from '../support/seat.ts'

/** Minutes from the first line in the meeting to the approved paper: two hands at one text, a line that is cut, comments on a phone. */
describe('the minutes of a meeting', () => {
  const house = demoJourney('minutes')
  let clerk: Seat, helper: Seat, chair: Seat, phone: Seat
  let meetingId: string, itemId: string, address: string
  /** The lines of the text, which a test can cut. */
  const lines = new Map<Seat, { cut: boolean, open: Set<WebSocketRoute> }>()

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const text = (seat: Seat) => at(seat, 'minutes-text')
  const saved = (seat: Seat) => seat.page.locator('[data-testid="minutes-editor"]').locator('xpath=..').locator('[data-save-state="saved"]').waitFor()
  const stored = async () => (await house.server.domains.minutes.get(meetingId, as(clerk.personId))).content.blocks.map((block) => block.text)
  const tell = (entry: (tx: { append(one: { kind: string, data: object, audience: { scope: 'meeting' } }): void }) => void) =>
    house.server.journal.run(meetingId, { actorId: clerk.personId }, async (tx) => { entry(tx) })

  async function sit(username: string, options?: Parameters<typeof house.sit>[1]): Promise<Seat> {
    const seat = await house.sit(username, options)
    const line = { cut: false, open: new Set<WebSocketRoute>() }
    lines.set(seat, line)
    await seat.page.routeWebSocket(/\/minutes-text$/, (route) => {
      if (line.cut) return route.close({ code: 1001 })
      route.connectToServer()
      line.open.add(route)
    })
    return seat
  }
  async function cut(seat: Seat) {
    const line = lines.get(seat)
    if (!line) return
    line.cut = true
    for (const route of line.open) await route.close({ code: 1001 })
    line.open.clear()
    await at(seat, 'minutes-cut').waitFor()
  }
  const back = (seat: Seat) => { const line = lines.get(seat); if (line) line.cut = false }
  /** Writes at the end of the text, in a paragraph of its own. */
  async function write(seat: Seat, words: string) {
    const line = text(seat).locator('p').last()
    // Behind its last word: in its middle may stand words of the journal, which are chosen by a click.
    const { width, height } = await line.boundingBox() ?? { width: 1, height: 1 }
    await line.click({ position: { x: width - 1, y: height - 1 } })
    await seat.page.keyboard.press('Control+End')
    await seat.page.keyboard.press('Enter')
    await seat.page.keyboard.type(words)
  }

  beforeAll(async () => {
    clerk = await sit('chi')
    const path = await house.meetingPath(clerk)
    meetingId = path.split('/').at(-1) ?? ''
    address = `${house.server.origin}${path}/minutes`
    helper = await sit('hang')
    chair = await sit('khai')
    const { meetings, agenda } = house.server.domains
    await meetings.open(meetingId, as(chair.personId), freshKey())
    itemId = (await house.server.journal.state(meetingId, meetingReducer)).agenda[0]?.itemId ?? ''
    await agenda.goTo(meetingId, as(chair.personId), freshKey(), itemId)
    await tell((tx) => {
      for (const personId of [chair.personId, clerk.personId]) tx.append({ kind: 'attendance.checkedIn', data: { personId, how: 'rollCall' }, audience: { scope: 'meeting' } })
    })
  })

  it('are begun in the meeting, with what the journal knows', async () => {
    await clerk.page.goto(address.replace('/minutes', ''))
    await at(clerk, 'open-minutes').click()
    await at(clerk, 'begin-minutes').click()
    await text(clerk).waitFor()
    await until(() => text(clerk).innerText()).toMatch(/Có mặt: 1\/\d+ đồng chí/)
    expect(await text(clerk).innerText()).toContain('bắt đầu lúc')
    // Nobody types over what the journal says.
    expect(await text(clerk).locator('.minutes-facts').first().getAttribute('contenteditable')).toBe('false')
  })

  it('keep up with the journal, and offer what is not in them yet', async () => {
    await tell((tx) => { tx.append({ kind: 'attendance.checkedIn', data: { personId: helper.personId, how: 'rollCall' }, audience: { scope: 'meeting' } }) })
    await until(() => text(clerk).innerText()).toMatch(/Có mặt: 2\/\d+ đồng chí/)
    const turnId = randomUUID()
    await tell((tx) => {
      const speech = { itemId, personId: helper.personId, kind: 'speak', replyTo: null, topic: null, speaker: null }
      tx.append({ kind: 'floor.turnStarted', data: { turnId, requestId: null, ...speech, limitS: null, outOfOrder: false, grants: false }, audience: { scope: 'meeting' } })
      tx.append({ kind: 'floor.turnEnded', data: { turnId, why: 'ended' }, audience: { scope: 'meeting' } })
    })
    const offered = at(clerk, 'fact').filter({ hasText: 'phát biểu' })
    await offered.getByTestId('put-in').focus()
    await clerk.page.keyboard.press('Enter')
    await clerk.page.keyboard.type('đồng ý với tờ trình.')
    await saved(clerk)
    expect((await stored()).find((line) => line.includes('phát biểu'))).toMatch(/^Đồng chí .* phát biểu \(từ .*\): đồng ý với tờ trình\.$/)
    await until(() => offered.count()).toBe(0)
  })

  it('are written by two, of whom each sees the other, and merge what both wrote while they were cut off', async () => {
    await helper.page.goto(address)
    await helper.page.getByText('Chưa có biên bản').waitFor()
    await at(clerk, 'minutes-helpers').click()
    await at(clerk, 'add-helper').click()
    await clerk.page.getByRole('option').filter({ hasText: await helper.page.evaluate(async () => (await (await fetch('/api/me')).json() as { person: { fullName: string } }).person.fullName) }).click()
    await at(clerk, 'remove-helper').waitFor()
    await clerk.page.keyboard.press('Escape')
    await clerk.page.getByRole('dialog').waitFor({ state: 'detached' })
    await text(helper).waitFor()
    await write(clerk, 'Thư ký ghi dòng này.')
    await text(helper).getByText('Thư ký ghi dòng này.').waitFor()
    await helper.page.locator('.minutes-caret').first().waitFor()

    await cut(clerk)
    await cut(helper)
    await write(clerk, 'Thư ký ghi khi mất mạng.')
    await write(helper, 'Người giúp ghi khi mất mạng.')
    expect((await stored()).join('\n')).not.toContain('mất mạng')
    expect(await clerk.page.locator('[data-save-state="saved"]').count()).toBe(0)
    // The page goes, and what was written on it stays on the device.
    await clerk.page.waitForTimeout(1_000)
    clerk.page.on('dialog', (dialog) => { void dialog.accept() })
    await clerk.page.reload()
    back(clerk)
    back(helper)
    for (const seat of [clerk, helper]) {
      for (const line of ['Thư ký ghi khi mất mạng.', 'Người giúp ghi khi mất mạng.', 'Thư ký ghi dòng này.']) await text(seat).getByText(line).waitFor()
      await saved(seat)
    }
    expect(await stored()).toEqual(expect.arrayContaining(['Thư ký ghi khi mất mạng.', 'Người giúp ghi khi mất mạng.']))
    const paragraphs = async (seat: Seat) => (await text(seat).locator('p').allTextContents()).map((one) => one.replaceAll('\u2060', '').trim())
    expect(await paragraphs(clerk)).toEqual(await paragraphs(helper))
  })

  it('shut out at once whose right is taken away', async () => {
    await at(clerk, 'minutes-helpers').click()
    await at(clerk, 'remove-helper').click()
    await helper.page.getByText('Chưa có biên bản').waitFor()
    expect(await text(helper).count()).toBe(0)
    await clerk.page.keyboard.press('Escape')
  })

  it('are laid before the members, who comment on a phone', async () => {
    await house.server.domains.meetings.close(meetingId, as(chair.personId), freshKey())
    await at(clerk, 'open-review').click()
    await at(clerk, 'confirm-review').click()
    await clerk.page.locator('[data-testid="minutes-status"][data-status="review"]').waitFor()
    phone = await sit('lan', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    await phone.page.goto(address)
    const line = text(phone).locator('[data-block]').filter({ hasText: 'đồng ý với tờ trình.' })
    await line.getByTestId('comment-paragraph').click()
    await phone.page.locator('textarea[data-testid="minutes-comment"]').or(at(phone, 'minutes-comment').locator('textarea')).first().fill('Đề nghị ghi rõ tờ trình số mấy.')
    await at(phone, 'send-minutes-comment').click()
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await at(clerk, 'minutes-side-comments').click()
    const thread = at(clerk, 'minutes-thread').filter({ hasText: 'tờ trình số mấy' })
    await thread.locator('textarea[data-testid="minutes-answer"]').or(thread.getByTestId('minutes-answer').locator('textarea')).first().fill('Đã bổ sung.')
    await write(clerk, 'Tờ trình số 45.')
    await saved(clerk)
    await thread.getByTestId('minutes-settle').click()
    await phone.page.locator('[data-testid="minutes-thread"][data-settled="true"]').getByText('Đã bổ sung.').waitFor()
  })

  it('are approved by the chair as read, and stand for everybody under their number', async () => {
    await chair.page.goto(address)
    await at(chair, 'approve-minutes').click()
    await chair.page.getByRole('dialog').getByText('Tờ trình số 45.').waitFor()
    await at(chair, 'confirm-approve-minutes').click()
    for (const seat of [chair, clerk, phone]) {
      await seat.page.locator('[data-testid="minutes-status"][data-status="published"]').waitFor()
      await text(seat).getByText('Tờ trình số 45.').waitFor()
    }
  })

  it('are opened again by the chair once their paper was recalled, corrected, and issued under the next number', async () => {
    const { minutes, publishing } = house.server.domains
    const first = await minutes.get(meetingId, as(chair.personId))
    await publishing.papers.recall(first.paperId ?? '', as(clerk.personId), 'Sai số tờ trình')
    await at(chair, 'reopen-minutes').click()
    await at(chair, 'reason').fill('Tờ trình đúng là số 54')
    await at(chair, 'reason-done').click()
    for (const seat of [clerk, chair, phone]) await at(seat, 'minutes-reopened').getByText('Tờ trình đúng là số 54').waitFor()
    // Whom the text does not concern yet sees that it is gone; whoever writes has it with its facts.
    await phone.page.getByText('Biên bản đang được sửa').waitFor()
    await text(clerk).locator('.minutes-facts[data-ref]').first().waitFor()
    await write(clerk, 'Đính chính: tờ trình số 54.')
    await saved(clerk)
    await at(clerk, 'open-review').click()
    await at(clerk, 'confirm-review').click()
    await at(chair, 'approve-minutes').click()
    await chair.page.getByRole('dialog').getByText('tờ trình số 54.').waitFor()
    await at(chair, 'confirm-approve-minutes').click()
    for (const seat of [chair, clerk, phone]) {
      await seat.page.locator('[data-testid="minutes-status"][data-status="published"]').waitFor()
      await text(seat).getByText('Đính chính: tờ trình số 54.').waitFor()
      expect(await at(seat, 'minutes-reopened').count()).toBe(0)
    }
    const second = await minutes.get(meetingId, as(phone.personId))
    expect(Number(second.number)).toBe(Number(first.number) + 1)
    expect([clerk, helper, chair, phone].flatMap(({ problems }) => problems)).toEqual([])
  })
})
