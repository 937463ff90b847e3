import type { PDFDocumentProxy } from 'pdfjs-dist'
import { createPageMarks, type PageMarks } from './page-marks.ts'
import './page-marks.css'
import { createAbilities, createFind, type Abilities } from './pdf-abilities.ts'
import type { PageImages } from './image-view.ts'
import { openPdf, type OpenedPdf, type PdfSource } from './pdf.ts'
import { createPlaces, type Places } from './places.ts'
import 'pdfjs-dist/web/pdf_viewer.css'
import { EventBus, PDFLinkService, PDFViewer } from 'pdfjs-dist/web/pdf_viewer.mjs'

/** A file, or pictures of its pages where that is all that leaves the server. */
export type DocumentSource = PdfSource | PageImages

export interface PdfView extends Abilities {
  /** Opens a document and resolves to its number of pages. Rejects when it cannot be fetched or read. */
  show(source: DocumentSource): Promise<number>
  goTo(page: number): void
  zoom(direction: 1 | -1): void
  fitWidth(): void
  /** Where the reader is, and the ways to other places and of them on the screen. */
  places: Places
  /** Its text can be searched and selected. */
  readonly searchable: boolean
  /** What stands on the pages, and what is selected there. */
  marks: PageMarks
  /** Resolves once a page is drawn with its text; goes there first. */
  drawn(page: number): Promise<void>
  /** What the pages scroll in: its events tell that the reader moves. */
  container: HTMLElement
  /** Ends downloads, the worker's part and every listener; may be called at any time, more than once. */
  close(): void
}

export interface ViewListeners {
  onPage: (page: number) => void
  onScale: (scale: number) => void
  /** The server has another copy of the file by now: it is to be shown anew. */
  onChanged: () => void
}

/** pdf.js's own viewer inside `container`, which holds a `.pdfViewer` element and is positioned absolutely. */
export function createPdfView(container: HTMLDivElement, { onPage, onScale, onChanged }: ViewListeners): PdfView {
  const eventBus = new EventBus()
  const linkService = new PDFLinkService({ eventBus, externalLinkTarget: 2, externalLinkRel: 'noopener noreferrer' })
  const findController = createFind(eventBus, linkService)
  const viewer = new PDFViewer({ container, eventBus, linkService, findController, removePageBorders: true, annotationMode: 1 })
  linkService.setViewer(viewer)
  let task: OpenedPdf | null = null
  /** Which opening is the latest; closing counts as one. */
  let latest = 0
  let shown: PDFDocumentProxy | null = null
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
    turn: () => abilities.turned,
  })

  const abilities = createAbilities({ viewer, eventBus, linkService, document: () => shown })
  const marks = createPageMarks(container, { turn: () => abilities.turned })
  const drawnListeners = new Map<number, (() => void)[]>()
  eventBus.on('pagerendered', ({ pageNumber }: { pageNumber: number }) => marks.redraw(pageNumber))
  eventBus.on('textlayerrendered', ({ pageNumber }: { pageNumber: number }) => {
    for (const listener of drawnListeners.get(pageNumber) ?? []) listener()
    drawnListeners.delete(pageNumber)
  })

  const view: PdfView = Object.assign(abilities, {
    places, container, marks, searchable: true,
    async show(source: DocumentSource) {
      if (typeof source !== 'string' && !(source instanceof Uint8Array)) throw new Error('no PDF')
      void task?.destroy()
      const opening = latest += 1
      const opened = await openPdf(source, () => { if (opening === latest) onChanged() })
      if (opening !== latest) {
        void opened.destroy()
        throw new Error('another document is shown by now')
      }
      task = opened
      const document = await task.promise
      shown = document
      viewer.setDocument(document)
      linkService.setDocument(document)
      await viewer.firstPagePromise
      return document.numPages
    },
    goTo(page: number) {
      if (Number.isInteger(page) && page >= 1 && page <= viewer.pagesCount) viewer.currentPageNumber = page
      else onPage(viewer.currentPageNumber)
    },
    zoom(direction: 1 | -1) {
      fitted = null
      if (direction > 0) viewer.increaseScale()
      else viewer.decreaseScale()
    },
    fitWidth() {
      fitted = 'page-width'
      fit()
    },
    async drawn(page: number) {
      if (container.querySelector(`.page[data-page-number="${page}"] .textLayer .endOfContent`)) return
      await new Promise<void>((resolve) => {
        drawnListeners.set(page, [...drawnListeners.get(page) ?? [], resolve])
        viewer.currentPageNumber = page
        // A scan has no text to wait for.
        setTimeout(resolve, 5_000)
      })
    },
    close() {
      latest += 1
      resized.disconnect()
      viewer.setDocument(null as never)
      linkService.setDocument(null)
      void task?.destroy()
      task = null
      shown = null
    },
  })
  return view
}
