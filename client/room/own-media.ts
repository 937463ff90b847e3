import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type Ref } from 'vue'
import type { MediaRights } from '../../protocol/media-grant.ts'
import type { DeviceProblem } from './device-problem.ts'
import type { CaptureResult } from './media/capture.ts'
import type { LocalTrack, MediaSession } from './media/contract.ts'
import { watchMutedSpeech } from './media/muted-speech.ts'
import type { JoinWish, OwnSource, RoomPhase } from './room-media.ts'
import type { Devices } from './use-devices.ts'

/** What is told of one's own devices, beside the problems of turning one on. */
export type OwnEvent = 'ended' | 'revoked' | 'stoppedByOrder' | 'screenTaken' | 'mutedByOrder' | 'fellBack'

export interface OwnMediaOptions {
  session: Pick<MediaSession, 'events' | 'localTracks' | 'start' | 'startScreen' | 'stop' | 'mute' | 'unmute'>
  devices: Pick<Devices, 'blur' | 'captureOptions' | 'refresh'> & Readonly<Record<'microphone' | 'camera', Readonly<Ref<string>>>>
  wish: JoinWish
  /** Devices open once one is in, and close when one has to wait again. */
  phase: Readonly<Ref<RoomPhase>>
  tell(what: OwnEvent, device: OwnSource): void
  problem(problem: DeviceProblem | 'notAllowed', device: OwnSource): void
}

async function isGranted(name: 'microphone'): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state === 'granted'
  } catch {
    // A browser that does not tell: Firefox of old.
    return false
  }
}

/** One's own microphone, camera and screen in the room. */
export function createOwnMedia({ session, devices, wish, phase, tell, problem }: OwnMediaOptions) {
  const { events } = session
  const local = shallowRef<readonly LocalTrack[]>([])
  const rights = shallowRef<MediaRights | null>(null)
  const changing = shallowReactive(new Set<OwnSource>())
  const speakingWhileMuted = ref(false)

  const readLocal = () => { local.value = session.localTracks().map((track) => ({ ...track })) }
  const ownTrack = (source: OwnSource) => local.value.find((track) => track.source === source)
  const microphone = computed(() => ownTrack('microphone')?.muted === false)

  /** Until one is in, what the grant gives is not known, and anything may be wished. */
  const may = (source: OwnSource) =>
    !(source === 'microphone' && wish.attending === 'companion') && (rights.value?.publish.includes(source) ?? true)

  const opening = new Map<OwnSource, AbortController>()
  /** What is to be done once the device that is being opened is there, instead of sending it. */
  const next = new Map<OwnSource, 'again' | 'off'>()
  /** Whether it opens muted, as it was last asked for. */
  const opensMuted = new Map<OwnSource, boolean | undefined>()

  function divert(source: OwnSource, to: 'again' | 'off') {
    next.set(source, to)
    opening.get(source)?.abort()
  }

  async function start(source: OwnSource, muted: boolean | undefined): Promise<CaptureResult> {
    const controller = new AbortController()
    const { signal } = controller
    opening.set(source, controller)
    if (source === 'screen') return await session.startScreen(signal)
    const wanted = { ...devices.captureOptions(source), muted, signal }
    const result = await session.start(source, wanted)
    const inUse = ownTrack(source)
    if (result.ok || result.problem !== 'busy' || !inUse || signal.aborted) return result
    // Phones open one camera at a time: the one in use makes room for the other.
    session.stop(source)
    return await session.start(source, { ...wanted, muted: inUse.muted })
  }

  /** One after the other; null: it was turned off meanwhile. What is chosen while a device opens counts, not what was. */
  async function open(source: OwnSource, muted?: boolean): Promise<CaptureResult | null> {
    opensMuted.set(source, muted)
    if (changing.has(source)) {
      divert(source, 'again')
      return null
    }
    changing.add(source)
    let result
    do {
      next.delete(source)
      result = await start(source, opensMuted.get(source))
    } while (next.get(source) === 'again')
    const off = next.delete(source)
    opening.delete(source)
    changing.delete(source)
    if (result.ok) void devices.refresh()
    // Nobody is to see what was to be blurred.
    else if (result.problem === 'blurFailed') session.stop(source)
    return off ? null : result
  }

  async function turnOn(source: OwnSource, muted?: boolean): Promise<void> {
    const result = await open(source, muted)
    if (result && !result.ok && (source !== 'screen' || result.problem !== 'blocked')) problem(result.problem, source)
  }

  /** Off, also when it is only just being turned on. */
  function turnOff(source: OwnSource) {
    if (changing.has(source)) divert(source, 'off')
    session.stop(source)
  }

  /** The device went away under way: what the system prefers now takes its place. */
  async function fallBack(source: 'microphone' | 'camera', muted: boolean) {
    await devices.refresh()
    if (phase.value !== 'in') return
    const result = await open(source, muted)
    if (result?.ok) tell('fellBack', source)
    else if (result) {
      tell('ended', source)
      if (result.problem === 'blurFailed') problem(result.problem, source)
    }
  }

  events.on('rights', (given) => { rights.value = given })
  events.on('localAdded', readLocal)
  events.on('localChanged', readLocal)
  events.on('mutedByOrder', () => tell('mutedByOrder', 'microphone'))
  events.on('localRemoved', ({ source, muted }, why) => {
    readLocal()
    if (source === 'screenAudio' || why === 'stopped') return
    if (why === 'notAllowed') return muted ? undefined : problem(why, source)
    if (why !== 'ended') return tell(why, source)
    // The browser's own button ends a screen.
    if (source !== 'screen') void fallBack(source, muted)
  })

  // What is chosen is in use at once, without a new negotiation.
  function renew(source: OwnSource) {
    if (ownTrack(source)) void turnOn(source)
    else if (changing.has(source)) void turnOn(source, opensMuted.get(source))
  }
  watch(devices.microphone, () => renew('microphone'))
  watch([devices.camera, devices.blur], () => renew('camera'))

  const heardOnMute = computed(() => {
    const track = ownTrack('microphone')
    return track?.muted ? track.track : null
  })
  let stopListening = () => {}
  watch(heardOnMute, (track) => {
    stopListening()
    stopListening = track ? watchMutedSpeech(track, (speaking) => { speakingWhileMuted.value = speaking }) : () => {}
  })
  onScopeDispose(() => stopListening())

  /** With the microphone at hand one is told when one speaks into a muted one, and unmuting is instant. Nobody is asked for it. */
  async function openMuted() {
    if (!may('microphone') || !await isGranted('microphone')) return
    if (phase.value === 'in' && !ownTrack('microphone') && !changing.has('microphone')) await open('microphone', true)
  }

  /** Whoever waits before the room is neither seen nor heard, and no lamp says that they might be. */
  let begun = false
  watch(phase, (now) => {
    if (now === 'waiting' || now === 'elsewhere') for (const source of ['microphone', 'camera', 'screen'] as const) turnOff(source)
    if (now !== 'in' || begun) return
    begun = true
    if (wish.camera) void turnOn('camera')
    if (wish.microphone && wish.attending === 'full') void turnOn('microphone')
    else void openMuted()
  }, { immediate: true, flush: 'sync' })

  return {
    may, microphone,
    camera: computed(() => ownTrack('camera')?.track ?? null),
    screen: computed(() => ownTrack('screen')?.track ?? null),
    rights, changing, speakingWhileMuted,
    toggle(source: OwnSource) {
      if (source === 'microphone' && wish.attending === 'companion') return
      const track = ownTrack(source)
      if (!track) {
        // A microphone that opens muted by itself was not asked for yet.
        const isTurningOn = changing.has(source) && next.get(source) !== 'off' && !opensMuted.get(source)
        return isTurningOn ? turnOff(source) : void turnOn(source)
      }
      if (source !== 'microphone') turnOff(source)
      else if (track.muted) session.unmute(source)
      else session.mute(source)
    },
  }
}
