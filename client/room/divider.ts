/** How two parts share a length, in CSS pixels: the size of the second one, beside the first. */
export interface Bounds { total: number, leastFirst: number, leastSecond: number }

/** As wanted, as far as both keep their least; the second one yields first. */
export function fitted(size: number, { total, leastFirst, leastSecond }: Bounds): number {
  const most = Math.max(0, total - leastFirst)
  return Math.round(Math.min(Math.max(size, leastSecond), most))
}

/** What the parts would be with each in the other’s size. */
export const swapped = (size: number, bounds: Bounds): number => fitted(bounds.total - size, bounds)

const STEP = 24
const STRIDE = 120

/** The size after a key on the divider; null: the key means nothing here. `growing`: the arrow that enlarges the second part. */
export function sizeAfterKey(
  key: string, shift: boolean, size: number, bounds: Bounds, growing: 'ArrowLeft' | 'ArrowUp',
): number | null {
  const step = shift ? STRIDE : STEP
  switch (key) {
    case growing: return fitted(size + step, bounds)
    case growing === 'ArrowLeft' ? 'ArrowRight' : 'ArrowDown': return fitted(size - step, bounds)
    case 'Home': return fitted(0, bounds)
    case 'End': return fitted(bounds.total, bounds)
    case 'Enter': return swapped(size, bounds)
    default: return null
  }
}
