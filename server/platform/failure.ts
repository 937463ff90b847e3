import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { ErrorBody } from '../../protocol/error.ts'
import { isDatabaseUnavailable } from './database.ts'
import { AppError } from './error.ts'
import { systemCode } from './start-error.ts'

/**
 * What a failed request or command is answered with, whatever was thrown. A defect of ours is logged under a random
 * reference, and the answer carries nothing but that reference.
 */
export function failureBody(error: unknown, log: Pick<Logger, 'warn' | 'error'>): ErrorBody {
  if (error instanceof AppError) {
    if (error.cause !== undefined) log.warn({ err: error }, 'refused for a reason of ours')
    return error.toBody()
  }
  if (isDatabaseUnavailable(error)) {
    log.warn({ err: error }, 'the database did not answer')
    return new AppError('databaseUnavailable').toBody()
  }
  // Text that PostgreSQL cannot hold (U+0000) was somebody's input, in whichever field.
  if (systemCode(error) === '22021') return new AppError('badRequest', { issues: [{ path: 'request', message: 'holds a character that text cannot have' }] }).toBody()
  const reference = randomUUID()
  log.error({ err: error, reference }, 'unexpected failure')
  return new AppError('internal', { reference }).toBody()
}
