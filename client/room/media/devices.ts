import type { MediaSource } from '../../../protocol/media-grant.ts'
import { deviceProblem, type DeviceProblem } from '../device-problem.ts'

/** `notAllowed`: the grant does not give it. For a screen, `blocked` also stands for a person who closed the chooser. */
export type CaptureResult = { ok: true } | { ok: false; problem: DeviceProblem | 'notAllowed' }

/** Enough for a tile that fills half a screen, and still two smaller simulcast layers below it. */
const CAMERA = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } }
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const SCREEN = { frameRate: { ideal: 10, max: 15 } }

type Captured = { ok: true; tracks: Map<MediaSource, MediaStreamTrack> } | { ok: false; problem: DeviceProblem }

/** Asks the browser for a microphone, a camera, or a screen with its sound if it has any. Never throws. */
export async function capture(source: 'microphone' | 'camera' | 'screen', deviceId?: string): Promise<Captured> {
  const device = deviceId === undefined ? {} : { deviceId: { exact: deviceId } }
  try {
    switch (source) {
      case 'microphone':
        return captured(await navigator.mediaDevices.getUserMedia({ audio: { ...MICROPHONE, ...device } }), 'camera', source)
      case 'camera':
        return captured(await navigator.mediaDevices.getUserMedia({ video: { ...CAMERA, ...device } }), source, 'microphone')
      case 'screen':
        return captured(await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: true }), source, 'screenAudio')
    }
  } catch (thrown) {
    return { ok: false, problem: deviceProblem(thrown) }
  }
}

function captured(stream: MediaStream, video: MediaSource, audio: MediaSource): Captured {
  const tracks = new Map<MediaSource, MediaStreamTrack>()
  for (const track of stream.getTracks()) tracks.set(track.kind === 'video' ? video : audio, track)
  // Text on a screen stays sharp at the cost of smoothness.
  const screen = tracks.get('screen')
  if (screen) screen.contentHint = 'detail'
  return { ok: true, tracks }
}
