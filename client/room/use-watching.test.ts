import { describe, expect, test } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { Placed } from './layout.ts'
import type { VisiblePicture } from './room-media.ts'
import { cameraKey, screenKey, tilesOf } from './tiles.ts'
import { useWatching, visiblePictures } from './use-watching.ts'

const sent = { producerId: 'p', track: null, paused: false, starved: false }
const tiles = new Map(tilesOf([
  { personId: 'a', own: false, muted: true, camera: sent, screen: sent, quality: 'good', devices: 1 },
  { personId: 'b', own: false, muted: true, camera: sent, screen: null, quality: 'good', devices: 1 },
  { personId: 'dark', own: false, muted: true, camera: null, screen: null, quality: 'good', devices: 1 },
  { personId: 'me', own: true, muted: true, camera: sent, screen: sent, quality: 'good', devices: 1 },
], { person: () => undefined, participant: () => undefined, order: { presiding: null }, hands: [], headCounts: {} }).map((tile) => [tile.key, tile]))

const placed = (key: string, part: Placed['part'] = 'grid', width = 320, height = 180): Placed =>
  ({ key, part, rect: { left: 0, top: 0, width, height } })

describe('what is received', () => {
  test('is what stands on the page, in its size', () => {
    expect(visiblePictures([placed(screenKey('a'), 'main', 800, 450), placed(cameraKey('b'), 'film', 160, 90)], tiles, null)).toEqual([
      { personId: 'a', source: 'screen', width: 800, height: 450 },
      { personId: 'b', source: 'camera', width: 160, height: 90 },
    ])
  })

  test('is nothing of one’s own, of whom sends nothing or left, or of a place that is only kept', () => {
    const keys = [cameraKey('me'), screenKey('me'), cameraKey('dark'), cameraKey('gone')]
    expect(visiblePictures([...keys.map((key) => placed(key)), placed(cameraKey('a'), 'ghost')], tiles, null)).toEqual([])
  })

  test('is not what has no size yet', () => expect(visiblePictures([placed(cameraKey('a'), 'grid', 0, 0)], tiles, null)).toEqual([]))

  test('is larger where the large one is magnified', () => {
    const magnified = visiblePictures([placed(screenKey('a'), 'main'), placed(cameraKey('b'), 'film')], tiles, null, 2)
    expect(magnified.map(({ width }) => width)).toEqual([640, 320])
  })

  test('is also what floats in a window of its own', () => {
    expect(visiblePictures([], tiles, { key: cameraKey('b'), width: 400, height: 225 })).toEqual([
      { personId: 'b', source: 'camera', width: 400, height: 225, floating: true },
    ])
    expect(visiblePictures([], tiles, { key: cameraKey('me'), width: 400, height: 225 })).toEqual([])
  })
})

test('it is told when it changes, and that nothing is seen any more in the end', async () => {
  const told: (readonly VisiblePicture[])[] = []
  const shown = shallowRef([placed(cameraKey('a'))])
  const scope = effectScope()
  scope.run(() => useWatching({ watch: (pictures) => void told.push(pictures) }, () => visiblePictures(shown.value, tiles, null)))
  shown.value = [placed(cameraKey('a')), placed(cameraKey('dark'))]
  await nextTick()
  expect(told).toHaveLength(1)
  shown.value = [placed(cameraKey('b'))]
  await nextTick()
  expect(told.map((pictures) => pictures.map(({ personId }) => personId))).toEqual([['a'], ['b']])
  scope.stop()
  expect(told.at(-1)).toEqual([])
})
