import type { types } from 'mediasoup-client'

/** Counters since the connection began, of what a repair could be asked for, and the present way there and back, ms. */
export interface Heard { lost: number, received: number, roundTripMs: number }

const LOOK_MS = 2_000
/** Looks that are judged together. */
const WINDOW = 8
/** Shares of packets: from the first on pictures wait for repairs, below the second no longer. */
const BAD = 0.01
const GOOD = 0.003
/** A repair that is lost too takes a second way there and back. */
const ROUND_TRIPS = 2.5
/** More, and people would talk at once: with the network's own time it is to stay below the 400 ms of ITU-T G.114. */
const LONGEST_MS = 300
/** A smaller change is not worth the hiccup. */
const STEP_MS = 50

/**
 * Judges a network by what is heard of it, look by look: for how long, in ms, a picture should wait so that a packet that was
 * lost twice still arrives before it is shown; null while hardly any is lost, so that nobody is heard later than needed.
 */
export function createSteadying(): (heard: Heard) => number | null {
  let looks: Heard[] = []
  let wait: number | null = null
  return (heard) => {
    const last = looks.at(-1)
    // Another connection counts from the beginning.
    if (last && heard.received < last.received) looks = []
    looks = [...looks, heard].slice(-WINDOW - 1)
    const [first] = looks
    const lost = heard.lost - (first?.lost ?? 0)
    const came = heard.received - (first?.received ?? 0)
    if (lost + came <= 0) return wait
    const share = lost / (lost + came)
    if (share < GOOD) wait = null
    else if (share >= BAD || wait !== null) {
      const wanted = Math.min(LONGEST_MS, Math.round(ROUND_TRIPS * heard.roundTripMs))
      if (wait === null || Math.abs(wanted - wait) >= STEP_MS) wait = wanted
    }
    return wait
  }
}

async function listen(transport: types.Transport): Promise<Heard> {
  const heard: Heard = { lost: 0, received: 0, roundTripMs: 0 }
  for (const report of (await transport.getStats()).values()) {
    // The node's probes of the bandwidth are no picture that anybody waits for.
    if (report.type === 'inbound-rtp' && report.mid !== 'probator') {
      heard.lost += Number(report.packetsLost ?? 0)
      heard.received += Number(report.packetsReceived ?? 0)
    }
    if (report.type === 'candidate-pair' && report.nominated) heard.roundTripMs = 1_000 * Number(report.currentRoundTripTime ?? 0)
  }
  return heard
}

/** Lets `wait` know, from time to time, how long what `transport` receives should wait for repairs. Returns the end of that. */
export function steady(transport: () => types.Transport | undefined, wait: (ms: number | null) => void): () => void {
  const judge = createSteadying()
  const timer = setInterval(() => {
    const now = transport()
    if (!now || now.closed) return
    // A transport that closes meanwhile has nothing more to tell.
    listen(now).then((heard) => wait(judge(heard)), () => undefined)
  }, LOOK_MS)
  return () => clearInterval(timer)
}
