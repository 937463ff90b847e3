import { Device, type types } from 'mediasoup-client'
import { kindOfSource } from '../../../protocol/media-grant.ts'
import type { ConsumerInfo, NoticeMessage } from '../../../protocol/media.ts'
import type { Access } from './connecting.ts'
import { openSignalling } from './signalling.ts'
import { createTransports, type Ways } from './transports.ts'

/** One of the two peers of a check, in a room where nobody else is. */
export interface ProbePeer {
  /** Sends a picture, by these ways alone; an earlier transport is closed. */
  send(track: MediaStreamTrack, ways: Ways): Promise<types.Transport>
  /** Receives whatever is sent, by these ways alone. The transport begins to connect when something is. */
  receive(ways: Ways): Promise<types.Transport>
  close(): void
}

/** More than any connection needs here, so that its limit shows. */
const ENCODING = { maxBitrate: 5_000_000, scalabilityMode: 'L1T1' }
const START_KBPS = 2_000

/** Joins by a way that the server gave. Fails with a MediaRequestError. */
export async function joinAsProbe(access: Access, origin: string): Promise<ProbePeer> {
  const watched = new Set<string>()
  let use: ReturnType<typeof createTransports> | undefined

  const url = new URL(access.path, origin.replace(/^http/, 'ws')).href
  const signalling = await openSignalling(url, { notice: hear, lost: () => close() })
  const { device, rights, producers } = await enter().catch((error: unknown) => {
    signalling.close()
    throw error
  })
  for (const { producerId } of producers) watch(producerId)

  async function enter() {
    const { routerRtpCapabilities } = signalling.welcome
    const made = await Device.factory()
    await made.load({ routerRtpCapabilities: routerRtpCapabilities as Parameters<Device['load']>[0]['routerRtpCapabilities'] })
    const answer = await signalling.request('join', {
      grant: access.grant, rtpCapabilities: made.recvRtpCapabilities as typeof routerRtpCapabilities,
    })
    return { device: made, ...answer }
  }

  function transportsBy(ways: Ways) {
    use?.reset()
    use = createTransports({
      device: () => device, signalling: () => signalling, iceServers: () => access.iceServers, ways, broken: () => undefined,
    })
    return use
  }

  function watch(producerId: string): void {
    watched.add(producerId)
    signalling.request('setView', { watched: [...watched].map((id) => ({ producerId: id, layer: 2 })) }).catch(() => undefined)
  }

  function hear(message: NoticeMessage): void {
    if (message.notice === 'producerAdded') watch(message.data.producerId)
    if (message.notice === 'producerRemoved') watched.delete(message.data.producerId)
    if (message.notice === 'newConsumers') for (const info of message.data.consumers) take(info).catch(() => undefined)
  }

  async function take(info: ConsumerInfo): Promise<void> {
    await use?.existing('receive')?.consume({
      id: info.consumerId, producerId: info.producerId, kind: info.kind, rtpParameters: info.rtpParameters as types.RtpParameters,
    })
    await signalling.request('resumeConsumers', { consumerIds: [info.consumerId] })
  }

  function close(): void {
    use?.reset()
    signalling.request('leave', {}).catch(() => undefined)
    signalling.close()
  }

  return {
    async send(track, ways) {
      const transport = await transportsBy(ways).get('send')
      const source = rights.publish.find((one) => kindOfSource[one] === 'video') ?? 'camera'
      await transport.produce({
        track, stopTracks: false, appData: { source, paused: false },
        encodings: [ENCODING], codecOptions: { videoGoogleStartBitrate: START_KBPS },
      })
      return transport
    },
    receive: (ways) => transportsBy(ways).get('receive'),
    close,
  }
}
