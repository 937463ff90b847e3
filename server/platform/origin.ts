import type { IncomingMessage } from 'node:http'

/**
 * Whether a request may come from the page that sent it. Browsers name the page's origin on every request that changes
 * something and on every WebSocket upgrade; on a plain GET of the same origin they leave it out, and say so in
 * `Sec-Fetch-Site` (old ones say nothing).
 */
export function originAllowed(req: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = req.headers
  if (origin !== undefined) return allowed.includes(origin)
  const upgrade = req.headers.upgrade !== undefined
  const reads = req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS'
  const site = req.headers['sec-fetch-site']
  return reads && !upgrade && (site === undefined || site === 'same-origin' || site === 'none')
}
