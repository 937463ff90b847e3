import type { MediaSource } from '../../../protocol/media-grant.ts'
import { deviceProblem, type DeviceProblem } from '../device-problem.ts'

/** `notAllowed`: the grant does not give it. For a screen, `blocked` also stands for a person who closed the chooser. */
export type CaptureResult = { ok: true } | { ok: false; problem: DeviceProblem | 'notAllowed' }

/** A track to be sent, and how to let go of the device behind it. */
export interface CapturedTrack {
  track: MediaStreamTrack
  release(): void
}

/** Changes a picture on its way: takes the captured track over, and gives back the one to send. If it fails, nothing is sent. */
export type PictureFilter = (track: MediaStreamTrack) => Promise<CapturedTrack>

export interface CaptureOptions {
  /** Which device; default: what the system prefers. */
  deviceId?: string | undefined
  filter?: PictureFilter | undefined
}

/** Enough for a tile that fills half a screen, and still two smaller simulcast layers below it. */
const CAMERA = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } }
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const SCREEN = { frameRate: { ideal: 10, max: 15 } }

type Captured = { ok: true; tracks: Map<MediaSource, CapturedTrack> } | { ok: false; problem: DeviceProblem }

/**
 * Asks the browser for a microphone, a camera, or a screen with its sound if it has any. A device that is not there (any
 * more) gives way to what the system prefers. Never throws.
 */
export async function capture(source: 'microphone' | 'camera' | 'screen', options: CaptureOptions = {}): Promise<Captured> {
  const first = await captureExactly(source, options)
  if (first.ok || first.problem !== 'missing' || !options.deviceId) return first
  return await captureExactly(source, { ...options, deviceId: undefined })
}

async function captureExactly(source: 'microphone' | 'camera' | 'screen', options: CaptureOptions): Promise<Captured> {
  const device = options.deviceId ? { deviceId: { exact: options.deviceId } } : {}
  try {
    switch (source) {
      case 'microphone':
        return captured(await navigator.mediaDevices.getUserMedia({ audio: { ...MICROPHONE, ...device } }), 'camera', source)
      case 'camera':
        return await filtered(await navigator.mediaDevices.getUserMedia({ video: { ...CAMERA, ...device } }), options.filter)
      case 'screen':
        return captured(await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: true }), source, 'screenAudio')
    }
  } catch (thrown) {
    return { ok: false, problem: deviceProblem(thrown) }
  }
}

function captured(stream: MediaStream, video: MediaSource, audio: MediaSource): Captured {
  const tracks = new Map<MediaSource, CapturedTrack>()
  for (const track of stream.getTracks()) tracks.set(track.kind === 'video' ? video : audio, { track, release: () => track.stop() })
  // Text on a screen stays sharp at the cost of smoothness.
  const screen = tracks.get('screen')
  if (screen) screen.track.contentHint = 'detail'
  return { ok: true, tracks }
}

async function filtered(stream: MediaStream, filter: PictureFilter | undefined): Promise<Captured> {
  const [track] = stream.getVideoTracks()
  if (!filter || !track) return captured(stream, 'camera', 'microphone')
  try {
    return { ok: true, tracks: new Map([['camera', await filter(track)]]) }
  } catch {
    track.stop()
    return { ok: false, problem: 'blurFailed' }
  }
}
