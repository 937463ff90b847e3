import { onScopeDispose, ref, shallowRef } from 'vue'
import { deviceProblem, type DeviceProblem } from './device-problem.ts'

/** The own camera before joining; whatever is wrong with it is told and never in the way. */
export function useCameraPreview() {
  const track = shallowRef<MediaStreamTrack | null>(null)
  const problem = ref<DeviceProblem | null>(null)
  const asking = ref(false)
  let ended = false

  function stop() {
    track.value?.stop()
    track.value = null
  }

  async function start() {
    if (asking.value || track.value) return
    asking.value = true
    problem.value = null
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } })
      track.value = stream.getVideoTracks()[0] ?? null
      if (ended) stop()
    } catch (thrown) {
      problem.value = deviceProblem(thrown)
    } finally {
      asking.value = false
    }
  }

  onScopeDispose(() => {
    ended = true
    stop()
  })
  return { track, problem, asking, start, stop }
}
