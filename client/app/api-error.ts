import { ErrorBody, type ErrorCode } from '../../protocol/error.ts'

/** What may fail before the server answers: no way to it, no answer in time, an answer that breaks the contract. */
export const clientErrorCodes = ['offline', 'noAnswer', 'unexpectedAnswer'] as const
export type ClientErrorCode = typeof clientErrorCodes[number]

/** A refused or failed request or command. People read the translation of `code` (`errors.<code>`). */
export class ApiError extends Error {
  code: ErrorCode | ClientErrorCode
  details: Record<string, unknown>

  constructor(code: ErrorCode | ClientErrorCode, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(code, options)
    this.name = 'ApiError'
    this.code = code
    this.details = details
  }
}

/** The error that a server's answer tells; `unexpectedAnswer` where it is not one of ours. */
export function errorFromBody(body: unknown, details: Record<string, unknown> = {}): ApiError {
  const parsed = ErrorBody.safeParse(body)
  return parsed.success ? new ApiError(parsed.data.code, parsed.data.details) : new ApiError('unexpectedAnswer', details)
}

/** Any thrown value as an ApiError; what is not one is a defect of ours. */
export function toApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('internal', {}, { cause: thrown })
}
