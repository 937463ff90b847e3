import type { ErrorBody, ErrorCode } from '../../protocol/error.ts'

/** A failure with a stable code, thrown by rules and turned into a status or an acknowledgement at the edge only. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(code, options)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  /** What goes over the wire; never a stack, never personal data. */
  toBody(): ErrorBody {
    return { code: this.code, message: this.message, details: this.details }
  }
}
