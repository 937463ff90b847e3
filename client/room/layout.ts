/** Where tiles of 16:9 stand on the stage, in CSS pixels. Pure, so that what is seen can be told to the media node exactly. */

export interface Space { width: number, height: number }
export interface Rect extends Space { left: number, top: number }

/** `large`: takes two columns and two rows of the gallery, as a remote site with many people before one camera, or a screen. */
export interface Item { key: string, large: boolean, own?: boolean }

/**
 * `main`: the one that the stage is about; `film`: in the strip beside it; `ghost`: keeps the place in the strip of the one
 * shown large.
 */
export interface Placed { key: string, rect: Rect, part: 'grid' | 'main' | 'film' | 'ghost' }

export interface Arrangement {
  placed: Placed[]
  /** From 0; of the gallery, or of the strip. */
  page: number
  pages: number
}

interface Grid { columns: number, rows: number, cell: Space, largeFits: boolean }

const RATIO = 16 / 9
const GAP = 8
/** As good as the same size. */
const NEARLY = 0.9
/** Nobody tells more faces apart, and the node passes on no more pictures than some more than this. */
const MOST_ON_A_PAGE = 49
const FILM = { least: 84, most: 148 }
/** At the side the strip is at least as wide as a name. */
const FILM_SIDE = { least: 132, most: 240 }

const cells = (item: Item, largeFits: boolean) => item.large && largeFits ? 4 : 1
const blocksOf = (columns: number, rows: number) => Math.floor(columns / 2) * Math.floor(rows / 2)

/** The largest box of 16:9 in a space. */
export function boxIn({ width, height }: Space): Space {
  const fitting = Math.max(0, Math.floor(Math.min(width, height * RATIO)))
  return { width: fitting, height: Math.floor(fitting / RATIO) }
}

function gridOf(columns: number, rows: number, space: Space): Grid {
  const cell = boxIn({ width: (space.width - GAP * (columns - 1)) / columns, height: (space.height - GAP * (rows - 1)) / rows })
  return { columns, rows, cell, largeFits: columns > 1 && rows > 1 }
}

/** The grid with the largest tiles that takes all of them at once. */
function gridForAll(items: readonly Item[], space: Space): Grid {
  const large = items.filter((item) => item.large).length
  const needed = large * 4 + (items.length - large)
  let best: Grid | null = null
  for (let columns = large ? 2 : 1; columns <= Math.max(needed, 2); columns++) {
    let rows = Math.max(Math.ceil(needed / columns), large ? 2 : 1)
    while (blocksOf(columns, rows) < large) rows += 1
    const grid = gridOf(columns, rows, space)
    // Not in one tall column for a few pixels more.
    const calmer = best && columns <= rows + 1 && rows < best.rows && grid.cell.width >= best.cell.width * NEARLY
    if (!best || calmer || grid.cell.width > best.cell.width) best = grid
  }
  return best ?? gridOf(1, 1, space)
}

/** As many tiles as can still be read; then they grow to fill the space. */
function gridForPage(space: Space, leastWidth: number): Grid {
  const fit = (length: number, least: number) => Math.max(1, Math.floor((length + GAP) / (least + GAP)))
  let columns = fit(space.width, leastWidth)
  let rows = fit(space.height, leastWidth / RATIO)
  while (columns * rows > MOST_ON_A_PAGE) if (columns > rows) columns -= 1; else rows -= 1
  return gridOf(columns, rows, space)
}

/** In the order given, as many on each page as the grid takes; oneself at the end of the first, always in sight. */
function pagesOf(items: readonly Item[], { columns, rows, largeFits }: Grid): Item[][] {
  const own = items.filter((item) => item.own)
  const pages: Item[][] = []
  let page: Item[] = []
  let taken = own.reduce((sum, item) => sum + cells(item, largeFits), 0)
  let blocks = own.filter((item) => cells(item, largeFits) > 1).length
  for (const item of items) {
    if (item.own) continue
    const size = cells(item, largeFits)
    const full = taken + size > columns * rows || (size > 1 && blocks + 1 > blocksOf(columns, rows))
    if (full && page.length) {
      pages.push(page)
      page = []
      taken = 0
      blocks = 0
    }
    page.push(item)
    taken += size
    if (size > 1) blocks += 1
  }
  if (page.length) pages.push(page)
  const [first = [], ...others] = pages
  return [[...first, ...own], ...others]
}

/** The large ones first, two rows of them at a time; the others in what is left, row by row, a last row in the middle. */
function placeOnGrid(page: readonly Item[], grid: Grid, space: Space): Placed[] {
  const { cell, largeFits } = grid
  const isLarge = (item: Item) => item.large && largeFits
  const across = Math.floor(grid.columns / 2)
  const taken = new Set<number>()
  const at = new Map<string, { column: number, row: number, size: 1 | 2 }>()
  for (const [index, item] of page.filter(isLarge).entries()) {
    const column = 2 * (index % across)
    const row = 2 * Math.floor(index / across)
    for (const place of [0, 1, grid.columns, grid.columns + 1]) taken.add(row * grid.columns + column + place)
    at.set(item.key, { column, row, size: 2 })
  }
  let next = 0
  for (const item of page.filter((one) => !isLarge(one))) {
    while (taken.has(next)) next += 1
    at.set(item.key, { column: next % grid.columns, row: Math.floor(next / grid.columns), size: 1 })
    next += 1
  }
  const all = [...at.values()]
  const columns = Math.max(0, ...all.map((one) => one.column + one.size))
  const rows = Math.max(0, ...all.map((one) => one.row + one.size))
  const wide = (count: number) => count * cell.width + (count - 1) * GAP
  const high = (count: number) => count * cell.height + (count - 1) * GAP
  const left = (space.width - wide(columns)) / 2
  const top = (space.height - high(rows)) / 2
  const last = all.filter((one) => one.row + one.size === rows)
  const shift = last.every((one) => one.size === 1) ? (columns - last.length) * (cell.width + GAP) / 2 : 0
  return page.map((item): Placed => {
    const { column, row, size } = at.get(item.key)!
    const moved = last.some((one) => one.column === column && one.row === row) ? shift : 0
    return {
      key: item.key, part: 'grid',
      rect: rounded({
        left: left + moved + column * (cell.width + GAP), top: top + row * (cell.height + GAP), width: wide(size), height: high(size),
      }),
    }
  })
}

const rounded = ({ left, top, width, height }: Rect): Rect => ({ left: Math.round(left), top: Math.round(top), width, height })

/** Everyone alike. `leastWidth`: of a tile that is still readable; where not all fit in that size, they come in pages. */
export function galleryOf(items: readonly Item[], space: Space, page: number, leastWidth: number): Arrangement {
  if (!items.length || space.width <= 0 || space.height <= 0) return { placed: [], page: 0, pages: 1 }
  const all = gridForAll(items, space)
  const onePage = all.columns * all.rows <= MOST_ON_A_PAGE && all.cell.width >= Math.min(leastWidth, space.width)
  const grid = onePage ? all : gridForPage(space, leastWidth)
  const pages = onePage ? [[...items]] : pagesOf(items, grid)
  const shown = within(page, pages.length)
  return { placed: placeOnGrid(pages[shown] ?? [], grid, space), page: shown, pages: pages.length }
}

const within = (page: number, pages: number) => Math.min(Math.max(0, page), Math.max(1, pages) - 1)

export interface Focus {
  main: string
  /** A screen takes all of its space; a camera a box of 16:9. */
  whole: boolean
  /** The others, in their order. */
  film: readonly string[]
  /** Of these always in sight. */
  own: string | null
  /** Whether the one shown large leaves its place in the strip open, so that the others stay where they are. */
  ghost: boolean
}

/**
 * One large, the others in a strip below it, or beside it where that leaves more room; where the large one leaves enough
 * free, the strip has several lines. It comes in pages.
 */
export function focusOf({ main, whole, film, own, ghost }: Focus, space: Space, page: number): Arrangement {
  if (space.width <= 0 || space.height <= 0) return { placed: [], page: 0, pages: 1 }
  const others = ghost ? film : film.filter((key) => key !== main)
  const isBelow = boxIn({ width: space.width, height: space.height - FILM.least - GAP }).width
    >= boxIn({ width: space.width - FILM_SIDE.least - GAP, height: space.height }).width
  const strip = stripOf(others.length, space, isBelow)
  const depth = others.length ? strip.depth + GAP : 0
  const area = { width: space.width - (isBelow ? 0 : depth), height: space.height - (isBelow ? depth : 0) }
  const size = whole ? area : boxIn(area)
  const large: Placed = {
    key: main, part: 'main', rect: rounded({ left: (area.width - size.width) / 2, top: (area.height - size.height) / 2, ...size }),
  }
  const perPage = strip.perLine * strip.lines
  const pages = Math.max(1, Math.ceil(others.length / perPage))
  const shown = within(page, pages)
  const onPage = inSight(others, own, perPage).slice(shown * perPage, (shown + 1) * perPage)
  const { tile, perLine } = strip
  const small = onPage.map((key, index): Placed => {
    const line = Math.floor(index / perLine)
    const inLine = Math.min(perLine, onPage.length - line * perLine)
    const along = (length: number, step: number) => (length - inLine * (step + GAP) + GAP) / 2 + (index % perLine) * (step + GAP)
    const rect = isBelow
      ? { left: along(space.width, tile.width), top: space.height - strip.depth + line * (tile.height + GAP), ...tile }
      : { left: space.width - strip.depth + line * (tile.width + GAP), top: along(space.height, tile.height), ...tile }
    return { key, part: key === main ? 'ghost' : 'film', rect: rounded(rect) }
  })
  return { page: shown, pages, placed: [large, ...small] }
}

/** As many in a line as can be read, growing to fill it; as many lines as the large one leaves room for. */
function stripOf(count: number, space: Space, isBelow: boolean) {
  const { least, most } = isBelow ? FILM : FILM_SIDE
  const shape = isBelow ? RATIO : 1 / RATIO
  const length = isBelow ? space.width : space.height
  const free = Math.max(least, isBelow ? space.height - GAP - space.width / RATIO : space.width - GAP - space.height * RATIO)
  const perLine = Math.max(1, Math.min(count, Math.floor((length + GAP) / (least * shape + GAP))))
  const along = (length - GAP * (perLine - 1)) / perLine
  const usual = Math.min(along / shape, most)
  const lines = Math.max(1, Math.min(Math.ceil(count / perLine), Math.floor((free + GAP) / (usual + GAP))))
  const across = Math.min(usual, (free - GAP * (lines - 1)) / lines)
  const tile = boxIn(isBelow ? { width: along, height: across } : { width: across, height: along })
  const depth = (isBelow ? tile.height : tile.width) * lines + GAP * (lines - 1)
  return { perLine, lines, tile, depth }
}

/** Moves one’s own to the end of the first page. */
function inSight(keys: readonly string[], own: string | null, perPage: number): string[] {
  const others = keys.filter((key) => key !== own)
  return own === null || others.length === keys.length ? others : others.toSpliced(perPage - 1, 0, own)
}
