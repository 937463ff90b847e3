import { computed, shallowRef } from 'vue'
import type { MediaSource } from '../../protocol/media-grant.ts'
import type { Quality } from '../../protocol/media.ts'
import type { MediaSession, RemoteMedia } from './media/contract.ts'
import type { Picture, RoomPeer } from './room-media.ts'

/** A device that is in the room: the server labels each with its person. */
export interface RoomDevice { peerId: string, personId: string, quality: Quality }

const worseFirst: readonly Quality[] = ['poor', 'fair', 'good']

/** What a person sends of a source: with two devices the one that is not held, of these the one that came later. */
export function mediaOf(personId: string, source: MediaSource, devices: readonly RoomDevice[], media: readonly RemoteMedia[]): RemoteMedia | null {
  const sent = devices
    .filter((device) => device.personId === personId)
    .flatMap((device) => media.filter((one) => one.peerId === device.peerId && one.source === source))
  return sent.findLast((one) => !one.paused) ?? sent.at(-1) ?? null
}

function pictureOf(media: RemoteMedia | null): Picture | null {
  if (!media) return null
  const { producerId, paused, watched, layer } = media
  return { producerId, paused, track: watched ? media.track : null, starved: watched && !paused && layer === null }
}

/** The people behind the devices: a person with two, or with one on its way out after a cut, is still one person. */
export function peopleOf(devices: readonly RoomDevice[], media: readonly RemoteMedia[]): RoomPeer[] {
  const people = new Map<string, RoomDevice[]>()
  for (const device of devices) people.set(device.personId, [...people.get(device.personId) ?? [], device])
  return [...people].map(([personId, own]) => ({
    personId, own: false, devices: own.length,
    muted: mediaOf(personId, 'microphone', devices, media)?.paused ?? true,
    camera: pictureOf(mediaOf(personId, 'camera', devices, media)),
    screen: pictureOf(mediaOf(personId, 'screen', devices, media)),
    quality: worseFirst.find((quality) => own.some((device) => device.quality === quality)) ?? 'good',
  }))
}

/** One's own picture, as it is seen here. */
export const ownPicture = (track: MediaStreamTrack | null): Picture | null =>
  track && { producerId: '', track, paused: false, starved: false }

/** Follows who is in the room with what, as the session tells it. */
export function followPeople(session: Pick<MediaSession, 'events' | 'peers' | 'ownPeerId' | 'quality' | 'remoteMedia'>, ownId: string | null) {
  const { events } = session
  const devices = shallowRef<readonly RoomDevice[]>([])
  const media = shallowRef<readonly RemoteMedia[]>([])
  const levels = shallowRef<readonly { peerId: string }[]>([])
  const ownQuality = shallowRef<Quality>('good')
  const speaker = shallowRef<string | null>(null)
  const spoke = shallowRef<readonly string[]>([])

  const readPeers = () => {
    devices.value = session.peers().map(({ peerId, label }) => ({ peerId, personId: label, quality: session.quality(peerId) }))
    ownQuality.value = session.quality(session.ownPeerId() ?? '')
  }
  // What is sent tells its change by being changed, so the list is made anew each time.
  const readMedia = () => { media.value = session.remoteMedia().map((one) => ({ ...one })) }
  for (const name of ['peerJoined', 'peerLeft', 'quality'] as const) events.on(name, readPeers)
  for (const name of ['remoteAdded', 'remoteChanged', 'remoteRemoved'] as const) events.on(name, readMedia)

  const owners = computed(() => new Map(devices.value.map(({ peerId, personId }) => [peerId, personId])))
  /** Whose a device is; the node lists ours to the others alone. Undefined: not known (any more). */
  const ownerOf = (peerId: string) => (peerId === session.ownPeerId() ? ownId ?? undefined : owners.value.get(peerId))

  events.on('activeSpeaker', (peerId) => {
    const personId = ownerOf(peerId)
    if (!personId) return
    // While one speaks oneself, the last of the others stays.
    if (personId !== ownId) speaker.value = personId
    spoke.value = [personId, ...spoke.value.filter((one) => one !== personId)]
  })
  events.on('levels', (heard) => { levels.value = heard })

  const others = computed(() => peopleOf(devices.value.filter(({ personId }) => personId !== ownId), media.value))
  return {
    others, ownerOf, ownQuality, speaker,
    ownDevices: computed(() => 1 + devices.value.filter(({ personId }) => personId === ownId).length),
    speaking: computed<ReadonlySet<string>>(() => new Set(levels.value.flatMap(({ peerId }) => ownerOf(peerId) ?? []))),
    recentSpeakers: computed<readonly string[]>(() => {
      const here = new Set(owners.value.values())
      return spoke.value.filter((personId) => personId === ownId || here.has(personId))
    }),
    // One's own other device would only echo.
    audio: computed(() => media.value.flatMap<[key: string, track: MediaStreamTrack]>(({ source, peerId, producerId, track }) => {
      const isSound = source === 'microphone' || source === 'screenAudio'
      return isSound && track && ownerOf(peerId) !== ownId ? [[`${producerId} ${track.id}`, track]] : []
    })),
    mediaOf: (personId: string, source: MediaSource) => mediaOf(personId, source, devices.value, session.remoteMedia()),
  }
}
