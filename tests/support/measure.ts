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

/**
 * Resolves once this page has painted so many further frames of a person's picture, however long that takes. The picture
 * may move to another element meanwhile, as when the person begins to speak.
 */
export async function framesShown(page: Page, personId: string, source: 'camera' | 'screen', count: number): Promise<void> {
  const selector = `video[data-person="${personId}"][data-source="${source}"]`
  await page.locator(selector).first().waitFor()
  await page.evaluate(({ selector, count }) => new Promise<void>((resolve) => {
    let frames = 0
    let watched: HTMLVideoElement | null = null
    const watch = () => {
      const found = document.querySelector<HTMLVideoElement>(selector)
      if (!found || found === watched) return
      watched = found
      found.requestVideoFrameCallback(function painted() {
        frames += 1
        if (frames < count) found.requestVideoFrameCallback(painted)
        else resolve()
      })
    }
    watch()
    setInterval(watch, 100)
  }), { selector, count })
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

/** The addresses that this page really exchanges media with. */
export async function mediaAddresses(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { keptConnections } = globalThis as typeof globalThis & { keptConnections: RTCPeerConnection[] }
    const addresses = new Set<string>()
    for (const connection of keptConnections) {
      const stats = await connection.getStats()
      for (const report of stats.values()) {
        if (report.type === 'candidate-pair' && report.nominated) addresses.add(stats.get(report.remoteCandidateId).address)
      }
    }
    return [...addresses]
  })
}
