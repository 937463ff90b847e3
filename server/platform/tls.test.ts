import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { loadConfig } from './config.ts'
import { tlsFor } from './tls.ts'

const MACHINE = { cores: 2, addresses: ['192.0.2.7'] }

describe('tlsFor', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tls-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const config = (env: NodeJS.ProcessEnv) => loadConfig({ DATA_DIR: path.join(folder, 'data'), ...env }, MACHINE)

  it('leaves localhost on plain HTTP', async () => {
    expect(await tlsFor(config({}))).toBeUndefined()
  })

  it('makes a certificate that a client who trusts it accepts for HOST and MEDIA_ADDRESS, and keeps it', async () => {
    const wanted = config({ HOST: '127.0.0.9', TLS_CERT: '', MEDIA_ADDRESS: '192.0.2.10' })
    const remote = { ...wanted, https: true }
    const tls = await tlsFor(remote)
    if (!tls) throw new Error('no certificate')
    expect(tls.selfSigned).toBe(true)
    expect(new X509Certificate(tls.cert).checkIP('192.0.2.10')).toBe('192.0.2.10')
    expect((await stat(path.join(folder, 'data/keys/self-signed-tls.json'))).mode & 0o777).toBe(0o600)

    const server = https.createServer(tls, (_request, response) => response.end('here'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.9', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const body = await new Promise<string>((resolve, reject) => {
      https.get({ host: '127.0.0.9', port, ca: tls.cert, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve)
      }).on('error', reject)
    })
    await new Promise((resolve) => server.close(resolve))
    expect(body).toBe('here')

    expect((await tlsFor(remote))?.cert).toBe(tls.cert)
    const moved = await tlsFor(config({ HOST: 'meet.example.vn', MEDIA_ADDRESS: '192.0.2.10' }))
    expect(moved?.cert).not.toBe(tls.cert)
    expect(new X509Certificate(moved?.cert ?? '').checkHost('meet.example.vn')).toBe('meet.example.vn')
  })

  it('serves the certificate that was given', async () => {
    const made = await tlsFor(config({ HOST: '192.0.2.10' }))
    if (!made) throw new Error('no certificate')
    await writeFile(path.join(folder, 'cert.pem'), made.cert)
    await writeFile(path.join(folder, 'key.pem'), made.key)
    const given = { HOST: '192.0.2.10', TLS_CERT: path.join(folder, 'cert.pem'), TLS_KEY: path.join(folder, 'key.pem') }
    expect(await tlsFor(config(given))).toEqual({ cert: made.cert, key: made.key, selfSigned: false })
  })

  it.each([
    ['TLS_CERT', 'a file that is not there', { TLS_CERT: '/nowhere/cert.pem', TLS_KEY: 'key.pem' }, 'cannot be read (ENOENT)'],
    ['TLS_CERT', 'a key in its place', { TLS_CERT: 'key.pem', TLS_KEY: 'key.pem' }, 'holds no PEM certificate'],
    ['TLS_KEY', 'a certificate in its place', { TLS_CERT: 'cert.pem', TLS_KEY: 'cert.pem' }, 'holds no unencrypted PEM'],
    ['TLS_KEY', "another certificate's key", { TLS_CERT: 'cert.pem', TLS_KEY: 'other.pem' }, 'is not the key of the certificate'],
  ])('names %s when it is %s', async (variable, _what, files, why) => {
    await rm(path.join(folder, 'data'), { recursive: true, force: true })
    const other = await tlsFor(config({ HOST: '192.0.2.10' }))
    await writeFile(path.join(folder, 'other.pem'), other?.key ?? '')
    const given = { TLS_CERT: path.resolve(folder, files.TLS_CERT), TLS_KEY: path.resolve(folder, files.TLS_KEY) }
    await expect(tlsFor(config({ HOST: '192.0.2.10', ...given }))).rejects.toMatchObject({
      code: 'tlsFileUnusable',
      message: expect.stringMatching(new RegExp(`^${variable}=.* ${why.replace(/[()]/g, '\\$&')}`)),
    })
  })
})
