import { onScopeDispose, ref, type Ref } from 'vue'

/**
 * The server's clock as far as its answers tell it: each `Date` header bounds the difference between the two clocks.
 * A well-set clock stays as it is; a wrong one is moved no further than the bounds demand.
 */
export function createClock(localNow: () => number = Date.now) {
  let earliest = -Infinity
  let latest = Infinity

  /** `header` counts whole seconds; the answer was made between sending and receiving. */
  function observe(header: string | null, sentAt: number, receivedAt: number) {
    const server = header ? Date.parse(header) : Number.NaN
    if (Number.isNaN(server)) return
    const least = server - receivedAt
    const most = server + 1000 - sentAt
    // A clock that was set meanwhile contradicts what was known: begin anew.
    const contradicts = least > latest || most < earliest
    earliest = contradicts ? least : Math.max(earliest, least)
    latest = contradicts ? most : Math.min(latest, most)
  }

  /** Milliseconds since 1970 by the server's clock. */
  const now = () => localNow() + Math.min(Math.max(0, earliest), latest)

  return { observe, now }
}

export const clock = createClock()

/** The server's time, told anew every `everyMs`, while the component lives. */
export function useNow(everyMs = 1000): Ref<number> {
  const now = ref(clock.now())
  const timer = setInterval(() => { now.value = clock.now() }, everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
