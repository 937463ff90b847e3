import type { Person } from '../../protocol/identity.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { RoomPeer } from './room-media.ts'

/** One person in the room as they are shown. */
export interface RoomTile {
  personId: string
  fullName: string
  office: string
  rank: number
  own: boolean
  muted: boolean
  speaking: boolean
  camera: MediaStreamTrack | null
  screen: MediaStreamTrack | null
}

interface Names {
  person(personId: string): Person | undefined
  participant(personId: string): Participant | undefined
}

/** A person in the room with the name and office that the meeting knows. */
export function tileOf(peer: RoomPeer, own: boolean, speaking: boolean, names: Names): RoomTile {
  const participant = names.participant(peer.personId)
  const person = names.person(peer.personId)
  return {
    personId: peer.personId, own, speaking,
    fullName: person?.fullName ?? '', office: participant?.office || person?.office || '', rank: participant?.rank ?? Infinity,
    muted: peer.muted, camera: peer.camera, screen: peer.screen,
  }
}
