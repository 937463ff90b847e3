import type { FormError } from '@nuxt/ui'
import { PASSWORD_MIN_LENGTH } from '../../protocol/identity.ts'

/** The fields left empty. */
export function missing<S extends object>(state: Partial<S>, names: (keyof S & string)[], message: string): FormError[] {
  return names.filter((name) => !String(state[name] ?? '').trim()).map((name) => ({ name, message }))
}

/** What is wrong with a new password typed twice; the server judges whether it is easy to guess. */
export function newPasswordErrors(
  state: { next?: string, again?: string }, says: { short: string, differ: string },
): FormError[] {
  const { next = '', again = '' } = state
  if (next.length < PASSWORD_MIN_LENGTH) return [{ name: 'next', message: says.short }]
  return next === again ? [] : [{ name: 'again', message: says.differ }]
}
