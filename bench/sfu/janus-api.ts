import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'

/** The WebSocket API of Janus, as much as publishers and subscribers of a video room need. */

export interface Jsep { type: 'offer' | 'answer'; sdp: string }
export interface RoomAnswer { data: Record<string, unknown>; jsep?: Jsep }

/** One attachment to the video room plugin, with a peer connection of its own. */
export interface JanusHandle {
  /** Resolves to the plugin's answer, be it told at once or as an event. */
  request(body: Record<string, unknown>, jsep?: Jsep): Promise<RoomAnswer>
  detach(): Promise<void>
}

export interface JanusApi {
  attach(): Promise<JanusHandle>
  close(): void
}

interface Message {
  janus: string
  transaction?: string
  data?: { id: number }
  plugindata?: { data: Record<string, unknown> }
  jsep?: Jsep
  error?: { reason: string }
}

const ANSWER_WITHIN_MS = 20_000
const KEEP_ALIVE_MS = 20_000

export async function connectJanusApi(address: string): Promise<JanusApi> {
  const socket = new WebSocket(address, 'janus-protocol')
  await once(socket, 'open')
  const waiting = new Map<string, { resolve(message: Message): void; reject(error: Error): void }>()

  socket.on('message', (raw) => {
    const message = JSON.parse(String(raw)) as Message
    const request = waiting.get(message.transaction ?? '')
    // `ack` only says that the answer comes later.
    if (!request || message.janus === 'ack') return
    waiting.delete(message.transaction ?? '')
    const failure = message.error?.reason ?? message.plugindata?.data['error']
    if (failure === undefined) request.resolve(message)
    else request.reject(new Error(`Janus: ${String(failure)}`))
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const request of waiting.values()) request.reject(new Error('Janus closed the connection'))
    waiting.clear()
  })

  function send(message: Record<string, unknown>): Promise<Message> {
    const transaction = randomUUID()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Janus did not answer ${String(message['janus'])}`)), ANSWER_WITHIN_MS)
      const done = () => {
        clearTimeout(timer)
        waiting.delete(transaction)
      }
      waiting.set(transaction, {
        resolve: (answer) => { done(); resolve(answer) },
        reject: (error) => { done(); reject(error) },
      })
      socket.send(JSON.stringify({ ...message, transaction }))
    })
  }

  const session = (await send({ janus: 'create' })).data?.id
  const keepAlive = setInterval(() => {
    send({ janus: 'keepalive', session_id: session }).catch(() => undefined)
  }, KEEP_ALIVE_MS)

  return {
    async attach() {
      const handle = (await send({ janus: 'attach', session_id: session, plugin: 'janus.plugin.videoroom' })).data?.id
      return {
        async request(body, jsep) {
          const answer = await send({
            janus: 'message', session_id: session, handle_id: handle, body, ...(jsep ? { jsep } : {}),
          })
          return { data: answer.plugindata?.data ?? {}, ...(answer.jsep ? { jsep: answer.jsep } : {}) }
        },
        async detach() {
          await send({ janus: 'detach', session_id: session, handle_id: handle })
        },
      }
    },
    close() {
      clearInterval(keepAlive)
      socket.close()
    },
  }
}
