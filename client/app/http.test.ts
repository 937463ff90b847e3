/// <reference types="node" />
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { getMe, type Me } from '../../protocol/identity.ts'
import { listMeetings } from '../../protocol/convening.ts'
import { defineRoute } from '../../protocol/route.ts'
import { actAs, call, onSignedOut, urlOf } from './http.ts'

const id = '019ab000-0000-7000-8000-000000000001'
const me = (csrfToken: string, personId = id): Me =>
  ({ person: { id: personId, kind: 'person', fullName: 'Trần Bảo', office: '' }, username: 'bao', administrator: false, csrfToken })

const rename = defineRoute({
  id: 'test.rename', method: 'put', path: '/api/things/:thingId', access: 'signedIn', errors: [], summary: '',
  params: z.object({ thingId: z.string() }), query: z.object({ part: z.string().optional() }),
  body: z.object({ name: z.string() }),
  response: z.object({ name: z.string() }),
})
const file = defineRoute({
  id: 'test.file', method: 'get', path: '/api/file', access: 'signedIn', errors: [], summary: '',
  response: { stream: 'text/plain' },
})

interface Seen { method: string, url: string, token: string | undefined, body: string }

let seen: Seen[]
let answer: (request: Seen, response: ServerResponse) => void
let close: () => void

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function json(response: ServerResponse, status: number, value: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const refuse = (response: ServerResponse, status: number, code: string, details = {}) =>
  json(response, status, { error: { code, message: code, details } })

beforeEach(async () => {
  seen = []
  const server = createServer(async (request, response) => {
    const entry = {
      method: request.method!, url: request.url!,
      token: request.headers['x-csrf-token'] as string | undefined, body: await bodyOf(request),
    }
    seen.push(entry)
    answer(entry, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { fetch } = globalThis
  // A browser resolves addresses against its page; Node has none.
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${url}`, init))
  close = () => {
    server.closeAllConnections()
    server.close()
  }
})

afterEach(() => {
  close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('call', () => {
  it('fills the path, the query, the body and the anti-forgery token, and answers what the contract says', async () => {
    actAs(me('token-1'))
    answer = (_, response) => json(response, 200, { name: 'Đã đổi', surplus: 1 })
    const result = await call(rename, { params: { thingId: 'a/b' }, query: { part: 'đầu' }, body: { name: 'mới' } })
    expect(result).toEqual({ name: 'Đã đổi' })
    expect(seen).toEqual([
      { method: 'PUT', url: '/api/things/a%2Fb?part=%C4%91%E1%BA%A7u', token: 'token-1', body: '{"name":"mới"}' },
    ])
  })

  it('leaves out what the query does not name, and sends no token with what changes nothing', async () => {
    answer = (_, response) => json(response, 200, { meetings: [], next: null })
    await call(listMeetings, {})
    expect(seen).toMatchObject([{ method: 'GET', url: '/api/meetings', token: undefined }])
  })

  it('rejects with the server’s code and details', async () => {
    answer = (_, response) => refuse(response, 413, 'documentTooLarge', { limitBytes: 5 })
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'documentTooLarge', details: { limitBytes: 5 } })
  })

  it.each([
    ['a code nobody knows', (response: ServerResponse) => refuse(response, 500, 'madeUp')],
    ['a failure without a body of ours', (response: ServerResponse) => void response.writeHead(502).end('<html>')],
    ['an answer that is no JSON', (response: ServerResponse) => void response.writeHead(200).end('<html>')],
    ['an answer that breaks the contract', (response: ServerResponse) => json(response, 200, { person: 1 })],
  ])('rejects as unexpectedAnswer: %s', async (_, respond) => {
    answer = (_request, response) => respond(response)
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'unexpectedAnswer' })
  })

  it('rejects as offline when no server is there', async () => {
    close()
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'offline' })
  })

  it('rejects as offline when the answer is cut off', async () => {
    answer = (_, response) => void response.destroy()
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'offline' })
  })

  it('rejects with the reason of an abort', async () => {
    answer = () => undefined
    const reason = new Error('left the page')
    await expect(call(getMe, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('fetches a new token and sends the change once more when the old one is refused', async () => {
    actAs(me('old'))
    answer = ({ url, token }, response) => {
      if (url === '/api/me') json(response, 200, me('new'))
      else if (token === 'new') json(response, 200, { name: 'mới' })
      else refuse(response, 403, 'csrfRefused')
    }
    expect(await call(rename, { params: { thingId: '1' }, body: { name: 'mới' } })).toEqual({ name: 'mới' })
    expect(seen.map(({ method, token }) => [method, token])).toEqual([['PUT', 'old'], ['GET', undefined], ['PUT', 'new']])
  })

  it('never sends it in the name of somebody else who signed in meanwhile', async () => {
    actAs(me('old'))
    const told = vi.fn()
    onSignedOut(told)
    answer = ({ url }, response) => {
      if (url === '/api/me') json(response, 200, me('new', '019ab000-0000-7000-8000-000000000002'))
      else refuse(response, 403, 'csrfRefused')
    }
    const renaming = call(rename, { params: { thingId: '1' }, body: { name: 'mới' } })
    await expect(renaming).rejects.toMatchObject({ code: 'signInRequired' })
    expect(seen.map(({ method }) => method)).toEqual(['PUT', 'GET'])
    expect(told).toHaveBeenCalledOnce()
  })

  it('does not send a third time', async () => {
    actAs(me('old'))
    answer = ({ url }, response) => {
      if (url === '/api/me') json(response, 200, me('new'))
      else refuse(response, 403, 'csrfRefused')
    }
    await expect(call(rename, { params: { thingId: '1' }, body: { name: 'mới' } })).rejects.toMatchObject({ code: 'csrfRefused' })
    expect(seen).toHaveLength(3)
  })

  it('tells that the session has ended', async () => {
    const told = vi.fn()
    onSignedOut(told)
    answer = (_, response) => refuse(response, 401, 'signInRequired')
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'signInRequired' })
    expect(told).toHaveBeenCalledOnce()
  })

  it.each([
    ['no answer', () => {}],
    ['half an answer', (response: ServerResponse) => void response.writeHead(200).write('{"na')],
  ])('gives up waiting for %s, and says that it is not known what became of it', async (_, begin) => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const timeout = new AbortController()
      setTimeout(() => timeout.abort(new DOMException('', 'TimeoutError')), 100)
      return timeout.signal
    })
    answer = (__, response) => begin(response)
    await expect(call(rename, { params: { thingId: '1' }, body: { name: 'mới' } })).rejects.toMatchObject({ code: 'noAnswer' })
    await expect(call(getMe, {})).rejects.toMatchObject({ code: 'noAnswer' })
  })

  it('lets whoever asked call it off', async () => {
    const abort = new AbortController()
    answer = () => abort.abort('no longer wanted')
    await expect(call(getMe, {}, { signal: abort.signal })).rejects.toBe('no longer wanted')
  })

  it('answers a stream as a Blob', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('nội dung')
    expect(await (await call(file, {})).text()).toBe('nội dung')
  })
})

describe('urlOf', () => {
  it('is the address of a route on this origin', () => {
    expect(urlOf(rename, { params: { thingId: id }, query: { part: 'a b' } })).toBe(`/api/things/${id}?part=a+b`)
  })
})
