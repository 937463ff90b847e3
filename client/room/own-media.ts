import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { MediaRights } from '../../protocol/media-grant.ts'
import type { DeviceProblem } from './device-problem.ts'
import type { CaptureResult } from './media/capture.ts'
import type { LocalTrack, MediaSession } from './media/contract.ts'
import { watchMutedSpeech } from './media/muted-speech.ts'
import type { JoinWish, OwnSource } from './room-media.ts'
import type { Devices } from './use-devices.ts'

/** What is told of one's own devices, beside the problems of turning one on. */
export type OwnEvent = 'ended' | 'revoked' | 'stoppedByOrder' | 'screenTaken' | 'mutedByOrder' | 'fellBack' | 'blurFailed'

export interface OwnMediaOptions {
  session: MediaSession
  devices: Devices
  wish: JoinWish
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
export function createOwnMedia({ session, devices, wish, tell, problem }: OwnMediaOptions) {
  const { events } = session
  const local = shallowRef<readonly LocalTrack[]>([])
  const rights = shallowRef<MediaRights | null>(null)
  const changing = shallowReactive(new Set<OwnSource>())
  const speakingWhileMuted = ref(false)

  const readLocal = () => { local.value = session.localTracks().map((track) => ({ ...track })) }
  const ownTrack = (source: OwnSource) => local.value.find((track) => track.source === source)
  const microphone = computed(() => ownTrack('microphone')?.muted === false)

  async function start(source: OwnSource, muted: boolean): Promise<CaptureResult> {
    if (source === 'screen') return await session.startScreen()
    const wanted = { ...devices.captureOptions(source), muted }
    const result = await session.start(source, wanted)
    if (result.ok || result.problem !== 'busy' || !ownTrack(source)) return result
    // Phones open one camera at a time: the one in use makes room for the other.
    session.stop(source)
    return await session.start(source, wanted)
  }

  async function turnOn(source: OwnSource, muted = false): Promise<void> {
    if (changing.has(source)) return
    changing.add(source)
    const result = await start(source, muted)
    changing.delete(source)
    if (result.ok) void devices.refresh()
    else if (source !== 'screen' || result.problem !== 'blocked') problem(result.problem, source)
  }

  /** The device went away under way: what the system prefers now takes its place. */
  async function fallBack(source: 'microphone' | 'camera', muted: boolean) {
    await devices.refresh()
    const { ok } = await session.start(source, { ...devices.captureOptions(source), muted })
    tell(ok ? 'fellBack' : 'ended', source)
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
  watch(devices.microphone, () => {
    const track = ownTrack('microphone')
    if (track) void turnOn('microphone', track.muted)
  })
  watch(devices.blurProblem, (why) => { if (why) tell('blurFailed', 'camera') })
  watch([devices.camera, devices.blur], () => { if (ownTrack('camera')) void turnOn('camera') })

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
    if (wish.attending === 'full' && await isGranted('microphone') && !ownTrack('microphone')) {
      await session.start('microphone', { ...devices.captureOptions('microphone'), muted: true })
    }
  }
  if (wish.camera) void turnOn('camera')
  if (wish.microphone && wish.attending === 'full') void turnOn('microphone')
  else void openMuted()

  /** Until one is in, what the grant gives is not known, and anything may be wished. */
  const may = (source: OwnSource) =>
    !(source === 'microphone' && wish.attending === 'companion') && (rights.value?.publish.includes(source) ?? true)

  return {
    may, microphone,
    camera: computed(() => ownTrack('camera')?.track ?? null),
    screen: computed(() => ownTrack('screen')?.track ?? null),
    rights, changing, speakingWhileMuted,
    toggle(source: OwnSource) {
      if (source === 'microphone' && wish.attending === 'companion') return
      const track = ownTrack(source)
      if (!track) return void turnOn(source)
      if (source !== 'microphone') session.stop(source)
      else if (track.muted) session.unmute(source)
      else session.mute(source)
    },
  }
}
