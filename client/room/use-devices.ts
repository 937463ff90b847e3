import { computed, effectScope, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef, type WritableComputedRef } from 'vue'
import { areNamed, findChosen, idInUse, type DeviceChoice } from './device-choice.ts'
import type { CaptureOptions, PictureFilter } from './media/capture.ts'

export type DeviceKind = 'microphone' | 'camera' | 'speaker'

/** The devices of this browser and which of them are in use, remembered over visits. One for lobby and room. */
export interface Devices {
  /** What there is, the system's choice first. Names are known once a permission was given; before, there is that alone. */
  list: Readonly<Record<DeviceKind, ComputedRef<DeviceChoice[]>>>
  /** The `deviceId` in use; '' is the system's choice. Writing it changes what is in use at once and is remembered. */
  microphone: WritableComputedRef<string>
  camera: WritableComputedRef<string>
  speaker: WritableComputedRef<string>
  /** Whether this browser can play elsewhere than where the system says (Safari on a phone cannot). */
  choosesSpeaker: boolean
  /** The background of one's camera is blurred. Remembered; off at first. */
  blur: Ref<boolean>
  /** Why blurring does not work although it is wanted; the camera is not used then. */
  blurProblem: Readonly<Ref<'unsupported' | 'failed' | null>>
  /** A device in use that is no longer there; the system's choice has taken its place. Null once another is chosen. */
  vanished: Readonly<ShallowRef<{ kind: DeviceKind, label: string } | null>>
  /** Reads the lists again; by itself at each change of devices, and to be called after a permission was given. */
  refresh(): Promise<void>
  /** How to capture with what is chosen. */
  captureOptions(source: 'microphone' | 'camera'): CaptureOptions
}

const KINDS: Record<DeviceKind, MediaDeviceKind> = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' }
const SYSTEM: DeviceChoice = { deviceId: '', label: '' }
const BLUR_KEY = 'nghi-su.blur'
const keyOf = (kind: DeviceKind) => `nghi-su.device.${kind}`

function remembered(kind: DeviceKind): DeviceChoice {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(kind)) ?? 'null')
    if (kept && typeof kept === 'object' && 'deviceId' in kept && 'label' in kept) {
      return { deviceId: String(kept.deviceId), label: String(kept.label) }
    }
  } catch { /* What somebody else wrote there is no choice. */ }
  return SYSTEM
}

function createDevices(): Devices {
  const found = shallowRef<readonly MediaDeviceInfo[]>([])
  const vanished = shallowRef<ReturnType<() => Devices['vanished']['value']>>(null)
  const blur = ref(localStorage.getItem(BLUR_KEY) === 'on')
  const blurProblem = ref<Devices['blurProblem']['value']>(null)

  // The browser's own entries for the system's choice would be that choice twice.
  const listed = (kind: DeviceKind) => computed(() => found.value
    .filter((device) => device.kind === KINDS[kind] && device.deviceId !== 'default' && device.deviceId !== 'communications')
    .map(({ deviceId, label }) => ({ deviceId, label })))
  const lists = { microphone: listed('microphone'), camera: listed('camera'), speaker: listed('speaker') }
  const withSystem = (kind: DeviceKind) => computed(() => [SYSTEM, ...lists[kind].value.filter((one) => one.deviceId !== '')])

  function choice(kind: DeviceKind): WritableComputedRef<string> {
    const chosen = shallowRef(remembered(kind))
    // A device that comes back is in use again.
    watch(lists[kind], (now, before) => {
      const was = findChosen(chosen.value, before)
      if (was && areNamed(now) && !findChosen(chosen.value, now)) vanished.value = { kind, label: was.label }
      else if (vanished.value?.kind === kind && findChosen(chosen.value, now)) vanished.value = null
    })
    return computed({
      get: () => idInUse(chosen.value, lists[kind].value),
      set(deviceId) {
        chosen.value = lists[kind].value.find((one) => one.deviceId === deviceId) ?? SYSTEM
        localStorage.setItem(keyOf(kind), JSON.stringify(chosen.value))
        if (vanished.value?.kind === kind) vanished.value = null
      },
    })
  }
  const chosen = { microphone: choice('microphone'), camera: choice('camera'), speaker: choice('speaker') }

  async function refresh(): Promise<void> {
    found.value = await navigator.mediaDevices?.enumerateDevices() ?? []
  }

  const blurred: PictureFilter = async (track) => {
    try {
      const { blurBackground } = await import('./media/blur.ts')
      const filtered = await blurBackground(track)
      blurProblem.value = null
      return filtered
    } catch (error) {
      blurProblem.value = error instanceof DOMException && error.name === 'NotSupportedError' ? 'unsupported' : 'failed'
      console.warn('the background is not blurred', error)
      throw error
    }
  }

  watch(blur, (on) => {
    localStorage.setItem(BLUR_KEY, on ? 'on' : 'off')
    if (!on) blurProblem.value = null
  })
  navigator.mediaDevices?.addEventListener('devicechange', () => void refresh())
  void refresh()

  return {
    ...chosen, blur, blurProblem, vanished, refresh,
    list: { microphone: withSystem('microphone'), camera: withSystem('camera'), speaker: withSystem('speaker') },
    choosesSpeaker: 'setSinkId' in HTMLMediaElement.prototype,
    captureOptions: (source) => ({
      deviceId: chosen[source].value, ...(source === 'camera' && blur.value ? { filter: blurred } : {}),
    }),
  }
}

let shared: Devices | undefined

/** The devices of this browser. The same for everyone who asks, and for as long as the page lives. */
export function useDevices(): Devices {
  shared ??= effectScope(true).run(createDevices)!
  return shared
}
