import { onScopeDispose, ref, watch, type ShallowRef } from 'vue'
import type { Anchor, Annotation } from '../../protocol/annotations.ts'
import type { PdfView } from '../documents/pdf-view.ts'
import { findQuote } from '../documents/text-search.ts'
import type { OwnAnnotations } from './use-annotations.ts'

/** Pages before and after the one where the words stood, that are looked through for them first; then all the others. */
const nearest = (page: number, pages: number) =>
  Array.from({ length: pages }, (_, index) => index + 1).toSorted((a, b) => Math.abs(a - page) - Math.abs(b - page) || a - b)

/** Which notes on earlier versions fit this one: their quoted words stand in it word by word. */
export function useFitting(notes: OwnAnnotations, view: Readonly<ShallowRef<PdfView | null>>) {
  const fitting = ref<Annotation[]>([])
  const pagesOf = new Map<string, number>()
  const texts = new Map<number, Promise<string>>()
  let gone = false
  let round = 0
  onScopeDispose(() => { gone = true })

  watch([notes.earlier, view], async () => {
    const shown = view.value
    const mine = ++round
    if (!shown) return
    const found: Annotation[] = []
    const pages = shown.container.querySelectorAll('.page').length
    for (const note of notes.earlier.value) {
      if (!note.anchor.quote) continue
      for (const page of nearest(note.anchor.page, pages)) {
        if (!texts.has(page)) texts.set(page, shown.textOf(page).catch(() => ''))
        const text = await texts.get(page)
        if (gone || mine !== round) return
        if (!findQuote(text ?? '', note.anchor.quote)) continue
        pagesOf.set(note.annotationId, page)
        found.push(note)
        break
      }
    }
    fitting.value = found
  })

  return {
    fitting,
    /** The note's place in this version; goes there. Null: the words are not there after all. */
    async anchorHere({ annotationId, anchor: { quote } }: Annotation): Promise<Anchor | null> {
      const [shown, page] = [view.value, pagesOf.get(annotationId)]
      if (!shown || !page || !quote) return null
      await shown.drawn(page)
      return shown.marks.placeOf(page, quote)
    },
  }
}
