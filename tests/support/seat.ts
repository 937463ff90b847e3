import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { watchConnections } from './measure.ts'

/** Somebody at a browser of their own, signed in. */
export interface Seat {
  username: string
  personId: string
  page: Page
  context: BrowserContext
  /** Script errors and what the content security policy blocked. */
  problems: string[]
}

/** A server with the demo's people, in this process or another one. */
export interface DemoHouse { origin: string, demo?: { password: string } | undefined }

/** A person of the demo, signed in, in Vietnamese, in a browser profile of their own. */
export async function takeSeat(browser: Browser, server: DemoHouse, username: string, options: BrowserContextOptions = {}): Promise<Seat> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', ignoreHTTPSErrors: true, ...options,
  })
  // Three cameras are encoded in software here, perhaps on a busy machine: slow is not wrong.
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => { if (/Content Security Policy|Refused to/.test(message.text())) problems.push(message.text()) })
  await watchConnections(page)
  const answer = await context.request.post(`${server.origin}/api/session`, {
    data: { username, password: server.demo?.password ?? '' }, headers: { origin: server.origin },
  })
  if (!answer.ok()) throw new Error(`sign-in of ${username}: ${answer.status()}`)
  const me = await answer.json() as { person: { id: string } }
  await page.goto(server.origin)
  return { username, personId: me.person.id, page, context, problems }
}

/** Goes through the lobby with the camera on. */
export async function enterRoom(seat: Seat, server: DemoHouse, meetingPath: string, microphone: boolean): Promise<void> {
  await seat.page.goto(`${server.origin}${meetingPath}/room`)
  await seat.page.locator('[data-testid="camera-preview"][data-camera="on"]').waitFor()
  if (microphone) await at(seat, 'lobby-microphone').click()
  await at(seat, 'join-room').click()
  await at(seat, 'room').waitFor()
}

export const at = (seat: Seat, id: string): Locator => seat.page.getByTestId(id)

/** Clicks the button that confirms an open dialogue. */
export const confirm = (seat: Seat, action: string) => seat.page.getByRole('dialog').getByRole('button', { name: action }).click()

/** What everybody's page looked like and was telling, for who looks into a failure. */
export async function photograph(browser: Browser, name: string): Promise<void> {
  await mkdir('test-results', { recursive: true })
  for (const [index, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: `test-results/${name}-${index}.png` })
    const told = await page.locator('[role="alert"], [role="dialog"], [role="status"]').allInnerTexts()
    console.error(`${name}-${index} ${page.url()} ${JSON.stringify(told)}`)
  }
}
