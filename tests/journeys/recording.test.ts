import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, freshKey } from '../support/house.ts'
import { demoJourney } from '../support/journey.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

/** A council is recorded by the decision of its chair, watched afterwards, and the recording deleted. */
describe('a meeting is recorded', () => {
  const house = demoJourney('recording')
  let chair: Seat, member: Seat
  let meetingId: string

  beforeAll(async () => {
    chair = await house.sit('bao')
    member = await house.sit('nguyet')
    const { meetings } = await house.server.domains.meetings.list(as(chair.personId), { limit: 1 })
    meetingId = meetings[0]?.id ?? ''
    await house.server.domains.meetings.open(meetingId, as(chair.personId), freshKey())
  })
  const meetingPath = () => `/meetings/${meetingId}`

  it('by decision of its chair, in words and with a limit', async () => {
    await enterRoom(chair, house.server, meetingPath(), true)
    await at(chair, 'start-recording').click()
    expect(await at(chair, 'recording-decision').inputValue()).toContain('Ghi âm, ghi hình cuộc họp')
    await at(chair, 'recording-days').fill('0')
    expect(await at(chair, 'confirm-recording').isDisabled()).toBe(true)
    await at(chair, 'recording-days').fill('30')
    await at(chair, 'confirm-recording').click()
    await at(chair, 'recording-banner').waitFor()
  })

  it('and everybody is told, already before they come in; only who presides can stop it', async () => {
    await member.page.goto(`${house.server.origin}${meetingPath()}/room`)
    await at(member, 'recording-banner').getByText('tiếng và hình của đồng chí được ghi lại').waitFor()
    await enterRoom(member, house.server, meetingPath(), false)
    const banner = at(member, 'recording-banner')
    await banner.getByText('Cuộc họp đang được ghi âm, ghi hình').waitFor()
    expect(await banner.innerText()).toMatch(/Đồng chí .* quyết định · Lưu 30 ngày/)
    expect(await at(member, 'stop-recording').count()).toBe(0)
    expect(await at(member, 'start-recording').count()).toBe(0)
  })

  it('what they send is written to files while it goes on, and stopped on request', async () => {
    const root = path.join(house.server.config.dataDir, 'recordings')
    const files = async () => (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.mkv'))
    await expect.poll(files, { timeout: 60_000 }).toHaveLength(3)
    expect((await files()).filter((name) => name.endsWith('-camera.mkv'))).toHaveLength(2)
    await chair.page.waitForTimeout(6_000)
    await at(chair, 'stop-recording').click()
    await confirm(chair, 'Dừng ghi âm, ghi hình')
    await at(member, 'recording-banner').waitFor({ state: 'detached' })
    await at(chair, 'start-recording').waitFor()
  })

  it('then played on the meeting’s page, at any moment of it', async () => {
    await member.page.goto(`${house.server.origin}${meetingPath()}`)
    await member.page.locator('[data-testid="recording-line"][data-status="ready"]').waitFor()
    await at(member, 'play-recording').click()
    const video = at(member, 'recording-video')
    const moment = () => video.evaluate((element: HTMLVideoElement) => element.currentTime)
    await expect.poll(moment, { timeout: 60_000 }).toBeGreaterThan(0.5)
    const { length, width } = await video.evaluate((element: HTMLVideoElement) => ({ length: element.duration, width: element.videoWidth }))
    expect(length).toBeGreaterThan(5)
    expect(width).toBe(1280)
    await video.evaluate((element: HTMLVideoElement, to) => { element.currentTime = to }, length - 3)
    await expect.poll(moment, { timeout: 60_000 }).toBeGreaterThan(length - 2.5)
    // The camera's test picture, not the even ground of an empty scene.
    const greens = await video.evaluate((element: HTMLVideoElement) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 18 })
      const context = canvas.getContext('2d')
      context?.drawImage(element, 0, 0, 32, 18)
      return [...context?.getImageData(0, 0, 32, 18).data ?? []].filter((_, index) => index % 4 === 1)
    })
    expect(Math.max(...greens) - Math.min(...greens)).toBeGreaterThan(60)
    await member.page.keyboard.press('Escape')
    expect(await at(member, 'delete-recording').count()).toBe(0)
  })

  it('and deleted for good by who presides', async () => {
    await chair.page.goto(`${house.server.origin}${meetingPath()}`)
    await at(chair, 'delete-recording').click()
    await confirm(chair, 'Xoá bản ghi')
    await chair.page.locator('[data-testid="recording-line"][data-status="deleted"]').waitFor()
    await expect.poll(() => readdir(path.join(house.server.config.dataDir, 'recordings'))).toEqual([])
    for (const seat of [chair, member]) expect(seat.problems).toEqual([])
  })
})
