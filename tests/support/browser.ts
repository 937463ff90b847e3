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
  '--no-first-run', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required', '--auto-select-desktop-capture-source=Entire screen',
]

/** `secureOrigin`: pages of this plain-http origin get the camera all the same. */
export async function launchBrowser(options: { networkNamespace?: string, secureOrigin?: string } = {}): Promise<Browser> {
  const { secureOrigin } = options
  const args = secureOrigin ? [...everyTime, `--unsafely-treat-insecure-origin-as-secure=${secureOrigin}`] : everyTime
  if (!options.networkNamespace) return chromium.launch({ executablePath: chromiumPath(), args })
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'))
  const program = join(folder, 'chromium')
  await writeFile(program, `#!/bin/sh\nexec ip netns exec ${options.networkNamespace} ${chromiumPath()} "$@"\n`)
  await chmod(program, 0o755)
  const browser = await chromium.launch({ executablePath: program, args })
  browser.on('disconnected', () => void rm(folder, { recursive: true, force: true }))
  return browser
}
