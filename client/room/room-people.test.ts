import { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import { expect, test } from 'vitest'
import type { MediaSession, RemoteMedia, SessionEvents } from './media/contract.ts'
import { followPeople, mediaOf, peopleOf, type RoomDevice } from './room-people.ts'

const device = (peerId: string, personId: string, quality: RoomDevice['quality'] = 'good'): RoomDevice => ({ peerId, personId, quality })
const sent = (producerId: string, peerId: string, source: RemoteMedia['source'], rest: Partial<RemoteMedia> = {}): RemoteMedia =>
  ({ producerId, peerId, source, paused: false, track: null, layer: undefined, watched: false, ...rest })

test('a person with two devices is one, seen by the one that came later and heard by either', () => {
  const devices = [device('a1', 'ann'), device('b1', 'binh'), device('a2', 'ann', 'poor')]
  const media = [sent('c1', 'a1', 'camera'), sent('c2', 'a2', 'camera'), sent('m1', 'a1', 'microphone'), sent('m2', 'a2', 'microphone', { paused: true })]
  const [ann, binh] = peopleOf(devices, media)
  expect(ann).toMatchObject({ personId: 'ann', devices: 2, muted: false, quality: 'poor', camera: { producerId: 'c2', track: null } })
  expect(binh).toMatchObject({ personId: 'binh', devices: 1, muted: true, quality: 'good', camera: null, screen: null })
  expect(mediaOf('ann', 'camera', devices, media)?.producerId).toBe('c2')
  expect(mediaOf('ann', 'camera', devices, media.map((one) => ({ ...one, paused: one.producerId === 'c2' })))?.producerId).toBe('c1')
})

test('a picture that is watched and does not arrive is starved; one that is not watched shows nothing', () => {
  const of = (rest: Partial<RemoteMedia>) => peopleOf([device('a', 'ann')], [sent('c', 'a', 'camera', rest)])[0]?.camera
  expect(of({ watched: true, layer: null })).toMatchObject({ starved: true })
  expect(of({ watched: true, layer: undefined })).toMatchObject({ starved: false })
  expect(of({ watched: true, layer: null, paused: true })).toMatchObject({ starved: false, paused: true })
  expect(of({ watched: false, layer: null })).toMatchObject({ starved: false, track: null })
})

test('one is told of one’s own network as the others are', () => {
  const events = new EnhancedEventEmitter<SessionEvents>()
  const unwell = new Map<string, RoomDevice['quality']>()
  const session: Pick<MediaSession, 'events' | 'peers' | 'ownPeerId' | 'quality' | 'remoteMedia'> = {
    events, peers: () => [], ownPeerId: () => 'me.1', remoteMedia: () => [], quality: (peerId) => unwell.get(peerId) ?? 'good',
  }
  const people = followPeople(session, 'me')
  expect(people.ownQuality.value).toBe('good')
  unwell.set('me.1', 'poor')
  events.safeEmit('quality', 'me.1', 'poor')
  expect(people.ownQuality.value).toBe('poor')
})
