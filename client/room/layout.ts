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

/** `auto`: a few are shown together, many by who speaks. */
export type StageWish = 'auto' | 'gallery' | 'speaker'

export type Stage =
  | { kind: 'screen', personId: string }
  | { kind: 'speaker', personId: string }
  | { kind: 'gallery' }

/**
 * What the stage shows. One who looks for the gallery gets it; else a shared screen comes first, the latest of several.
 * The stage follows the speaker (the last one to speak, while nobody does) for those who ask for it, and where more than
 * `still` people would be too small to see together; up to that many stay as they are, whoever speaks.
 */
export function stageOf(
  input: { sharing: readonly string[], speaker: string | null, present: readonly string[], wish: StageWish, still: number },
): Stage {
  const { speaker, present, wish } = input
  const sharer = input.sharing.at(-1)
  if (wish === 'gallery') return { kind: 'gallery' }
  if (sharer) return { kind: 'screen', personId: sharer }
  const follow = wish === 'speaker' || present.length > input.still
  if (follow && speaker && present.includes(speaker)) return { kind: 'speaker', personId: speaker }
  return { kind: 'gallery' }
}

/**
 * Who shares a screen, in the order in which they began; `before` is the order so far. One's own screen comes first, as
 * one sees it anyway.
 */
export function shareOrder(before: readonly string[], sharing: readonly { personId: string, own: boolean }[]): string[] {
  const place = ({ personId, own }: { personId: string, own: boolean }) => {
    const known = before.indexOf(personId)
    return own ? -1 : known < 0 ? before.length : known
  }
  return sharing.toSorted((a, b) => place(a) - place(b)).map((one) => one.personId)
}

/** Tiles in a steady order: oneself last, everyone else by protocol rank, so that nothing jumps when somebody speaks. */
export function tileOrder<T extends { own: boolean, rank: number }>(tiles: readonly T[]): T[] {
  return tiles.toSorted((a, b) => Number(a.own) - Number(b.own) || a.rank - b.rank)
}
