import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { DeviceProblem } from './device-problem.ts'
import { capture, type CapturedTrack } from './media/capture.ts'
import { measureLoudness } from './media/muted-speech.ts'
import { useDevices } from './use-devices.ts'

/** How loud the chosen microphone is, for a meter. It opens the microphone until `stop`, or until the scope ends. */
export interface MicrophoneMeter {
  /** 0 (silent) to 1 (as loud as it gets). */
  level: Readonly<Ref<number>>
  on: Readonly<Ref<boolean>>
  asking: Readonly<Ref<boolean>>
  problem: Readonly<Ref<DeviceProblem | null>>
  start(): Promise<void>
  stop(): void
}

/** What the meter shows as nothing, in dB below full scale. */
const FLOOR_DB = -60

export function useMicrophoneMeter(): MicrophoneMeter {
  const devices = useDevices()
  const level = ref(0)
  const on = ref(false)
  const asking = ref(false)
  const problem = ref<DeviceProblem | null>(null)
  let opened: CapturedTrack | undefined
  let stopReading = () => {}
  let ended = false

  function stop() {
    stopReading()
    opened?.release()
    opened = undefined
    on.value = false
    level.value = 0
  }

  async function start() {
    if (asking.value || opened) return
    asking.value = true
    problem.value = null
    const captured = await capture('microphone', devices.captureOptions('microphone'))
    asking.value = false
    if (!captured.ok) {
      problem.value = captured.problem
      return
    }
    opened = captured.tracks.get('microphone')
    if (ended || !opened) return stop()
    on.value = true
    opened.track.addEventListener('ended', stop)
    stopReading = measureLoudness(opened.track, (loudness) => {
      // Falls slowly, so that the eye can follow.
      level.value = Math.max(Math.min(1, Math.max(0, 1 - loudness / FLOOR_DB)), level.value * 0.8)
    })
    void devices.refresh()
  }

  watch(devices.microphone, () => {
    if (!on.value) return
    stop()
    void start()
  })
  onScopeDispose(() => {
    ended = true
    stop()
  })
  return { level, on, asking, problem, start, stop }
}
