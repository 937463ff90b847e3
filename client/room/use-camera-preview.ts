import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { DeviceProblem } from './device-problem.ts'
import { capture, type CapturedTrack } from './media/capture.ts'
import { useDevices } from './use-devices.ts'

/** The own camera before joining, as it would be sent; whatever is wrong with it is told and never in the way. */
export function useCameraPreview() {
  const devices = useDevices()
  const track = shallowRef<MediaStreamTrack | null>(null)
  const problem = ref<DeviceProblem | null>(null)
  const asking = ref(false)
  let opened: CapturedTrack | undefined
  let wanted = false
  let outdated = false

  function letGo() {
    opened?.release()
    opened = undefined
    track.value = null
  }

  /** Turned off while it opens, it stays off. */
  function stop() {
    wanted = false
    letGo()
  }

  async function start() {
    wanted = true
    if (asking.value || track.value) return
    asking.value = true
    let captured
    do {
      outdated = false
      problem.value = null
      captured = await capture('camera', devices.captureOptions('camera'))
      if (captured.ok) opened = captured.tracks.get('camera')
      if (!wanted || outdated) letGo()
    } while (wanted && outdated)
    asking.value = false
    if (!captured.ok) {
      if (wanted) problem.value = captured.problem
      return
    }
    track.value = opened?.track ?? null
    void devices.refresh()
  }

  watch([devices.camera, devices.blur], () => {
    if (asking.value) outdated = true
    else if (track.value || problem.value === 'blurFailed') {
      letGo()
      void start()
    }
  })
  onScopeDispose(stop)
  return { track, problem, asking, start, stop }
}
