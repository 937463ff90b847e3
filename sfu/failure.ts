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
