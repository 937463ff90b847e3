import { setTimeout as wait } from 'node:timers/promises'
import { connectJanusApi, type JanusApi, type JanusHandle } from './janus-api.ts'
import { connectKnown, connectOffering, type MediaPeer } from './peer.ts'
import { receivingAnswer, sendingOffer, transportOfSdp } from './sdp.ts'
import type { Admission } from './server.ts'
import { OPUS, payloadTypeOf, VP8, type StreamPlan } from './traffic.ts'

type JanusAdmission = Extract<Admission, { side: 'janus' }>

/** Janus passes payload types on as they come. */
const MEDIA: ReadonlySet<number> = new Set([OPUS.payloadType, VP8.payloadType])

/** One connection to the API serves every peer of this process. */
const apis = new Map<string, Promise<JanusApi>>()
function apiOf(address: string): Promise<JanusApi> {
  const api = apis.get(address) ?? connectJanusApi(address)
  apis.set(address, api)
  return api
}

/** Publishes these streams in the room. */
export async function sendToJanus({ address, room }: JanusAdmission, streams: StreamPlan[]): Promise<MediaPeer> {
  const handle = await (await apiOf(address)).attach()
  await handle.request({ request: 'join', ptype: 'publisher', room })
  return await connectOffering(async (local) => {
    const { jsep } = await handle.request({ request: 'publish' }, { type: 'offer', sdp: sendingOffer(local, streams) })
    if (!jsep) throw new Error('Janus did not answer the offer')
    return transportOfSdp(jsep.sdp)
  })
}

/** Janus counts one as publisher a moment after the connection stands. */
const PUBLISHED_WITHIN_MS = 10_000

async function publishersOf(handle: JanusHandle, room: number): Promise<{ feed: number }[]> {
  for (let waited = 0; waited < PUBLISHED_WITHIN_MS; waited += 100) {
    const { data } = await handle.request({ request: 'listparticipants', room })
    const participants = data['participants'] as { id: number; publisher: boolean }[]
    const publishers = participants.filter(({ publisher }) => publisher)
    if (publishers.length > 0) return publishers.map(({ id }) => ({ feed: id }))
    await wait(100)
  }
  throw new Error('nobody publishes in the room of Janus')
}

/** Subscribes to everything that is published in the room at this moment. */
export async function receiveFromJanus(
  { address, room }: JanusAdmission,
  onMedia?: (packet: Buffer) => void,
): Promise<MediaPeer> {
  const handle = await (await apiOf(address)).attach()
  const streams = await publishersOf(handle, room)
  const { jsep } = await handle.request({ request: 'join', ptype: 'subscriber', room, streams })
  if (!jsep) throw new Error('Janus did not offer')
  return await connectKnown({
    remote: transportOfSdp(jsep.sdp),
    direction: 'receive',
    tell: (local) => handle.request({ request: 'start' }, { type: 'answer', sdp: receivingAnswer(jsep.sdp, local) }),
    ...(onMedia ? { onPacket: (packet) => { if (MEDIA.has(payloadTypeOf(packet))) onMedia(packet) } } : {}),
  })
}
