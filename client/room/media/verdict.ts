/** Whether a way to the media node is open. `notConfigured`: there is no relay to try. */
export type WayVerdict = 'ok' | 'blocked' | 'notConfigured'

/** What to tell somebody about their connection, the most important first; the words are the page's. */
export type Advice =
  | 'unreachable' // nothing comes through at all: a firewall or a lost network
  | 'udpBlocked' // it works over TCP, with more delay: ask the administrator to open UDP
  | 'relayOnly' // only the relay comes through
  | 'slowUpload' // others will see a small or halting picture: turn the camera off, or use a cable
  | 'slowDownload' // few pictures at once: sound only
  | 'farAway' // long round trip: people will speak into each other
  | 'lossy' // packets get lost: move closer to the access point, or use a cable

/** What was measured; null is not known (yet). */
export interface Findings {
  udp: WayVerdict | null
  tcp: WayVerdict | null
  relay: WayVerdict | null
  /** Estimates, in kbit/s: at least this much came through. `downKbps` is known only where it is less than was sent. */
  upKbps: number | null
  downKbps: number | null
  rttMs: number | null
  /** Lost of what was sent, 0 to 1. */
  loss: number | null
}

export type Verdict = 'good' | 'fair' | 'poor' | 'none'

/**
 * Up to (bandwidth: from) where a connection is good, and where it is still fair. A camera in its middle size is 400 kbit/s;
 * the round trip is the one of G.114, from which people notice, and begin to speak into each other.
 */
const LIMITS = {
  upKbps: [1_000, 300],
  downKbps: [1_500, 500],
  rttMs: [200, 400],
  loss: [0.02, 0.06],
} as const

const worse: readonly Verdict[] = ['good', 'fair', 'poor']

function judge(name: keyof typeof LIMITS, value: number | null): 0 | 1 | 2 {
  if (value === null) return 0
  const [good, fair] = LIMITS[name]
  // Bandwidth is good when it is large, everything else when it is small.
  const within = (limit: number) => (good > fair ? value >= limit : value <= limit)
  return within(good) ? 0 : within(fair) ? 1 : 2
}

/** What the findings of a finished check come to. */
export function verdictOf(found: Findings): { verdict: Verdict, advice: Advice[] } {
  const isOpen = [found.udp, found.tcp, found.relay].includes('ok')
  if (!isOpen) return { verdict: 'none', advice: ['unreachable'] }
  const advice: Advice[] = []
  let worst = 0
  if (found.udp === 'blocked') {
    advice.push(found.tcp === 'ok' ? 'udpBlocked' : 'relayOnly')
    worst = 1
  }
  const told = { loss: 'lossy', upKbps: 'slowUpload', downKbps: 'slowDownload', rttMs: 'farAway' } as const
  for (const name of ['loss', 'upKbps', 'downKbps', 'rttMs'] as const) {
    const judged = judge(name, found[name])
    if (judged > 0) advice.push(told[name])
    worst = Math.max(worst, judged)
  }
  return { verdict: worse[worst] ?? 'poor', advice }
}
