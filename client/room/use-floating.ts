import { computed, onScopeDispose, shallowRef } from 'vue'
import type { Space } from './layout.ts'

declare global {
  interface Window {
    /** https://wicg.github.io/document-picture-in-picture/ */
    documentPictureInPicture?: { requestWindow(options: Space): Promise<Window> }
  }
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

  async function openWindow(request: (options: Space) => Promise<Window>) {
    const opened = await request(SIZE)
    for (const style of document.head.querySelectorAll('style, link[rel="stylesheet"]')) opened.document.head.append(style.cloneNode(true))
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

  onScopeDispose(close)
  return {
    possible: Boolean(window.documentPictureInPicture) || document.pictureInPictureEnabled,
    open: computed(() => Boolean(shown.value ?? video.value)), window: shown, size, toggle, close,
  }
}
