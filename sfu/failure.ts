import { errors } from 'mediasoup'
import type { MediaErrorCode } from '../protocol/media.ts'

/** A request that is refused; the code goes over the wire, the message too, so it names nothing that is secret. */
export class MediaFailure extends Error {
  readonly code: MediaErrorCode

  constructor(code: MediaErrorCode, message: string = code, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MediaFailure'
    this.code = code
  }
}

/** A node that cannot start, for a reason outside of it. */
export class NodeStartFailure extends Error {
  readonly reason: 'portTaken' | 'addressUnusable' | 'workerUnusable'
  readonly port: number | undefined

  constructor(reason: NodeStartFailure['reason'], message: string, port?: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NodeStartFailure'
    this.reason = reason
    this.port = port
  }
}

/**
 * Waits for mediasoup's answer about parameters that came from a browser. Its refusals are plain errors, here and in the
 * worker, so whatever it says then is about those parameters, unless the worker is gone.
 */
export async function judged<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : undefined
    throw asWorkerLoss(cause) ?? new MediaFailure('unsupportedMedia', said, { cause })
  }
}

/** mediaUnavailable where a worker died before it answered; undefined for any other error. */
export function asWorkerLoss(cause: unknown): MediaFailure | undefined {
  return cause instanceof errors.WorkerClosedError ? new MediaFailure('mediaUnavailable', undefined, { cause }) : undefined
}
