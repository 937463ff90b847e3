import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import pino from 'pino'
import { WebSocket } from 'ws'
import type { ControlEvent } from '../protocol/media-control.ts'
import { kindOfSource, type GrantClaims, type MediaRights, type MediaSource } from '../protocol/media-grant.ts'
import {
  AnswerMessage, mediaRequests, NoticeMessage,
  type MediaInput, type MediaMethod, type MediaNotice, type MediaOutput, type NoticeData,
} from '../protocol/media.ts'
import { RtpCapabilities, type RtpParameters } from '../protocol/rtp.ts'
import { freePorts } from '../tests/support/ports.ts'
import { createGrants } from './grants.ts'
import { createMediaNode, type MediaNode } from './node.ts'
import { createOrders, type Orders } from './orders.ts'
import type { SPREAD } from './places.ts'
import type { Consumer } from './receiver.ts'
import type { Room } from './room.ts'
import { listenForBrowsers } from './signalling.ts'
import { startWorkers, type WorkerPool } from './workers.ts'

/** A whole media node inside a test: real workers, a real signalling socket. */
export interface TestNode {
  node: MediaNode
  orders: Orders
  pool: WorkerPool
  reports: ControlEvent[]
  /** What was logged since the last call, by level; silent unless something happened. */
  logged(): { level: number; msg: string }[]
  room(id: string): Promise<Room>
  consumer(room: string, peer: string, consumerId: string | undefined): Consumer | undefined
  /** Signs a grant; `claims` replaces parts of what is right. */
  grant(room: string, peer: string, claims?: Partial<GrantClaims>): Promise<string>
  /** `silent`: it answers no heartbeat, as behind a dead network. */
  connect(options?: { silent: boolean }): Promise<TestPeer>
  /** Connects and joins. */
  join(room: string, peer: string, claims?: Partial<GrantClaims>): Promise<TestPeer>
  stop(): Promise<void>
}

/** A browser's signalling without the browser. */
export interface TestPeer {
  socket: WebSocket
  notices: NoticeMessage[]
  answer: MediaOutput<'join'> | undefined
  request<M extends MediaMethod>(method: M, data: MediaInput<M>): Promise<MediaOutput<M>>
  /** Sends anything, and resolves to the next answer, whomever it answers. */
  raw(text: string | Buffer): Promise<AnswerMessage>
  joinWith(grant: string, resumeKey?: string): Promise<MediaOutput<'join'>>
  /** The next notice of this name that was not taken yet. */
  notice<N extends MediaNotice>(name: N): Promise<NoticeData<N>>
  /** Cuts the connection without a farewell. */
  cut(): Promise<void>
}

/** May do everything. */
export const FULL_RIGHTS: MediaRights = {
  publish: ['microphone', 'camera', 'screen', 'screenAudio'], receive: ['microphone', 'camera', 'screen', 'screenAudio'], say: ['reaction'],
}

export interface TestNodeOptions {
  workers?: number
  graceMs?: number
  heartbeatMs?: number
  spread?: typeof SPREAD
}

export async function startTestNode(
  { workers = 1, graceMs = 60_000, heartbeatMs = 5_000, spread }: TestNodeOptions = {},
): Promise<TestNode> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sfu-'))
  let lines: { level: number; msg: string }[] = []
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line) as { level: number; msg: string }) })
  const secret = randomBytes(32)
  const nodeId = randomUUID()
  const reports: ControlEvent[] = []
  const pool = await startWorkers({
    workers, basePort: await freePorts(workers), listenAddress: '127.0.0.1', announcedAddress: '127.0.0.1',
    workerBin: process.env.MEDIASOUP_WORKER_BIN, log,
  })
  const grants = createGrants({ secret, nodeId })
  const node = createMediaNode({
    pool, grants, graceMs, report: (event) => reports.push(event), log, ...(spread ? { spread } : {}),
  })
  const socketPath = path.join(folder, 's.sock')
  const routerRtpCapabilities = RtpCapabilities.parse(pool.rtpCapabilities)
  const signalling = await listenForBrowsers({ at: { path: socketPath }, nodeId, node, routerRtpCapabilities, heartbeatMs, log })

  const test: TestNode = {
    node,
    orders: createOrders({ node, grants }),
    pool,
    reports,
    logged() {
      const since = lines
      lines = []
      return since
    },
    async room(id) {
      const room = await node.room(id)
      if (!room) throw new Error(`no room ${id}`)
      return room
    },
    consumer: (room, peer, consumerId) => node.guest(room, peer)?.peer.receiver.consumers().find(({ id }) => id === consumerId),
    grant: (room, peer, claims = {}) => new SignJWT({
      room, peer, label: `label of ${peer}`, rights: FULL_RIGHTS, silent: false, issuedAt: Date.now(),
      jti: randomUUID(), aud: nodeId, exp: Math.floor(Date.now() / 1000) + 60, ...claims,
    }).setProtectedHeader({ alg: 'HS256' }).sign(secret),
    connect: ({ silent } = { silent: false }) => connectTestPeer(`ws+unix:${socketPath}:/media/${nodeId}`, silent),
    async join(room, peer, claims) {
      const joining = await test.connect()
      await joining.joinWith(await test.grant(room, peer, claims))
      return joining
    },
    async stop() {
      signalling.close()
      node.close()
      pool.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return test
}

/** `headers`: what a server in between asks for, as a browser's cookies. */
export async function connectTestPeer(url: string, silent: boolean, headers: Record<string, string> = {}): Promise<TestPeer> {
  const socket = new WebSocket(url, { autoPong: !silent, headers })
  const answers = new Map<number, (answer: AnswerMessage) => void>()
  const unread: NoticeMessage[] = []
  let anyAnswer: ((answer: AnswerMessage) => void) | undefined
  let arrived = () => {}
  let lastId = 0

  socket.on('message', (raw) => {
    const value: unknown = JSON.parse(String(raw))
    const notice = NoticeMessage.safeParse(value)
    if (notice.success) {
      peer.notices.push(notice.data)
      unread.push(notice.data)
      return arrived()
    }
    const answer = AnswerMessage.parse(value)
    anyAnswer?.(answer)
    if (answer.id !== null) answers.get(answer.id)?.(answer)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => arrived())

  const peer: TestPeer = {
    socket,
    notices: [],
    answer: undefined,
    async request(method, data) {
      lastId += 1
      const id = lastId
      const answer = await new Promise<AnswerMessage>((resolve, reject) => {
        answers.set(id, resolve)
        socket.once('close', () => reject(new Error('connection closed')))
        socket.send(JSON.stringify({ id, method, data }))
      })
      if (!answer.ok) throw new Error(answer.error.code)
      return mediaRequests[method].output.parse(answer.data) as MediaOutput<typeof method>
    },
    raw: (text) => new Promise((resolve) => {
      anyAnswer = resolve
      socket.send(text)
    }),
    async joinWith(grant, resumeKey) {
      const { routerRtpCapabilities } = await welcome
      const key = resumeKey ? { resumeKey } : {}
      peer.answer = await peer.request('join', { grant, rtpCapabilities: routerRtpCapabilities, ...key })
      return peer.answer
    },
    async notice(name) {
      for (;;) {
        const at = unread.findIndex((one) => one.notice === name)
        const found = unread[at]
        if (found) {
          unread.splice(at, 1)
          return found.data as NoticeData<typeof name>
        }
        if (socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${name}`)
        await new Promise<void>((resolve) => { arrived = resolve })
      }
    },
    async cut() {
      socket.terminate()
      await once(socket, 'close')
    },
  }
  await once(socket, 'open')
  const welcome = peer.notice('welcome')
  await welcome
  return peer
}

let lastSsrc = 10_000

/** What a browser offers for one Opus or VP8 stream. */
export function rtpParametersOf(kind: 'audio' | 'video'): RtpParameters {
  lastSsrc += 2
  const codec = kind === 'audio'
    ? { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }
    : { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }
  return { codecs: [codec], encodings: [{ ssrc: lastSsrc }], rtcp: { cname: `c${lastSsrc}` } }
}

/** Makes a sending transport where there is none yet, and produces on it. */
export async function send(peer: TestPeer, source: MediaSource, paused = false): Promise<string> {
  if (!sending.has(peer)) await peer.request('createTransport', { direction: 'send' })
  sending.add(peer)
  const kind = kindOfSource[source]
  const { producerId } = await peer.request('produce', { source, kind, rtpParameters: rtpParametersOf(kind), paused })
  return producerId
}
const sending = new WeakSet<TestPeer>()

export const receives = (peer: TestPeer) => peer.request('createTransport', { direction: 'receive' })

/** Looks at these, at their largest. */
export const watch = (peer: TestPeer, ...producerIds: string[]) =>
  peer.request('setView', { watched: producerIds.map((producerId) => ({ producerId, layer: 2 })) })
