import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { loadConfig } from './config.ts'
import { loadKeys } from './keys.ts'

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'keys-'))
})
afterAll(() => rm(folder, { recursive: true }))
const keysOf = (name: string, env: NodeJS.ProcessEnv = {}) => loadKeys(loadConfig({ DATA_DIR: path.join(folder, name), ...env }))

describe('loadKeys', () => {
  it('makes each key once, for its owner alone, and reads it at the next start', async () => {
    const [first, same] = await Promise.all([keysOf('a'), keysOf('a')])
    const next = await keysOf('a')
    for (const keys of [same, next]) {
      expect(keys.sessionSecret).toBe(first.sessionSecret)
      expect(keys.mediaGrantSecret).toEqual(first.mediaGrantSecret)
      expect(keys.journal.publicKey.equals(first.journal.publicKey)).toBe(true)
    }
    for (const file of ['session-secret', 'media-grant-secret', 'journal.pem']) {
      expect((await stat(path.join(folder, 'a/keys', file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(path.join(folder, 'a/keys'))).mode & 0o777).toBe(0o700)
  })

  it('gives two data folders different keys', async () => {
    const [one, other] = [await keysOf('a'), await keysOf('b')]
    expect(one.sessionSecret).not.toBe(other.sessionSecret)
    expect(one.mediaGrantSecret).not.toEqual(other.mediaGrantSecret)
    expect(one.journal.publicKey.equals(other.journal.publicKey)).toBe(false)
  })

  it('signs with the journal key that was named', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const file = path.join(folder, 'named.pem')
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const { journal } = await keysOf('c', { JOURNAL_KEY_FILE: file })
    expect(verify(null, Buffer.from('head'), publicKey, sign(null, Buffer.from('head'), journal.privateKey))).toBe(true)
  })

  it('never makes a journal key in the place of a lost one that was named', async () => {
    const file = path.join(folder, 'lost.pem')
    const refusal = { code: 'keyFileUnusable', message: expect.stringContaining(file) }
    await expect(keysOf('d', { JOURNAL_KEY_FILE: file })).rejects.toMatchObject(refusal)
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each([
    ['text', 'not a key'],
    ['a key of another kind', EC.privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ])('refuses %s as the journal key', async (_what, content) => {
    const file = path.join(folder, 'other.pem')
    await writeFile(file, content)
    const refusal = { code: 'keyFileUnusable', remedy: expect.stringContaining('backup') }
    await expect(keysOf('e', { JOURNAL_KEY_FILE: file })).rejects.toMatchObject(refusal)
  })
})
