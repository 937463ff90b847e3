import { defineAsyncComponent, type Component, type FunctionalComponent } from 'vue'

/** In ms: the first pictures are on the screen by then, on a network that is good. */
const CALM_MS = 1_000
/** In ms: waits no longer for idleness than this. */
const PATIENCE_MS = 2_000

const idle = async () => {
  await new Promise((resolve) => { setTimeout(resolve, CALM_MS) })
  // Safari has no such callback.
  if ('requestIdleCallback' in globalThis) await new Promise((resolve) => requestIdleCallback(resolve, { timeout: PATIENCE_MS }))
}

/** Fetches what is wanted at once later; what fails now is fetched when it is wanted. */
export const prefetch = (load: () => Promise<unknown>) => void idle().then(load).catch(() => undefined)

/** In ms, before a part that could not be fetched is fetched again: a page is opened during a cut too. */
const pauseBefore = (attempt: number) => Math.min(5_000, 500 * attempt)
const onError = (_: Error, retry: () => void, _fail: () => void, attempts: number) => void setTimeout(retry, pauseBefore(attempts))

/** A part of the page that comes when it is first shown. */
export const whenWanted = <T extends Component>(load: () => Promise<{ default: T }>) =>
  defineAsyncComponent<T>({ loader: async () => (await load()).default, onError })

/**
 * A part of the page that comes once the browser has nothing more urgent to do, as getting the first picture on the screen.
 * `placeholder` keeps its place until then; it is given class and style alone.
 */
export const whenIdle = <T extends Component>(load: () => Promise<{ default: T }>, placeholder?: FunctionalComponent) =>
  defineAsyncComponent<T>({
    loader: async () => {
      await idle()
      return (await load()).default
    },
    onError,
    ...placeholder && { loadingComponent: placeholder, delay: 0 },
  })
