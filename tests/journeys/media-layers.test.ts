import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMediaRoom, type MediaRoom } from '../support/media-room.ts'

/** Two senders of 960 × 540, from which Chromium makes three layers, and one who looks at them in different sizes. */

let media: MediaRoom
let chi: Page
beforeAll(async () => {
  media = await startMediaRoom()
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('layers', name))) as [Page, Page]
  for (const page of [ann, binh]) {
    await page.evaluate(() => {
      window.camera = { width: 960, height: 540, frameRate: 6 }
      window.see({ 'ann/camera': 0, 'binh/camera': 0 })
      return window.session.start('camera')
    })
  }
  chi = await media.open('layers', 'chi')
})
afterAll(async () => {
  expect(media.pageErrors).toEqual([])
  await media.stop()
})

const patience = { timeout: 90_000, interval: 300 }
const see = (widths: Record<string, number>) => chi.evaluate((given) => window.see(given), widths)
const widthOf = (stream: string) => expect.poll(() => chi.evaluate((name) => window.width[name], stream), patience)
const bytes = async (stream: string) => (await chi.evaluate(() => window.bytes()))[stream] ?? 0

/** Bytes of a stream within a second and a half. */
async function flow(stream: string): Promise<number> {
  const before = await bytes(stream)
  await chi.waitForTimeout(1_500)
  return await bytes(stream) - before
}

test('the layer that arrives follows the width in which a picture is seen', async () => {
  await see({ 'ann/camera': 200, 'binh/camera': 400 })
  await widthOf('ann/camera').toBe(240)
  await widthOf('binh/camera').toBe(480)
  await see({ 'ann/camera': 900, 'binh/camera': 200 })
  await widthOf('ann/camera').toBe(960)
  await widthOf('binh/camera').toBe(240)
  const layers = () => chi.evaluate(() => Object.fromEntries(window.session.remoteMedia().map(({ peerId, layer }) => [peerId, layer])))
  await expect.poll(layers, patience).toEqual({ ann: 2, binh: 0 })
})

test('a picture that is out of sight costs nothing, and comes back on its track', async () => {
  await see({ 'ann/camera': 200, 'binh/camera': 200 })
  await expect.poll(() => flow('ann/camera'), patience).toBeGreaterThan(0)
  const track = () => chi.evaluate(() => window.session.remoteMedia().find(({ peerId }) => peerId === 'ann')?.track?.id)
  const before = await track()
  await see({ 'ann/camera': 0, 'binh/camera': 200 })
  await expect.poll(() => flow('ann/camera'), patience).toBe(0)
  expect(await flow('binh/camera')).toBeGreaterThan(0)
  await see({ 'ann/camera': 200, 'binh/camera': 200 })
  await expect.poll(() => flow('ann/camera'), patience).toBeGreaterThan(0)
  expect(await track()).toBe(before)
})
