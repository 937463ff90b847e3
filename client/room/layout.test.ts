import { describe, expect, test } from 'vitest'
import { boxIn, focusOf, galleryOf, type Arrangement, type Item, type Rect, type Space } from './layout.ts'

const people = (count: number): Item[] => Array.from({ length: count }, (_, index) => ({ key: `person ${index}`, large: false }))
const sites = (count: number): Item[] => Array.from({ length: count }, (_, index) => ({ key: `site ${index}`, large: true }))

const overlap = (a: Rect, b: Rect) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height

/** Inside the space, each beside the others, none without a size. */
function expectSound({ placed }: Arrangement, space: Space) {
  for (const [index, { rect, key }] of placed.entries()) {
    expect(rect.width, key).toBeGreaterThan(0)
    expect(rect.left, key).toBeGreaterThanOrEqual(0)
    expect(rect.top, key).toBeGreaterThanOrEqual(0)
    // Positions are rounded, so half a pixel may stand over.
    expect(rect.left + rect.width, key).toBeLessThanOrEqual(space.width + 1)
    expect(rect.top + rect.height, key).toBeLessThanOrEqual(space.height + 1)
    for (const other of placed.slice(index + 1)) expect(overlap(rect, other.rect), `${key} and ${other.key}`).toBe(false)
  }
}

const rowsIn = ({ placed }: Arrangement) => new Set(placed.map(({ rect }) => rect.top)).size
const every = (items: readonly Item[], space: Space, least: number) => {
  const { pages } = galleryOf(items, space, 0, least)
  return Array.from({ length: pages }, (_, page) => galleryOf(items, space, page, least))
}

describe('gallery', () => {
  const wide = { width: 1200, height: 640 }

  test.each([[1, 1], [2, 1], [3, 2], [4, 2], [9, 3], [15, 4]])('%i tiles on a wide stage stand in %i rows', (count, rows) => {
    const gallery = galleryOf(people(count), wide, 0, 180)
    expect(gallery).toMatchObject({ page: 0, pages: 1 })
    expect(gallery.placed).toHaveLength(count)
    expect(rowsIn(gallery)).toBe(rows)
  })

  test('three stand two and one, not in a column', () => expect(rowsIn(galleryOf(people(3), { width: 780, height: 700 }, 0, 180))).toBe(2))
  test('a tall stage stacks', () => expect(rowsIn(galleryOf(people(2), { width: 390, height: 600 }, 0, 160))).toBe(2))

  test.each([{ width: 777, height: 431 }, { width: 374, height: 276 }, { width: 240, height: 700 }, { width: 1700, height: 900 }])(
    'in $width × $height everybody stands on one page, inside, in a readable size',
    (space) => {
      for (const [persons, places] of [[0, 1], [1, 1], [5, 2], [7, 3], [15, 6], [60, 0], [3, 40], [500, 6]] as const) {
        const items = [...people(persons), ...sites(places)]
        const pages = every(items, space, 160)
        for (const page of pages) expectSound(page, space)
        const shown = pages.flatMap(({ placed }) => placed)
        expect(shown.map(({ key }) => key).sort()).toEqual(items.map(({ key }) => key).sort())
        for (const { rect } of shown) expect(rect.width).toBeGreaterThanOrEqual(Math.min(158, space.width))
        for (const { placed } of pages) expect(placed.length).toBeLessThanOrEqual(49)
      }
    },
  )

  test('a site takes four times the room of a person', () => {
    const { placed } = galleryOf([...people(4), ...sites(1)], wide, 0, 180)
    const site = placed.find(({ key }) => key === 'site 0')!.rect
    const person = placed.find(({ key }) => key === 'person 0')!.rect
    expect(site.width).toBe(2 * person.width + 8)
    expect(site.height).toBe(2 * person.height + 8)
  })

  test('where only one column fits, a site is as large as the others', () => {
    const { placed } = galleryOf([...sites(2), ...people(2)], { width: 200, height: 260 }, 0, 180)
    expect(new Set(placed.map(({ rect }) => rect.width)).size).toBe(1)
  })

  test('pages keep the order, and their tiles one size', () => {
    const items = people(30)
    const pages = every(items, { width: 800, height: 400 }, 180)
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(({ placed }) => placed.map(({ key }) => key))).toEqual(items.map(({ key }) => key))
    expect(new Set(pages.flatMap(({ placed }) => placed.map(({ rect }) => rect.width))).size).toBe(1)
  })

  test('oneself is on the first page', () => {
    const items: Item[] = [...people(30), { key: 'me', large: false, own: true }]
    const [first, ...others] = every(items, { width: 800, height: 400 }, 180)
    expect(first!.placed.at(-1)?.key).toBe('me')
    expect(first!.placed.length).toBe(others[0]!.placed.length)
    expect(others.flatMap(({ placed }) => placed).some(({ key }) => key === 'me')).toBe(false)
  })

  test('a page that is no more is the last one', () => {
    const { page, pages } = galleryOf(people(30), { width: 800, height: 400 }, 99, 180)
    expect(page).toBe(pages - 1)
    expect(galleryOf(people(3), wide, 4, 180)).toMatchObject({ page: 0, pages: 1 })
  })

  test('the last row stands in the middle', () => {
    const { placed } = galleryOf(people(3), { width: 808, height: 448 }, 0, 180)
    const { rect } = placed[2]!
    expect(Math.abs(rect.left + rect.width / 2 - 404)).toBeLessThanOrEqual(1)
  })

  test('nobody, and no space yet', () => {
    expect(galleryOf([], wide, 0, 180)).toEqual({ placed: [], page: 0, pages: 1 })
    expect(galleryOf(people(3), { width: 0, height: 0 }, 0, 180).placed).toEqual([])
  })
})

describe('one large', () => {
  const keys = people(12).map(({ key }) => key)
  const on = (space: Space, input: Partial<Parameters<typeof focusOf>[0]> = {}, page = 0) =>
    focusOf({ main: keys[0]!, whole: false, film: keys, own: null, ghost: false, ...input }, space, page)

  test.each([{ width: 800, height: 640 }, { width: 374, height: 276 }, { width: 1400, height: 420 }, { width: 520, height: 235 }, { width: 260, height: 700 }])(
    'in $width × $height the strip and the large one stand beside each other',
    (space) => {
      const { pages } = on(space)
      const seen: string[] = []
      for (let page = 0; page < pages; page++) {
        const focus = on(space, {}, page)
        expectSound(focus, space)
        const large = focus.placed.find(({ part }) => part === 'main')!
        const strip = focus.placed.filter(({ part }) => part === 'film')
        for (const { rect } of strip) expect(rect.width).toBeLessThanOrEqual(large.rect.width)
        seen.push(...strip.map(({ key }) => key))
      }
      expect(seen).toEqual(keys.slice(1))
    },
  )

  test('a low and wide stage has the strip at the side', () => {
    const { placed } = on({ width: 1400, height: 420 })
    const [large, first] = placed.map(({ rect }) => rect)
    expect(first!.left).toBeGreaterThanOrEqual(large!.left + large!.width)
  })

  test('where the large one leaves room, the strip has several lines', () => {
    for (const space of [{ width: 374, height: 700 }, { width: 828, height: 260 }, { width: 224, height: 690 }]) {
      const { placed, pages } = on(space)
      expect(placed.length, `${space.width}`).toBeGreaterThan(4)
      expect(pages).toBeLessThan(4)
    }
  })

  test('whoever speaks, the others keep their places', () => {
    const space = { width: 1000, height: 700 }
    const placesWhile = (main: string) =>
      new Map(on(space, { main, ghost: true }).placed.filter(({ part }) => part !== 'main').map(({ key, rect }) => [key, rect.left]))
    expect(placesWhile(keys[1]!)).toEqual(placesWhile(keys[2]!))
    expect(on(space, { main: keys[1]!, ghost: true }).placed.find(({ part }) => part === 'ghost')?.key).toBe(keys[1])
  })

  test('oneself is on the first page of the strip, whatever the order', () => {
    const own = keys.at(-1)!
    const { placed, pages } = on({ width: 800, height: 640 }, { own })
    expect(pages).toBeGreaterThan(1)
    expect(placed.at(-1)?.key).toBe(own)
    expect(on({ width: 800, height: 640 }, { own }, 1).placed.some(({ key }) => key === own)).toBe(false)
  })

  test('a screen may fill its space; a face keeps its shape', () => {
    const space = { width: 900, height: 900 }
    const shape = ({ width, height }: Space) => width / height
    const main = (whole: boolean) => on(space, { whole }).placed[0]!.rect
    expect(main(true).width).toBe(900)
    expect(shape(main(true))).toBeLessThan(1.7)
    expect(shape(main(false))).toBeCloseTo(16 / 9, 1)
  })

  test('alone it has the whole space', () => {
    expect(on({ width: 640, height: 360 }, { film: [keys[0]!] })).toEqual({
      page: 0, pages: 1, placed: [{ key: keys[0], part: 'main', rect: { left: 0, top: 0, width: 640, height: 360 } }],
    })
  })

  test('no space yet', () => expect(on({ width: 0, height: 0 }).placed).toEqual([]))
})

test('a box never exceeds its space', () => {
  expect(boxIn({ width: 160, height: 500 })).toEqual({ width: 160, height: 90 })
  expect(boxIn({ width: -5, height: 10 })).toEqual({ width: 0, height: 0 })
})
