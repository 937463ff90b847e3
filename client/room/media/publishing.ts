import type { types } from 'mediasoup-client'
import type { MediaSource } from '../../../protocol/media-grant.ts'
import type { NoticeData } from '../../../protocol/media.ts'
import type { CapturedTrack } from './capture.ts'
import type { LocalEnd, LocalTrack } from './contract.ts'
import { MediaRequestError, type Signalling } from './signalling.ts'

type Transport = types.Transport
type Producer = types.Producer

/** Three sizes of the camera, of which each viewer gets one that fits. */
const CAMERA_LAYERS: types.RtpEncodingParameters[] = [
  { scaleResolutionDownBy: 4, maxBitrate: 120_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 2, maxBitrate: 400_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 1, maxBitrate: 1_200_000, scalabilityMode: 'L1T3' },
]
const SCREEN_LAYERS: types.RtpEncodingParameters[] = [{ maxBitrate: 2_500_000, scalabilityMode: 'L1T1' }]

const HOW: Record<MediaSource, Pick<types.ProducerOptions, 'encodings' | 'codecOptions'>> = {
  microphone: { codecOptions: { opusDtx: true, opusFec: true } },
  camera: { encodings: CAMERA_LAYERS, codecOptions: { videoGoogleStartBitrate: 1_000 } },
  screen: { encodings: SCREEN_LAYERS, codecOptions: { videoGoogleStartBitrate: 1_500 } },
  screenAudio: { codecOptions: { opusStereo: true, opusFec: true } },
}

/** The node and the transport to it, while there are both. */
export interface Uplink {
  signalling: Signalling
  /** Made at the first need, so that who only watches has none. */
  transport(): Promise<Transport>
}

export interface Publishing {
  tracks(): LocalTrack[]
  track(source: MediaSource): LocalTrack | undefined
  /**
   * Sends a track; replaces an earlier one of the source, without a new negotiation. Its end ends the sending.
   * What was never unmuted is not sent at all, so that nobody has to receive a silent microphone.
   */
  set(source: MediaSource, captured: CapturedTrack, muted: boolean): void
  mute(source: MediaSource, muted: boolean): void
  remove(source: MediaSource, why: LocalEnd): void
  /** Stops whatever is not among these. */
  allow(sources: MediaSource[]): void
  /** There is a node. `kept`: the producers that it still has of us; anything else is made anew. */
  connected(uplink: Uplink, kept: string[]): void
  disconnected(): void
  /** The transport is gone with its producers. */
  reset(): void
  /** The node closed one of our producers; its sending ends with it, unless its right ended (see `allow`). */
  producerClosed(producerId: string, why: NoticeData<'ownProducerClosed'>['why']): void
  /** The node muted it. */
  producerMuted(producerId: string): void
  /** Resolves when what is sent is what should be, as far as that is possible now. */
  settled(): Promise<void>
  close(): void
}

type Wanted = LocalTrack & Pick<CapturedTrack, 'release'>

/** Keeps what the node receives of us equal to what we want to send, over cuts, changes of rights and lost workers. */
export function createPublishing(on: {
  added(track: LocalTrack): void
  changed(track: LocalTrack): void
  mutedByOrder(track: LocalTrack): void
  removed(track: LocalTrack, why: LocalEnd): void
}): Publishing {
  const wanted = new Map<MediaSource, Wanted>()
  const producers = new Map<MediaSource, Producer>()
  /** Whether the node has a producer muted, as far as it answered; kept over cuts, in which nothing of it changes here. */
  const mutedThere = new Map<Producer, boolean>()
  let allowed: Set<MediaSource> | undefined
  let uplink: Uplink | undefined
  let work = Promise.resolve()

  /** One step after the other, so that two wishes about one source never overtake each other. */
  function sync(): void {
    work = work.then(async () => {
      for (const source of new Set([...wanted.keys(), ...producers.keys()])) {
        await syncSource(source).catch((error: unknown) => refused(source, error))
      }
    })
  }

  /** A lost connection or a lost worker: what is wanted is tried again when there is another one. */
  function failed(error: unknown): void {
    if (!(error instanceof MediaRequestError)) console.warn('sending failed', error)
  }

  function refused(source: MediaSource, error: unknown): void {
    const code = error instanceof MediaRequestError ? error.code : undefined
    if (code === 'screenTaken') publishing.remove(source, 'screenTaken')
    else if (code === 'notAllowed') publishing.remove(source, 'revoked')
    else failed(error)
  }

  async function syncSource(source: MediaSource): Promise<void> {
    const at = uplink
    const wish = wanted.get(source)
    const producer = producers.get(source)
    if (!at) return
    if (producer && (!wish || producer.closed)) {
      forget(source, producer)
      await at.signalling.request('closeProducer', { producerId: producer.id }).catch(failed)
      return syncSource(source)
    }
    if (!wish || !allowed?.has(source)) return
    if (!producer) return wish.muted ? undefined : await produce(at, wish)
    if (producer.track !== wish.track) await producer.replaceTrack({ track: wish.track })
    const { muted } = wish
    if (muted) producer.pause()
    else producer.resume()
    if (mutedThere.get(producer) === muted) return
    await at.signalling.request(muted ? 'pauseProducer' : 'resumeProducer', { producerId: producer.id })
    mutedThere.set(producer, muted)
  }

  async function produce(at: Uplink, wish: Wanted): Promise<void> {
    const transport = await at.transport()
    if (at !== uplink || wanted.get(wish.source) !== wish) return
    // What the node is told: the wish may change while it answers, and is then mended below.
    const paused = wish.muted
    const producer = await transport.produce({
      track: wish.track, stopTracks: false, disableTrackOnPause: false, appData: { source: wish.source, paused },
      ...HOW[wish.source],
    })
    producers.set(wish.source, producer)
    mutedThere.set(producer, paused)
    await syncSource(wish.source)
  }

  const publishing: Publishing = {
    tracks: () => [...wanted.values()],
    track: (source) => wanted.get(source),
    set(source, { track, release }, muted) {
      const earlier = wanted.get(source)
      if (earlier && earlier.track !== track) earlier.release()
      track.enabled = !muted
      const local: Wanted = { source, track, muted, release }
      wanted.set(source, local)
      track.addEventListener('ended', () => {
        if (wanted.get(source)?.track === track) publishing.remove(source, 'ended')
      })
      on.added(local)
      sync()
    },
    mute(source, muted) {
      const local = wanted.get(source)
      if (!local || local.muted === muted) return
      // At once, before any answer of the node: nobody is heard after pressing mute.
      local.track.enabled = !muted
      local.muted = muted
      on.changed(local)
      sync()
    },
    remove(source, why) {
      const local = wanted.get(source)
      if (!local) return
      wanted.delete(source)
      local.release()
      on.removed(local, why)
      sync()
    },
    allow(sources) {
      // What was never given cannot be withdrawn.
      const why = allowed ? 'revoked' : 'notAllowed'
      allowed = new Set(sources)
      for (const source of [...wanted.keys()]) if (!allowed.has(source)) publishing.remove(source, why)
      sync()
    },
    connected(given, kept) {
      uplink = given
      for (const [source, producer] of producers) if (!kept.includes(producer.id)) forget(source, producer)
      const known = new Set([...producers.values()].map((producer) => producer.id))
      for (const producerId of kept) {
        // Its answer was lost in the cut, so we know nothing of it.
        if (!known.has(producerId)) given.signalling.request('closeProducer', { producerId }).catch(failed)
      }
      sync()
    },
    disconnected: () => { uplink = undefined },
    reset() {
      uplink = undefined
      for (const [source, producer] of producers) forget(source, producer)
    },
    producerClosed(producerId, why) {
      const [source, producer] = found(producerId)
      if (!source || !producer) return
      forget(source, producer)
      if (why === 'stopped') publishing.remove(source, 'stoppedByOrder')
      sync()
    },
    producerMuted(producerId) {
      const [source, producer] = found(producerId)
      if (!source || !producer) return
      mutedThere.set(producer, true)
      const local = wanted.get(source)
      if (!local || local.muted) return
      publishing.mute(source, true)
      on.mutedByOrder(local)
    },
    settled: () => work,
    close() {
      uplink = undefined
      for (const source of [...wanted.keys()]) publishing.remove(source, 'stopped')
      for (const [source, producer] of producers) forget(source, producer)
    },
  }

  const found = (producerId: string) => [...producers].find(([, producer]) => producer.id === producerId) ?? []

  function forget(source: MediaSource, producer: Producer): void {
    producers.delete(source)
    mutedThere.delete(producer)
    producer.close()
  }

  return publishing
}
