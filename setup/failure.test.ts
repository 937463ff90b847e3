import { describe, expect, it } from 'vitest'
import { aptFailure, fileFailure, npmFailure, programFailure } from './failure.mjs'

describe('npmFailure', () => {
  const REGISTRY = 'https://registry.example.vn/'
  it.each([
    ['npm error code ENOTFOUND\nnpm error network request failed', 'out of reach (ENOTFOUND)', 'npm config set registry'],
    ['npm error code ECONNREFUSED', 'out of reach (ECONNREFUSED)', 'npm config set registry'],
    ['npm error code E503\nnpm error 503 Service Unavailable', 'out of reach (E503)', 'npm config set registry'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'does not trust', 'npm config set cafile'],
    ['npm error code ENOSPC\nnpm error nospc no space left on device', 'The disk that holds /srv/app is full', 'Free some space'],
    ['npm error code EACCES\nnpm error Error: EACCES: permission denied, mkdir', 'no right to write /srv/app', 'chown'],
    ['npm error code EUSAGE\nnpm error lock file is out of sync', 'EUSAGE', 'Mend what npm names'],
  ])('knows what %j means', (output, what, remedy) => {
    const failure = npmFailure(output, REGISTRY, '/srv/app')
    expect(failure.message).toContain(what)
    expect(failure.remedy).toContain(remedy)
  })

  it('names the registry that was asked', () => {
    expect(npmFailure('ETIMEDOUT', REGISTRY, '/srv/app').message).toContain(REGISTRY)
  })
})

it.each([
  ["E: Failed to fetch http://mirror/  Could not resolve 'mirror'", 'mirror of this system is out of reach'],
  ['E: You don’t have enough free space: No space left on device', 'disk that holds /var is full'],
  ['E: Unable to locate package meson', 'could not install meson'],
])('knows what apt-get means by %j', (output, what) => {
  expect(aptFailure(output, ['meson']).message).toContain(what)
})

it('keeps the end of what another program printed, and sees a full disk in it', () => {
  const printed = `${'first\n'.repeat(100)}fatal: last`
  expect(programFailure('ninja', printed, '/cache', 'again').message).toMatch(/^ninja failed:[^]*fatal: last$/)
  expect(programFailure('ninja', 'ar: libx.a: No space left on device', '/cache', 'again').message).toContain('/cache is full')
})

it('turns a file error into advice and leaves a defect alone', () => {
  for (const code of ['ENOSPC', 'EROFS']) {
    expect(fileFailure(Object.assign(new Error('write'), { code }), '/cache')).toMatchObject({ remedy: expect.any(String) })
  }
  const defect = new TypeError('x is not a function')
  expect(fileFailure(defect, '/cache')).toBe(defect)
})
