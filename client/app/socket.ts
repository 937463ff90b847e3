import { io, type Socket } from 'socket.io-client'
import { shallowRef, type ShallowRef } from 'vue'
import { z } from 'zod'
import type { Acknowledgement, CommandContract, NoticeContract } from '../../protocol/event.ts'
import { sessionEndedNotice } from '../../protocol/room.ts'
import { ApiError, errorFromBody } from './api-error.ts'
import { newKey, tellSignedOut } from './http.ts'

/** `interrupted`: was connected and is trying to be so again. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'interrupted'

/** A command's input; the idempotency key is made here where none is given. */
export type CommandInput<I extends z.ZodType> = z.input<I> extends { key: string }
  ? Omit<z.input<I>, 'key'> & { key?: string }
  : z.input<I>

export interface SendOptions {
  /** How long one attempt waits for its acknowledgement, ms. */
  attemptMs?: number
  /** How long to go on trying across cuts, ms. */
  patienceMs?: number
  /** Sent on this connection or not at all, and not again: for what means something on one connection only. */
  once?: boolean
}

export interface SocketClient {
  state: Readonly<ShallowRef<ConnectionState>>
  connect(): void
  disconnect(): void
  /**
   * Sends a command and resolves to its validated result. Sent again with the same key after a cut or silence, so it is
   * carried out once.
   * @throws {ApiError} the server's code, or `noAnswer` when patience ran out, `unexpectedAnswer`
   */
  send<I extends z.ZodType, O extends z.ZodType>(
    command: CommandContract<I, O>, input: CommandInput<I>, options?: SendOptions,
  ): Promise<z.output<O>>
  /** Hears a notice; returns how to stop. A payload that breaks the contract is dropped with a warning. */
  on<P extends z.ZodType>(notice: NoticeContract<P>, listener: (payload: z.output<P>) => void): () => void
  /** Runs at each connection, also the first; returns how to stop. */
  onConnected(listener: () => void): () => void
}

/** How long to wait after the server refused a connection for a while, ms. */
const REFUSED_RETRY_MS = 1000

/** How long a command goes on trying, ms: as long as the media node keeps the place of somebody who is cut off. */
const PATIENCE_MS = 90_000

/** The one Socket.IO client over a given socket; `onSessionEnded` runs when the server ends the session. */
export function createSocketClient(socket: Socket, onSessionEnded: () => void): SocketClient {
  const state = shallowRef<ConnectionState>('idle')
  let retry: ReturnType<typeof setTimeout> | undefined

  socket.on('connect', () => { state.value = 'connected' })
  socket.on('disconnect', (reason) => {
    // After its own `disconnect` or the server's, the client does not come back by itself.
    if (reason === 'io client disconnect') state.value = 'idle'
    else {
      state.value = 'interrupted'
      if (reason === 'io server disconnect') socket.connect()
    }
  })
  socket.on('connect_error', (error) => {
    if (refusedForSession(error)) {
      socket.disconnect()
      state.value = 'idle'
      onSessionEnded()
      return
    }
    if (state.value !== 'interrupted') state.value = 'connecting'
    // A refusal, e.g. while the database is down, unlike an unreachable server, is final for the library.
    if (!socket.active) retry = setTimeout(() => socket.connect(), REFUSED_RETRY_MS)
  })
  socket.on(sessionEndedNotice.name, () => {
    socket.disconnect()
    onSessionEnded()
  })

  function connect() {
    clearTimeout(retry)
    if (socket.active) return
    state.value = 'connecting'
    socket.connect()
  }

  function untilConnected(waitMs: number): Promise<void> {
    if (socket.connected) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        socket.off('connect', done)
        resolve()
      }
      const timer = setTimeout(() => {
        socket.off('connect', done)
        reject(new ApiError('noAnswer'))
      }, waitMs)
      socket.on('connect', done)
    })
  }

  const send: SocketClient['send'] = async (command, input, { attemptMs = 8000, patienceMs = PATIENCE_MS, once = false } = {}) => {
    const payload = withKey(command.input, input as object)
    const until = Date.now() + patienceMs
    for (;;) {
      const left = until - Date.now()
      if (left <= 0 || (once && !socket.connected)) throw new ApiError('noAnswer')
      // At once where it can be: what waits for the next turn waits for the page to be drawn first.
      if (!socket.connected) await untilConnected(left)
      let acknowledgement: Acknowledgement<unknown>
      try {
        const attempt = socket.timeout(Math.min(attemptMs, left))
        acknowledgement = await attempt.emitWithAck(command.name, payload) as Acknowledgement<unknown>
      } catch {
        if (once) throw new ApiError('noAnswer')
        continue
      }
      return readAcknowledgement(command, acknowledgement)
    }
  }

  const on: SocketClient['on'] = (notice, listener) => {
    const hear = (payload: unknown) => {
      const parsed = notice.payload.safeParse(payload)
      if (parsed.success) listener(parsed.data)
      else console.warn('A notice broke its contract:', notice.name, z.prettifyError(parsed.error))
    }
    socket.on(notice.name, hear)
    return () => socket.off(notice.name, hear)
  }

  return {
    state, connect, send, on,
    disconnect() {
      clearTimeout(retry)
      socket.disconnect()
      state.value = 'idle'
    },
    onConnected(listener) {
      socket.on('connect', listener)
      return () => socket.off('connect', listener)
    },
  }
}

function refusedForSession(error: Error): boolean {
  const { data } = error as Error & { data?: { code?: string } }
  return data?.code === 'signInRequired' || error.message === 'signInRequired'
}

function withKey(schema: z.ZodType, input: object): object {
  if (!(schema instanceof z.ZodObject) || !('key' in schema.shape)) return input
  return { ...input, key: ('key' in input && input.key) || newKey() }
}

function readAcknowledgement<I extends z.ZodType, O extends z.ZodType>(
  command: CommandContract<I, O>, acknowledgement: Acknowledgement<unknown> | undefined,
): z.output<O> {
  if (!acknowledgement?.ok) {
    const failure = errorFromBody(acknowledgement?.error, { command: command.name })
    if (failure.code === 'signInRequired') tellSignedOut()
    throw failure
  }
  const parsed = command.output.safeParse(acknowledgement.result)
  if (!parsed.success) throw new ApiError('unexpectedAnswer', { command: command.name }, { cause: parsed.error })
  return parsed.data
}

/** The socket of this page. Connected while somebody is signed in. */
export const socketClient = createSocketClient(
  io({ autoConnect: false, transports: ['websocket', 'polling'], reconnectionDelay: 300, reconnectionDelayMax: 1500 }),
  tellSignedOut,
)
