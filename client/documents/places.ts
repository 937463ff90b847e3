import type { LedView, Point } from '../../protocol/review.ts'
import { turned, unturned, type Turn } from './page-geometry.ts'

/** Where a reader is: the place in the middle of the window's upper edge, and how large. `zoom` 1: as wide as the window. */
export type Place = Omit<LedView, 'pointer'>

/** What changes how large pages are drawn; 1 is the size on paper. */
export interface Scaling {
  scale(): number
  scaleTo(scale: number): void
  /** How far the reader turned the pages: places are those of the page that is not turned. */
  turn?: () => Turn
}

export interface Places {
  /** Null while there is no page. */
  here(): Place | null
  /** Goes to a place, also where the window has another size. */
  go(place: Place): void
  /** The place on a page under a point of the screen; null beside the pages. */
  at(clientX: number, clientY: number): Point | null
  /** Where a place on a page is drawn, in CSS pixels from the upper left of the window over the pages; null: out of sight. */
  spot(point: Point): { left: number, top: number } | null
}

/** A difference of scale that nobody sees, and for which the pages need not be drawn again. */
const SAME = 0.005

/**
 * Places in a scrolling `container` of elements `.page[data-page-number]`, as shares of their page. They are read off what is
 * drawn, so that they hold for whatever draws it.
 */
export function createPlaces(container: HTMLElement, { scale, scaleTo, turn = () => 0 }: Scaling): Places {
  const pages = () => [...container.querySelectorAll<HTMLElement>('.page[data-page-number]')]
  const pageOf = (number: number) => container.querySelector<HTMLElement>(`.page[data-page-number="${number}"]`)
  const numberOf = (page: HTMLElement) => Number(page.dataset['pageNumber'])

  return {
    here() {
      const window = container.getBoundingClientRect()
      // The first page that reaches below the upper edge; those after it lie below.
      const page = pages().find((one) => one.getBoundingClientRect().bottom > window.top + 1)
      if (!page) return null
      const box = page.getBoundingClientRect()
      return {
        page: numberOf(page), zoom: box.width / container.clientWidth,
        x: within((window.left + container.clientWidth / 2 - box.left) / box.width), y: within((window.top - box.top) / box.height),
      }
    },

    go({ page: number, x, y, zoom }) {
      const width = pageOf(number)?.getBoundingClientRect().width
      if (!width) return
      // Who sees a page whole sees it on a small window as wide as that, and nowhere smaller than on paper.
      const least = Math.min(container.clientWidth, width / scale())
      const factor = Math.max(zoom * container.clientWidth, least) / width
      if (Math.abs(factor - 1) > SAME) scaleTo(scale() * factor)
      const page = pageOf(number)
      if (!page) return
      const window = container.getBoundingClientRect()
      const box = page.getBoundingClientRect()
      container.scrollTo({
        left: container.scrollLeft + box.left + x * box.width - window.left - container.clientWidth / 2,
        top: container.scrollTop + box.top + y * box.height - window.top, behavior: 'instant',
      })
    },

    at(clientX, clientY) {
      for (const page of pages()) {
        const box = page.getBoundingClientRect()
        if (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom) continue
        const [shownX, shownY] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height]
        const [x, y] = unturned([shownX, shownY, shownX, shownY], turn())
        return { page: numberOf(page), x, y }
      }
      return null
    },

    spot({ page: number, x: ownX, y: ownY }) {
      const page = pageOf(number)
      if (!page) return null
      const [x, y] = turned([ownX, ownY, ownX, ownY], turn())
      const window = container.getBoundingClientRect()
      const box = page.getBoundingClientRect()
      const spot = { left: box.left + x * box.width - window.left, top: box.top + y * box.height - window.top }
      const seen = spot.left >= 0 && spot.top >= 0 && spot.left <= window.width && spot.top <= window.height
      return seen ? spot : null
    },
  }
}

/** As the wire takes it: a page that is smaller than the window begins above it or ends before its middle. */
const within = (share: number) => Math.min(2, Math.max(-1, share))
