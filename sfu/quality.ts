import type { Quality } from '../protocol/media.ts'
import type { Source } from './source.ts'

/** A change is told at most this often for one peer, in ms, so that a flickering line makes no flickering sign. */
const PAUSE_MS = 2_000

/** By mediasoup's score of a stream, 0 (nothing arrives) … 10. */
const qualityOf = (score: number): Quality => (score >= 8 ? 'good' : score >= 5 ? 'fair' : 'poor')

/** How well peers send, from their cameras and microphones; the worst of them counts. */
export interface Qualities {
  /** Something has changed in what the peer sends. */
  look(peerId: string): void
  /** Those who are not well. */
  unwell(): { peerId: string; quality: Quality }[]
  forget(peerId: string): void
  close(): void
}

export function createQualities(options: {
  sourcesOf: (peerId: string) => Source[]
  tell: (change: { peerId: string; quality: Quality }) => void
  pauseMs?: number
}): Qualities {
  const { sourcesOf, tell, pauseMs = PAUSE_MS } = options
  const told = new Map<string, Quality>()
  const resting = new Map<string, NodeJS.Timeout>()

  function look(peerId: string): void {
    if (resting.has(peerId)) return
    const scores = sourcesOf(peerId)
      .filter(({ source, paused }) => (source === 'camera' || source === 'microphone') && !paused())
      .flatMap(({ score }) => score() ?? [])
    const quality = qualityOf(Math.min(10, ...scores))
    if (quality === (told.get(peerId) ?? 'good')) return
    told.set(peerId, quality)
    tell({ peerId, quality })
    resting.set(peerId, setTimeout(() => {
      resting.delete(peerId)
      look(peerId)
    }, pauseMs))
  }

  function forget(peerId: string): void {
    clearTimeout(resting.get(peerId))
    resting.delete(peerId)
    told.delete(peerId)
  }

  return {
    look,
    forget,
    unwell: () => [...told].filter(([, quality]) => quality !== 'good').map(([peerId, quality]) => ({ peerId, quality })),
    close() {
      for (const peerId of [...resting.keys()]) forget(peerId)
    },
  }
}
