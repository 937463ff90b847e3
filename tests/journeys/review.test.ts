import { beforeAll, describe, expect, it } from 'vitest'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { as, freshKey } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, enterRoom, type Seat } from '../support/seat.ts'

/** A document that the clerk leads everybody through: in the room, on a page of its own, and on a phone that comes late. */
describe('a document gone through together', () => {
  const house = demoJourney('review', { MEDIA_WORKERS: '1' })
  let clerk: Seat, member: Seat, phone: Seat
  let meetingPath: string
  let documentId: string

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const state = (seat: Seat) => at(seat, 'review').getAttribute('data-state')
  const page = (seat: Seat) => at(seat, 'pdf-page').inputValue()
  const goTo = async (seat: Seat, number: number) => {
    await at(seat, 'pdf-page').fill(String(number))
    await at(seat, 'pdf-page').press('Enter')
  }

  beforeAll(async () => {
    clerk = await house.sit('chi')
    member = await house.sit('hang')
    meetingPath = await house.meetingPath(clerk)
    const meetingId = meetingPath.split('/').at(-1) ?? ''
    const { agenda } = await house.server.journal.state(meetingId, meetingReducer)
    const pdf = await pdfOf(Array.from({ length: 12 }, (_, index) => `Trang ${index + 1}`))
    const attached = await house.server.domains.documents.attachMade(meetingId, agenda[0]?.itemId ?? '', as(clerk.personId), {
      pdf, name: 'Dự thảo nghị quyết.pdf', key: freshKey(),
    })
    documentId = attached.documentId
  })

  it('opens for everybody in the room where the leader is, with the picture beside it', async () => {
    await enterRoom(member, house.server, meetingPath, false)
    await clerk.page.goto(`${house.server.origin}${meetingPath}/documents/${documentId}`)
    await at(clerk, 'review-lead').click()
    await until(() => state(clerk)).toBe('leading')
    await until(() => state(member)).toBe('following')
    await goTo(clerk, 7)
    await until(() => page(member)).toBe('7')
    expect(await at(member, 'stage').locator('video').first().isVisible()).toBe(true)
    const stage = await at(member, 'stage').boundingBox()
    expect(stage?.width ?? 0).toBeGreaterThan(230)
  })

  it('shows what the leader points at, at the same words', async () => {
    const shown = clerk.page.locator('.page[data-page-number="7"]')
    const box = await shown.boundingBox()
    if (!box) throw new Error('page 7 is not shown')
    await clerk.page.mouse.move(box.x + box.width * 0.25, box.y + 60)
    await at(member, 'pointer').waitFor()
    const there = await member.page.locator('.page[data-page-number="7"]').boundingBox()
    const pointer = await at(member, 'pointer').locator('span').first().boundingBox()
    const centre = (pointer?.x ?? 0) + (pointer?.width ?? 0) / 2
    await until(async () => Math.abs(centre - ((there?.x ?? 0) + (there?.width ?? 0) * 0.25)) < 4).toBe(true)
  })

  it('lets a reader look elsewhere, and brings them back by one click', async () => {
    await goTo(member, 2)
    await until(() => state(member)).toBe('elsewhere')
    await goTo(clerk, 9)
    await at(member, 'review-return').getByText('9').waitFor()
    expect(await page(member)).toBe('2')
    await at(member, 'review-return').click()
    await until(() => page(member)).toBe('9')
    expect(await state(member)).toBe('following')
  })

  it('puts who comes late, on a phone, on the right page with the video in sight', async () => {
    phone = await house.sit('thuan', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    await enterRoom(phone, house.server, meetingPath, false)
    await until(() => state(phone)).toBe('following')
    await until(() => page(phone)).toBe('9')
    const stage = await at(phone, 'stage').boundingBox()
    expect(stage?.height ?? 0).toBeGreaterThan(120)
    expect(await at(phone, 'stage').locator('video').first().isVisible()).toBe(true)
  })

  it('goes on after a cut, and ends for all at once', async () => {
    await member.context.setOffline(true)
    await goTo(clerk, 4)
    await until(() => page(phone)).toBe('4')
    await member.context.setOffline(false)
    await until(() => page(member)).toBe('4')
    await at(clerk, 'review-end').click()
    for (const seat of [clerk, member, phone]) await until(() => state(seat)).toBe('none')
  })

  it('is written together: what a member suggests stands on every screen, is settled, and becomes the next version', async () => {
    await at(clerk, 'begin-draft').click()
    await at(clerk, 'draft-text').click()
    await clerk.page.keyboard.press('ControlOrMeta+A')
    await clerk.page.keyboard.type('Giao Văn phòng theo dõi việc thực hiện.')
    for (const seat of [member, phone]) await at(seat, 'show-draft').click()
    await at(member, 'draft-text').getByText('theo dõi việc thực hiện').waitFor()
    await at(member, 'draft-text').click()
    await member.page.keyboard.press('ControlOrMeta+End')
    await member.page.keyboard.press('Backspace')
    await member.page.keyboard.type(' trong quý IV.')
    for (const seat of [clerk, phone]) {
      await at(seat, 'draft-text').locator('ins').getByText('trong quý IV.').waitFor()
      await at(seat, 'suggestions-toggle').getByText(/\([12]\)/).waitFor()
    }
    expect(await at(clerk, 'issue-draft').isDisabled()).toBe(true)
    for (let left = await at(clerk, 'suggestion-accept').count(); left; left -= 1) await at(clerk, 'suggestion-accept').first().click()
    await until(() => at(phone, 'draft-text').innerText()).toContain('thực hiện trong quý IV.')
    await clerk.page.locator('[data-save-state="saved"]').waitFor()
    await at(clerk, 'issue-draft').click()
    await at(clerk, 'issue-confirm').click()
    await at(member, 'draft').waitFor({ state: 'detached' })
    const { documents, drafts } = await house.server.journal.state(meetingPath.split('/').at(-1) ?? '', meetingReducer)
    expect(drafts).toEqual([])
    expect(documents.find((one) => one.documentId === documentId)?.versions.map(({ state: stage }) => stage)).toEqual(['circulation', 'circulation'])
    for (const { problems } of [clerk, member, phone]) expect(problems).toEqual([])
  })
})
