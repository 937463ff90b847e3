/** A pause of the page's clock longer than this was a sleep: a closed lid, a frozen tab. In ms. */
const SLEEP_MS = 10_000
const TICK_MS = 2_000
/** Several signs of one waking come within this, in ms. */
const ONCE_MS = 1_000

interface Connection extends EventTarget {
  /** The kind of network, where the browser tells it (phones do). */
  type?: string
}

function networkInformation(): Connection | undefined {
  return 'connection' in navigator ? navigator.connection as Connection : undefined
}

/**
 * Tells when the page woke from a sleep, or the network may be another one; returns how to stop. A change of mere speed is
 * none. Safari knows no kind of network, so there only `online` and sleeps tell.
 */
export function onWaking(tell: () => void): () => void {
  const connection = networkInformation()
  let kind = connection?.type
  let last = Date.now()
  let told = 0

  function woke(): void {
    if (Date.now() - told < ONCE_MS) return
    told = Date.now()
    tell()
  }

  /** Timers stand still in a sleep, so the first thing that happens after it finds a gap. */
  function tick(): void {
    const now = Date.now()
    const slept = now - last > SLEEP_MS
    last = now
    if (slept) woke()
  }
  function changed(): void {
    if (connection?.type === kind) return
    kind = connection?.type
    woke()
  }
  // A page that comes back from the browser's history was frozen, however short.
  const shown = (event: PageTransitionEvent) => { if (event.persisted) woke() }

  const ticking = setInterval(tick, TICK_MS)
  addEventListener('online', woke)
  addEventListener('pageshow', shown)
  document.addEventListener('resume', tick)
  document.addEventListener('visibilitychange', tick)
  connection?.addEventListener('change', changed)
  return () => {
    clearInterval(ticking)
    removeEventListener('online', woke)
    removeEventListener('pageshow', shown)
    document.removeEventListener('resume', tick)
    document.removeEventListener('visibilitychange', tick)
    connection?.removeEventListener('change', changed)
  }
}
