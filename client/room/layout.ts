/** How tiles of 16:9 fill a space: columns, rows and the size of one tile in CSS pixels. */
export interface Grid { columns: number, rows: number, width: number, height: number }

const RATIO = 16 / 9

/** The number of columns that gives the largest tiles for `count` of them. */
export function gridFor(count: number, space: { width: number, height: number }, gap = 8): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const fitWidth = (space.width - gap * (columns - 1)) / columns
    const fitHeight = (space.height - gap * (rows - 1)) / rows
    const width = Math.max(0, Math.floor(Math.min(fitWidth, fitHeight * RATIO)))
    if (width > best.width) best = { columns, rows, width, height: Math.floor(width / RATIO) }
  }
  return best
}

export type StageWish = 'auto' | 'gallery'

export type Stage =
  | { kind: 'screen', personId: string }
  | { kind: 'speaker', personId: string }
  | { kind: 'gallery' }

/**
 * What the stage shows. A shared screen comes first, then who speaks (the last one to speak, while nobody does);
 * one who looks for the gallery gets it, and so does a room where nobody has spoken yet.
 */
export function stageOf(
  input: { sharing: readonly string[], speaker: string | null, present: readonly string[], wish: StageWish },
): Stage {
  const sharer = input.sharing.at(-1)
  if (input.wish === 'gallery') return { kind: 'gallery' }
  if (sharer) return { kind: 'screen', personId: sharer }
  if (input.speaker && input.present.includes(input.speaker)) return { kind: 'speaker', personId: input.speaker }
  return { kind: 'gallery' }
}

/** Tiles in a steady order: oneself last, everyone else by protocol rank, so that nothing jumps when somebody speaks. */
export function tileOrder<T extends { own: boolean, rank: number }>(tiles: readonly T[]): T[] {
  return tiles.toSorted((a, b) => Number(a.own) - Number(b.own) || a.rank - b.rank)
}
