import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from './browser.ts'
import { photograph, takeSeat, type Seat } from './seat.ts'
import { startTestServer, type TestServer } from './server.ts'

/** The steps of a suite build on one another: after one has failed the others could only wait in vain, so they are skipped. */
export function stopAfterFailedStep(onFailure: () => Promise<void> | void = () => undefined): void {
  let failed = false
  beforeEach(({ skip }) => { if (failed) skip('an earlier step failed') })
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || failed) return
    failed = true
    await onFailure()
  })
}

/** The demo's house with its video room, and a browser to enter it by. */
export interface DemoJourney {
  readonly server: TestServer
  readonly browser: Browser
  sit(username: string, options?: BrowserContextOptions): Promise<Seat>
  /** The path of the first meeting that this person may see and that is published. */
  meetingPath(seat: Seat): Promise<string>
}

/**
 * Opens house and browser for the suite in which it is called, and closes both. After a failed step every page is
 * photographed below the journey's name.
 */
export function demoJourney(name: string, env: NodeJS.ProcessEnv = {}): DemoJourney {
  let server: TestServer
  let browser: Browser
  beforeAll(async () => {
    server = await startTestServer({ media: true, demo: true, env })
    browser = await launchBrowser({ cameraFps: 10 })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  stopAfterFailedStep(() => photograph(browser, name))
  return {
    get server() { return server },
    get browser() { return browser },
    sit: (username, options) => takeSeat(browser, server, username, options),
    async meetingPath({ page }) {
      const answer = await page.request.get(`${server.origin}/api/meetings?status=published`)
      const { meetings: [meeting] } = await answer.json() as { meetings: { id: string }[] }
      if (!meeting) throw new Error('this person has no published meeting')
      return `/meetings/${meeting.id}`
    },
  }
}
