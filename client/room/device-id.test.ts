import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** The locks of a browser that takes its time; the tabs of a browser share those `held`. */
const locks = (held: Set<string>, afterMs: number) => ({
  request: (name: string, { signal }: LockOptions, use: () => Promise<never>) => new Promise((_, refuse) => {
    signal?.addEventListener('abort', () => { refuse(signal.reason as Error) })
    setTimeout(() => {
      if (signal?.aborted || held.has(name)) return
      held.add(name)
      void use()
    }, afterMs)
  }),
})

/** A tab of its own: the module keeps the id of the page that loaded it. */
async function openTab(): Promise<string> {
  vi.resetModules()
  const { deviceId } = await import('./device-id.ts')
  return await deviceId()
}

describe('the id of a tab', () => {
  const stored = new Map<string, string>()

  beforeEach(() => {
    stored.clear()
    vi.stubGlobal('sessionStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, to: string) => stored.set(key, to) })
  })
  afterEach(() => { vi.unstubAllGlobals() })

  it('is another one in a copy of the tab, even where the first waited long for its lock', async () => {
    const held = new Set<string>()
    vi.stubGlobal('navigator', { locks: locks(held, 700) })
    const first = await openTab()
    vi.stubGlobal('navigator', { locks: locks(held, 0) })
    expect(await openTab()).not.toBe(first)
  })
})
