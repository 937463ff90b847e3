import { openPdf } from './pdf.ts'
import { createPlaces, type Places } from './places.ts'
import 'pdfjs-dist/web/pdf_viewer.css'
import { EventBus, PDFLinkService, PDFViewer } from 'pdfjs-dist/web/pdf_viewer.mjs'

export interface PdfView {
  /** Opens a document and resolves to its number of pages. Rejects when it cannot be fetched or read. */
  show(url: string): Promise<number>
  goTo(page: number): void
  zoom(direction: 1 | -1): void
  fitWidth(): void
  /** Where the reader is, and the ways to other places and of them on the screen. */
  places: Places
  /** What the pages scroll in: its events tell that the reader moves. */
  container: HTMLElement
  /** Ends downloads, the worker's part and every listener; may be called at any time, more than once. */
  close(): void
}

interface Listeners { onPage: (page: number) => void, onScale: (scale: number) => void }

/** pdf.js's own viewer inside `container`, which holds a `.pdfViewer` element and is positioned absolutely. */
export function createPdfView(container: HTMLDivElement, { onPage, onScale }: Listeners): PdfView {
  const eventBus = new EventBus()
  const linkService = new PDFLinkService({ eventBus, externalLinkTarget: 2, externalLinkRel: 'noopener noreferrer' })
  const viewer = new PDFViewer({ container, eventBus, linkService, removePageBorders: true, annotationMode: 1 })
  linkService.setViewer(viewer)
  let task: ReturnType<typeof openPdf> | null = null
  /** pdf.js's `auto` fits the width but never blows a page up; it goes on to fit until somebody zooms. */
  let fitted: 'auto' | 'page-width' | null = 'auto'

  const fit = () => { if (viewer.pagesCount && fitted) viewer.currentScaleValue = fitted }
  eventBus.on('pagesinit', fit)
  eventBus.on('pagechanging', ({ pageNumber }: { pageNumber: number }) => onPage(pageNumber))
  eventBus.on('scalechanging', ({ scale }: { scale: number }) => onScale(scale))
  const resized = new ResizeObserver(fit)
  resized.observe(container)

  const places = createPlaces(container, {
    scale: () => viewer.currentScale,
    scaleTo(scale) {
      fitted = null
      viewer.currentScale = scale
    },
  })

  return {
    places, container,
    async show(url) {
      void task?.destroy()
      task = openPdf(url)
      const document = await task.promise
      viewer.setDocument(document)
      linkService.setDocument(document)
      await viewer.firstPagePromise
      return document.numPages
    },
    goTo(page) {
      if (Number.isInteger(page) && page >= 1 && page <= viewer.pagesCount) viewer.currentPageNumber = page
      else onPage(viewer.currentPageNumber)
    },
    zoom(direction) {
      fitted = null
      if (direction > 0) viewer.increaseScale()
      else viewer.decreaseScale()
    },
    fitWidth() {
      fitted = 'page-width'
      fit()
    },
    close() {
      resized.disconnect()
      viewer.setDocument(null as never)
      linkService.setDocument(null)
      void task?.destroy()
      task = null
    },
  }
}
