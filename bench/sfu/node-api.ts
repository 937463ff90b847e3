import { WebSocket } from 'ws'
import {
  mediaRequests, NoticeMessage, type AnswerMessage, type MediaInput, type MediaMethod, type MediaNotice, type MediaOutput,
  type NoticeData,
} from '../../protocol/media.ts'
import type { RtpCapabilities } from '../../protocol/rtp.ts'
import type { Admission } from './server.ts'

export type NodeAdmission = Extract<Admission, { side: 'node' }>

/** The signalling of one peer that has joined. */
export interface NodeApi {
  joined: MediaOutput<'join'>
  request<M extends MediaMethod>(method: M, data: MediaInput<M>): Promise<MediaOutput<M>>
  /** One handler a notice. */
  on<N extends MediaNotice>(notice: N, handler: (data: NoticeData<N>) => void): void
  close(): void
}

/**
 * What these peers can do, of what the node can: as a browser, but without the congestion feedback (transport-cc, REMB)
 * that they do not send; nobody offers it to Janus either.
 */
function capabilitiesOf({ codecs = [], headerExtensions = [] }: RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs.map(({ rtcpFeedback = [], ...codec }) => ({
      ...codec, rtcpFeedback: rtcpFeedback.filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb'),
    })),
    headerExtensions: headerExtensions.filter(({ uri }) => uri.endsWith('ssrc-audio-level') || uri.endsWith('sdes:mid')),
  }
}

/** Connects to the node as the browser does, past the server, which only pipes, and joins. */
export async function joinNode({ socket: path, nodeId, grant }: NodeAdmission): Promise<NodeApi> {
  const socket = new WebSocket(`ws+unix:${path}:/media/${nodeId}`, { perMessageDeflate: false })
  const answers = new Map<number, { resolve(data: unknown): void; reject(error: Error): void }>()
  const handlers = new Map<MediaNotice, (data: never) => void>()
  let lastId = 0

  socket.on('message', (raw) => {
    const message = JSON.parse(String(raw)) as AnswerMessage | { notice: MediaNotice; data: never }
    if ('notice' in message) return handlers.get(message.notice)?.(message.data)
    const answer = message.id === null ? undefined : answers.get(message.id)
    if (message.ok) answer?.resolve(message.data)
    else answer?.reject(new Error(`the node refused: ${message.error.code} ${message.error.message}`))
    if (message.id !== null) answers.delete(message.id)
  })
  socket.on('close', () => {
    for (const { reject } of answers.values()) reject(new Error('the node closed the connection'))
    answers.clear()
  })
  const welcomed = new Promise<NoticeData<'welcome'>>((resolve, reject) => {
    handlers.set('welcome', (data: NoticeData<'welcome'>) => resolve(data))
    socket.on('error', reject)
  })

  const request: NodeApi['request'] = async (method, data) => {
    lastId += 1
    const id = lastId
    const answer = await new Promise((resolve, reject) => {
      answers.set(id, { resolve, reject })
      socket.send(JSON.stringify({ id, method, data }))
    })
    return mediaRequests[method].output.parse(answer) as MediaOutput<typeof method>
  }
  const welcome = NoticeMessage.parse({ notice: 'welcome', data: await welcomed })
  if (welcome.notice !== 'welcome') throw new Error('no welcome')
  const joined = await request('join', { grant, rtpCapabilities: capabilitiesOf(welcome.data.routerRtpCapabilities) })
  return {
    joined,
    request,
    on: (notice, handler) => void handlers.set(notice, handler),
    close: () => socket.close(),
  }
}
