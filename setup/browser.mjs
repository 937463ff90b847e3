import { existsSync } from 'node:fs'
import { missingReadingTools } from './reading-tools.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/** The browser that journeys run in: CHROMIUM, or one in its usual place. */
export function findBrowser(env = process.env) {
  return [env.CHROMIUM, ...PLACES].find((place) => place && existsSync(place))
}

/** Installs what the tests need beyond the program itself and returns the path of the browser. */
export async function ensureTestTools() {
  const packages = []
  if (!findBrowser()) packages.push('chromium')
  packages.push(...missingReadingTools())
  if (!existsSync('/usr/bin/ffmpeg')) packages.push('ffmpeg')
  if (!existsSync('/usr/bin/turnserver')) packages.push('coturn')
  if (!existsSync('/usr/sbin/ip') && !existsSync('/sbin/ip') && !existsSync('/usr/bin/ip')) packages.push('iproute2')
  if (packages.length > 0) await ensureSystemPackages(packages, 'the tests')
  return findBrowser()
}
