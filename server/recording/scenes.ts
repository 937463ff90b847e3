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
/** A scene's least length, but for the last one's, in ms: each is a run of ffmpeg. */
const LEAST_SCENE_MS = 2_000
/** A pause shorter than this is none, in ms. */
const MOMENT_MS = 1_000
/** Scenes are made piece by piece, so that little is lost with an interrupted one. */
export const PIECE_MS = 60_000
export const FRAMES_A_SECOND = 25

/** Counted from the beginning of everything, so that the pieces add up to the whole to a frame; a very short one has none. */
export const framesOf = ({ from, to }: Pick<Scene, 'from' | 'to'>): number =>
  Math.round(to / 1_000 * FRAMES_A_SECOND) - Math.round(from / 1_000 * FRAMES_A_SECOND)

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
  const scenes = scenesOf(pictures, speakersOf(timeline, endedAt), startedAt, endedAt)
  if (scenes.length === 0) return undefined
  return {
    startedAt,
    length: endedAt - startedAt,
    scenes,
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

interface Change { at: number, one: Recorded, shows: boolean }

/** When a file begins to show something, and when it ceases to, in order. */
function changesOf(pictures: readonly Recorded[]): Change[] {
  return pictures.flatMap((one) => {
    const changes: Change[] = [{ at: one.from, one, shows: true }]
    for (const { from, to } of lasting(one.pauses)) {
      if (from >= one.to) break
      changes.push({ at: from, one, shows: false })
      if (to < one.to) changes.push({ at: to, one, shows: true })
    }
    changes.push({ at: one.to, one, shows: false })
    return changes
  }).sort((a, b) => a.at - b.at)
}

/** Pauses with less than a moment between them as one, without those of a moment: the picture stands still meanwhile. */
function lasting(pauses: Recorded['pauses']): Recorded['pauses'] {
  const kept: Recorded['pauses'] = []
  for (const pause of pauses) {
    if (pause.to - pause.from < MOMENT_MS) continue
    const last = kept.at(-1)
    if (last && pause.from - last.to < MOMENT_MS) last.to = pause.to
    else kept.push({ ...pause })
  }
  return kept
}

/**
 * One sweep over everything that happens. A scene that has begun holds for its least length, whatever happens meanwhile: so
 * however often somebody turns a camera on and off, there are no more scenes to make than that.
 */
function scenesOf(pictures: readonly Recorded[], speakers: readonly { at: number, peer: string }[], startedAt: number, endedAt: number): Scene[] {
  const changes = changesOf(pictures)
  const edges = [startedAt, ...changes.map(({ at }) => at), ...speakers.map(({ at }) => at)]
  const moments = [...new Set(edges)].filter((at) => at >= startedAt && at < endedAt).sort((a, b) => a - b)
  const here = new Set<Recorded>()
  let [nextChange, nextSpeaker] = [0, 0]
  let speaker: string | undefined
  let shown: Recorded | undefined
  const scenes: Scene[] = []
  for (const [index, moment] of moments.entries()) {
    for (let change = changes[nextChange]; change && change.at <= moment; change = changes[nextChange += 1]) {
      if (change.shows) here.add(change.one)
      else here.delete(change.one)
    }
    for (let told = speakers[nextSpeaker]; told && told.at <= moment; told = speakers[nextSpeaker += 1]) speaker = told.peer
    // As many as a node records at once, at most.
    const cameras = [...here].filter(({ source }) => source === 'camera')
    shown = cameras.find(({ peer }) => peer === speaker) ?? cameras.find((one) => one === shown) ?? cameras[0]
    const screen = [...here].findLast(({ source }) => source === 'screen')
    const scene = { main: screen ?? shown, inset: screen ? shown : undefined }
    const last = scenes.at(-1)
    const [at, to] = [moment - startedAt, (moments[index + 1] ?? endedAt) - startedAt]
    const from = last ? Math.max(at, last.from + LEAST_SCENE_MS) : at
    if (last) last.to = last.main === scene.main && last.inset === scene.inset ? to : Math.min(from, to)
    if (from < to && (last?.to ?? 0) < to) scenes.push({ from, to, ...scene })
  }
  return scenes.flatMap(inPieces).filter((scene) => framesOf(scene) > 0)
}

function inPieces(scene: Scene): Scene[] {
  const pieces: Scene[] = []
  for (let { from } = scene; from < scene.to; from += PIECE_MS) pieces.push({ ...scene, from, to: Math.min(scene.to, from + PIECE_MS) })
  return pieces
}
