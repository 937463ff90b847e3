import pg from 'pg'
import pino, { type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'

/**
 * The program's log: one JSON object a line on standard error. It tells ids, never names, addresses, texts or secrets.
 */
export function createLog(level: Config['logLevel'], destination: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino({ level, base: null, serializers: { err: describeError } }, destination)
}

/**
 * An error as it may be logged. What the database says of a failed statement quotes the values in it, so of a database
 * error only its code and the names of schema objects are kept.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).slice(0, 12)
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  if (error instanceof pg.DatabaseError) {
    const { code, constraint, table, column, routine } = error
    return { type: 'DatabaseError', code, constraint, table, column, routine, stack: frames, ...cause }
  }
  const code = 'code' in error ? { code: error.code } : {}
  return { type: error.name, message: error.message, ...code, stack: frames, ...cause }
}
