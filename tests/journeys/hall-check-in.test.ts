import jsqr from 'jsqr'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { at, type Seat } from '../support/seat.ts'

/** A hybrid meeting’s check-in as its clerk, a member with a phone and the chair live it. */
describe('people are checked in in the hall', () => {
  const house = demoJourney('hall-check-in', { MEDIA_WORKERS: '1' })
  let clerk: Seat, member: Seat, hall: Seat
  let meetingPath: string

  beforeAll(async () => {
    clerk = await house.sit('chi')
    member = await house.sit('hang', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    meetingPath = await house.meetingPath(clerk)
    // The same clerk, at the hall's computer. A second page of one browser profile would let the first draw once a second only.
    hall = await house.sit('chi')
  })

  /** Reads the code off the screen as a phone’s camera does: from its pixels. */
  async function scan(): Promise<string> {
    const { data, size } = await at(hall, 'hall-code').evaluate(async (image: HTMLImageElement) => {
      await image.decode()
      const side = 480
      const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
      const context = canvas.getContext('2d')!
      context.drawImage(image, 0, 0, side, side)
      return { data: [...context.getImageData(0, 0, side, side).data], size: side }
    })
    const read = jsqr.default(new Uint8ClampedArray(data), size, size)
    if (!read) throw new Error('no code could be read')
    return read.data
  }
  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const statusOf = (seat: Seat, { personId }: Seat) => seat.page.getByTestId(`row-${personId}`).getAttribute('data-status')

  it('by the code on the screen, with one press on the phone', async () => {
    await hall.page.goto(`${house.server.origin}${meetingPath}/check-in`)
    // The code changes as one looks: what was read was on the screen before or after.
    let link = ''
    await until(async () => (link = await scan()) === await at(hall, 'hall-code').getAttribute('data-link')).toBe(true)
    expect(link).toMatch(new RegExp(`^${house.server.origin}${meetingPath}/present\\?code=`))
    await member.page.goto(link)
    await at(member, 'confirm-present').click()
    await member.page.locator('[data-testid="present-answer"][data-in-hall="true"]').waitFor()
    // The office sees it as it comes.
    await at(hall, 'hall-latest').locator('li').first().waitFor()
    await clerk.page.goto(`${house.server.origin}${meetingPath}/attendance`)
    await until(() => statusOf(clerk, member)).toBe('inPerson')
  })

  it('not by a code that somebody made up', async () => {
    await member.page.goto(`${house.server.origin}${meetingPath}/present?code=1.${'A'.repeat(22)}`)
    await at(member, 'confirm-present').click()
    await member.page.locator('[data-testid="present-refused"][data-code="checkInCodeInvalid"]').waitFor()
  })

  it('by a code that changes while one looks', async () => {
    const first = await scan()
    await until(async () => await at(hall, 'hall-code').getAttribute('data-link') !== first).toBe(true)
    expect(await scan()).not.toBe(first)
  })

  it('by the clerk’s roll call with the keyboard, all remaining at once, and taken back', async () => {
    const { page } = clerk
    await at(clerk, 'view-roll').click()
    const rows = page.locator('[data-testid^="roll-"][data-status]')
    const here = () => page.locator('[data-testid^="roll-"][data-status="inPerson"]').count()
    await rows.first().focus()
    // The second is there already: she is passed over.
    for (const key of ['Space', 'k', 'j', 'Space', 'Space']) await page.keyboard.press(key)
    await until(here).toBe(3)
    expect(await rows.nth(3).evaluate((row) => row === document.activeElement)).toBe(true)
    await page.keyboard.press('z')
    await until(here).toBe(2)
    const all = await rows.count()
    await at(clerk, 'check-in-all').click()
    await until(here).toBeGreaterThan(10)
    expect(all).toBeGreaterThan(10)
    await at(clerk, 'undo-check-in').click()
    await until(here).toBe(2)
    await at(clerk, 'check-in-all').click()
    await until(here).toBeGreaterThan(10)
  })

  it('and put right by the clerk, with the reason in the person’s history', async () => {
    const { page } = clerk
    await at(clerk, 'view-list').click()
    const row = page.getByTestId(`row-${member.personId}`)
    await row.getByTestId('person-menu').click()
    await page.getByRole('menuitem', { name: 'Đính chính thời gian' }).click()
    await at(clerk, 'stay-from').fill('00:00:01')
    await at(clerk, 'correction-reason').fill('Có mặt từ sớm, quên quét mã')
    await at(clerk, 'save-correction').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await row.getByText('00:00:01').waitFor()
    await row.getByTestId('person-menu').click()
    await page.getByRole('menuitem', { name: 'Xem lịch sử ghi nhận' }).click()
    await at(clerk, 'history').locator('[data-kind="corrected"]').getByText('quên quét mã').waitFor()
    await at(clerk, 'history').locator('[data-kind="checkedIn"]').waitFor()
    await page.keyboard.press('Escape')
  })

  it('in one’s own record after the closing', async () => {
    const chair = await house.sit('khai')
    await chair.page.goto(`${house.server.origin}${meetingPath}`)
    const meetingId = meetingPath.split('/').at(-1) ?? ''
    const { meetings } = house.server.domains
    const caller = { personId: chair.personId, administrator: false }
    await meetings.open(meetingId, caller, `open ${meetingId}`)
    await meetings.close(meetingId, caller, `close ${meetingId}`)
    await member.page.goto(`${house.server.origin}/me/attendance`)
    await at(member, 'own-attendance').locator('li').filter({ has: member.page.locator(`a[href="${meetingPath}"]`) }).getByText('Dự trực tiếp').waitFor()
    for (const seat of [clerk, member, hall, chair]) expect(seat.problems).toEqual([])
  })
})
