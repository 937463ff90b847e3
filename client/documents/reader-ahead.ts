import { prefetch } from '../app/when-idle.ts'

let begun = false

/** Fetches and starts what opens a document once the page at hand has nothing more to do: with it the first page comes half a second earlier. */
export function fetchReaderAhead() {
  if (begun) return
  begun = true
  prefetch(async () => {
    const [{ startWorker }] = await Promise.all([import('./pdf.ts'), import('./DocumentPage.vue'), import('./pdf-view.ts')])
    await startWorker()
  })
}
