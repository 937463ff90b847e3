import { computed, effectScope, onScopeDispose, shallowRef, type ComputedRef, type EffectScope, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MediaRights } from '../../protocol/media-grant.ts'
import type { CloseReason, Quality } from '../../protocol/media.ts'
import type { Attending } from '../../protocol/room.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { useNotify } from '../ui/notify.ts'
import type { SessionState } from './media/contract.ts'
import { createMediaSession } from './media/session.ts'
import { deviceId } from './device-id.ts'
import { createOwnMedia } from './own-media.ts'
import { createReactions, type Reaction, type ShownReaction } from './reactions.ts'
import { createRoomEntry } from './room-entry.ts'
import { followPeople, ownPicture } from './room-people.ts'
import { createRoomView } from './room-view.ts'
import { useDevices, type Devices } from './use-devices.ts'

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
export type RoomEnd = CloseReason | 'refused' | 'banned' | 'roomLocked' | 'tooManyDevices'

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
    /** Whether one may send it now: by the order of the room, and no sound from who is in the hall. Reactive. */
    may: (source: OwnSource) => boolean
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

/**
 * Prepares the room's media for a page; what it returns joins, and is that page's until the next. `goesOn`: the next takes the
 * place of the one before without leaving the room in between.
 */
export function useRoomMedia(meeting: Meeting): (wish: JoinWish, goesOn?: boolean) => RoomMedia {
  const { t } = useI18n()
  const notify = useNotify()
  const me = useSession()
  const devices = useDevices()
  let scope: EffectScope | undefined
  let handOver = () => {}
  onScopeDispose(() => scope?.stop())

  return (wish, goesOn = false) => {
    if (goesOn) handOver()
    scope?.stop()
    scope = effectScope(true)
    return scope.run(() => createRoomMedia(wish, goesOn))!
  }

  function createRoomMedia(wish: JoinWish, goesOn: boolean): RoomMedia {
    const entry = createRoomEntry({ socket: socketClient, meetingId: meeting.id, deviceId, attending: wish.attending, goesOn })
    const session = createMediaSession({ requestGrant: entry.requestGrant })
    const { events } = session
    handOver = session.handOver
    onScopeDispose(leave)

    const connection = shallowRef(session.state())
    const ended = shallowRef<RoomEnd | null>(null)
    events.on('state', (now) => {
      connection.value = now
      if (now === 'connected') entry.joined()
    })
    events.on('closed', (reason) => {
      entry.end()
      ended.value = reason === 'left' ? null : entry.refusal.value ?? reason
    })

    const people = followPeople(session, me.personId)
    const own = createOwnMedia({
      session, devices, wish, phase: entry.phase,
      tell: (what, name) => {
        const text = t(`room.own.${what}`, { device: t(`room.device.${name}`) })
        if (what === 'ended') notify.failed(text)
        else notify.told(text)
      },
      problem: (problem, name) => notify.told(t(`room.problem.${problem}`, { device: t(`room.device.${name}`) })),
    })
    const view = createRoomView(session, people.mediaOf)
    const shown = createReactions({ session, ownId: me.personId ?? '', ownerOf: people.ownerOf })

    const peers = computed<RoomPeer[]>(() => [
      ...people.others.value,
      {
        personId: me.personId ?? '', own: true, muted: !own.microphone.value, quality: people.ownQuality.value,
        devices: people.ownDevices.value,
        camera: ownPicture(own.camera.value), screen: ownPicture(own.screen.value),
      },
    ])

    function leave() {
      entry.end()
      session.leave()
    }

    return {
      phase: entry.phase, retry: entry.retry, choose: entry.choose, otherDevices: entry.otherDevices,
      unavailable: entry.unavailable, connection, ended, attending: wish.attending,
      peers, audio: people.audio, speaking: people.speaking, speaker: people.speaker, recentSpeakers: people.recentSpeakers,
      watch: view.watch, pictures: view.pictures,
      own: { microphone: own.microphone, camera: own.camera, screen: own.screen, rights: own.rights, may: own.may },
      speakingWhileMuted: own.speakingWhileMuted, changing: own.changing, toggle: own.toggle,
      react: shown.react, reactions: shown.reactions, devices, leave,
    }
  }
}
