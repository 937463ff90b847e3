import type { ComputedRef, Ref, ShallowRef, WritableComputedRef } from 'vue'
import type { DeviceProblem } from './device-problem.ts'

export type DeviceKind = 'microphone' | 'camera' | 'speaker'

/** One that can be chosen. `deviceId` '' is whatever the system prefers; its label is empty. */
export interface DeviceChoice { deviceId: string, label: string }

/** The devices of this browser and which of them are in use, remembered over visits. One for lobby and room. */
export interface Devices {
  /** What there is. Names and ids are known once a permission was given; before, each list has the system's choice alone. */
  list: Readonly<Record<DeviceKind, ComputedRef<DeviceChoice[]>>>
  /** The chosen `deviceId`; '' is the system's choice. Writing it changes what is in use and is remembered. */
  microphone: WritableComputedRef<string>
  camera: WritableComputedRef<string>
  speaker: WritableComputedRef<string>
  /** Whether this browser can play elsewhere than where the system says (Safari on a phone cannot). */
  choosesSpeaker: boolean
  /** The background of one's camera is blurred. Remembered; off at first. */
  blur: Ref<boolean>
  /** Why blurring does not work although it is wanted; the camera is sent as it is then. */
  blurProblem: Readonly<Ref<'unsupported' | 'failed' | null>>
  /** A device in use that is no longer there; the system's choice has taken its place. Null once another is chosen. */
  vanished: Readonly<ShallowRef<{ kind: DeviceKind, label: string } | null>>
  /** Reads the lists again; by itself at each change of devices, and to be called after a permission was given. */
  refresh(): Promise<void>
}

/** How loud the chosen microphone is, for a meter. It opens the microphone until `stop`, or until the scope ends. */
export interface MicrophoneMeter {
  /** 0 (silent) to 1 (as loud as it gets). */
  level: Readonly<Ref<number>>
  on: Readonly<Ref<boolean>>
  problem: Readonly<Ref<DeviceProblem | null>>
  start(): Promise<void>
  stop(): void
}
