import path from 'node:path'
import { reading } from './composing-program.ts'
import { FRAMES_A_SECOND, framesOf, type Plan, type Recorded, type Scene } from './scenes.ts'

/** What ffmpeg is told for one piece of a composition. */

export const PICTURE = { width: 1280, height: 720, rate: FRAMES_A_SECOND }
export const SOUND = { rate: 48_000, sampleBytes: 2, bitrate: '48k' }
const INSET = { width: 320, height: 180, margin: 24 }
const DARK = '0x14181f'

const BEGINNING = ['-v', 'error', '-nostdin', '-y']
/** VP8 in its fastest form: about a quarter of a processor's time for 720 lines, and any browser plays it. */
const CODING = [
  '-an', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16', '-threads', '1', '-lag-in-frames', '0', '-auto-alt-ref', '0',
  '-b:v', '1000k', '-g', '250', '-f', 'webm',
]

const seconds = (ms: number) => Math.max(0, ms / 1_000).toFixed(3)
const fitted = (width: number, height: number) =>
  `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1:color=${DARK},setsar=1,format=yuv420p`
/** Frames at an even pace from the first moment to the last: what is missing is the frame before it. */
const steady = `fps=${PICTURE.rate}:start_time=0,tpad=stop=-1:stop_mode=clone`

export function pictureArguments(scene: Scene & { startedAt: number }, raw: string): string[] {
  const { main, inset, startedAt } = scene
  if (!main) return plainPicture(scene)
  const input = (one: Recorded) => [
    '-ss', seconds(startedAt + scene.from - one.from), '-t', seconds(scene.to - scene.from), ...reading(path.join(raw, one.file)),
  ]
  const whole = `[0:v]${fitted(PICTURE.width, PICTURE.height)},${steady}`
  const graph = inset
    ? `${whole}[main];[1:v]${fitted(INSET.width, INSET.height)},${steady}[inset];`
      + `[main][inset]overlay=W-w-${INSET.margin}:H-h-${INSET.margin}[out]`
    : `${whole}[out]`
  return [
    ...BEGINNING, ...input(main), ...(inset ? input(inset) : []), '-filter_complex', graph, '-map', '[out]',
    '-frames:v', String(framesOf(scene)), ...CODING,
  ]
}

/** Nobody shows anything. */
export function plainPicture(scene: Scene): string[] {
  const source = `color=c=${DARK}:s=${PICTURE.width}x${PICTURE.height}:r=${PICTURE.rate}`
  return [...BEGINNING, '-f', 'lavfi', '-i', source, '-frames:v', String(framesOf(scene)), ...CODING]
}

/** Everybody's sound between two moments, mixed to one channel of raw samples; undefined for a silence. */
export function soundArguments({ sounds, startedAt }: Plan, { from, to }: { from: number, to: number }, raw: string): string[] | undefined {
  const [begin, end] = [startedAt + from, startedAt + to]
  const heard = sounds.filter((one) => one.from < end && one.to > begin)
  if (heard.length === 0) return undefined
  const inputs = heard.flatMap((one) => [
    '-ss', seconds(begin - one.from), '-t', seconds(end - Math.max(begin, one.from)), ...reading(path.join(raw, one.file)),
  ])
  // A muted microphone leaves a gap, which `aresample` fills with silence.
  const voices = heard.map((one, index) => `[${index}:a]aresample=${SOUND.rate}:async=1:first_pts=0,`
    + `adelay=${Math.max(0, Math.round(one.from - begin))}:all=1[v${index}]`)
  const mixed = `${heard.map((_, index) => `[v${index}]`).join('')}amix=inputs=${heard.length}:normalize=0:dropout_transition=0`
  return [
    ...BEGINNING, ...inputs, '-filter_complex', `${voices.join(';')};${mixed},alimiter=limit=0.95[out]`, '-map', '[out]',
    '-ac', '1', '-ar', String(SOUND.rate), '-f', 's16le',
  ]
}
