import type { OrderState } from '../../protocol/order.ts'
import type { Person } from '../../protocol/identity.ts'
import type { Quality } from '../../protocol/media.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { Picture, RoomPeer } from './room-media.ts'

/** One person in the room, or the screen that somebody shares, as the stage shows it. */
export interface RoomTile {
  key: string
  source: 'camera' | 'screen'
  personId: string
  fullName: string
  office: string
  own: boolean
  /** A remote site, and how many people sit there, where it was told. */
  site: boolean
  people: number | null
  role: 'presides' | 'clerk' | null
  /** The place among those who asked to speak, from 1. */
  hand: number | null
  muted: boolean
  /** Whether the person shares a screen, whichever of their tiles this is. */
  sharing: boolean
  quality: Quality
  picture: Picture | null
}

export interface Surroundings {
  person(personId: string): Person | undefined
  participant(personId: string): Participant | undefined
  order: Pick<OrderState, 'presiding'>
  /** Who asks to speak, in order. */
  hands: readonly string[]
  headCounts: Readonly<Record<string, number>>
}

export const cameraKey = (personId: string) => `camera:${personId}`
export const screenKey = (personId: string) => `screen:${personId}`

/**
 * Everybody’s tile in a steady order, so that nothing jumps when somebody speaks: screens first, then by protocol rank,
 * oneself last.
 */
export function tilesOf(peers: readonly RoomPeer[], around: Surroundings): RoomTile[] {
  // Of several requests of one person, as of a remote site, the first.
  const hands = new Map(around.hands.map((personId, index) => [personId, index + 1] as const).toReversed())
  const lines = peers.map((peer) => {
    const participant = around.participant(peer.personId)
    return { peer, participant, rank: participant?.rank ?? Number.MAX_SAFE_INTEGER }
  }).toSorted((a, b) => Number(a.peer.own) - Number(b.peer.own) || a.rank - b.rank)
  const tiles = lines.map(({ peer, participant }): RoomTile => {
    const { personId, own, muted, quality } = peer
    const person = around.person(personId)
    const site = person?.kind === 'site'
    return {
      key: cameraKey(personId), source: 'camera', personId, own, muted, quality, site, sharing: Boolean(peer.screen),
      fullName: person?.fullName ?? '', office: participant?.office || person?.office || '',
      people: site ? around.headCounts[personId] ?? null : null,
      role: roleOf(personId, participant, around.order.presiding), hand: hands.get(personId) ?? null, picture: peer.camera,
    }
  })
  const screens = lines.flatMap(({ peer }, index): RoomTile[] => {
    const tile = tiles[index]
    if (!peer.screen || !tile) return []
    return [{ ...tile, key: screenKey(peer.personId), source: 'screen', site: false, people: null, hand: null, picture: peer.screen }]
  })
  return [...screens, ...tiles]
}

function roleOf(personId: string, participant: Participant | undefined, presiding: string | null): RoomTile['role'] {
  if (presiding === null ? participant?.role === 'chair' : personId === presiding) return 'presides'
  return participant?.role === 'clerk' ? 'clerk' : null
}

/** What a tile stands for in the gallery: a site with many people before one camera, or a screen, wants to be larger. */
export const isLarge = (tile: RoomTile): boolean => tile.source === 'screen' ? !tile.own : tile.site
