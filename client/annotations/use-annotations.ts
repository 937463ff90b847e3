import { computed, ref } from 'vue'
import {
  addAnnotation, changeAnnotation, listAnnotations, removeAnnotation, type Anchor, type Annotation, type HighlightColour,
} from '../../protocol/annotations.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'

/** One's own notes on a document: those on the version that is open, and those on earlier ones. */
export function useAnnotations(meetingId: string, documentId: string, version: () => number) {
  const all = ref<Annotation[]>([])
  const loaded = ref(false)
  const error = ref<ApiError | null>(null)
  const params = { meetingId, documentId }

  const put = (annotation: Annotation) => {
    all.value = [...all.value.filter(({ annotationId }) => annotationId !== annotation.annotationId), annotation]
  }
  const drop = (annotationId: string) => { all.value = all.value.filter((one) => one.annotationId !== annotationId) }

  async function load() {
    try {
      all.value = (await call(listAnnotations, { params })).annotations
      loaded.value = true
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }
  void load()

  return {
    all, loaded, error, load,
    here: computed(() => all.value.filter((one) => one.version === version())
      .toSorted((a, b) => a.anchor.page - b.anchor.page || (a.anchor.rects[0]?.[1] ?? 0) - (b.anchor.rects[0]?.[1] ?? 0))),
    /** On earlier versions, and not brought over yet. */
    earlier: computed(() => {
      const carried = new Set(all.value.map(({ carriedFrom }) => carriedFrom))
      return all.value.filter((one) => one.version < version() && !carried.has(one.annotationId))
    }),
    /** Adds at once where one sees it; it goes away again where it could not be kept. */
    async add(anchor: Anchor, colour: HighlightColour, body = '', carriedFrom: string | null = null): Promise<Annotation> {
      const key = newKey()
      put({ annotationId: key, version: version(), anchor, colour, body, carriedFrom, revision: 1, at: new Date().toISOString() })
      try {
        const kept = await call(addAnnotation, { params, body: { key, version: version(), anchor, colour, body, carriedFrom } })
        put(kept)
        return kept
      } catch (thrown) {
        drop(key)
        throw thrown
      }
    },
    async change(annotation: Annotation, to: { colour?: HighlightColour, body?: string }): Promise<void> {
      const { annotationId, revision, colour, body } = annotation
      try {
        put(await call(changeAnnotation, { params: { ...params, annotationId }, body: { colour, body, ...to, revision } }))
      } catch (thrown) {
        if (toApiError(thrown).code === 'annotationChanged') await load()
        throw thrown
      }
    },
    async remove(annotation: Annotation): Promise<void> {
      drop(annotation.annotationId)
      try {
        await call(removeAnnotation, { params: { ...params, annotationId: annotation.annotationId } })
      } catch (thrown) {
        if (toApiError(thrown).code === 'annotationNotFound') return
        put(annotation)
        throw thrown
      }
    },
  }
}

export type OwnAnnotations = ReturnType<typeof useAnnotations>
