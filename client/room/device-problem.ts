/**
 * Why a device cannot be used, in the terms that people are told. `blurFailed`: the background should be blurred and cannot
 * be, so that the camera is not used at all.
 */
export type DeviceProblem = 'blocked' | 'missing' | 'busy' | 'insecure' | 'failed' | 'blurFailed'

/** What a refused `getUserMedia` or `getDisplayMedia` means. */
export function deviceProblem(thrown: unknown): DeviceProblem {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'blocked'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  return navigator.mediaDevices ? 'failed' : 'insecure'
}
