import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import type { Source } from './source.ts'

/** How often levels are measured, in ms, and below which level (dBov) nobody counts as heard. */
const LEVELS = { interval: 300, threshold: -60, maxEntries: 16 }

export interface LoudnessEvents {
  /** Loudest first; empty once it has fallen silent. */
  levels: [{ source: Source; level: number }[]]
  speaker: [Source]
}

/** Listens to a room's microphones, those on other routers by pipe. */
export interface Loudness {
  events: EventEmitter<LoudnessEvents>
  follow(microphone: Source): Promise<void>
  /** Listens on this router from now on. */
  moveTo(router: types.Router): Promise<void>
}

export function createLoudness({ log }: { log: Logger }): Loudness {
  const events = new EventEmitter<LoudnessEvents>()
  const microphones = new Map<string, Source>()
  /** By the measure of the router, which names somebody even while all are silent. */
  let dominant: Source | undefined
  let told: Source | undefined
  let loud: { source: Source; level: number }[] = []
  let listening: { router: types.Router; observers: types.RtpObserver[] } | undefined

  async function listenTo(microphone: Source): Promise<void> {
    if (!listening) return
    const { router, observers } = listening
    try {
      const { id } = await microphone.on(router)
      for (const observer of observers) await observer.addProducer({ producerId: id })
    } catch (error) {
      log.debug({ err: error }, 'microphone ended before it was listened to')
    }
  }

  function tellSpeaker(): void {
    if (!dominant || dominant === told || !loud.some(({ source }) => source === dominant)) return
    told = dominant
    events.emit('speaker', dominant)
  }

  return {
    events,

    async follow(microphone) {
      microphones.set(microphone.id, microphone)
      microphone.events.once('closed', () => microphones.delete(microphone.id))
      await listenTo(microphone)
    },

    async moveTo(router) {
      const levels = await router.createAudioLevelObserver(LEVELS)
      const speaker = await router.createActiveSpeakerObserver({ interval: 300 })
      levels.on('volumes', (volumes) => {
        loud = volumes.flatMap(({ producer, volume }) => {
          const source = microphones.get(producer.id)
          return source ? [{ source, level: volume }] : []
        })
        events.emit('levels', loud)
        tellSpeaker()
      })
      levels.on('silence', () => {
        loud = []
        events.emit('levels', loud)
      })
      speaker.on('dominantspeaker', ({ producer }) => {
        dominant = microphones.get(producer.id)
        tellSpeaker()
      })
      listening = { router, observers: [levels, speaker] }
      await Promise.all([...microphones.values()].map(listenTo))
    },
  }
}
