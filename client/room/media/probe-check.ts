import type { types } from 'mediasoup-client'
import { shallowRef, type ShallowRef } from 'vue'
import type { IceServer } from '../../../protocol/room.ts'
import type { Access } from './connecting.ts'
import { joinAsProbe, type ProbePeer } from './probe-peer.ts'
import { measureFlow } from './probe-flow.ts'
import { synthesizePicture } from './probe-picture.ts'
import type { Ways } from './transports.ts'
import { verdictOf, type Advice, type Findings, type Verdict } from './verdict.ts'

/** What a check has found so far. */
export interface ConnectionReport extends Findings {
  running: boolean
  /** Null until it has ended; then, when it could not be carried out: no way was given, or no media node reached. */
  verdict: Verdict | null
  advice: Advice[]
}

/** A check under way. `report` is replaced at each finding. */
export interface ConnectionCheck {
  report: Readonly<ShallowRef<ConnectionReport>>
  stop(): void
}

/** Two peers, of which the first sends and the second receives. */
export type AskForWays = () => Promise<Access[]>

/** How long a way may take to open, in ms. */
const OPEN_MS = 2_500

const NOTHING: ConnectionReport = {
  running: true, udp: null, tcp: null, relay: null, upKbps: null, downKbps: null, rttMs: null, loss: null,
  verdict: null, advice: [],
}

/** Measures the way to the media node, in about six seconds. */
export function createConnectionCheck(askForWays: AskForWays, origin = location.origin): ConnectionCheck {
  const report = shallowRef<ConnectionReport>(NOTHING)
  const peers: ProbePeer[] = []
  const picture = synthesizePicture()
  let stopped = false
  let released = false

  const found = (findings: Partial<ConnectionReport>) => {
    if (!stopped) report.value = { ...report.value, ...findings }
  }

  async function join(): Promise<{ ways: Access[], sender: ProbePeer, receiver: ProbePeer }> {
    const ways = await askForWays()
    const joined = await Promise.all(ways.map(async (way) => {
      const peer = await joinAsProbe(way, origin)
      // At once: the other one may fail, or all be over by now.
      peers.push(peer)
      if (released) peer.close()
      return peer
    }))
    const [sender, receiver] = joined
    if (!sender || !receiver) throw new Error('a check needs two peers')
    return { ways, sender, receiver }
  }

  async function run(): Promise<void> {
    const { ways, sender, receiver } = await join()
    // Each direction tries one protocol, so both are known after the time of one.
    const [up, down] = await Promise.all([sender.send(picture.track, { protocol: 'udp' }), receiver.receive({ protocol: 'tcp' })])
    const [udp, tcp, relay] = await Promise.all([opens(up), opens(down), relayOpens(ways[0]?.iceServers ?? [])])
    found({ udp: verdict(udp), tcp: verdict(tcp), relay: relay === undefined ? 'notConfigured' : verdict(relay) })
    const best: Ways | undefined = udp ? {} : tcp ? { protocol: 'tcp' } : relay ? { policy: 'relay' } : undefined
    if (!best || stopped) return
    const [sending, receiving] = await Promise.all([
      udp ? up : sender.send(picture.track, best),
      receiver.receive(best),
    ])
    if (!(await Promise.all([opens(sending), opens(receiving)])).every(Boolean)) return
    found(await measureFlow(sending, receiving))
  }

  function release(): void {
    released = true
    picture.stop()
    for (const peer of peers) peer.close()
  }

  run()
    .then(() => found(verdictOf(report.value)), (error: unknown) => console.warn('the connection was not checked', error))
    .finally(() => {
      found({ running: false })
      release()
    })

  return {
    report,
    stop() {
      stopped = true
      release()
    },
  }
}

const verdict = (open: boolean) => (open ? 'ok' : 'blocked')

/** Whether a transport connects in time. */
function opens(transport: types.Transport): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      transport.off('connectionstatechange', look)
      resolve(transport.connectionState === 'connected')
    }
    const look = () => { if (transport.connectionState === 'connected') settle() }
    const timer = setTimeout(settle, OPEN_MS)
    transport.on('connectionstatechange', look)
    look()
  })
}

/** Whether a TURN server takes us in; undefined where there is none. */
async function relayOpens(iceServers: IceServer[]): Promise<boolean | undefined> {
  if (!iceServers.some(({ urls }) => urls.some((url) => url.startsWith('turn')))) return undefined
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' })
  try {
    connection.createDataChannel('relay')
    const candidate = new Promise<boolean>((resolve) => {
      connection.addEventListener('icecandidate', ({ candidate: one }) => { if (one?.candidate) resolve(true) })
      setTimeout(() => resolve(false), OPEN_MS)
    })
    await connection.setLocalDescription()
    return await candidate
  } finally {
    connection.close()
  }
}
