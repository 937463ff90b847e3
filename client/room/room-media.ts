import { computed, onScopeDispose, ref, shallowReactive, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ErrorCode } from '../../protocol/error.ts'
import type { MediaRights, MediaSource } from '../../protocol/media-grant.ts'
import type { CloseReason, Quality } from '../../protocol/media.ts'
import { enterRoom, type Attending } from '../../protocol/room.ts'
import { toApiError } from '../app/api-error.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import type { RemoteTrack, SessionState } from './media/events.ts'
import { createMediaSession, type MediaSession } from './media/session.ts'
import type { Reaction } from './reactions.ts'
import type { Devices } from './use-devices.ts'

/** How a person wants to come in. `attending` companion: in a hall with sound of its own; neither sends nor receives sound. */
export interface JoinWish { microphone: boolean, camera: boolean, attending: Attending }

/** A camera or screen that somebody sends. */
export interface Picture {
  /** '' for one's own. */
  producerId: string
  /** Null while nothing of it is received: it is not watched, or has not come yet. A tile shows the initial meanwhile. */
  track: MediaStreamTrack | null
  /** Held at its source for a moment. */
  paused: boolean
  /** It is watched, and nothing arrives for want of bandwidth. */
  starved: boolean
}

/** One person in the room, oneself among them (last). */
export interface RoomPeer {
  personId: string
  own: boolean
  muted: boolean
  camera: Picture | null
  screen: Picture | null
  /** How well what they send reaches the node: the worst of their devices. */
  quality: Quality
  /** How many devices they are here with. */
  devices: number
}

export type OwnSource = 'microphone' | 'camera' | 'screen'

/** A picture that is visible at the moment. */
export interface VisiblePicture {
  personId: string
  source: 'camera' | 'screen'
  /** As shown, in CSS pixels. */
  width: number
  height: number
  /** In a window of its own (picture in picture), which is seen while the page is hidden. */
  floating?: boolean
}

/**
 * `joining`: on the way in. `waiting`: until somebody lets one in; call `retry` when the meeting's state has one admitted.
 * `elsewhere`: one is in the room with another device; call `choose`. `ended`: see `ended`.
 */
export type RoomPhase = 'joining' | 'waiting' | 'elsewhere' | 'in' | 'ended'

/** Why one is out of the room without one's own doing: ended by the node, or not let in. */
export type RoomEnd = CloseReason | 'refused' | 'ejected' | 'banned' | 'roomLocked' | 'tooManyDevices'

/** What somebody shows for a moment; `id` stays with it. */
export interface ShownReaction { id: number, personId: string, reaction: Reaction }

/** The media of the room as the interface reads it. Ends by `leave`, with the scope of `useRoomMedia`, or by `ended`. */
export interface RoomMedia {
  phase: Readonly<ShallowRef<RoomPhase>>
  /** In phase `waiting`: asks again whether one may come in. Without harm at any other time. */
  retry(): void
  /** In phase `elsewhere`: put the other devices out, or be there with both. */
  choose(others: 'replace' | 'beside'): void
  /** With how many other devices one is there, in phase `elsewhere`. */
  otherDevices: Readonly<Ref<number>>
  connection: Readonly<ShallowRef<SessionState>>
  /** Entering fails because there is no media server; it is tried again. */
  unavailable: Readonly<Ref<boolean>>
  ended: Readonly<ShallowRef<RoomEnd | null>>
  attending: Attending
  peers: ComputedRef<RoomPeer[]>
  /** What is to be heard, by a key that stays with it. Play it on the sink `devices.speaker`. */
  audio: ComputedRef<[key: string, track: MediaStreamTrack][]>
  /** Who is heard now. */
  speaking: ComputedRef<ReadonlySet<string>>
  /** The last of the others to speak above the rest. */
  speaker: Readonly<ShallowRef<string | null>>
  /** Who has spoken above the rest, oneself too, the latest first. */
  recentSpeakers: Readonly<ShallowRef<readonly string[]>>
  /**
   * Says what is visible, whole, whenever that changes (a page turned, a tile resized, a picture in a window of its own).
   * Only this is received, in the size that is seen; changes in quick succession are taken together. A hidden page needs
   * no call: only what is `floating` is received then.
   */
  watch(pictures: readonly VisiblePicture[]): void
  /** `none` receives sound only. Kept in this browser. */
  pictures: Ref<'all' | 'none'>
  own: {
    microphone: ComputedRef<boolean>
    camera: ComputedRef<MediaStreamTrack | null>
    screen: ComputedRef<MediaStreamTrack | null>
    /** What one may send and say; null before one is in. */
    rights: Readonly<ShallowRef<MediaRights | null>>
  }
  /** One speaks while one's microphone is on mute, for longer than a cough. */
  speakingWhileMuted: Readonly<Ref<boolean>>
  /** What is just being turned on. */
  changing: ReadonlySet<OwnSource>
  toggle(source: OwnSource): void
  /** Shows a reaction to everybody, oneself too. Beyond a few at once it does nothing. */
  react(reaction: Reaction): void
  /** For about four seconds each, oldest first. */
  reactions: Readonly<ShallowRef<readonly ShownReaction[]>>
  /** Microphone, camera, speaker and blur: what is chosen here is in use at once. The same as `useDevices()`. */
  devices: Devices
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
