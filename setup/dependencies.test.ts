import { afterEach, beforeEach, expect, it } from 'vitest'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { dependenciesMatch } from './dependencies.mjs'

const ONE = { version: '1.0.0', integrity: 'sha512-one' }
const OTHER_PLATFORM = { version: '1.0.0', integrity: 'sha512-arm', optional: true }

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'dependencies-'))
  mkdirSync(path.join(root, 'node_modules/.bin'), { recursive: true })
  writeFileSync(path.join(root, 'node_modules/.bin/node'), '')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(wanted: object, installed: object | undefined) {
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }))
  if (installed) writeFileSync(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }))
}

it('is content when npm recorded what the lockfile names, but for packages of other platforms', () => {
  write({ 'node_modules/one': ONE, 'node_modules/arm': OTHER_PLATFORM }, { 'node_modules/one': ONE })
  expect(dependenciesMatch(root)).toBe(true)
})

it.each([
  ['nothing was installed, or it was cut short', undefined],
  ['a package is missing', {}],
  ['a package has another version', { 'node_modules/one': { ...ONE, version: '1.0.1' } }],
  ['a package has other content', { 'node_modules/one': { ...ONE, integrity: 'sha512-two' } }],
])('installs again when %s', (_why, installed) => {
  write({ 'node_modules/one': ONE }, installed)
  expect(dependenciesMatch(root)).toBe(false)
})

it('says what to do when the registry is out of reach, and leaves no half install that passes for a whole one', () => {
  rmSync(path.join(root, 'node_modules'), { recursive: true })
  cpSync('setup', path.join(root, 'setup'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) cpSync(file, path.join(root, file))
  // Nothing listens at port 9 (discard); the cache is empty, so that npm must ask.
  writeFileSync(path.join(root, '.npmrc'), `registry=http://127.0.0.1:9/\ncache=${path.join(root, 'cache')}\n`)
  const { npm_config_registry: _registry, ...env } = process.env
  const started = spawnSync(process.execPath, ['setup/start.mjs'], { cwd: root, env, encoding: 'utf8', timeout: 120_000 })
  expect(started.status).toBe(1)
  expect(started.stdout).toContain('npm ci')
  expect(started.stderr).toContain('The package registry http://127.0.0.1:9/ is out of reach (ECONNREFUSED)')
  expect(started.stderr).toContain('npm config set registry')
  expect(dependenciesMatch(root)).toBe(false)
  expect(existsSync(path.join(root, 'dist'))).toBe(false)
  expect(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).toBe(readFileSync('package-lock.json', 'utf8'))
}, 150_000)
