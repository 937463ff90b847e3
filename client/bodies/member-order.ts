import { compareByGivenName, type Person } from '../../protocol/identity.ts'

/** How a reader wants people in a list: by protocol rank, or by given name. Kept in the address. */
export type MemberOrder = 'rank' | 'name'
export const toOrder = (value: unknown): MemberOrder => value === 'name' ? 'name' : 'rank'

/** The same people in that order; those of one rank by given name. */
export function inOrder<M extends { person: Person, rank: number }>(members: readonly M[], order: MemberOrder): M[] {
  const byName = (a: M, b: M) => compareByGivenName(a.person, b.person)
  return members.toSorted(order === 'name' ? byName : (a, b) => a.rank - b.rank || byName(a, b))
}
