import { BodyRules, WrittenRules, type Body, type BodyKind, type Letterhead } from '../../protocol/bodies.ts'
import type { Threshold, VoteBase } from '../../protocol/shares.ts'
import type { BodyFields } from '../../protocol/terms.ts'

/** A body while it is typed in. */
export interface BodyDraft {
  name: string
  kind: BodyKind
  superiorUnitId: string | null
  since: string | null
  letterhead: Letterhead
  rules: BodyRules
}

const share = (numerator: number, denominator: number, strict: boolean): Threshold => ({ numerator, denominator, strict, basis: '' })

/** A new body: two thirds present, more than half of the incumbents, until its regulations say otherwise. */
export function emptyBody(): BodyDraft {
  const majority = { ...share(1, 2, true), base: 'incumbents' as VoteBase }
  return {
    name: '', kind: 'council', superiorUnitId: null, since: null,
    letterhead: { style: 'state', superior: '', issuer: '', minutesSymbol: 'BB', place: '' },
    rules: BodyRules.parse({ quorum: share(2, 3, false), majority, grading: null }),
  }
}

export function draftOf({ name, kind, superiorUnitId, since, letterhead, rules }: Body): BodyDraft {
  return structuredClone({ name, kind, superiorUnitId, since, letterhead, rules })
}

export type BodyProblem = 'name' | 'issuer' | 'minutesSymbol' | 'place' | 'quorum' | 'majority' | 'voting' | 'opinions'

const reachable = ({ numerator, denominator, strict }: Threshold) => numerator > 0 && denominator > 0
  && (numerator < denominator || (numerator === denominator && !strict))

/** What is missing or cannot be. */
export function problemsOf({ name, letterhead, rules }: BodyDraft): BodyProblem[] {
  const written = WrittenRules.safeParse(rules).error?.issues ?? []
  const inRule = (rule: keyof BodyRules) => written.some(({ path: [part] }) => part === rule)
  const wrong: [BodyProblem, boolean][] = [
    ['name', !name.trim()], ['issuer', !letterhead.issuer.trim()], ['minutesSymbol', !letterhead.minutesSymbol.trim()], ['place', !letterhead.place.trim()],
    ['quorum', !reachable(rules.quorum)], ['majority', !reachable(rules.majority)],
    ['voting', inRule('voting')], ['opinions', inRule('opinions')],
  ]
  return wrong.filter(([, is]) => is).map(([problem]) => problem)
}

export const fieldsOf = (draft: BodyDraft): BodyFields => structuredClone(draft)
