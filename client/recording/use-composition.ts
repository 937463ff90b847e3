import { useIntervalFn } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'
import { recordingProgress } from '../../protocol/recording.ts'
import { call } from '../app/http.ts'

const ASK_MS = 2_000

/** How far the composition of a recording is, 0 to 1, asked for while there is one; null while it waits or is not known. */
export function useComposition(meetingId: string, recordingId: () => string | undefined): Readonly<Ref<number | null>> {
  const done = ref<number | null>(null)
  async function ask() {
    const id = recordingId()
    if (id === undefined) return
    // What is not answered is asked again; the end itself is told by the journal.
    const answer = await call(recordingProgress, { params: { meetingId, recordingId: id } }).catch(() => null)
    if (answer && recordingId() === id) done.value = answer.done
  }
  const { pause, resume } = useIntervalFn(() => void ask(), ASK_MS, { immediate: false })
  watch(recordingId, (id) => {
    done.value = null
    pause()
    if (id === undefined) return
    void ask()
    resume()
  }, { immediate: true })
  return done
}
