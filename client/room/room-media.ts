import { computed, onScopeDispose, ref, shallowReactive, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ErrorCode } from '../../protocol/error.ts'
import type { MediaSource } from '../../protocol/media-grant.ts'
import type { CloseReason } from '../../protocol/media.ts'
import { enterRoom } from '../../protocol/room.ts'
import { toApiError } from '../app/api-error.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import type { RemoteTrack, SessionState } from './media/events.ts'
import { createMediaSession, type MediaSession } from './media/session.ts'

/** How a person wants to come in. */
export interface JoinWish { microphone: boolean, camera: boolean }

/** One person in the room, oneself among them. */
export interface RoomPeer {
  personId: string
  own: boolean
  muted: boolean
  camera: MediaStreamTrack | null
  screen: MediaStreamTrack | null
}

export type OwnSource = 'microphone' | 'camera' | 'screen'

/** The media of the room as the interface reads it. */
export interface RoomMedia {
  connection: Readonly<ShallowRef<SessionState>>
  /** Entering fails because there is no media server; it is tried again. */
  unavailable: Readonly<Ref<boolean>>
  /** Why it ended without one's own doing. */
  ended: Readonly<ShallowRef<CloseReason | 'refused' | null>>
  peers: ComputedRef<RoomPeer[]>
  /** What is to be heard, by a key that stays with it. */
  audio: ComputedRef<[key: string, track: MediaStreamTrack][]>
  /** Who is heard now. */
  speaking: ComputedRef<ReadonlySet<string>>
  /** The last of the others to speak above the rest. */
  speaker: Readonly<ShallowRef<string | null>>
  own: {
    microphone: ComputedRef<boolean>
    camera: ComputedRef<MediaStreamTrack | null>
    screen: ComputedRef<MediaStreamTrack | null>
  }
  /** What is just being turned on. */
  changing: ReadonlySet<OwnSource>
  toggle(source: OwnSource): void
  leave(): void
}

const finalRefusals: ErrorCode[] = ['meetingNotFound', 'meetingNotPublished', 'meetingClosed']

/** The same tab is the same device, over reloads too, so that it takes its own place over again. */
function deviceId(): string {
  const kept = sessionStorage.getItem('nghi-su.device')
  if (kept) return kept
  const made = crypto.randomUUID()
  sessionStorage.setItem('nghi-su.device', made)
  return made
}

/** Prepares the room's media for a page; what it returns joins. */
export function useRoomMedia(meeting: Meeting): (wish: JoinWish) => RoomMedia {
  const { t } = useI18n()
  const notify = useNotify()
  const me = useSession()
  let last: MediaSession | null = null
  onScopeDispose(() => last?.leave())

  return (wish) => {
    const unavailable = ref(false)
    const session = createMediaSession({
      async requestGrant() {
        try {
          const access = await socketClient.send(enterRoom, { meetingId: meeting.id, deviceId: deviceId() })
          unavailable.value = false
          return access
        } catch (thrown) {
          const { code } = toApiError(thrown)
          if (finalRefusals.some((refusal) => refusal === code)) return null
          unavailable.value = code === 'mediaUnavailable'
          throw thrown
        }
      },
    })
    last = session

    const state = shallowRef(session.state())
    const ended = shallowRef<RoomMedia['ended']['value']>(null)
    const infos = shallowRef(session.peers())
    const remote = shallowRef(session.remoteTracks())
    const local = shallowRef(session.localTracks())
    const levels = shallowRef<{ peerId: string, level: number }[]>([])
    const speaker = shallowRef<string | null>(null)
    const changing = shallowReactive(new Set<OwnSource>())
    const device = (source: string) => t(`room.device.${source}`)

    const { events } = session
    const readPeers = () => { infos.value = session.peers() }
    // A track tells its change by being muted, so the list is made anew each time.
    const readRemote = () => { remote.value = session.remoteTracks().map((track) => ({ ...track })) }
    const readLocal = () => { local.value = session.localTracks().map((track) => ({ ...track })) }
    events.on('state', (now) => { state.value = now })
    events.on('closed', (reason) => { ended.value = reason === 'left' ? null : reason })
    events.on('peerJoined', readPeers)
    events.on('peerLeft', readPeers)
    for (const name of ['trackAdded', 'trackChanged', 'trackRemoved'] as const) events.on(name, readRemote)
    events.on('localAdded', readLocal)
    events.on('localChanged', readLocal)
    events.on('localRemoved', ({ source }, why) => {
      readLocal()
      if (source === 'screenAudio' || why === 'stopped' || (source === 'screen' && why === 'ended')) return
      const tell = why === 'ended' ? notify.failed : notify.told
      tell(t(`room.localEnded.${why}`, { device: device(source) }))
    })
    // While one speaks oneself, the last of the others stays.
    events.on('activeSpeaker', (peerId) => {
      const personId = ownerOf(peerId)
      if (personId && personId !== me.personId) speaker.value = personId
    })
    events.on('levels', (heard) => { levels.value = heard })

    async function turnOn(source: OwnSource) {
      if (changing.has(source)) return
      changing.add(source)
      const result = source === 'screen' ? await session.startScreen() : await session.start(source)
      changing.delete(source)
      if (result.ok || (source === 'screen' && result.problem === 'blocked')) return
      notify.told(t(`room.problem.${result.problem}`, { device: device(source) }))
    }

    const ownTrack = (source: OwnSource) => local.value.find((track) => track.source === source)
    const microphone = computed(() => ownTrack('microphone')?.muted === false)
    const camera = computed(() => ownTrack('camera')?.track ?? null)
    const screen = computed(() => ownTrack('screen')?.track ?? null)

    // The server labels each device with its person.
    const owners = computed(() => new Map(infos.value.map((info) => [info.peerId, info.label])))
    const peers = computed<RoomPeer[]>(() => [
      ...onePerPerson([...owners.value].filter(([, personId]) => personId !== me.personId), remote.value),
      { personId: me.personId ?? '', own: true, muted: !microphone.value, camera: camera.value, screen: screen.value },
    ])
    /** Whose a device is; the node lists ours to the others alone. Undefined: not known yet. */
    const ownerOf = (peerId: string) => peerId === session.ownPeerId() ? me.personId : owners.value.get(peerId)

    if (wish.camera) void turnOn('camera')
    if (wish.microphone) void turnOn('microphone')

    return {
      connection: state, unavailable, ended, peers, changing, speaker,
      speaking: computed(() => new Set(levels.value.flatMap((one) => ownerOf(one.peerId) ?? []))),
      // One's own other device would only echo.
      audio: computed(() => remote.value
        .filter((one) => (one.source === 'microphone' || one.source === 'screenAudio') && ownerOf(one.peerId) !== me.personId)
        .map((one) => [`${one.peerId} ${one.track.id}`, one.track])),
      own: { microphone, camera, screen },
      toggle(source) {
        const track = ownTrack(source)
        if (!track) return void turnOn(source)
        if (source !== 'microphone') session.stop(source)
        else if (track.muted) session.unmute(source)
        else session.mute(source)
      },
      leave: session.leave,
    }
  }
}

/** A person with two devices, or one that is on its way out after a cut, is still one person; the later device comes first. */
function onePerPerson(devices: readonly [peerId: string, personId: string][], tracks: readonly RemoteTrack[]): RoomPeer[] {
  const shown = new Map<string, RoomPeer>()
  for (const [peerId, personId] of devices) {
    const seen = (source: MediaSource) =>
      tracks.find((one) => one.peerId === peerId && one.source === source && !one.paused)?.track ?? null
    const earlier = shown.get(personId)
    shown.set(personId, {
      personId, own: false, muted: !seen('microphone') && (earlier?.muted ?? true),
      camera: seen('camera') ?? earlier?.camera ?? null, screen: seen('screen') ?? earlier?.screen ?? null,
    })
  }
  return [...shown.values()]
}
