import type { Page } from 'playwright-core'

/** Keeps every RTCPeerConnection that a page makes, so that `getStats` can be asked of it later. Call before the page loads. */
export async function watchConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: RTCPeerConnection[] = []
    Object.assign(globalThis, { keptConnections: kept })
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        kept.push(this)
      }
    }
  })
}

/** How many frames of a person's picture this page painted within the time; 0 where there is none. */
export async function framesShown(page: Page, personId: string, source: 'camera' | 'screen', milliseconds = 2000): Promise<number> {
  return await page.evaluate(async ({ selector, milliseconds }) => {
    const video = document.querySelector<HTMLVideoElement>(selector)
    if (!video) return 0
    let frames = 0
    const count = () => {
      frames += 1
      video.requestVideoFrameCallback(count)
    }
    video.requestVideoFrameCallback(count)
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    return frames
  }, { selector: `video[data-person="${personId}"][data-source="${source}"]`, milliseconds })
}

/** Sound energy received so far, one figure for each incoming audio stream that carried any. */
export async function soundEnergies(page: Page): Promise<number[]> {
  return await page.evaluate(async () => {
    const { keptConnections } = globalThis as typeof globalThis & { keptConnections: RTCPeerConnection[] }
    const energies: number[] = []
    for (const connection of keptConnections) {
      if (connection.connectionState === 'closed') continue
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio' && report.totalAudioEnergy > 0) energies.push(report.totalAudioEnergy)
      }
    }
    return energies
  })
}
