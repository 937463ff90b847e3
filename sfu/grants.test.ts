import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import type { GrantClaims, MediaRights } from '../protocol/media-grant.ts'
import { createGrants, type Grants } from './grants.ts'

const secret = randomBytes(64)
const nodeId = randomUUID()
let now = Date.now()
let grants: Grants

const rights = (...publish: MediaRights['publish']): MediaRights => ({ publish, receive: publish, say: [] })
const claims = (changes: Partial<GrantClaims> = {}) => ({
  room: 'room', peer: 'peer', label: '{}', rights: rights('microphone'), silent: false, issuedAt: now, jti: randomUUID(), aud: nodeId,
  exp: Math.floor(now / 1000) + 60, ...changes,
})
const sign = (changes: Partial<GrantClaims> = {}, alg = 'HS256', key: Uint8Array = secret) =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg }).sign(key)

function fresh(): Grants {
  now = Date.now()
  grants = createGrants({ secret, nodeId, now: () => now })
  return grants
}
afterEach(() => grants.close())

describe('a grant', () => {
  test('lets its peer in once', async () => {
    const { admit } = fresh()
    const grant = await sign()
    const admission = await admit(grant)
    expect(admission).toMatchObject({ room: 'room', peer: 'peer', label: '{}' })
    expect(admission.rights()).toEqual(rights('microphone'))
    await expect(admit(grant)).rejects.toMatchObject({ code: 'grantUsed' })
  })

  test('lets only one of two simultaneous uses in', async () => {
    const { admit } = fresh()
    const grant = await sign()
    const outcomes = await Promise.allSettled([admit(grant), admit(grant), admit(grant)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('expires, and is refused as used until then', async () => {
    const { admit } = fresh()
    const [used, unused] = await Promise.all([sign(), sign()])
    await admit(used)
    now += 59_000
    await expect(admit(used)).rejects.toMatchObject({ code: 'grantUsed' })
    now += 7_000
    await expect(admit(unused)).rejects.toMatchObject({ code: 'grantExpired' })
    await expect(admit(used)).rejects.toMatchObject({ code: 'grantExpired' })
  })

  test.each<[string, () => Promise<string> | string]>([
    ['of another secret', () => sign({}, 'HS256', randomBytes(64))],
    ['of another node', () => sign({ aud: randomUUID() })],
    ['with another HMAC', () => sign({}, 'HS512')],
    ['without a signature', () => new UnsecuredJWT(claims()).encode()],
    ['signed with a key pair', () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
    }],
    ['with an unknown source', async () =>
      new SignJWT({ ...claims(), rights: { ...rights(), publish: ['everything'] } }).setProtectedHeader({ alg: 'HS256' }).sign(secret)],
    ['without an end', async () => {
      const { exp: _, ...rest } = claims()
      return new SignJWT(rest).setProtectedHeader({ alg: 'HS256' }).sign(secret)
    }],
    ['that would outlive the memory of its use', () => sign({ exp: Math.floor(now / 1000) + 86_400 })],
    ['that is none', () => 'a.b.c'],
  ])('%s is invalid', async (_, make) => {
    const { admit } = fresh()
    await expect(admit(await make())).rejects.toMatchObject({ code: 'grantInvalid' })
  })

  test('signed before a change gives what the change left to its label, one signed after gives its own', async () => {
    const { admit, change } = fresh()
    const before = await sign({ rights: rights('microphone', 'screen') })
    const secondDevice = await sign({ peer: 'second', rights: rights('screen') })
    now += 5
    change('room', '{}', rights('microphone'), now)
    const other = await sign({ label: 'other', rights: rights('screen'), issuedAt: now - 5 })
    const elsewhere = await sign({ room: 'elsewhere', rights: rights('screen'), issuedAt: now - 5 })
    expect((await admit(before)).rights()).toEqual(rights('microphone'))
    expect((await admit(secondDevice)).rights()).toEqual(rights('microphone'))
    expect((await admit(other)).rights()).toEqual(rights('screen'))
    expect((await admit(elsewhere)).rights()).toEqual(rights('screen'))
    now += 5
    expect((await admit(await sign({ rights: rights('screen') }))).rights()).toEqual(rights('screen'))
  })

  test('of a silent device has no part in sound, whatever its label may do now or later', async () => {
    const { admit, change } = fresh()
    const admission = await admit(await sign({ silent: true, rights: rights('microphone', 'camera', 'screenAudio', 'screen') }))
    expect(admission.rights()).toEqual(rights('camera', 'screen'))
    now += 5
    change('room', '{}', rights('microphone', 'camera'), now)
    expect(admission.rights()).toEqual(rights('camera'))
  })

  test.each<[string, Parameters<Grants['revoke']>[1]]>([
    ['peer', { peer: 'peer' }], ['label', { label: '{}' }], ['room', 'everybody'],
  ])('signed before its %s was closed is void, whatever is given since; one signed after counts', async (_, whose) => {
    const { admit, revoke, change } = fresh()
    const [mine, others] = await Promise.all([sign(), sign({ peer: 'other', label: 'other' })])
    now += 5
    revoke('room', whose, now)
    change('room', '{}', rights('screen'), now)
    await expect(admit(mine)).rejects.toMatchObject({ code: 'grantRevoked' })
    if (whose === 'everybody') await expect(admit(others)).rejects.toMatchObject({ code: 'grantRevoked' })
    else await admit(others)
    now += 5
    await admit(await sign())
  })

  test('closed while its peer waits at the door is void too', async () => {
    const { admit, revoke } = fresh()
    const admission = await admit(await sign())
    now += 5
    revoke('room', { peer: 'peer' }, now)
    expect(() => admission.rights()).toThrow(expect.objectContaining({ code: 'grantRevoked' }))
  })

  test.each([-4_000, 4_000])('is held against orders by the clock of who gave both, though ours is %i ms off', async (skew) => {
    const { admit, revoke, change } = fresh()
    const ordered = now - skew
    const grant = (peer: string, issuedAt: number) => sign({ peer, label: peer, rights: rights('screen'), issuedAt })
    const issued = await Promise.all(['ann', 'binh'].flatMap((peer) => [grant(peer, ordered - 1), grant(peer, ordered + 1)]))
    const [before, after, unchanged, renewed] = issued
    revoke('room', { label: 'ann' }, ordered)
    change('room', 'binh', rights('microphone'), ordered)
    await expect(admit(before ?? '')).rejects.toMatchObject({ code: 'grantRevoked' })
    expect((await admit(after ?? '')).rights()).toEqual(rights('screen'))
    expect((await admit(unchanged ?? '')).rights()).toEqual(rights('microphone'))
    expect((await admit(renewed ?? '')).rights()).toEqual(rights('screen'))
    revoke('room', { label: 'ann' }, ordered - 10)
    await expect(admit(await grant('ann', ordered - 5))).rejects.toMatchObject({ code: 'grantRevoked' })
  })
})
