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
      levels.on('volumes', (volumes) => events.emit('levels', volumes.flatMap(({ producer, volume }) => {
        const source = microphones.get(producer.id)
        return source ? [{ source, level: volume }] : []
      })))
      levels.on('silence', () => events.emit('levels', []))
      speaker.on('dominantspeaker', ({ producer }) => {
        const source = microphones.get(producer.id)
        if (source) events.emit('speaker', source)
      })
      listening = { router, observers: [levels, speaker] }
      await Promise.all([...microphones.values()].map(listenTo))
    },
  }
}
