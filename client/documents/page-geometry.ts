import type { Rect } from '../../protocol/annotations.ts'

/** How far pages are turned clockwise, in degrees. */
export type Turn = 0 | 90 | 180 | 270

const within = (share: number) => Math.min(1, Math.max(0, share))
const ordered = ([left, top, right, bottom]: readonly [number, number, number, number]): Rect =>
  [Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom)].map(within) as Rect

const point: Record<Turn, (x: number, y: number) => [number, number]> = {
  0: (x, y) => [x, y],
  90: (x, y) => [1 - y, x],
  180: (x, y) => [1 - x, 1 - y],
  270: (x, y) => [y, 1 - x],
}
const back: Record<Turn, Turn> = { 0: 0, 90: 270, 180: 180, 270: 90 }

/** A rectangle of the page as it is shown when the page is turned. */
export function turned([left, top, right, bottom]: Rect, turn: Turn): Rect {
  return ordered([...point[turn](left, top), ...point[turn](right, bottom)])
}

/** The rectangle of the page that is not turned, of one that is shown on the turned page. */
export const unturned = (rect: Rect, turn: Turn): Rect => turned(rect, back[turn])

interface Box { left: number, top: number, right: number, bottom: number }

/**
 * The parts of a page, as shares of it, that boxes on the screen cover: one a line, however many words and letters the boxes
 * stand for. What is outside the page, or has no width, is left out.
 */
export function linesOn(page: Box, boxes: readonly Box[]): Rect[] {
  const [width, height] = [page.right - page.left, page.bottom - page.top]
  if (width <= 0 || height <= 0) return []
  const inside = boxes.filter((box) => box.right - box.left > 0.5 && box.bottom - box.top > 0.5 && box.right > page.left && box.left < page.right
    && box.bottom > page.top && box.top < page.bottom)
  const lines: Box[] = []
  for (const box of inside.toSorted((a, b) => a.top - b.top || a.left - b.left)) {
    const middle = (box.top + box.bottom) / 2
    // Words of one line that stand far apart, as in two columns, are marked one by one.
    const line = lines.find((one) => {
      const near = one.bottom - one.top
      return middle > one.top && middle < one.bottom && box.left < one.right + near && box.right > one.left - near
    })
    if (!line) lines.push({ left: box.left, top: box.top, right: box.right, bottom: box.bottom })
    else {
      line.left = Math.min(line.left, box.left)
      line.top = Math.min(line.top, box.top)
      line.right = Math.max(line.right, box.right)
      line.bottom = Math.max(line.bottom, box.bottom)
    }
  }
  const share = (value: number) => Math.round(value * 100_000) / 100_000
  return lines.map((box) => ordered([
    share((box.left - page.left) / width), share((box.top - page.top) / height),
    share((box.right - page.left) / width), share((box.bottom - page.top) / height),
  ]))
}
