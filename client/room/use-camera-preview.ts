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
  let ended = false

  function stop() {
    opened?.release()
    opened = undefined
    track.value = null
  }

  async function start() {
    if (asking.value || track.value) return
    asking.value = true
    problem.value = null
    const captured = await capture('camera', devices.captureOptions('camera'))
    asking.value = false
    if (!captured.ok) {
      problem.value = captured.problem
      return
    }
    opened = captured.tracks.get('camera')
    track.value = opened?.track ?? null
    if (ended) stop()
    void devices.refresh()
  }

  watch([devices.camera, devices.blur], () => {
    if (!track.value) return
    stop()
    void start()
  })
  onScopeDispose(() => {
    ended = true
    stop()
  })
  return { track, problem, asking, start, stop }
}
