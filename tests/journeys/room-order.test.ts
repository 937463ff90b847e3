import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { framesShown } from '../support/measure.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

/** Order in the room as its chair, its clerk, a member and a guest live it, each in a browser of their own. */
describe('the chair of the Standing Committee keeps order', () => {
  const house = demoJourney('room-order', { MEDIA_WORKERS: '1' })
  let chair: Seat, member: Seat, clerk: Seat, guest: Seat
  let meetingPath: string

  beforeAll(async () => {
    chair = await house.sit('khai')
    member = await house.sit('hang')
    meetingPath = await house.meetingPath(chair)
  })
  const order = async (seat: Seat) => {
    await at(seat, 'tab-order').click()
    await at(seat, 'order-panel').waitFor()
  }
  const rule = (seat: Seat, name: string) => at(seat, `rule-${name}`)
  const isOn = async (seat: Seat, name: string) => await rule(seat, name).getAttribute('aria-checked') === 'true'
  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })

  /** Opens the list of people and the menu of one of them. */
  async function menuOf(seat: Seat, whom: Seat) {
    await at(seat, 'tab-delegates').click()
    await at(seat, `attendance-${whom.personId}`).getByTestId(`acts-${whom.personId}`).click()
  }
  const microphone = (seat: Seat) => at(seat, 'toggle-microphone')
  const isMuted = async (seat: Seat) => await microphone(seat).getAttribute('aria-pressed') === 'false'
  async function unmute(seat: Seat) {
    await microphone(seat).click()
    await until(() => isMuted(seat)).toBe(false)
  }
  /** Walks through the lobby of a page that may have been in the room before. */
  async function knock(page: Page) {
    await page.goto(`${house.server.origin}${meetingPath}/room`)
    await page.getByTestId('join-room').click()
  }

  it('shows how to keep order to the chair, and to no member', async () => {
    await enterRoom(chair, house.server, meetingPath, false)
    await enterRoom(member, house.server, meetingPath, false)
    await at(chair, 'open-meeting').click()
    await confirm(chair, 'Khai mạc cuộc họp')
    await at(chair, 'tab-order').waitFor()
    await at(member, 'tab-floor').click()
    await at(member, 'floor').waitFor()
    expect(await at(member, 'tab-order').count()).toBe(0)
    await at(member, 'tab-delegates').click()
    await at(member, `attendance-${chair.personId}`).waitFor()
    expect(await member.page.locator('[data-testid^="acts-"]').count()).toBe(0)
  })

  it('keeps whoever comes waiting until the chair lets them in', async () => {
    await order(chair)
    await rule(chair, 'lobby').click()
    await until(() => isOn(chair, 'lobby')).toBe(true)

    guest = await house.sit('vietanh')
    await knock(guest.page)
    await at(guest, 'waiting-room').waitFor()
    await at(chair, `waiting-${guest.personId}`).waitFor()
    expect(await at(chair, 'count-order').textContent()).toContain('1')
    // Nobody else is told who waits.
    expect(await member.page.getByTestId('waiting-banner').count()).toBe(0)

    await at(chair, `turn-away-${guest.personId}`).click()
    await at(guest, 'turned-away').waitFor()
    await guest.page.getByRole('button', { name: 'Xin vào lại' }).click()
    await at(guest, 'join-room').click()
    await at(guest, 'waiting-room').waitFor()

    await at(chair, 'tab-floor').click()
    await at(chair, 'waiting-banner').waitFor()
    await at(chair, 'admit-from-banner').click()
    // Without another click.
    await at(guest, 'toggle-hand').waitFor()
    await at(chair, `tile-${guest.personId}`).first().waitFor()
    await order(chair)
    await rule(chair, 'lobby').click()
    await until(() => isOn(chair, 'lobby')).toBe(false)
  })

  it('mutes one, and only the person unmutes', async () => {
    await unmute(member)
    await at(chair, `tile-${member.personId}`).and(chair.page.locator('[data-muted="false"]')).first().waitFor()
    await menuOf(chair, member)
    await at(chair, 'act-mute').click()
    await until(() => isMuted(member)).toBe(true)
    await menuOf(chair, member)
    await at(chair, 'act-invite').waitFor()
    expect(await at(chair, 'act-mute').count()).toBe(0)
    await chair.page.keyboard.press('Escape')
    await unmute(member)
  })

  it('mutes everybody but the one who asks', async () => {
    await unmute(chair)
    await order(chair)
    await at(chair, 'mute-all').click()
    await confirm(chair, 'Tắt micro của tất cả')
    await until(() => isMuted(member)).toBe(true)
    expect(await isMuted(chair)).toBe(false)
    await microphone(chair).click()
  })

  it('takes hands in the order of asking, and gives the floor for a time that all see', async () => {
    await at(member, 'toggle-hand').click()
    await at(chair, 'tab-floor').click()
    await at(chair, `hand-${member.personId}`).waitFor()
    await guest.page.keyboard.press('h')
    await at(chair, `hand-${guest.personId}`).waitFor()
    const hands = await chair.page.locator('[data-testid="hands"] > li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-testid')))
    expect(hands).toEqual([`hand-${member.personId}`, `hand-${guest.personId}`])
    await at(chair, 'invite-next').click()
    await at(member, 'notice-unmute').click()
    await until(() => isMuted(member)).toBe(false)
    await at(chair, `hand-${member.personId}`).waitFor({ state: 'detached' })
    for (const seat of [chair, member, guest]) await until(() => at(seat, 'turn-chip').textContent()).toMatch(/0[67]:\d\d/)
    // Of the body's seven minutes three more.
    await at(chair, 'extend-3').click()
    await until(() => at(chair, 'turn-clock').textContent()).toMatch(/09:\d\d|10:00/)
    for (const seat of [member, guest]) await until(() => at(seat, 'turn-chip').textContent()).toMatch(/09:\d\d|10:00/)
  })

  it('lets a point of order come before the hands that were raised before', async () => {
    await at(member, 'tab-floor').click()
    await at(member, 'ask-more').click()
    await member.page.getByRole('radio', { name: 'Về thủ tục' }).check()
    await at(member, 'ask-topic').fill('Đề nghị bổ sung tài liệu')
    await at(member, 'ask-floor-now').click()
    const first = chair.page.locator('[data-testid="hands"] > li').first()
    await until(() => first.textContent()).toContain('Về thủ tục')
    expect(await first.textContent()).toContain('Đề nghị bổ sung tài liệu')
    await at(chair, `lower-${member.personId}`).click()
    await at(chair, `lower-${guest.personId}`).click()
    await until(() => at(guest, 'toggle-hand').getAttribute('aria-pressed')).toBe('false')
  })

  it('lets only invited people send while the chair wants it so', async () => {
    await order(chair)
    await rule(chair, 'invitedOnly').click()
    // The member has the floor and goes on; the guest has not.
    await until(() => isOn(chair, 'invitedOnly')).toBe(true)
    await until(() => at(guest, 'toggle-camera').getAttribute('aria-pressed')).toBe('false')
    expect(await isMuted(member)).toBe(false)
    await until(() => microphone(guest).getAttribute('aria-disabled')).toBe('true')
    expect(await microphone(guest).getAttribute('title')).toBe('Chủ trì mời mới bật được')
    // Pressed all the same, it says why.
    await microphone(guest).click({ force: true })
    await guest.page.getByText('Chủ trì chưa cho phép bật micro lúc này.').first().waitFor()
    expect(await isMuted(guest)).toBe(true)
    // With the turn goes what came with it.
    await at(chair, 'tab-floor').click()
    await at(chair, 'end-turn').click()
    await until(() => isMuted(member)).toBe(true)
    await at(guest, 'turn-chip').waitFor({ state: 'detached' })
    await until(() => microphone(member).getAttribute('aria-disabled')).toBe('true')
    await order(chair)
    await rule(chair, 'invitedOnly').click()
    await until(() => isOn(chair, 'invitedOnly')).toBe(false)
  })

  it('stops somebody’s share', async () => {
    await at(member, 'toggle-screen').click()
    await framesShown(chair.page, member.personId, 'screen', 2)
    await menuOf(chair, member)
    await at(chair, 'act-stop-share').click()
    await until(() => at(member, 'toggle-screen').getAttribute('aria-pressed')).toBe('false')
    await chair.page.locator(`video[data-person="${member.personId}"][data-source="screen"]`).first().waitFor({ state: 'detached' })
  })

  it('carries what is written to everybody, and to the secretariat to nobody else', async () => {
    clerk = await house.sit('chi')
    await enterRoom(clerk, house.server, meetingPath, false)
    const write = async (seat: Seat, to: 'everyone' | 'office', text: string) => {
      await at(seat, 'tab-chat').click()
      await at(seat, `chat-to-${to}`).check({ force: true })
      await at(seat, 'chat-text').fill(text)
      await at(seat, 'chat-text').press('Enter')
      await at(seat, 'chat-message').filter({ hasText: text }).waitFor()
    }
    await write(member, 'everyone', 'Kính chào <b>các đồng chí</b>')
    await write(member, 'office', 'Đề nghị thư ký gửi lại phụ lục')
    await write(member, 'everyone', 'Tin cuối')
    expect(await at(chair, 'count-chat').textContent()).toContain('3')
    for (const seat of [chair, clerk]) {
      await at(seat, 'tab-chat').click()
      await at(seat, 'chat-message').filter({ hasText: 'Đề nghị thư ký gửi lại phụ lục' }).waitFor()
    }
    expect(await at(chair, 'count-chat').count()).toBe(0)
    await at(guest, 'tab-chat').click()
    await at(guest, 'chat-message').filter({ hasText: 'Tin cuối' }).waitFor()
    expect(await at(guest, 'chat-message').allTextContents()).toEqual([
      expect.stringContaining('Kính chào <b>các đồng chí</b>'), expect.stringContaining('Tin cuối'),
    ])
  })

  it('keeps a draft of a message over another tab and a reload', async () => {
    await at(guest, 'chat-text').fill('Chưa gửi')
    await at(guest, 'tab-floor').click()
    await at(guest, 'tab-chat').click()
    expect(await at(guest, 'chat-text').inputValue()).toBe('Chưa gửi')
    await guest.page.reload()
    await at(guest, 'join-room').click()
    await at(guest, 'tab-chat').click()
    expect(await at(guest, 'chat-text').inputValue()).toBe('Chưa gửi')
  })

  it('lets the clerk act for the chair when the chair says so', async () => {
    expect(await at(clerk, 'tab-order').count()).toBe(0)
    await order(chair)
    await rule(chair, 'clerkActs').click()
    await at(clerk, 'tab-order').waitFor()
    await at(member, 'presiding-note').first().waitFor()
    await order(clerk)
    // The chair alone says so.
    expect(await rule(clerk, 'clerkActs').count()).toBe(0)
    await rule(clerk, 'severalScreens').click()
    await until(() => isOn(chair, 'severalScreens')).toBe(true)
    await rule(chair, 'clerkActs').click()
    await at(clerk, 'tab-order').waitFor({ state: 'detached' })
  })

  it('hands the chair over and takes it back', async () => {
    await menuOf(chair, member)
    await at(chair, 'act-hand-chair').click()
    await confirm(chair, 'Giao quyền chủ trì')
    await order(member)
    // The chair’s own means are gone meanwhile, but for taking it back.
    await order(chair)
    await at(chair, 'take-chair-back').waitFor()
    expect(await at(chair, 'mute-all').count()).toBe(0)
    await at(member, 'mute-all').waitFor()
    await at(chair, 'take-chair-back').click()
    await at(chair, 'mute-all').waitFor()
    await at(member, 'tab-order').waitFor({ state: 'detached' })
  })

  it('puts somebody out, who asks to come in again', async () => {
    await menuOf(chair, guest)
    await at(chair, 'act-eject').click()
    await at(chair, 'eject-now').click()
    await at(guest, 'room-ended').and(guest.page.locator('[data-why="ejected"]')).waitFor()
    await at(chair, `tile-${guest.personId}`).first().waitFor({ state: 'detached' })
    await at(guest, 'enter-again').click()
    await at(guest, 'join-room').click()
    await at(guest, 'waiting-room').waitFor()
    await order(chair)
    await at(chair, `admit-${guest.personId}`).click()
    await at(guest, 'toggle-hand').waitFor()
    expect(await at(chair, `out-${guest.personId}`).count()).toBe(0)
  })

  it('bans somebody: across a reload, a new tab and another browser, until it is lifted', async () => {
    await menuOf(chair, guest)
    await at(chair, 'act-eject').click()
    await at(chair, 'eject-ways').getByText('Không được vào lại').click()
    await at(chair, 'eject-reason').fill('Vào nhầm cuộc họp')
    await at(chair, 'eject-now').click()
    const banned = '[data-testid="room-ended"][data-why="banned"]'
    await guest.page.locator(banned).waitFor()
    expect(await at(guest, 'enter-again').count()).toBe(0)

    await guest.page.reload()
    await guest.page.locator(banned).waitFor()

    const tab = await guest.context.newPage()
    await tab.goto(`${house.server.origin}${meetingPath}/room`)
    await tab.locator(banned).waitFor()
    await tab.close()

    const elsewhere = await house.sit('vietanh')
    await elsewhere.page.goto(`${house.server.origin}${meetingPath}/room`)
    await elsewhere.page.locator(banned).waitFor()
    await elsewhere.context.close()

    await order(chair)
    await at(chair, `lift-${guest.personId}`).click()
    await at(chair, `out-${guest.personId}`).waitFor({ state: 'detached' })
    await at(guest, 'join-room').click()
    await at(guest, 'toggle-hand').waitFor()
  })

  it('locks the room; who is inside comes back after a reload, nobody else comes in', async () => {
    await order(chair)
    await rule(chair, 'locked').click()
    await until(() => isOn(chair, 'locked')).toBe(true)
    const late = await house.sit('lan')
    await knock(late.page)
    await late.page.locator('[data-testid="room-ended"][data-why="roomLocked"]').waitFor()
    await late.context.close()
    await member.page.reload()
    await at(member, 'join-room').click()
    await at(member, 'toggle-hand').waitFor()
    await rule(chair, 'locked').click()
    await until(() => isOn(chair, 'locked')).toBe(false)
  })

  it('lets somebody sit in the hall without sound, and come back, in a locked room and with a raised hand', async () => {
    await order(chair)
    await rule(chair, 'locked').click()
    await until(() => isOn(chair, 'locked')).toBe(true)
    await at(member, 'toggle-hand').click()
    await at(chair, 'tab-floor').click()
    await at(chair, `hand-${member.personId}`).waitFor()
    // A hand that is lowered for a moment would leave this row.
    const row = await at(chair, `hand-${member.personId}`).elementHandle()
    await at(member, 'bar-more').click()
    await at(member, 'menu-attending').click()
    await microphone(member).waitFor({ state: 'detached' })
    await until(() => at(member, 'toggle-camera').getAttribute('aria-pressed')).toBe('true')
    await at(member, 'bar-more').click()
    await at(member, 'menu-attending').click()
    await microphone(member).waitFor()
    await until(() => at(member, 'toggle-camera').getAttribute('aria-pressed')).toBe('true')
    await framesShown(chair.page, member.personId, 'camera', 2)
    expect(await row?.evaluate((element) => element.isConnected)).toBe(true)
    expect(await at(member, 'toggle-hand').getAttribute('aria-pressed')).toBe('true')
    await at(member, 'toggle-hand').click()
    await at(chair, `hand-${member.personId}`).waitFor({ state: 'detached' })
    await order(chair)
    await rule(chair, 'locked').click()
    await until(() => isOn(chair, 'locked')).toBe(false)
  })

  it('asks who comes a second time where to be', async () => {
    const tab = await member.context.newPage()
    tab.setDefaultTimeout(120_000)
    await knock(tab)
    await tab.getByTestId('elsewhere').waitFor()
    await tab.getByTestId('use-both').click()
    await tab.getByTestId('toggle-hand').waitFor()
    await at(member, 'toggle-hand').waitFor()
    await tab.close()

    const second = await member.context.newPage()
    second.setDefaultTimeout(120_000)
    await knock(second)
    await second.getByTestId('move-here').click()
    await second.getByTestId('toggle-hand').waitFor()
    await at(member, 'room-ended').waitFor()
    await second.close()
  })

  it('ran without a script error', () => {
    for (const seat of [chair, member, clerk, guest]) expect(seat.problems).toEqual([])
  })
})
