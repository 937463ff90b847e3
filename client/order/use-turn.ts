import { shallowRef, watch, type Ref } from 'vue'
import { nextTurn, type Turn } from './hands.ts'

/** Who speaks and since when, from who is heard; told anew at each change of that and each second. */
export function useTurn(heard: () => ReadonlySet<string>, recent: () => readonly string[], now: Ref<number>): Readonly<Ref<Turn | null>> {
  const turn = shallowRef<(Turn & { heardAt: number }) | null>(null)
  watch([heard, recent, now], () => { turn.value = nextTurn(turn.value, heard(), recent(), now.value) }, { immediate: true })
  return turn
}
