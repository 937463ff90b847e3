import type { TimelineLine } from '../../protocol/recording-timeline.ts'

/** What lies in one file: from its first packet to its end, in ms since 1970, but for the pauses. */
export interface Recorded {
  file: string
  peer: string
  source: 'microphone' | 'camera' | 'screen' | 'screenAudio'
  from: number
  to: number
  pauses: { from: number, to: number }[]
}

/** One picture of the composition, of unchanging content; times in ms after its beginning. */
export interface Scene {
  from: number
  to: number
  /** What fills it: a shared screen, else whoever speaks. */
  main: Recorded | undefined
  /** Beside a shared screen: whoever speaks. */
  inset: Recorded | undefined
}

export interface Plan {
  /** ms since 1970 */
  startedAt: number
  /** ms */
  length: number
  scenes: Scene[]
  sounds: Recorded[]
}

/** A word thrown in does not change the picture: who speaks must go on for this long, in ms. */
const SPEAKS_MS = 2_000
/** Scenes are made piece by piece, so that little is lost with an interrupted one. */
export const PIECE_MS = 60_000

/**
 * What is seen and heard when, from a recording's timeline. `lengths`: of the files that do not say when they ended, in ms.
 * Undefined where nothing was recorded.
 */
export function planOf(timeline: readonly TimelineLine[], lengths: ReadonlyMap<string, number>): Plan | undefined {
  const files = filesOf(timeline, lengths).filter(({ from, to }) => to > from)
  if (files.length === 0) return undefined
  const startedAt = Math.min(...files.map(({ from }) => from))
  const endedAt = Math.max(...files.map(({ to }) => to))
  const pictures = files.filter(({ source }) => source === 'camera' || source === 'screen')
  return {
    startedAt,
    length: endedAt - startedAt,
    scenes: scenesOf(pictures, speakersOf(timeline, endedAt), startedAt, endedAt),
    sounds: files.filter(({ source }) => source === 'microphone' || source === 'screenAudio'),
  }
}

function filesOf(timeline: readonly TimelineLine[], lengths: ReadonlyMap<string, number>): Recorded[] {
  const files = new Map<string, Recorded>()
  for (const line of timeline) {
    if (line.event === 'fileBegun') {
      const { file, peer, source, at } = line
      files.set(file, { file, peer, source, from: at, to: at + (lengths.get(file) ?? 0), pauses: [] })
    }
    if (!('file' in line)) continue
    const known = files.get(line.file)
    const pause = known?.pauses.at(-1)
    if (line.event === 'paused') known?.pauses.push({ from: line.at, to: Infinity })
    if (line.event === 'resumed' && pause) pause.to = line.at
    if (line.event === 'fileEnded' && known) known.to = line.at
  }
  return [...files.values()]
}

/** Who speaks from when on, without those who spoke only for a moment. */
function speakersOf(timeline: readonly TimelineLine[], endedAt: number): { at: number, peer: string }[] {
  const told = timeline.flatMap((line) => line.event === 'speaker' ? [{ at: line.at, peer: line.peer }] : [])
  return told.filter(({ at }, index) => index === 0 || (told[index + 1]?.at ?? endedAt) - at >= SPEAKS_MS)
}

const shows = ({ from, to, pauses }: Recorded, at: number) =>
  from <= at && at < to && !pauses.some((pause) => pause.from <= at && at < pause.to)

function scenesOf(pictures: readonly Recorded[], speakers: readonly { at: number, peer: string }[], startedAt: number, endedAt: number): Scene[] {
  const edges = [...pictures.flatMap(({ from, to, pauses }) => [from, to, ...pauses.flatMap((pause) => [pause.from, pause.to])]),
    ...speakers.map(({ at }) => at), startedAt]
  const moments = [...new Set(edges)].filter((at) => at >= startedAt && at < endedAt).sort((a, b) => a - b)
  const scenes: Scene[] = []
  let shown: Recorded | undefined
  for (const [index, at] of moments.entries()) {
    const here = pictures.filter((one) => shows(one, at))
    const speaker = speakers.findLast((one) => one.at <= at)?.peer
    const cameras = here.filter(({ source }) => source === 'camera')
    shown = cameras.find(({ peer }) => peer === speaker) ?? cameras.find((one) => one === shown) ?? cameras[0]
    const screen = here.filter(({ source }) => source === 'screen').at(-1)
    const scene = { main: screen ?? shown, inset: screen ? shown : undefined }
    const last = scenes.at(-1)
    const to = (moments[index + 1] ?? endedAt) - startedAt
    if (last && last.main === scene.main && last.inset === scene.inset) last.to = to
    else scenes.push({ from: at - startedAt, to, ...scene })
  }
  return scenes.flatMap(inPieces)
}

function inPieces(scene: Scene): Scene[] {
  const pieces: Scene[] = []
  for (let { from } = scene; from < scene.to; from += PIECE_MS) pieces.push({ ...scene, from, to: Math.min(scene.to, from + PIECE_MS) })
  return pieces
}
