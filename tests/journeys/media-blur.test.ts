import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMediaRoom, type MediaRoom } from '../support/media-room.ts'

/** The blurred background, with the library's real model under the product's content security policy. */

let media: MediaRoom
beforeAll(async () => { media = await startMediaRoom() })
afterAll(async () => {
  expect(media.pageErrors).toEqual([])
  await media.stop()
})

const patience = { timeout: 90_000, interval: 300 }

/** How much neighbouring pixels of a camera's picture differ at the receiver: sharp edges make it large. */
const sharpness = (page: Page) => page.evaluate(async () => {
  const video = document.querySelector('video')
  if (!video) return 0
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight)
  const context = canvas.getContext('2d')
  if (!context) return 0
  context.drawImage(video, 0, 0)
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height)
  let sum = 0
  for (let at = 4; at < data.length; at += 4) if ((at / 4) % width !== 0) sum += Math.abs(data[at + 1]! - data[at - 3]!)
  return sum / (data.length / 4)
})

/** A camera that shows striped wallpaper and nobody. */
function stripes() {
  const canvas = document.createElement('canvas')
  canvas.width = 320
  canvas.height = 180
  const context = canvas.getContext('2d')
  let phase = 0
  setInterval(() => {
    phase = (phase + 1) % 32
    for (let x = -32; x < 320; x += 16) {
      if (!context) return
      context.fillStyle = (x / 16) % 2 ? 'black' : 'white'
      context.fillRect(x + phase, 0, 16, 180)
    }
  }, 100)
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10)
}

test('the far side receives the blurred picture, and the sharp one again afterwards', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('blur', name))) as [Page, Page]
  await ann.evaluate(stripes)
  await ann.evaluate(() => window.session.start('camera'))
  await expect.poll(() => sharpness(binh), patience).toBeGreaterThan(10)
  const sharp = await sharpness(binh)

  expect(await ann.evaluate(() => window.startBlurred())).toEqual({ ok: true })
  const before = await binh.evaluate(() => window.presented['ann/camera'] ?? 0)
  await expect.poll(() => binh.evaluate(() => window.presented['ann/camera'] ?? 0), patience).toBeGreaterThan(before + 10)
  await expect.poll(() => sharpness(binh), patience).toBeLessThan(sharp * 0.6)

  await ann.evaluate(() => window.session.start('camera'))
  await expect.poll(() => sharpness(binh), patience).toBeGreaterThan(sharp * 0.8)
})
