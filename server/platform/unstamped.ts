import { stampIn } from '../../protocol/secrecy.ts'
import { AppError } from './error.ts'

/**
 * Free text that carries the stamp of a degree of secrecy on a line of its own is not taken (Law 117/2025/QH15), whatever its
 * sender said of it. The error names neither the text nor its field, so that nothing of it is logged or sent back.
 * Throws `proposalSecret`.
 */
export function requireUnstamped(...texts: readonly (string | null | undefined)[]): void {
  if (texts.some((text) => text && stampIn(text) !== null)) throw new AppError('proposalSecret')
}
