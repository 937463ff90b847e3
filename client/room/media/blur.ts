import { VirtualBackgroundProcessor } from '@shiguredo/virtual-background'
import type { CapturedTrack } from './capture.ts'

/** Where the build puts the library's model and program (see `blur-data-plugin.ts`). */
declare const __BLUR_DATA__: string

/** In pixels of the picture: faces behind are no longer known, shapes still are. */
const RADIUS = 16
/** Model and program are some megabytes; what gives no picture by then gives none. In ms, of a page that is seen. */
const PATIENCE_MS = 20_000

/**
 * Blurs all but the person, in this browser: no picture leaves it for that. Takes the captured track over.
 * Fails with NotSupportedError where the browser cannot; the track is as before then, as after any failure.
 */
export async function blurBackground(track: MediaStreamTrack): Promise<CapturedTrack> {
  if (!VirtualBackgroundProcessor.isSupported()) throw new DOMException('this browser gives no access to frames', 'NotSupportedError')
  const processor = new VirtualBackgroundProcessor(__BLUR_DATA__)
  const blurred = await processor.startProcessing(track as MediaStreamVideoTrack, { blurRadius: RADIUS })
  try {
    await firstFrame(blurred)
  } catch (error) {
    processor.stopProcessing()
    blurred.stop()
    throw error
  }
  // What the library makes lives on when the camera is gone.
  track.addEventListener('ended', () => {
    processor.stopProcessing()
    blurred.stop()
    blurred.dispatchEvent(new Event('ended'))
  })
  return {
    track: blurred,
    release() {
      processor.stopProcessing()
      blurred.stop()
      track.stop()
    },
  }
}

const STEP_MS = 250

/** A hidden page may be given no pictures by its browser: that time does not count. */
function firstFrame(track: MediaStreamTrack): Promise<void> {
  const watched = track.clone()
  let seenMs = 0
  let timer: ReturnType<typeof setInterval> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (document.visibilityState === 'visible') seenMs += STEP_MS
      if (seenMs >= PATIENCE_MS || watched.readyState === 'ended') reject(new Error('no blurred picture came'))
    }, STEP_MS)
  })
  const first = typeof MediaStreamTrackProcessor === 'undefined' ? frameShown(watched) : frameRead(watched)
  return Promise.race([first, tooLate]).finally(() => {
    clearInterval(timer)
    watched.stop()
  })
}

/** Of the track itself, whether or not anything is painted. */
async function frameRead(track: MediaStreamTrack): Promise<void> {
  const reader = new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack }).readable.getReader()
  const { value } = await reader.read()
  if (!value) throw new Error('the blurred picture ended')
  value.close()
  await reader.cancel()
}

async function frameShown(track: MediaStreamTrack): Promise<void> {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  const loaded = new Promise((resolve) => { video.addEventListener('loadeddata', resolve, { once: true }) })
  video.srcObject = new MediaStream([track])
  try {
    await Promise.all([video.play(), loaded])
  } finally {
    video.srcObject = null
  }
}
