import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { CRYPTO_SUITE, endRecordingProgram, freePortPair, LOOPBACK, startRecordingProgram } from './ffmpeg.ts'

/** What happens to one file, for the timeline; `at` in ms since 1970. */
export interface FileEvents {
  /** The packet that the file begins with came in. */
  begun(at: number): void
  paused(at: number): void
  resumed(at: number): void
  /** The program is gone and the file complete; `failed` where it ended by itself. */
  ended(at: number, failed: boolean): void
}

export interface RecordingFile {
  /** Asks the sender for a picture that stands for itself, so that the composition can begin there. */
  refresh(): void
  /** Ends the file in order. Resolves once it is complete. Idempotent. */
  end(): Promise<void>
}

/** A port may be taken between our look at it and ffmpeg's. */
const ATTEMPTS = 3
/** How often a key frame is asked for, in ms: a composition never has to decode more than this to get anywhere. */
const REFRESH_MS = 20_000
const FIRST_FRAME_MS = 1_000
/** ffmpeg encrypts none of its reports, so none are taken: a key that nobody has. Key frames are asked for by us alone. */
const NOBODYS_KEY = { cryptoSuite: CRYPTO_SUITE, keyBase64: randomBytes(30).toString('base64') } as const

/**
 * Copies what a producer sends into a file, as it comes, through a plain transport of the producer's own router and
 * ffmpeg. A pause leaves a gap in the file's times. Ends by `end` or with the producer. Fails when ffmpeg does not start.
 */
export async function recordProducer(options: {
  producer: types.Producer
  router: types.Router
  program: string
  path: string
  on: FileEvents
  log: Logger
}): Promise<RecordingFile> {
  const { producer, router, on, log } = options
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: LOOPBACK }, rtcpMux: false, enableSrtp: true, srtpCryptoSuite: CRYPTO_SUITE })
  try {
    const consumer = await transport.consume({
      producerId: producer.id, rtpCapabilities: plainCapabilities(router, producer.kind), paused: true, ignoreDtx: false,
    })
    const program = await startProgram(options, consumer, transport)
    return follow(consumer, transport, program, on, log)
  } catch (error) {
    transport.close()
    throw error
  }
}

async function startProgram(
  { producer: { kind }, program, path, log }: Parameters<typeof recordProducer>[0],
  consumer: types.Consumer, transport: types.PlainTransport,
): Promise<ChildProcess> {
  const payloadType = consumer.rtpParameters.codecs[0]?.payloadType
  const key = transport.srtpParameters?.keyBase64
  if (payloadType === undefined || key === undefined) throw new Error('a consumer without a codec, or a transport without a key')
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePortPair()
    try {
      const said = (line: string) => log.debug({ line }, 'ffmpeg')
      const started = await startRecordingProgram({ program, stream: { kind, port, payloadType, key }, path, said })
      try {
        await transport.connect({ ip: LOOPBACK, port, rtcpPort: port + 1, srtpParameters: NOBODYS_KEY })
        return started
      } catch (error) {
        await endRecordingProgram(started)
        throw error
      }
    } catch (error) {
      if (attempt === ATTEMPTS || transport.closed) throw error
      log.warn({ attempt, err: error }, 'recording program not started')
    }
  }
}

function follow(
  consumer: types.Consumer, transport: types.PlainTransport, program: ChildProcess, on: FileEvents, log: Logger,
): RecordingFile {
  const video = consumer.kind === 'video'
  let begun = false
  let ending: Promise<void> | undefined

  const trouble = (error: unknown) => log.debug({ err: error }, 'recording consumer is gone')
  const refresh = () => { if (video && !consumer.closed && !consumer.producerPaused) consumer.requestKeyFrame().catch(trouble) }
  const timer = setInterval(() => { if (begun) refresh() }, REFRESH_MS)
  const first = setInterval(() => { if (!begun) refresh() }, FIRST_FRAME_MS)

  function end(): Promise<void> {
    ending ??= finish()
    return ending
  }

  async function finish(): Promise<void> {
    clearInterval(timer)
    clearInterval(first)
    const failed = program.exitCode !== null || program.signalCode !== null
    // What is on its way to ffmpeg is a matter of milliseconds; the transport ends after it has been told to finish.
    await endRecordingProgram(program)
    transport.close()
    on.ended(Date.now(), failed)
  }

  consumer.on('trace', () => {
    if (begun) return
    begun = true
    clearInterval(first)
    on.begun(Date.now())
    consumer.enableTraceEvent([]).catch(trouble)
  })
  consumer.on('producerpause', () => { if (begun) on.paused(Date.now()) })
  consumer.on('producerresume', () => {
    if (begun) on.resumed(Date.now())
    refresh()
  })
  consumer.observer.once('close', () => void end())
  program.once('exit', () => void end())

  void (async () => {
    if (consumer.type === 'simulcast') await consumer.setPreferredLayers({ spatialLayer: 2, temporalLayer: 2 })
    await consumer.enableTraceEvent([video ? 'keyframe' : 'rtp'])
    await consumer.resume()
  })().catch(trouble)
  return { refresh, end }
}

/** Opus and VP8 alone: no second stream that repeats what was lost, no extensions that nobody reads. */
function plainCapabilities({ rtpCapabilities }: types.Router, kind: types.MediaKind): types.RtpCapabilities {
  const codecs = rtpCapabilities.codecs?.filter((codec) => codec.kind === kind && !/\/rtx$/i.test(codec.mimeType)) ?? []
  return { codecs, headerExtensions: [] }
}
