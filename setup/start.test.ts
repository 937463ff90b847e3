import { afterAll, beforeAll, expect, it } from 'vitest'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { clientIsBuilt, clientSources } from './client-build.mjs'

/** A checkout whose setup has nothing left to do, with a server that says what reaches it. */
const SERVER = `
process.on('SIGTERM', () => { console.log('stopping in order'); process.exit(7) })
console.log('node', process.versions.node, 'worker', process.env.MEDIASOUP_WORKER_BIN, 'arguments', process.argv.slice(2).join())
if (process.argv.includes('fail')) process.exit(3)
setInterval(() => {}, 1000)
`

let root: string
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'start-'))
  for (const name of ['client', 'protocol', 'node_modules']) symlinkSync(path.resolve(name), path.join(root, name))
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.base.json', 'setup']) {
    cpSync(name, path.join(root, name), { recursive: true })
  }
  mkdirSync(path.join(root, 'server'))
  writeFileSync(path.join(root, 'server/main.ts'), SERVER)
  mkdirSync(path.join(root, 'dist/client'), { recursive: true })
  writeFileSync(path.join(root, 'dist/client/index.html'), '')
  writeFileSync(path.join(root, 'dist/client.sources'), clientSources(root))
})
afterAll(() => rmSync(root, { recursive: true }))

it('goes straight to the server when nothing is left to do, and passes its status on', () => {
  const started = spawnSync(process.execPath, [path.join(root, 'setup/start.mjs'), 'fail'], { encoding: 'utf8' })
  expect(started.stdout).toMatch(/^node 24\.\d+\.\d+ worker \S+mediasoup-worker\S* arguments fail\n$/)
  expect(started.status).toBe(3)
})

it('passes a signal on and waits for the server to stop in order', async () => {
  const started = spawn(process.execPath, [path.join(root, 'setup/start.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  started.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text
    if (/^node /.test(text)) started.kill('SIGTERM')
  })
  const status = await new Promise((resolve) => started.on('close', resolve))
  expect(printed).toContain('stopping in order')
  expect(status).toBe(7)
})

it('builds the client again when a source or the lockfile changed', () => {
  expect(clientIsBuilt(root)).toBe(true)
  writeFileSync(path.join(root, 'tsconfig.base.json'), '{}')
  expect(clientIsBuilt(root)).toBe(false)
})
