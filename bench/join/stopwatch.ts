import type { Page } from 'playwright-core'

/** Something that happened after the click on Join, and how many milliseconds after it. */
export interface Moment { what: string, ms: number }

interface Watched {
  joinMoments: Moment[]
  firstFrame: Promise<void>
}

/**
 * Makes a page note what happens from the click on Join (element `join-room`) to the first frame of `personId`'s camera
 * that is painted, by the page's own clock. Call before the page loads.
 */
export async function installStopwatch(page: Page, personId: string): Promise<void> {
  await page.addInitScript((selector) => {
    let clickedAt = Number.NaN
    const moments: Moment[] = []
    const note = (what: string, at = performance.now()) => {
      if (at >= clickedAt) moments.push({ what, ms: at - clickedAt })
    }
    addEventListener('click', (event) => {
      if (!(event.target as Element).closest('[data-testid="join-room"]')) return
      clickedAt = event.timeStamp
      moments.length = 0
      note('click handled')
    }, { capture: true })

    /** Names of the requests of the media signalling that wait for their answer, by id. */
    const asked = new Map<number, string>()
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        const media = String(url).includes('/media/')
        if (media) note('media signalling: opening')
        this.addEventListener('message', ({ data }) => {
          if (typeof data !== 'string') return
          if (!media) return void (data.startsWith('43') && note('room:enter answered'))
          const { id, notice } = JSON.parse(data) as { id?: number, notice?: string }
          note(notice ?? `${asked.get(id ?? -1) ?? 'request'} answered`)
        })
      }

      override send(data: Parameters<WebSocket['send']>[0]): void {
        super.send(data)
        if (typeof data !== 'string') return
        if (data.includes('"room:enter"')) note('room:enter asked')
        if (!this.url.includes('/media/')) return
        const { id, method } = JSON.parse(data) as { id: number, method: string }
        asked.set(id, method)
        note(`${method} asked`)
      }
    }
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        note('connection: made')
        this.addEventListener('connectionstatechange', () => note(`connection: ${this.connectionState}`))
        this.addEventListener('track', () => note('connection: track'))
      }
    }

    const firstFrame = new Promise<void>((resolve) => {
      const seen = new WeakSet<HTMLVideoElement>()
      new MutationObserver(() => {
        for (const video of document.querySelectorAll<HTMLVideoElement>(selector)) {
          if (seen.has(video)) continue
          seen.add(video)
          note('video element')
          video.requestVideoFrameCallback((now) => {
            note('first frame', now)
            resolve()
          })
        }
      }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-person'] })
    })
    Object.assign(globalThis, { joinMoments: moments, firstFrame } satisfies Watched)
  }, `video[data-person="${personId}"][data-source="camera"]`)
}

/** Resolves once the first frame is painted, to all that happened until then. */
export async function momentsToFirstFrame(page: Page): Promise<Moment[]> {
  return await page.evaluate(async () => {
    const { joinMoments, firstFrame } = globalThis as typeof globalThis & Watched
    await firstFrame
    return joinMoments
  })
}
