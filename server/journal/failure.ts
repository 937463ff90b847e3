import { isDatabaseUnavailable } from '../platform/database.ts'
import { AppError } from '../platform/error.ts'

/** A statement that took too long, a lock not had, a deadlock, a serialization failure: undone, and worth another try. */
const UNDONE = /^(57014|55P03|40P01|40001)$/

const isUndone = (error: unknown) => error instanceof Error && 'code' in error && UNDONE.test(String(error.code))

/** Whether the connection is gone, or there was none to be had: then the whole transaction is. */
export function isConnectionLoss(error: unknown): boolean {
  return !(error instanceof AppError) && !isUndone(error) && isDatabaseUnavailable(error)
}

/** The error as callers get it: `databaseUnavailable` for what a retry may mend, anything else as it was. */
export function asFailure(error: unknown): unknown {
  return isUndone(error) || isConnectionLoss(error) ? new AppError('databaseUnavailable', {}, { cause: error }) : error
}
