import { setTimeout as wait } from 'node:timers/promises'
import { startChild, type Child } from '../child.ts'
import { cpuSeconds, udpDrops, watchCores } from '../proc.ts'
import { startContender, type Budget, type Contender } from './contenders.ts'
import type { LoadCalls } from './load.ts'
import type { BenchRoom, MediaServer } from './server.ts'
import type { Counts } from './tally.ts'
import { camera, microphone } from './traffic.ts'

/** What one speaker with a camera and a microphone sends, to every stage alike. */
export const SPEAKER_STREAMS = [camera(0x1111), microphone(0x2222)]

const PROGRAM = new URL('load.ts', import.meta.url)
const JOINING_AT_ONCE = 20
/** From the beginning of the sound and picture to the beginning of a measurement, and from its end to the count. */
const SETTLE_MS = 1_000
const DRAIN_MS = 700

export interface Measurement extends Counts {
  seconds: number
  /** By the speaker. */
  sent: number
  /** Of the viewers who count. */
  expected: number
  /** To all viewers, those who do not count included, if they fare as those who do. */
  delivered: number
  /** Share of `expected` that did not come in time, what the load's own sockets dropped left out. */
  loss: number
  /** Share of what was sent to all viewers that the load did not fetch in time from its sockets. */
  loadLoss: number
  /** CPU seconds of the processes that carry media, and of those that signal. */
  mediaCpu: number
  signallingCpu: number
  /** Share of each core that was busy. */
  busy: number[]
}

/** A server, a room, a speaker and viewers. It is silent but for its measurements. */
export interface Stage {
  contender: Contender
  viewers(): number
  addViewers(count: number): Promise<void>
  measure(seconds: number): Promise<Measurement>
  close(): Promise<void>
}

export interface StageOptions {
  contender: Contender
  media: Budget
  load: Budget
  /** Share of the viewers who count what they get, spread over all; the others cost the load less. */
  countedShare: number
}

export async function openStage({ contender, media, load, countedShare }: StageOptions): Promise<Stage> {
  const server = await startContender(contender, media)
  const children: Child<LoadCalls>[] = []
  const child = (options?: { yielding: boolean }) => {
    const started = startChild<LoadCalls>(PROGRAM, load.cores, options)
    children.push(started)
    return started
  }
  const close = async () => {
    await Promise.all(children.map((one) => one.stop()))
    await server.stop()
  }
  try {
    const room = await server.openRoom()
    const speaker = child()
    await speaker.call('prepareSpeaker', { admission: await room.admit('speaker', 'send'), streams: SPEAKER_STREAMS })
    return { ...performance({ contender, server, room, countedShare, speaker, counting: child(), plain: child({ yielding: true }) }), close }
  } catch (error) {
    await close()
    throw error
  }
}

function performance(cast: {
  contender: Contender
  server: MediaServer
  room: BenchRoom
  countedShare: number
  speaker: Child<LoadCalls>
  counting: Child<LoadCalls>
  plain: Child<LoadCalls>
}): Omit<Stage, 'close'> {
  const { contender, server, room, countedShare, speaker, counting, plain } = cast
  let viewers = 0
  let counters = 0
  let phase = 0

  const cpu = (pids: number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const look = () => ({
    at: process.hrtime.bigint(),
    media: cpu(server.mediaPids()), signalling: cpu(server.signallingPids()),
    counting: udpDrops(counting.pid), plain: udpDrops(plain.pid),
  })

  return {
    contender,
    viewers: () => viewers,
    async addViewers(count) {
      for (let left = count; left > 0;) {
        const some = Math.min(left, JOINING_AT_ONCE)
        const admissions = await Promise.all(Array.from({ length: some }, (_, n) => room.admit(`viewer ${viewers + n}`, 'receive')))
        const counted = Math.round((viewers + some) * countedShare) - counters
        await Promise.all([
          counting.call('receive', { admissions: admissions.slice(0, counted), counted: true }),
          plain.call('receive', { admissions: admissions.slice(counted), counted: false }),
        ])
        counters += counted
        viewers += some
        left -= some
      }
    },
    async measure(seconds) {
      // 0 is no phase; the number goes into one byte.
      phase = (phase % 255) + 1
      await speaker.call('speak', undefined)
      await wait(SETTLE_MS)
      await counting.call('begin', phase)
      const busy = watchCores()
      const before = look()
      await speaker.call('begin', phase)
      await wait(seconds * 1_000)
      const { sent } = await speaker.call('begin', 0)
      const after = look()
      const busyShares = busy()
      await wait(DRAIN_MS)
      await speaker.call('fallSilent', undefined)
      const counts = await counting.call('counts', undefined)

      const expected = sent * counters
      const droppedByCounting = after.counting - before.counting
      const dropped = droppedByCounting + after.plain - before.plain
      const loss = Math.max(0, expected - droppedByCounting - counts.received) / expected
      return {
        ...counts,
        seconds: Number(after.at - before.at) / 1e9,
        sent, expected, loss,
        delivered: Math.round(sent * viewers * (1 - loss)) - dropped,
        loadLoss: dropped / (sent * viewers),
        mediaCpu: after.media - before.media,
        signallingCpu: after.signalling - before.signalling,
        busy: busyShares,
      }
    },
  }
}
