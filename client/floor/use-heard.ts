import { shallowRef, watch, type Ref } from 'vue'
import { nextHeard, type Heard } from './heard.ts'

/** Who is heard and since when; told anew at each change of that and each second. */
export function useHeard(heard: () => ReadonlySet<string>, recent: () => readonly string[], now: Ref<number>): Readonly<Ref<Heard | null>> {
  const last = shallowRef<(Heard & { heardAt: number }) | null>(null)
  watch([heard, recent, now], () => { last.value = nextHeard(last.value, heard(), recent(), now.value) }, { immediate: true })
  return last
}
