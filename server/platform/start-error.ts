/** Why a start stopped. Stable, so that tests and process managers can tell the cases apart. */
export type StartErrorCode =
  | 'configInvalid'
  | 'dataDirNotWritable'
  | 'dataDirInUse'
  | 'diskFull'
  | 'keyFileUnusable'
  | 'tlsFileUnusable'
  | 'portTaken'
  | 'addressUnusable'
  | 'databaseProgramsUnusable'
  | 'databaseNotOurs'
  | 'databaseMissing'
  | 'databaseKeysLost'
  | 'databaseOtherVersion'
  | 'databaseStartFailed'
  | 'databaseUnreachable'
  | 'databaseRefused'
  | 'databaseTooOld'
  | 'databaseNewer'
  | 'mediaPortTaken'
  | 'mediaAddressUnusable'
  | 'mediaWorkerUnusable'
  | 'mediaStartFailed'

/**
 * A start that cannot go on for a reason that the person at the keyboard can mend.
 * `message` says what happened, `remedy` what to do. The top of the program prints both without a stack trace
 * (`describeStartError`) and exits with status 1.
 */
export class StartError extends Error {
  readonly code: StartErrorCode
  readonly remedy: string

  constructor(code: StartErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
    this.code = code
    this.remedy = remedy
  }
}

/** What is printed for an error that stopped the start: two lines for a StartError, undefined for a defect of ours. */
export function describeStartError(error: unknown): string | undefined {
  if (!(error instanceof StartError)) return undefined
  return `${error.message}\n${error.remedy}`
}

/** The operating system's error code (`ENOSPC`, `EACCES`, ...) of anything thrown by a node: call. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

export function diskFull(place: string, cause?: unknown): StartError {
  return new StartError(
    'diskFull',
    `The disk that holds ${place} is full.`,
    'Free some space there (at least 500 MB), or set DATA_DIR to a folder on another disk, then start again.',
    { cause },
  )
}
