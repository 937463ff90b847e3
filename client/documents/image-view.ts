import { PAGE_WIDTHS, type PageWidth } from '../../protocol/conversion.ts'
import type { Turn } from './page-geometry.ts'
import './page-marks.css'
import './image-view.css'
import { createPageMarks } from './page-marks.ts'
import type { PdfView, ViewListeners } from './pdf-view.ts'
import { createPlaces } from './places.ts'

/** A document of which only pictures of its pages leave the server, each with its reader's name on it. */
export interface PageImages { pages: number, urlOf(page: number, width: PageWidth): string }

/** As pdf.js has it. */
const [LEAST, MOST, STEP] = [0.25, 4, 1.1]
/** CSS pixels of a page at 100 %: A4 at 96 dots an inch. */
const WHOLE = 794

/** Pages as pictures, fetched as they come into sight, where the file itself may not be had; nothing in them is searched or selected. */
export function createImageView(container: HTMLDivElement, { onPage, onScale }: ViewListeners): PdfView {
  const list = container.querySelector<HTMLElement>('.pdfViewer') ?? container
  let [turn, scale, fitted, images]: [Turn, number, boolean, PageImages | null] = [0, 1, true, null]
  const pageOf = (number: number) => list.querySelector<HTMLElement>(`.page[data-page-number="${number}"]`)
  const marks = createPageMarks(container, { turn: () => turn })

  /** The picture that is as wide as the page is on this screen, or the widest that there is. */
  const widthFor = (pixels: number): PageWidth => PAGE_WIDTHS.find((width) => width >= pixels * devicePixelRatio) ?? 2_000

  function fetchPage(page: HTMLElement) {
    const number = Number(page.dataset['pageNumber'])
    const wanted = widthFor(WHOLE * scale)
    const picture = page.querySelector('img')
    if (!images || !picture || Number(picture.dataset['width'] ?? 0) >= wanted) return
    picture.dataset['width'] = String(wanted)
    picture.src = images.urlOf(number, wanted)
  }
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) fetchPage(target as HTMLElement)
  }, { root: container, rootMargin: '100% 0px' })

  function lay() {
    if (fitted) scale = Math.min(1.25, Math.max(LEAST, (container.clientWidth - 16) / WHOLE))
    for (const page of list.querySelectorAll<HTMLElement>('.page')) {
      const ratio = Number(page.dataset['ratio'] ?? Math.SQRT2)
      const [width, height] = [WHOLE * scale, WHOLE * scale * ratio]
      const lies = turn % 180 !== 0
      page.style.width = `${lies ? height : width}px`
      page.style.height = `${lies ? width : height}px`
      const picture = page.querySelector<HTMLElement>('img')
      if (picture) Object.assign(picture.style, { width: `${width}px`, height: `${height}px`, transform: `translate(-50%, -50%) rotate(${turn}deg)` })
    }
    onScale(scale)
  }
  function scaleTo(to: number) {
    fitted = false
    scale = Math.min(MOST, Math.max(LEAST, to))
    lay()
    for (const page of list.querySelectorAll<HTMLElement>('.page')) if (page.querySelector('img[src]')) fetchPage(page)
  }
  const places = createPlaces(container, { scale: () => scale, scaleTo })
  const scrolled = () => { const here = places.here(); if (here) onPage(here.page) }
  container.addEventListener('scroll', scrolled, { passive: true })
  const resized = new ResizeObserver(() => { if (fitted) lay() })
  resized.observe(container)

  return {
    places, container, marks, searchable: false,
    get turned() { return turn },
    async show(source) {
      if (typeof source === 'string' || source instanceof Uint8Array) throw new Error('not pictures of pages')
      images = source
      list.replaceChildren(...Array.from({ length: source.pages }, (_, index) => {
        const page = document.createElement('div')
        page.className = 'page page-picture'
        page.dataset['pageNumber'] = String(index + 1)
        const picture = document.createElement('img')
        picture.draggable = false
        picture.alt = String(index + 1)
        picture.addEventListener('load', () => {
          page.dataset['ratio'] = String(picture.naturalHeight / picture.naturalWidth)
          lay()
          marks.redraw(index + 1)
        })
        page.append(picture)
        return page
      }))
      lay()
      const first = pageOf(1)?.querySelector('img')
      const came = first && new Promise<void>((resolve, reject) => {
        first.addEventListener('load', () => resolve(), { once: true })
        first.addEventListener('error', () => reject(new Error('the first page did not come')), { once: true })
      })
      for (const page of list.querySelectorAll('.page')) seen.observe(page)
      await came
      return source.pages
    },
    goTo(page) {
      const place = pageOf(page)
      if (place) container.scrollTo({ top: place.offsetTop - container.offsetTop, behavior: 'instant' })
      scrolled()
    },
    zoom(direction) { scaleTo(direction > 0 ? scale * STEP : scale / STEP) },
    fitWidth() {
      fitted = false
      scaleTo((container.clientWidth - 16) / WHOLE)
    },
    turn() {
      turn = (turn + 90) % 360 as Turn
      lay()
      for (let number = 1; number <= (images?.pages ?? 0); number += 1) marks.redraw(number)
    },
    spread(two) { list.classList.toggle('two-pages', two) },
    find() {},
    onFound() {},
    outline: async () => [],
    goToOutline() {},
    async drawSmall(page, canvas) {
      if (!images) return
      const picture = new Image()
      picture.src = images.urlOf(page, 320)
      await picture.decode()
      canvas.width = picture.naturalWidth
      canvas.height = picture.naturalHeight
      canvas.getContext('2d')?.drawImage(picture, 0, 0)
    },
    textOf: async () => '',
    async drawn(page) { this.goTo(page) },
    close() {
      seen.disconnect()
      resized.disconnect()
      container.removeEventListener('scroll', scrolled)
      list.replaceChildren()
      images = null
    },
  }
}
