import { VirtualBackgroundProcessor } from '@shiguredo/virtual-background'
import type { CapturedTrack } from './capture.ts'

/** Where the build puts the library's model and program (see `blur-data-plugin.ts`). */
declare const __BLUR_DATA__: string

/** In pixels of the picture: faces behind are no longer known, shapes still are. */
const RADIUS = 16
/** Model and program are some megabytes; what gives no picture by then gives none. In ms. */
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

function firstFrame(track: MediaStreamTrack): Promise<void> {
  const video = document.createElement('video')
  video.muted = true
  video.srcObject = new MediaStream([track])
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no blurred picture came')), PATIENCE_MS)
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer)
      resolve()
    })
    video.play().catch(reject)
  }).finally(() => { video.srcObject = null })
}
