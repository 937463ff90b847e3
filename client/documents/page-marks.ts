import type { Anchor, Quote } from '../../protocol/annotations.ts'
import { linesOn, turned, unturned, type Turn } from './page-geometry.ts'
import { findQuote } from './text-search.ts'

/** Something that stands at a place of a page. */
export interface Mark {
  id: string
  anchor: Anchor
  /** How it looks: a colour of highlights, or what is said to others there. */
  look: 'yellow' | 'green' | 'blue' | 'pink' | 'comment' | 'suggestion'
  /** There is more to it than the mark. */
  noted: boolean
  active: boolean
}

export interface PageMarks {
  show(marks: readonly Mark[]): void
  /** Draws a page's marks again, whose content was drawn anew. */
  redraw(page: number): void
  /** The mark under a touch, topmost first. */
  at(x: number, y: number): Mark | null
  /** Where the selected words stand; null while none of a page are selected. */
  selected(): { anchor: Anchor, box: DOMRect } | null
  /** Where quoted words stand on a page that is drawn with its text; null: nowhere. */
  placeOf(page: number, quote: Quote): Anchor | null
  /** A place without words, as on a scan. */
  point(x: number, y: number): Anchor | null
  /** Brings a place into view. */
  reveal(anchor: Anchor): void
}

const LAYER = 'page-marks'
const AROUND = 48
const EXACT = 2_000

/** Marks over the pages inside `container`, each an element `.page` with its number. */
export function createPageMarks(container: HTMLElement, { turn }: { turn(): Turn }): PageMarks {
  let shown: readonly Mark[] = []

  const pageOf = (number: number) => container.querySelector<HTMLElement>(`.page[data-page-number="${number}"]`)
  const textOf = (page: HTMLElement) => page.querySelector<HTMLElement>('.textLayer')
  /** Where the page's paper is on the screen, without its border. */
  const paperOf = (page: HTMLElement) => (page.querySelector('.canvasWrapper, img') ?? page).getBoundingClientRect()

  function draw(page: HTMLElement) {
    page.querySelector(`:scope > .${LAYER}`)?.remove()
    const marks = shown.filter(({ anchor }) => String(anchor.page) === page.dataset['pageNumber'])
    if (!marks.length) return
    const layer = document.createElement('div')
    layer.className = LAYER
    layer.append(...marks.flatMap((mark) => mark.anchor.rects.map((rect, index) => {
      const [left, top, right, bottom] = turned(rect, turn())
      const line = document.createElement('div')
      line.className = [mark.look, mark.active ? 'active' : '', mark.noted && index === 0 ? 'noted' : '', right - left < 0.002 ? 'pin' : ''].filter(Boolean).join(' ')
      line.dataset['markId'] = mark.id
      Object.assign(line.style, { left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%` })
      return line
    })))
    page.append(layer)
  }

  function pageAt(x: number, y: number) {
    for (const page of container.querySelectorAll<HTMLElement>('.page')) {
      const paper = paperOf(page)
      if (x >= paper.left && x <= paper.right && y >= paper.top && y <= paper.bottom) {
        const [across, down] = [(x - paper.left) / paper.width, (y - paper.top) / paper.height]
        const [left, top] = unturned([across, down, across, down], turn())
        return { page: Number(page.dataset['pageNumber']), left, top }
      }
    }
    return null
  }

  function anchorOf(page: HTMLElement, range: Range, quote: Quote | null): Anchor | null {
    const rects = linesOn(paperOf(page), [...range.getClientRects()]).slice(0, 120).map((rect) => unturned(rect, turn()))
    return rects.length ? { page: Number(page.dataset['pageNumber']), rects, quote } : null
  }

  return {
    show(marks) {
      shown = marks
      for (const page of container.querySelectorAll<HTMLElement>('.page')) draw(page)
    },
    redraw(number) {
      const page = pageOf(number)
      if (page) draw(page)
    },
    at(x, y) {
      const place = pageAt(x, y)
      if (!place) return null
      const near = 0.012
      return shown.findLast(({ anchor }) => anchor.page === place.page && anchor.rects.some(([left, top, right, bottom]) => {
        const slack = right - left < 0.002 ? near * 1.5 : 0
        return place.left >= left - slack && place.left <= right + slack && place.top >= top - slack && place.top <= bottom + slack
      })) ?? null
    },
    selected() {
      const selection = getSelection()
      if (!selection || selection.isCollapsed || !selection.rangeCount) return null
      const range = selection.getRangeAt(0).cloneRange()
      const start = range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement
      const page = start?.closest<HTMLElement>('.page')
      const text = page && textOf(page)
      if (!page || !text || !container.contains(page)) return null
      // What goes on to the next page is marked to the end of this one.
      if (!text.contains(range.endContainer)) range.setEnd(text, text.childNodes.length)
      const exact = range.toString().replace(/\s+/g, ' ').normalize('NFC').trim().slice(0, EXACT)
      if (!exact) return null
      const around = (edit: (whole: Range) => void) => {
        const whole = document.createRange()
        whole.selectNodeContents(text)
        edit(whole)
        return whole.toString().replace(/\s+/g, ' ').normalize('NFC')
      }
      const before = around((whole) => whole.setEnd(range.startContainer, range.startOffset)).slice(-AROUND)
      const after = around((whole) => whole.setStart(range.endContainer, range.endOffset)).slice(0, AROUND)
      const anchor = anchorOf(page, range, { exact, before, after })
      return anchor && { anchor, box: range.getBoundingClientRect() }
    },
    placeOf(number, quote) {
      const page = pageOf(number)
      const text = page && textOf(page)
      if (!page || !text) return null
      const nodes: { node: Text, start: number }[] = []
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
      let whole = ''
      while (walker.nextNode()) {
        const node = walker.currentNode as Text
        nodes.push({ node, start: whole.length })
        whole += node.data
      }
      const found = findQuote(whole, quote)
      if (!found) return null
      const at = (index: number) => nodes.findLast(({ start }) => start <= index)
      const [first, end] = [at(found.index), at(found.index + found.length - 1)]
      if (!first || !end) return null
      const range = document.createRange()
      range.setStart(first.node, found.index - first.start)
      range.setEnd(end.node, found.index + found.length - end.start)
      return anchorOf(page, range, quote)
    },
    point(x, y) {
      const place = pageAt(x, y)
      return place && { page: place.page, rects: [[place.left, place.top, place.left, place.top]], quote: null }
    },
    reveal({ page: number, rects: [rect] }) {
      const page = pageOf(number)
      if (!page || !rect) return
      const paper = paperOf(page)
      const [left, top] = turned(rect, turn())
      const within = container.getBoundingClientRect()
      container.scrollBy({
        top: paper.top + top * paper.height - within.top - within.height / 3,
        left: Math.max(0, paper.left + left * paper.width - within.right + 80),
      })
    },
  }
}
