import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

function chromiumPath(): string {
  const path = process.env.CHROMIUM ?? places.find(existsSync)
  if (!path) throw new Error('No Chromium found: install the Debian package chromium, or name one in CHROMIUM.')
  return path
}

/** Chromium with a moving test picture as its camera and beeps as its microphone; permission is granted unasked. */
const everyTime = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--no-first-run', '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required', '--auto-select-desktop-capture-source=Entire screen',
]

/**
 * `secureOrigin`: pages of this plain-http origin get the camera all the same. `cameraFps`: pictures a second of the camera,
 * for tests that see pictures go through and judge none; without, as many as a real one has.
 */
export async function launchBrowser(options: { networkNamespace?: string, secureOrigin?: string, cameraFps?: number } = {}): Promise<Browser> {
  const { secureOrigin, cameraFps } = options
  const args = [
    ...everyTime, `--use-fake-device-for-media-stream${cameraFps ? `=fps=${cameraFps}` : ''}`,
    ...secureOrigin ? [`--unsafely-treat-insecure-origin-as-secure=${secureOrigin}`] : [],
  ]
  if (!options.networkNamespace) return chromium.launch({ executablePath: chromiumPath(), args })
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'))
  const program = join(folder, 'chromium')
  await writeFile(program, `#!/bin/sh\nexec ip netns exec ${options.networkNamespace} ${chromiumPath()} "$@"\n`)
  await chmod(program, 0o755)
  const browser = await chromium.launch({ executablePath: program, args })
  browser.on('disconnected', () => void rm(folder, { recursive: true, force: true }))
  return browser
}
