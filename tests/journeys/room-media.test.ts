import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { framesShown } from '../support/measure.ts'
import { at, enterRoom, type Seat } from '../support/seat.ts'

/** The media of the room as its pages use them: check, devices, sound alone, a hidden page, reactions, a second tab. */
describe('two people with cameras in the room', () => {
  const house = demoJourney('room-media')
  let near: Seat, far: Seat
  let meetingPath: string

  beforeAll(async () => {
    near = await house.sit('khai')
    far = await house.sit('hang')
    meetingPath = await house.meetingPath(near)
  })
  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 90_000, interval: 200 })

  /** Bytes of pictures that a page has received. */
  const pictureBytes = (page: Page) => page.evaluate(async () => {
    const { keptConnections } = globalThis as typeof globalThis & { keptConnections: RTCPeerConnection[] }
    let bytes = 0
    for (const connection of keptConnections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'video') bytes += report.bytesReceived
      }
    }
    return bytes
  })
  async function flow(page: Page): Promise<number> {
    const before = await pictureBytes(page)
    await page.waitForTimeout(1_500)
    return await pictureBytes(page) - before
  }

  const ownTrack = () => near.page.locator(`video[data-person="${near.personId}"]`).first().evaluate((video: HTMLVideoElement) => {
    const [track] = (video.srcObject as MediaStream).getVideoTracks()
    return { id: track!.id, label: track!.label }
  })
  const ownLabel = () => ownTrack().then((track) => track.label)

  it('the lobby checks the connection over the real way to the media node', async () => {
    await near.page.goto(`${house.server.origin}${meetingPath}/room`)
    await at(near, 'lobby-check').click()
    await at(near, 'check-connection').click()
    // How good a busy machine is does not matter here; that both ways are open does.
    await until(() => at(near, 'connection-check').getAttribute('data-verdict')).toMatch(/good|fair|poor/)
    await at(near, 'connection-check').locator('summary').click()
    expect((await at(near, 'connection-check').locator('dd').allTextContents()).slice(0, 2)).toEqual(['thông', 'thông'])
  })

  it('they see each other; a background blurred under way, and no longer, goes on in the same call', async () => {
    await enterRoom(near, house.server, meetingPath, false)
    await enterRoom(far, house.server, meetingPath, false)
    await framesShown(far.page, near.personId, 'camera', 5)
    await framesShown(near.page, far.personId, 'camera', 5)
    const blur = async () => {
      await at(near, 'bar-more').click()
      await at(near, 'menu-blur').click()
      await near.page.keyboard.press('Escape')
    }
    expect(await ownLabel()).toMatch(/fake_device/)
    await blur()
    await until(ownLabel).not.toMatch(/fake_device/)
    await framesShown(far.page, near.personId, 'camera', 3)
    await blur()
    await until(ownLabel).toMatch(/fake_device/)
    await framesShown(far.page, near.personId, 'camera', 5)
    expect(near.problems).toEqual([])
  })

  it('a camera that goes away under way gives place to what there is', async () => {
    const before = await ownTrack().then((track) => track.id)
    await near.page.locator(`video[data-person="${near.personId}"]`).first().evaluate((video: HTMLVideoElement) => {
      const [track] = (video.srcObject as MediaStream).getVideoTracks()
      track!.stop()
      track!.dispatchEvent(new Event('ended'))
    })
    await until(() => ownTrack().then((track) => track.id)).not.toBe(before)
    await near.page.getByText('đang dùng thiết bị mặc định').first().waitFor()
    await framesShown(far.page, near.personId, 'camera', 5)
  })

  it('sound alone receives no picture, until they are wanted again', async () => {
    await until(() => flow(far.page)).toBeGreaterThan(0)
    const turn = async () => {
      await at(far, 'bar-more').click()
      await at(far, 'menu-sound-only').click()
      await far.page.keyboard.press('Escape')
    }
    await turn()
    await until(() => flow(far.page)).toBe(0)
    await turn()
    await framesShown(far.page, near.personId, 'camera', 5)
  })

  it('a hidden page receives no picture', async () => {
    const hide = (state: 'hidden' | 'visible') => far.page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
    await hide('hidden')
    await until(() => flow(far.page)).toBe(0)
    await hide('visible')
    await framesShown(far.page, near.personId, 'camera', 5)
  })

  it('a reaction is shown to both, for a moment', async () => {
    await at(near, 'bar-react').click()
    await at(near, 'reactions').getByRole('button').first().click()
    for (const seat of [near, far]) await at(seat, `tile-${near.personId}`).getByTestId('mark-reaction').waitFor()
    for (const seat of [near, far]) await at(seat, `tile-${near.personId}`).getByTestId('mark-reaction').waitFor({ state: 'detached' })
  })

  it('a second tab, even a copy of the first, is asked; moved here, it takes the place of the first, which is told', async () => {
    const second = await near.context.newPage()
    const copied = await near.page.evaluate(() => sessionStorage.getItem('nghi-su.device') ?? '')
    expect(copied).not.toBe('')
    await second.addInitScript((id) => { sessionStorage.setItem('nghi-su.device', id) }, copied)
    await second.goto(`${house.server.origin}${meetingPath}/room`)
    await second.getByTestId('join-room').click()
    await second.getByTestId('elsewhere').waitFor()
    await second.getByTestId('move-here').click()
    await until(() => second.getByTestId('room').getAttribute('data-phase')).toBe('in')
    await until(() => at(near, 'room-ended').getAttribute('data-why')).toBe('replaced')
    await until(() => second.getByTestId(`tile-${far.personId}`).count()).toBe(1)
  })
})
