import {
  AnswerMessage, mediaRequests, NoticeMessage, SIGNALLING_LIMITS,
  type MediaErrorCode, type MediaInput, type MediaMethod, type MediaOutput, type NoticeData,
} from '../../../protocol/media.ts'

/**
 * The node's refusal of a request, or the loss of the way to it (`signallingLost`: the request may or may not have been
 * carried out).
 */
export class MediaRequestError extends Error {
  readonly code: MediaErrorCode | 'signallingLost'

  constructor(code: MediaRequestError['code'], message: string = code) {
    super(message)
    this.name = 'MediaRequestError'
    this.code = code
  }
}

/** One connection to the media node. It is not made again: the session opens another one, with a fresh grant. */
export interface Signalling {
  welcome: NoticeData<'welcome'>
  request<M extends MediaMethod>(method: M, data: MediaInput<M>): Promise<MediaOutput<M>>
  /** Is it alive still? If nothing comes in soon it counts as lost, without waiting for missed heartbeats. */
  prove(): void
  close(): void
}

/** Three heartbeats missed: the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 3 * SIGNALLING_LIMITS.heartbeatS * 1_000
const OPEN_PATIENCE_MS = 10_000
const PROOF_PATIENCE_MS = 3_000

interface Waiting {
  resolve: (data: unknown) => void
  reject: (error: MediaRequestError) => void
}

/**
 * Connects and waits for the node's welcome. `onNotice` gets every later notice in order; `onLost` is called once, when the
 * connection ended without our `close`. Fails with signallingLost.
 */
export function openSignalling(url: string, on: { notice(notice: NoticeMessage): void; lost(): void }): Promise<Signalling> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let closed = false
  let silence = setTimeout(end, OPEN_PATIENCE_MS)
  let ended = () => {}

  return new Promise((resolve, reject) => {
    let welcomed = false

    socket.onmessage = ({ data }) => {
      clearTimeout(silence)
      silence = setTimeout(end, SILENCE_MS)
      const message = read(data)
      if (!message || closed) return
      if ('ok' in message) return settle(message)
      if (message.notice === 'welcome') {
        welcomed = true
        return resolve({ welcome: message.data, request, prove, close })
      }
      on.notice(message)
    }
    socket.onclose = end

    ended = () => {
      if (welcomed) on.lost()
      else reject(new MediaRequestError('signallingLost'))
    }
  })

  /** Rejects what waits, then tells, once. Does not wait for the browser's own close event, which a dead network delays. */
  function end(): void {
    if (closed) return
    close()
    ended()
  }

  function close(): void {
    closed = true
    clearTimeout(silence)
    socket.close()
    for (const { reject } of waiting.values()) reject(new MediaRequestError('signallingLost'))
    waiting.clear()
  }

  function prove(): void {
    if (closed) return
    clearTimeout(silence)
    silence = setTimeout(end, PROOF_PATIENCE_MS)
    // A request that changes nothing; any message ends the wait.
    request('resumeConsumers', { consumerIds: [] }).catch(() => undefined)
  }

  function settle(answer: AnswerMessage): void {
    if (answer.id === null) return
    const request = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) request?.resolve(answer.data)
    else request?.reject(new MediaRequestError(answer.error.code, answer.error.message))
  }

  async function request<M extends MediaMethod>(method: M, data: MediaInput<M>): Promise<MediaOutput<M>> {
    if (closed) throw new MediaRequestError('signallingLost')
    lastId += 1
    const id = lastId
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
    socket.send(JSON.stringify({ id, method, data }))
    return mediaRequests[method].output.parse(await answer) as MediaOutput<M>
  }
}

/** A message of a node that speaks another version is passed over. */
function read(text: unknown): AnswerMessage | NoticeMessage | undefined {
  const value: unknown = JSON.parse(String(text))
  return AnswerMessage.safeParse(value).data ?? NoticeMessage.safeParse(value).data
}
