import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureSystemPackages } from './system-packages.mjs'

/** The only programs of the system are those in `folder`. */
let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'programs-'))
  vi.stubEnv('PATH', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

it('says what to install by hand where there is no apt-get', async () => {
  await expect(ensureSystemPackages(['meson', 'ninja-build'], 'the media worker')).rejects.toMatchObject({
    message: expect.stringContaining('apt-get is missing on this system, and the media worker needs'),
    remedy: expect.stringContaining('meson ninja-build'),
  })
})

it('names the command for root where only root may install', async () => {
  writeFileSync(path.join(folder, 'apt-get'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  vi.spyOn(process, 'getuid').mockReturnValue(1000)
  await expect(ensureSystemPackages(['meson'], 'the media worker')).rejects.toMatchObject({
    message: expect.stringContaining('only root may install them'),
    remedy: expect.stringContaining('sudo apt-get install --no-install-recommends meson'),
  })
})
