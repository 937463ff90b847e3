import { request, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createWebServer, type WebServer } from './web-server.ts'

const IDLE_MS = 300
let web: WebServer

afterEach(async () => {
  web.stopAccepting()
  await web.ended()
})

/** Begins a request with a body to a server that answers what it got. */
async function begin(handle: RequestListener) {
  web = createWebServer(undefined, handle, IDLE_MS)
  await new Promise<void>((resolve) => { web.server.listen(0, '127.0.0.1', resolve) })
  const sending = request({ port: (web.server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST', agent: false })
  const answer = new Promise<string>((resolve, reject) => {
    sending.once('response', (response) => { resolve(text(response)) })
    sending.once('error', reject)
  })
  return { sending, answer }
}

it('takes a body however slowly it comes, and its answer however late', async () => {
  const { sending, answer } = await begin((req, res) => {
    void text(req).then(async (body) => {
      await wait(2 * IDLE_MS)
      res.end(body)
    })
  })
  for (let index = 0; index < 6; index += 1) {
    sending.write('x')
    await wait(IDLE_MS / 3)
  }
  sending.end()
  expect(await answer).toBe('xxxxxx')
  expect(web.server.requestTimeout).toBe(0)
  expect(web.server.headersTimeout).toBeGreaterThan(0)
})

it('gives up a body that stalls', async () => {
  const { sending, answer } = await begin((req) => { req.resume() })
  sending.write('x')
  await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' })
})
