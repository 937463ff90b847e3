import type { FloorRule, SpeakKind } from '../../protocol/floor-rules.ts'

type Kinds = readonly SpeakKind[]

/** The ways of ordering the queue that are offered. */
const usual: readonly Kinds[] = [['pointOfOrder', 'reply'], ['reply', 'pointOfOrder'], ['pointOfOrder'], ['reply'], []]

/** The name of a way: `none` where only the order of asking counts, `own` for one that is not offered. */
export function precedenceKey(kinds: Kinds): string {
  const key = kinds.join('_')
  if (!usual.some((one) => one.join('_') === key)) return 'own'
  return key || 'none'
}

/** The ways that are offered, and the present one where it is another. */
export const precedenceChoices = (present: FloorRule['precedence']): readonly Kinds[] =>
  precedenceKey(present) === 'own' ? [...usual, present] : usual
