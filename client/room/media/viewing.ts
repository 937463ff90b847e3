import { MOST_WATCHED, type Watched } from '../../../protocol/media.ts'

/** A picture on the screen: what is sent, and how wide its 16:9 frame is in pixels of the screen. */
export interface SeenPicture { producerId: string, width: number }

/** Up to these widths (pixels) the smaller layers of a 960 × 540 camera are enough: 240 wide, 480 wide; above, the whole. */
const WIDTHS_OF_LAYERS = [240, 480]
/** A picture whose width is this near to a limit keeps its layer, so that none flaps while something is dragged. */
const MARGIN = 1.1

const layerOf = (width: number) => WIDTHS_OF_LAYERS.filter((limit) => width > limit).length

/** The simulcast layer for a width, given the layer so far. */
export function layerFor(width: number, before?: number): number {
  const isNear = before !== undefined && (layerOf(width * MARGIN) === before || layerOf(width / MARGIN) === before)
  return isNear ? before : layerOf(width)
}

/** What to receive of what is seen; the largest where it is too much. `before`: what is received now. */
export function watchedOf(seen: readonly SeenPicture[], before: readonly Watched[]): Watched[] {
  const layers = new Map(before.map(({ producerId, layer }) => [producerId, layer]))
  const widths = new Map<string, number>()
  for (const { producerId, width } of seen) widths.set(producerId, Math.max(width, widths.get(producerId) ?? 0))
  return [...widths]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_WATCHED)
    .map(([producerId, width]) => ({ producerId, layer: layerFor(width, layers.get(producerId)) }))
}

/** Changes in quick succession, as of a scrolled list, are one. In ms. */
const CALM_MS = 120

/** Tells what is watched when it has changed: at once after a calm, else when it calms down. */
export function createViewing(options: { seen(): SeenPicture[], tell(watched: Watched[]): void }) {
  let watched: Watched[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false

  function look(): void {
    const now = watchedOf(options.seen(), watched)
    if (JSON.stringify(now) === JSON.stringify(watched)) return
    watched = now
    options.tell(now)
  }

  /** Something of what is seen, or of what is sent, may have changed. */
  function changed(): void {
    if (timer !== undefined) {
      again = true
      return
    }
    look()
    timer = setTimeout(() => {
      timer = undefined
      if (!again) return
      again = false
      changed()
    }, CALM_MS)
  }

  return { changed, stop: () => clearTimeout(timer) }
}
