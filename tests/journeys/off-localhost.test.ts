import { execFileSync } from 'node:child_process'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { framesShown, mediaAddresses } from '../support/measure.ts'
import { createNetworkNamespace, type NetworkNamespace } from '../support/network-namespace.ts'
import { at, enterRoom, photograph, takeSeat, type Seat } from '../support/seat.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** Making a network namespace needs root and the program ip, which a development machine may not give. */
const possible = process.getuid?.() === 0 && hasIp()

function hasIp(): boolean {
  try {
    execFileSync('ip', ['-V'])
    return true
  } catch {
    return false
  }
}

const needs = 'root, and the program ip, to make a network namespace'

describe.skipIf(!possible)('a server that people reach from another host', { meta: { needs } }, () => {
  let other: NetworkNamespace
  let server: TestServer
  let browsers: Browser[] = []
  let near: Seat, far: Seat

  beforeAll(async () => {
    other = await createNetworkNamespace()
    server = await startTestServer({ media: true, demo: true, env: { HOST: other.hostAddress } })
    browsers = [await launchBrowser(), await launchBrowser({ networkNamespace: other.name })]
  })
  afterAll(async () => {
    for (const browser of browsers) await browser.close()
    await server?.stop()
    await other?.remove()
  })

  it('speaks HTTPS with a certificate made on the spot, so that the browser gives its camera', async () => {
    expect(server.origin).toBe(`https://${other.hostAddress}:${server.config.port}`)
    near = await takeSeat(browsers[0]!, server, 'bao')
    far = await takeSeat(browsers[1]!, server, 'nguyet')
    expect(await far.page.evaluate(() => globalThis.isSecureContext)).toBe(true)
  })

  it('carries their video over the address that it announces', async ({ onTestFailed }) => {
    onTestFailed(async () => { for (const [index, browser] of browsers.entries()) await photograph(browser, `off-localhost-${index}`) })
    const [meeting] = (await (await near.page.request.get(`${server.origin}/api/meetings`)).json() as { meetings: { id: string }[] }).meetings
    for (const seat of [near, far]) await enterRoom(seat, server, `/meetings/${meeting!.id}`, false)
    await framesShown(far.page, near.personId, 'camera', 5)
    await framesShown(near.page, far.personId, 'camera', 5)
    expect(await mediaAddresses(far.page)).toEqual([other.hostAddress])
    await at(far, 'leave-room').waitFor()
  })
})
