import { defineAsyncComponent, type Component } from 'vue'

/** In ms: waits no longer for idleness than this. */
const PATIENCE_MS = 2_000

const idle = () => new Promise<unknown>((resolve) => {
  // Safari has no such callback.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve, { timeout: PATIENCE_MS })
  else setTimeout(resolve, PATIENCE_MS / 4)
})

/** A part of the page that comes once the browser has nothing more urgent to do, as getting the first picture on the screen. */
export const whenIdle = <T extends Component>(load: () => Promise<{ default: T }>) =>
  defineAsyncComponent<T>(async () => {
    await idle()
    return (await load()).default
  })
