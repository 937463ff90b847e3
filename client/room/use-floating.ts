import { computed, onScopeDispose, shallowRef } from 'vue'
import type { Space } from './layout.ts'

declare global {
  interface Window {
    /** https://wicg.github.io/document-picture-in-picture/ */
    documentPictureInPicture?: { requestWindow(options: Space): Promise<Window & typeof globalThis> }
  }
}

/** As it is now, without asking the network: what styles a page may differ from what lies behind its address. */
function copied(sheet: CSSStyleSheet, to: typeof globalThis): CSSStyleSheet {
  const copy = new to.CSSStyleSheet({ baseURL: sheet.href ?? location.href })
  copy.replaceSync([...sheet.cssRules].map((rule) => rule.cssText).join('\n'))
  return copy
}

const SIZE: Space = { width: 400, height: 225 }

/**
 * Somebody's picture in a small window above all others: one of our own with a button to mute oneself, or, where the browser
 * has none, its bare video.
 */
export function useFloating(mainVideo: () => HTMLVideoElement | null) {
  const shown = shallowRef<Window | null>(null)
  const video = shallowRef<HTMLVideoElement | null>(null)
  const size = shallowRef<Space>(SIZE)
  let ended = false

  async function openWindow(request: (options: Space) => Promise<Window & typeof globalThis>) {
    const opened = await request(SIZE)
    // Left meanwhile: nobody would ever close it.
    if (ended) return opened.close()
    opened.document.adoptedStyleSheets = [...document.styleSheets].map((sheet) => copied(sheet, opened))
    opened.document.documentElement.className = document.documentElement.className
    opened.document.documentElement.lang = document.documentElement.lang
    opened.document.title = document.title
    const measure = () => { size.value = { width: opened.innerWidth, height: opened.innerHeight } }
    measure()
    opened.addEventListener('resize', measure)
    opened.addEventListener('pagehide', () => { if (shown.value === opened) shown.value = null })
    shown.value = opened
  }

  async function floatVideo() {
    const found = mainVideo()
    if (!found) return
    const window = await found.requestPictureInPicture()
    if (ended) return void document.exitPictureInPicture().catch(() => undefined)
    const measure = () => { size.value = { width: window.width, height: window.height } }
    measure()
    window.addEventListener('resize', measure)
    found.addEventListener('leavepictureinpicture', () => { if (video.value === found) video.value = null }, { once: true })
    video.value = found
  }

  function close() {
    shown.value?.close()
    shown.value = null
    if (video.value && document.pictureInPictureElement === video.value) void document.exitPictureInPicture().catch(() => undefined)
    video.value = null
  }

  async function toggle() {
    if (shown.value || video.value) return close()
    try {
      if (window.documentPictureInPicture) await openWindow((options) => window.documentPictureInPicture!.requestWindow(options))
      else await floatVideo()
    } catch (error) {
      // Closed by the person before it stood, or refused by the browser's settings: the picture stays where it is.
      console.warn('no window for the picture', error)
    }
  }

  onScopeDispose(() => {
    ended = true
    close()
  })
  return {
    possible: Boolean(window.documentPictureInPicture) || document.pictureInPictureEnabled,
    open: computed(() => Boolean(shown.value ?? video.value)), window: shown, size, toggle, close,
  }
}
