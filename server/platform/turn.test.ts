import { describe, expect, it } from 'vitest'
import { createIceServers, TURN_LIFETIME_S } from './turn.ts'

const AT = Date.UTC(2026, 10, 24, 8, 0, 0)
const turn = { urls: ['turn:turn.example.vn', 'turns:turn.example.vn:443?transport=tcp'], secret: 'north' }

describe('createIceServers', () => {
  it('gives none without a TURN server', () => {
    expect(createIceServers(undefined)()).toEqual([])
  })

  it('names every address, with credentials that end after a day of meeting', () => {
    const [server, ...more] = createIceServers(turn, () => AT)()
    expect(more).toEqual([])
    expect(server?.urls).toEqual(turn.urls)
    expect(server?.username).toMatch(/^\d+:[\da-f-]{36}$/)
    expect(Number(server?.username?.split(':')[0])).toBe(AT / 1000 + TURN_LIFETIME_S)
  })

  it('signs the name with the secret, as coturn reckons it', async () => {
    const [server] = createIceServers(turn, () => AT)()
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('north'), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
    const sign = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(server?.username))
    expect(server?.credential).toBe(Buffer.from(sign).toString('base64'))
  })

  it('draws another name each time', () => {
    const ask = createIceServers(turn, () => AT)
    expect(ask()[0]?.username).not.toBe(ask()[0]?.username)
  })
})
