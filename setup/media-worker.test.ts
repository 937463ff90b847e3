import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { RECIPE } from './media-worker/build.mjs'
import { ensureMediaWorker, machineAbi, workerPlace, workerRuns } from './media-worker.mjs'
import { overlayWorker } from './media-worker/overlay.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'worker-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('where the worker is kept', () => {
  it('depends on version and machine, outside the checkout', () => {
    const os_ = (text: string) => machineAbi(text).split('-').at(-1)
    expect(os_('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n')).toBe('debian12')
    expect(os_('ID=arch\n')).toBe('arch')
    const kind = `3.27.1-${RECIPE}-${machineAbi()}`
    expect(workerPlace('3.27.1', { HOME: '/home/a' })).toBe(`/home/a/.cache/nghi-su/mediasoup-worker/${kind}/mediasoup-worker`)
    expect(workerPlace('3.27.1', { HOME: '/home/a', XDG_CACHE_HOME: '/c' })).toMatch(/^\/c\/nghi-su\//)
  })
})

describe('the worker of this machine', () => {
  it('runs', async () => {
    const { version } = JSON.parse(readFileSync('node_modules/mediasoup/package.json', 'utf8'))
    const place = process.env['MEDIASOUP_WORKER_BIN'] ?? workerPlace(version)
    expect(await workerRuns(place)).toBe(true)
  })

  it('is not taken for one when the program is another, or none', async () => {
    expect(await workerRuns('/bin/true')).toBe(false)
    expect(await workerRuns(path.join(folder, 'nothing'))).toBe(false)
  })

  it('says so when the one that was named does not run', async () => {
    const before = process.env['MEDIASOUP_WORKER_BIN']
    process.env['MEDIASOUP_WORKER_BIN'] = '/bin/true'
    try {
      await expect(ensureMediaWorker(process.cwd())).rejects.toMatchObject({
        message: expect.stringContaining('MEDIASOUP_WORKER_BIN=/bin/true'),
        remedy: expect.stringContaining('leave the variable out'),
      })
    } finally {
      if (before === undefined) delete process.env['MEDIASOUP_WORKER_BIN']
      else process.env['MEDIASOUP_WORKER_BIN'] = before
    }
  })
})

describe('overlayWorker', () => {
  it('fits the sources of the installed mediasoup: nothing to download, the executable alone', () => {
    cpSync('node_modules/mediasoup/worker', folder, { recursive: true })
    overlayWorker(folder)
    const meson = readFileSync(path.join(folder, 'meson.build'), 'utf8')
    expect(meson).toMatch(/executable\(\n {2}'mediasoup-worker'/)
    expect(meson).not.toContain('libmediasoup_worker')
    expect(meson).not.toContain('default_options: [\n')
    const wanted = [...meson.matchAll(/subproject\(\s*'([\w-]+)'/g)].map((match) => match[1] ?? '')
    // wingetopt is for Windows, catch2 for the worker's own tests.
    for (const name of wanted.filter((one) => !['wingetopt', 'catch2'].includes(one))) {
      expect(readFileSync(path.join(folder, 'subprojects', name, 'meson.build'), 'utf8')).toContain('_dep = ')
    }
    expect(readFileSync(path.join(folder, 'deps/libwebrtc/meson.build'), 'utf8')).toContain('flatbuffers_generator_dep')
    expect(readFileSync(path.join(folder, 'src/RTC/DtlsTransport.cpp'), 'utf8')).toContain('(operationType & BIO_CB_RETURN) != 0')
  })

  it('refuses sources that are not as it knows them', () => {
    mkdirSync(path.join(folder, 'subprojects'))
    writeFileSync(path.join(folder, 'meson.build'), "project('other')\n")
    expect(() => overlayWorker(folder)).toThrow()
  })
})
