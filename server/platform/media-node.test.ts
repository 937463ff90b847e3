import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { NodeFile, type ControlEvent, type PresentPeer } from '../../protocol/media-control.ts'
import type { MediaRights } from '../../protocol/media-grant.ts'
import { startMediaNode, type MediaNode, type MediaNodeOptions } from './media-node.ts'
import type { PresenceFollower } from './media-presence.ts'

let dataDir: string
let options: MediaNodeOptions
let node: MediaNode
const open: (Server | WebSocket)[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'media-node-'))
  const grantSecretFile = path.join(dataDir, 'secret')
  await writeFile(grantSecretFile, randomBytes(32).toString('hex'))
  options = {
    dataDir, grantSecretFile, workerBin: process.env.MEDIASOUP_WORKER_BIN, workers: 1, basePort: await freePort(),
    listenAddress: '127.0.0.1', announcedAddress: '127.0.0.1', graceMs: 1_500, log: pino({ level: 'silent' }),
  }
})
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await node.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

const sound: MediaRights = { publish: ['microphone'], receive: ['microphone'], say: [] }

const nodeFile = async () => NodeFile.parse(JSON.parse(await readFile(path.join(options.dataDir, 'media', 'node.json'), 'utf8')))

/** Processes that were started with something of this folder. */
async function childrenOf(folder: string): Promise<number[]> {
  const commands = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(async (pid) => (
    { pid: Number(pid), command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })))
  return commands.filter(({ pid, command }) => pid !== process.pid && command.includes(folder)).map(({ pid }) => pid)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Collects what is told; fails as long as `refusing`. */
function follower() {
  const told: ControlEvent[] = []
  const reconciled: { peers: PresentPeer[]; lostAt: number | undefined }[] = []
  const state = { told, reconciled, refusing: false, attempts: 0 }
  const follow: PresenceFollower = {
    async event(event) {
      state.attempts += 1
      if (state.refusing) throw new Error('the database is away')
      told.push(event)
    },
    reconcile: async (peers, lostAt) => void reconciled.push({ peers, lostAt }),
  }
  return { ...follow, state, told, reconciled, names: () => told.map(({ event, peer }) => `${event} ${peer}`) }
}

/** An HTTP server that passes upgrades on, and a connection through it that is welcomed. */
async function connect(through: MediaNode, at: string): Promise<WebSocket> {
  const server = createServer().on('upgrade', through.proxyUpgrade).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}${at}`, { headers: { cookie: 'session=secret' } })
  open.push(socket, server)
  return socket
}

async function join(through: MediaNode, room: string, peer: string): Promise<WebSocket> {
  const { grant, path: at } = await through.grant({ room, peer, label: peer, rights: sound, silent: false })
  const socket = await connect(through, at)
  const [welcome] = await once(socket, 'message') as [Buffer]
  const { data: { routerRtpCapabilities } } = JSON.parse(String(welcome)) as { data: { routerRtpCapabilities: unknown } }
  socket.send(JSON.stringify({ id: 1, method: 'join', data: { grant, rtpCapabilities: routerRtpCapabilities } }))
  const [answer] = await once(socket, 'message') as [Buffer]
  expect(JSON.parse(String(answer))).toMatchObject({ id: 1, ok: true, data: { peerId: peer } })
  return socket
}

test('starts a node, lets peers in through the server’s port, tells of them, and leaves no process behind', async () => {
  node = await startMediaNode(options)
  const presence = follower()
  await node.follow(presence)
  await join(node, 'room', 'ann')
  await expect.poll(() => presence.names()).toEqual(['peerJoined ann'])
  expect(node.peers('room')).toMatchObject([{ room: 'room', peer: 'ann', cutAt: null }])
  expect(node.peers('other')).toEqual([])
  expect(await node.state()).toMatchObject([{ state: 'up', workers: 1, rooms: 1, peers: 1 }])

  const { pid } = await nodeFile()
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
  const names = environment.split('\0').filter(Boolean).map((one) => one.split('=')[0])
  expect(names).toEqual(['PATH', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'])
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number)
  await node.stop()
  for (const one of [pid, ...children]) await expect.poll(() => isAlive(one)).toBe(false)
  await expect(node.grant({ room: 'room', peer: 'ann', label: '', rights: sound, silent: false }))
    .rejects.toMatchObject({ code: 'mediaUnavailable' })
}, 60_000)

test('a path of another node is not passed on', async () => {
  node = await startMediaNode(options)
  for (const at of ['/media/another', '/media/', '/']) {
    const socket = await connect(node, at)
    const [error] = await once(socket, 'error') as [Error]
    expect(error.message).toContain('404')
  }
})

test('changes grants, takes peers out and closes rooms', async () => {
  node = await startMediaNode(options)
  const presence = follower()
  await node.follow(presence)
  const [ann, binh] = [await join(node, 'room', 'ann'), await join(node, 'room', 'binh')]
  const heard: string[] = []
  for (const socket of [ann, binh]) socket.on('message', (raw) => heard.push(String(raw)))
  await node.setRights('room', 'ann', { publish: [], receive: [], say: [] })
  await node.closePeer('room', 'ann')
  await node.closeRoom('room')
  await expect.poll(() => presence.names()).toEqual(['peerJoined ann', 'peerJoined binh', 'peerLeft ann', 'peerLeft binh'])
  await expect.poll(() => heard.filter((line) => !line.includes('heartbeat'))).toEqual(expect.arrayContaining([
    '{"notice":"rightsChanged","data":{"rights":{"publish":[],"receive":[],"say":[]}}}',
    '{"notice":"closed","data":{"reason":"removed"}}',
    '{"notice":"closed","data":{"reason":"roomClosed"}}',
  ]))
})

test('a server that dies leaves its node to the next one, with what happened meanwhile', async () => {
  const first = spawn(process.execPath, ['--input-type=module-typescript', '--eval', `
    import { startMediaNode } from ${JSON.stringify(new URL('./media-node.ts', import.meta.url).href)}
    import pino from 'pino'
    await startMediaNode({ ...${JSON.stringify({ ...options, log: undefined })}, log: pino({ level: 'silent' }) })
    console.log('started')
  `], { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname })
  await once(first.stdout, 'data')
  const before = await nodeFile()
  first.kill('SIGKILL')
  await once(first, 'exit')
  expect(isAlive(before.pid)).toBe(true)

  const second = await startMediaNode(options)
  expect((await nodeFile()).pid).toBe(before.pid)
  const ann = await join(second, 'room', 'ann')
  second.release()
  ann.terminate()

  node = await startMediaNode(options)
  expect(node.peers()).toMatchObject([{ peer: 'ann' }])
  const presence = follower()
  await node.follow(presence)
  await expect.poll(() => presence.names()).toEqual(expect.arrayContaining(['peerJoined ann', 'peerCut ann']))
  expect(presence.reconciled).toMatchObject([{ peers: [{ peer: 'ann' }] }])
  await expect.poll(() => presence.names(), { timeout: 5_000 }).toContain('peerLeft ann')
}, 60_000)

test('presence that could not be stored is told again, and only what was stored is forgotten', async () => {
  node = await startMediaNode(options)
  const presence = follower()
  presence.state.refusing = true
  await node.follow(presence)
  await join(node, 'room', 'ann')
  await expect.poll(() => presence.state.attempts).toBeGreaterThan(1)
  expect(presence.told).toEqual([])
  presence.state.refusing = false
  await expect.poll(() => presence.names(), { timeout: 10_000 }).toEqual(['peerJoined ann'])
})

test('a killed node is replaced; who comes back within the grace was only cut, who does not has left when it died', async () => {
  node = await startMediaNode({ ...options, graceMs: 5_000 })
  const presence = follower()
  await node.follow(presence)
  await join(node, 'room', 'ann')
  await join(node, 'room', 'binh')
  await expect.poll(() => presence.told.length).toBe(2)
  const before = await nodeFile()
  const killedAt = Date.now()
  process.kill(before.pid, 'SIGKILL')
  await expect.poll(() => presence.names()).toContain('peerCut binh')
  await expect.poll(() => node.state(), { timeout: 20_000 }).toMatchObject([{ state: 'up' }])
  expect((await nodeFile()).nodeId).not.toBe(before.nodeId)
  expect(node.peers('room')).toHaveLength(2)
  await join(node, 'room', 'ann')
  await expect.poll(() => presence.names(), { timeout: 30_000 }).toEqual(
    ['peerJoined ann', 'peerJoined binh', 'peerCut ann', 'peerCut binh', 'peerResumed ann', 'peerLeft binh'],
  )
  expect(Math.abs((presence.told.at(-1)?.at ?? 0) - killedAt)).toBeLessThan(3_000)
  expect(node.peers('room').map(({ peer }) => peer)).toEqual(['ann'])
}, 60_000)

test.each<[string, (node: MediaNode) => Promise<void>]>([
  ['was stopped', (first) => first.stop()],
  ['died with its server', async (first) => {
    first.release()
    process.kill((await nodeFile()).pid, 'SIGKILL')
  }],
])('a node %s: the next server is told since when nobody is there', async (_, end) => {
  const first = await startMediaNode(options)
  await join(first, 'room', 'ann')
  await end(first)
  const endedAt = Date.now()
  node = await startMediaNode(options)
  const presence = follower()
  await node.follow(presence)
  expect(presence.reconciled).toEqual([])
  await expect.poll(() => presence.reconciled, { timeout: 10_000 }).toHaveLength(1)
  const [{ peers, lostAt } = { peers: [], lostAt: undefined }] = presence.reconciled
  expect(peers).toEqual([])
  expect(lostAt).toBeLessThanOrEqual(endedAt)
  expect(lostAt).toBeGreaterThan(endedAt - 60_000)
}, 60_000)

test('after a long outage whoever was there has left, before anybody comes in again', async () => {
  const first = await startMediaNode(options)
  await join(first, 'room', 'ann')
  await first.stop()
  const longAgo = Math.floor(Date.now() / 1000) - 15 * 3600
  await utimes(path.join(options.dataDir, 'media', 'node.json'), longAgo, longAgo)
  node = await startMediaNode(options)
  const told: string[] = []
  await node.follow({
    event: async ({ event, peer }) => void told.push(`${event} ${peer}`),
    reconcile: async (peers, lostAt) => void told.push(`reconcile ${peers.length} ${(lostAt ?? 0) / 1000 - longAgo}`),
  })
  await join(node, 'room', 'ann')
  await expect.poll(() => told).toEqual(['reconcile 0 0', 'peerJoined ann'])
}, 60_000)

test('a stop while a dead node is being replaced leaves no process behind', async () => {
  node = await startMediaNode(options)
  const before = await nodeFile()
  process.kill(before.pid, 'SIGKILL')
  await expect.poll(() => node.state()).toMatchObject([{ state: 'starting' }])
  await node.stop()
  const { pid } = await nodeFile()
  expect([before.pid, pid].filter(isAlive)).toEqual([])
  expect((await childrenOf(dataDir)).filter(isAlive)).toEqual([])
}, 60_000)

test('other settings replace the node', async () => {
  const first = await startMediaNode(options)
  const before = await nodeFile()
  first.release()
  node = await startMediaNode({ ...options, workers: 2, basePort: options.basePort > 60_000 ? 44_000 : options.basePort + 100 })
  expect((await nodeFile()).pid).not.toBe(before.pid)
  await expect.poll(() => isAlive(before.pid)).toBe(false)
}, 60_000)

test('a long DATA_DIR works, though a socket’s path ends at 107 bytes', async () => {
  const long = path.join(dataDir, 'x'.repeat(120))
  await mkdir(long)
  options = { ...options, dataDir: long }
  node = await startMediaNode(options)
  expect(Buffer.byteLength((await nodeFile()).controlSocket)).toBeLessThan(108)
  await join(node, 'room', 'ann')
  const folder = path.dirname((await nodeFile()).controlSocket)
  await node.stop()
  await rm(folder, { recursive: true })
})

test('a media port that is taken and a worker that is none stop the start and say what to do', async () => {
  node = await startMediaNode(options)
  const other = path.join(dataDir, 'other')
  await mkdir(other)
  await expect(startMediaNode({ ...options, dataDir: other })).rejects.toMatchObject({
    code: 'mediaPortTaken',
    message: expect.stringContaining(String(options.basePort)),
    remedy: expect.stringContaining('MEDIA_PORT='),
  })
  await expect(startMediaNode({ ...options, dataDir: other, workerBin: '/bin/false' }))
    .rejects.toMatchObject({ code: 'mediaWorkerUnusable' })
}, 60_000)
