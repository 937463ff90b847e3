import { describe, expect, test } from 'vitest'
import type { Person, PersonKind } from '../../protocol/identity.ts'
import type { BodyRole } from '../../protocol/bodies.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { Picture, RoomPeer } from './room-media.ts'
import { cameraKey, isLarge, screenKey, tilesOf, type Surroundings } from './tiles.ts'

const picture = (producerId: string): Picture => ({ producerId, track: null, paused: false, starved: false })
const peer = (personId: string, more: Partial<RoomPeer> = {}): RoomPeer =>
  ({ personId, own: false, muted: true, camera: null, screen: null, quality: 'good', devices: 1, ...more })

const people = new Map<string, { person: Person, participant: Participant }>()
function known(id: string, rank: number, role: BodyRole = 'member', kind: PersonKind = 'person') {
  people.set(id, {
    person: { id, kind, fullName: `Name of ${id}`, office: 'at home' },
    participant: { personId: id, role, office: id === 'member' ? '' : 'here', voting: true, rank },
  })
}
known('chair', 1, 'chair')
known('deputy', 2)
known('clerk', 9, 'clerk')
known('member', 5)
known('site', 7, 'guest', 'site')
known('me', 3)

const around: Surroundings = {
  person: (id) => people.get(id)?.person, participant: (id) => people.get(id)?.participant,
  order: { presiding: null }, hands: [], headCounts: {},
}
const present = ['clerk', 'stranger', 'member', 'chair', 'site', 'deputy'].map((id) => peer(id))

describe('tiles', () => {
  test('oneself stands last, the others by rank, whom nobody knows behind them', () => {
    const tiles = tilesOf([peer('me', { own: true }), ...present], around)
    expect(tiles.map(({ personId }) => personId)).toEqual(['chair', 'deputy', 'member', 'site', 'clerk', 'stranger', 'me'])
  })

  test('a shared screen is a tile of its own, before all', () => {
    const tiles = tilesOf([...present, peer('me', { own: true, screen: picture('') })], around)
    expect(tiles[0]).toMatchObject({ key: screenKey('me'), source: 'screen', fullName: 'Name of me', own: true })
    expect(tiles.at(-1)).toMatchObject({ key: cameraKey('me'), source: 'camera' })
  })

  test('names the office in the meeting, or else the usual one', () => {
    const offices = new Map(tilesOf(present, around).map((tile) => [tile.personId, tile.office]))
    expect(offices.get('chair')).toBe('here')
    expect(offices.get('member')).toBe('at home')
    expect(offices.get('stranger')).toBe('')
  })

  test('marks the clerk, and who presides: the chair, or whom the chair handed it to', () => {
    const roles = (presiding: string | null) => Object.fromEntries(
      tilesOf(present, { ...around, order: { presiding } }).map((tile) => [tile.personId, tile.role]))
    expect(roles(null)).toMatchObject({ chair: 'presides', clerk: 'clerk', deputy: null, member: null, site: null })
    expect(roles('deputy')).toMatchObject({ chair: null, deputy: 'presides', clerk: 'clerk' })
    expect(roles('chair')).toMatchObject({ chair: 'presides' })
  })

  test('tells the place of a raised hand, and how many people sit at a site', () => {
    const tiles = tilesOf(present, {
      ...around, hands: ['member', 'chair', 'member'], headCounts: { site: 24, member: 3 },
    })
    const of = (id: string) => tiles.find(({ personId }) => personId === id)
    expect(of('chair')).toMatchObject({ hand: 2, people: null })
    expect(of('member')).toMatchObject({ hand: 1, people: null, site: false })
    expect(of('site')).toMatchObject({ hand: null, people: 24, site: true })
  })

  test('a site and the screen of another are large, one’s own screen is not', () => {
    const tiles = tilesOf([peer('site'), peer('deputy', { screen: picture('p') }), peer('me', { own: true, screen: picture('') })], around)
    expect(tiles.filter(isLarge).map(({ key }) => key)).toEqual([screenKey('deputy'), cameraKey('site')])
  })
})
