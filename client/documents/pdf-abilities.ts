import type { PDFDocumentProxy } from 'pdfjs-dist'
import { FindState, PDFFindController, SpreadMode, type EventBus, type PDFLinkService, type PDFViewer } from 'pdfjs-dist/web/pdf_viewer.mjs'
import type { Turn } from './page-geometry.ts'
import { findFolded } from './text-search.ts'

/** One line of a document's table of contents. */
export interface OutlineLine { title: string, level: number, destination: unknown }

export interface Found { current: number, total: number, searching: boolean, nothing: boolean }

/** What a reader does with a document besides scrolling and zooming. */
export interface Abilities {
  /** Turns all pages a quarter clockwise. */
  turn(): void
  readonly turned: Turn
  /** Two pages side by side, or one below the other. */
  spread(two: boolean): void
  /** Searches all pages, whatever the diacritics; an empty text ends the search. `step`: to the next or the one before. */
  find(text: string, step?: 1 | -1): void
  onFound(listener: (found: Found) => void): void
  outline(): Promise<OutlineLine[]>
  goToOutline(line: OutlineLine): void
  /** Draws a page small; the height follows. */
  drawSmall(page: number, canvas: HTMLCanvasElement, width: number): Promise<void>
  /** The text of a page as it is selected. */
  textOf(page: number): Promise<string>
}

class FoldedFindController extends PDFFindController {
  override match(query: string | string[], pageContent: string, _pageIndex: number) {
    return findFolded(pageContent, typeof query === 'string' ? query : query.join(' '))
  }
}

interface Parts { viewer: PDFViewer, eventBus: EventBus, linkService: PDFLinkService, document(): PDFDocumentProxy | null }

export const createFind = (eventBus: EventBus, linkService: PDFLinkService) => new FoldedFindController({ eventBus, linkService })

export function createAbilities({ viewer, eventBus, linkService, document }: Parts): Abilities {
  const listeners = new Set<(found: Found) => void>()
  let searched = ''
  let last: Found = { current: 0, total: 0, searching: false, nothing: false }
  /** Pages drawn small, one after the other: all at once they would hold up the page that is read. */
  let drawing = Promise.resolve()

  function tell(found: Partial<Found>) {
    last = { ...last, ...found }
    for (const listener of listeners) listener(last)
  }
  eventBus.on('updatefindmatchescount', ({ matchesCount }: { matchesCount: { current: number, total: number } }) => tell(matchesCount))
  eventBus.on('updatefindcontrolstate', ({ state, matchesCount }: { state: number, matchesCount: { current: number, total: number } }) =>
    tell({ ...matchesCount, searching: state === FindState.PENDING, nothing: state === FindState.NOT_FOUND }))

  return {
    turn() { viewer.pagesRotation = (viewer.pagesRotation + 90) % 360 },
    get turned() { return viewer.pagesRotation as Turn },
    spread(two) { viewer.spreadMode = two ? SpreadMode.ODD : SpreadMode.NONE },
    find(text, step) {
      if (text === '') {
        searched = ''
        eventBus.dispatch('findbarclose', {})
        return tell({ current: 0, total: 0, searching: false, nothing: false })
      }
      const type = step && text === searched ? 'again' : ''
      searched = text
      eventBus.dispatch('find', { type, query: text, highlightAll: true, findPrevious: step === -1, caseSensitive: false, entireWord: false, matchDiacritics: false })
    },
    onFound(listener) { listeners.add(listener) },
    async outline() {
      type Node = { title: string, dest: unknown, items: Node[] }
      const lines = (nodes: readonly Node[], level: number): OutlineLine[] => nodes.flatMap(({ title, dest, items }) =>
        [...dest === null ? [] : [{ title: title.normalize('NFC'), level, destination: dest }], ...lines(items, level + 1)])
      return lines((await document()?.getOutline() ?? []) as Node[], 0)
    },
    goToOutline({ destination }) { void linkService.goToDestination(destination as string | unknown[]) },
    drawSmall(page, canvas, width) {
      drawing = drawing.catch(() => undefined).then(async () => {
        if (!canvas.isConnected) return
        const shown = await document()?.getPage(page)
        if (!shown) return
        const whole = shown.getViewport({ scale: 1, rotation: (shown.rotate + viewer.pagesRotation) % 360 })
        const viewport = shown.getViewport({ scale: width * devicePixelRatio / whole.width, rotation: whole.rotation })
        canvas.width = Math.round(viewport.width)
        canvas.height = Math.round(viewport.height)
        await shown.render({ canvas, viewport }).promise
      })
      return drawing
    },
    async textOf(page) {
      const content = await (await document()?.getPage(page))?.getTextContent({ disableNormalization: true })
      return content?.items.map((item) => 'str' in item ? item.str : '').join('') ?? ''
    },
  }
}
