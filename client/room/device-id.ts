const KEY = 'nghi-su.device'
/** A tab that is loaded again waits for its earlier page to let go. In ms. */
const PATIENCE_MS = 500

let claimed: Promise<string> | undefined

/** Holds the id for as long as the page lives; false when another page does for as long as one waits. */
function hold(id: string, wait: LockOptions = {}): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks.request(`${KEY}.${id}`, wait, () => {
      resolve(true)
      return new Promise<never>(() => {})
    }).catch(() => resolve(false))
  })
}

async function claim(): Promise<string> {
  const kept = sessionStorage.getItem(KEY)
  // On an insecure page no browser tells whether another tab has it.
  if (kept && (!navigator.locks || await hold(kept, { signal: AbortSignal.timeout(PATIENCE_MS) }))) return kept
  const made = crypto.randomUUID()
  sessionStorage.setItem(KEY, made)
  // Nobody else has it: however slow the browser is, it must be held, or a copy of this tab would take its place unasked.
  if (navigator.locks) await hold(made)
  return made
}

/**
 * The same tab is the same device, over reloads too, so that it takes its own place over again. A copy of a tab, which
 * begins with the same storage, is another one.
 */
export function deviceId(): Promise<string> {
  claimed ??= claim()
  return claimed
}
