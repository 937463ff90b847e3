import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { readTimeline, TIMELINE_FILE, type TimelineLine } from '../../protocol/recording-timeline.ts'
import { reading, runComposing } from './composing-program.ts'
import type { RecordingFolders } from './folders.ts'
import { PICTURE, pictureArguments, plainPicture, SOUND, soundArguments } from './pieces.ts'
import { PIECE_MS, planOf, type Plan, type Scene } from './scenes.ts'

/** The one file of a recording. */
export interface Composed { bytes: number, seconds: number, sha256: string }

export interface Composer {
  /** `nothingRecorded` where there is nothing to see or hear. Begun again after an interruption, it goes on where it was. */
  run(recordingId: string, signal: AbortSignal): Promise<Composed | 'nothingRecorded'>
  /** Between 0 and 1; null for one that is not under way. */
  progress(recordingId: string): number | null
}

/** Composes one file of what a media node recorded: whoever speaks or the shared screen, and everybody's sound. */
export function createComposer({ folders }: { folders: RecordingFolders }): Composer {
  const under = new Map<string, { done: number, pieces: number }>()

  async function compose(recordingId: string, signal: AbortSignal): Promise<Composed | 'nothingRecorded'> {
    const [raw, work, composed] = [folders.raw(recordingId), folders.work(recordingId), folders.composed(recordingId)]
    const timeline = readTimeline(await readFile(path.join(raw, TIMELINE_FILE), 'utf8').catch(() => ''))
    await mkdir(work, { recursive: true, mode: 0o700 })
    const plan = planOf(await withoutEmpty(timeline, raw), await repair(timeline, raw, signal))
    if (!plan) return 'nothingRecorded'
    const progress = { done: 0, pieces: plan.scenes.length + Math.ceil(plan.length / PIECE_MS) + 1 }
    under.set(recordingId, progress)
    const piece = () => { progress.done += 1 }
    const pictures = await makePictures(plan, { raw, work, signal, piece })
    const sound = await makeSound(plan, { raw, work, signal, piece })
    await join(pictures, sound, work, composed, signal)
    const { size } = await stat(composed)
    return { bytes: size, seconds: Math.round(plan.length / 1_000), sha256: await sha256Of(composed) }
  }

  return {
    run: (recordingId, signal) => compose(recordingId, signal).finally(() => under.delete(recordingId)),
    progress(recordingId) {
      const found = under.get(recordingId)
      return found ? found.done / found.pieces : null
    },
  }
}

interface Making { raw: string, work: string, signal: AbortSignal, piece: () => void }

/** The timeline without files that came to nothing. */
async function withoutEmpty(timeline: readonly TimelineLine[], raw: string): Promise<TimelineLine[]> {
  const kept = new Set<string>()
  for (const file of new Set(timeline.flatMap((line) => 'file' in line ? [line.file] : []))) {
    if ((await stat(path.join(raw, file)).catch(() => undefined))?.size) kept.add(file)
  }
  return timeline.filter((line) => !('file' in line) || kept.has(line.file))
}

/** Files of a node that was killed have neither length nor index: they are given both. Gives their lengths in ms. */
async function repair(timeline: readonly TimelineLine[], raw: string, signal: AbortSignal): Promise<Map<string, number>> {
  const ended = new Set(timeline.flatMap((line) => line.event === 'fileEnded' ? [line.file] : []))
  const lengths = new Map<string, number>()
  for (const line of timeline) {
    if (line.event !== 'fileBegun' || ended.has(line.file)) continue
    const [broken, whole] = [path.join(raw, line.file), path.join(raw, `${line.file}.whole`)]
    try {
      await runComposing('ffmpeg', ['-v', 'error', ...reading(broken), '-c', 'copy', '-f', 'matroska', '-y', `file:${whole}`], signal)
      await rename(whole, broken)
      const probe = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', `file:${broken}`]
      lengths.set(line.file, Math.round(Number(await runComposing('ffprobe', probe, signal)) * 1_000) || 0)
    } catch (error) {
      signal.throwIfAborted()
      // Nothing in it can be read: it counts as empty.
      if (!(error instanceof Error)) throw error
    }
  }
  return lengths
}

async function makePictures({ scenes, startedAt }: Plan, making: Making): Promise<string[]> {
  const files: string[] = []
  for (const [index, scene] of scenes.entries()) {
    const file = path.join(making.work, `picture-${String(index).padStart(6, '0')}.webm`)
    if (!await exists(file)) await makePicture({ ...scene, startedAt }, file, making)
    files.push(file)
    making.piece()
  }
  return files
}

async function makePicture(scene: Scene & { startedAt: number }, file: string, { raw, signal }: Making): Promise<void> {
  const unfinished = `${file}.part`
  try {
    await runComposing('ffmpeg', [...pictureArguments(scene, raw), `file:${unfinished}`], signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!scene.main) throw error
    // A file without a single whole picture: better a dark minute than no recording.
    await runComposing('ffmpeg', [...plainPicture(scene), `file:${unfinished}`], signal)
  }
  await rename(unfinished, file)
}

/** One file of raw samples, minute by minute: as long as its whole minutes say, an interrupted one goes on. */
async function makeSound(plan: Plan, { raw, work, signal, piece }: Making): Promise<string> {
  const file = path.join(work, 'sound.pcm')
  const bytesOf = (ms: number) => Math.round(ms / 1_000 * SOUND.rate) * SOUND.sampleBytes
  const whole = bytesOf(PIECE_MS)
  const made = Math.floor(((await stat(file).catch(() => undefined))?.size ?? 0) / whole)
  if (made > 0) await truncate(file, made * whole)
  else await writeFile(file, '', { mode: 0o600 })
  for (let index = 0; index * PIECE_MS < plan.length; index += 1) {
    if (index >= made) {
      const part = { from: index * PIECE_MS, to: Math.min(plan.length, (index + 1) * PIECE_MS) }
      const mixed = path.join(work, 'minute.pcm')
      const args = soundArguments(plan, part, raw)
      if (args) await runComposing('ffmpeg', [...args, `file:${mixed}`], signal)
      else await writeFile(mixed, '')
      // Exactly as long as it lasts: else sound and picture would part over the hours.
      await truncate(mixed, bytesOf(part.to) - bytesOf(part.from))
      await appendFile(file, await readFile(mixed))
    }
    piece()
  }
  return file
}

async function join(pictures: readonly string[], sound: string, work: string, composed: string, signal: AbortSignal): Promise<void> {
  const list = path.join(work, 'pictures.txt')
  await writeFile(list, pictures.map((file) => `file 'file:${file}'\n`).join(''))
  const unfinished = path.join(work, 'composed.webm')
  await runComposing('ffmpeg', [
    '-v', 'error', '-nostdin', '-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file', '-i', `file:${list}`,
    '-f', 's16le', '-ar', String(SOUND.rate), '-ac', '1', '-protocol_whitelist', 'file', '-i', `file:${sound}`,
    '-map', '0:v', '-map', '1:a', '-c:v', 'copy', '-c:a', 'libopus', '-b:a', SOUND.bitrate,
    '-r', String(PICTURE.rate), '-cues_to_front', '1', '-f', 'webm', '-y', `file:${unfinished}`,
  ], signal)
  const file = await open(unfinished, 'r')
  await file.sync().finally(() => file.close())
  await rename(unfinished, composed)
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

const exists = (file: string) => stat(file).then(() => true, () => false)
