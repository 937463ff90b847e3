import { setTimeout as wait } from 'node:timers/promises'
import { startChild, type Child } from '../child.ts'
import { cpuSeconds, ownMemory } from '../proc.ts'
import { format, type PartReport } from '../report.ts'
import { allCores } from './contenders.ts'
import type { CrowdCalls, Member } from './crowd.ts'
import { startNode } from './node-server.ts'
import type { Plan } from './plan.ts'
import type { BenchRoom } from './server.ts'
import { microphone, silentMicrophone, simulcastCamera, type StreamPlan } from './traffic.ts'

/** The one who speaks, large, and a strip of five others, small. */
const SPEAKER_VIEW = [2, 0, 0, 0, 0, 0]
const SETTLE_MS = 4_000

/**
 * A conference of hundreds who only receive: `speakers` send, `viewers` have real media, and the rest of `sockets` is in
 * the room by signalling alone. What a viewer costs is measured on those, and reckoned up to all.
 */
export async function measureConference({ sockets, viewers, speakers, seconds }: Plan['conference']): Promise<PartReport> {
  const server = await startNode({ cores: [], workers: allCores.cores.length })
  const program = new URL('crowd.ts', import.meta.url)
  const [podium, hall, others] = [startChild<CrowdCalls>(program, []), startChild<CrowdCalls>(program, []), startChild<CrowdCalls>(program, [])]
  try {
    const room = await server.openRoom()
    await enter(podium, room, 'speaker', speakers, (n) =>
      [...simulcastCamera(n * 16 + 1_000), n === 0 ? microphone(n * 16 + 1_008) : silentMicrophone(n * 16 + 1_008)])
    const look = () => ({
      mediaCpu: sum(server.mediaPids(), cpuSeconds), signallingCpu: sum(server.signallingPids(), cpuSeconds),
      mediaMemory: sum(server.mediaPids(), ownMemory), signallingMemory: sum(server.signallingPids(), ownMemory),
    })
    await podium.call('speak', undefined)
    await wait(SETTLE_MS)
    const empty = await during(seconds, look)
    await enter(others, room, 'listener', sockets - viewers)
    await wait(SETTLE_MS)
    const listened = await during(seconds, look)
    await enter(hall, room, 'viewer', viewers, () => [], true)
    await hall.call('view', { first: 0, pages: 1, layers: SPEAKER_VIEW })
    await wait(SETTLE_MS)
    await hall.call('count', 1)
    await podium.call('begin', 1)
    const full = await during(seconds, look)
    await podium.call('begin', 0)
    await wait(700)
    const got = await hall.call('got', undefined)
    const packets = got.reduce((all, { layers }) => all + Object.values(layers).reduce((more, one) => more + one, 0), 0)

    const media = (full.mediaCpu - listened.mediaCpu) / viewers
    const memory = (full.mediaMemory - listened.mediaMemory) / viewers
    const socketCpu = (listened.signallingCpu - empty.signallingCpu) / (sockets - viewers)
    const socketMemory = (listened.signallingMemory - empty.signallingMemory) / (sockets - viewers)
    const viewerSignalling = (full.signallingCpu - listened.signallingCpu) / viewers
    const allViewers = sockets - speakers
    return {
      part: `Conference of ${sockets}`,
      tables: [
        {
          title: `Measured: ${speakers} speakers, ${viewers} viewers with media (${SPEAKER_VIEW.length} tiles), ${
            sockets - viewers} more by signalling alone`,
          columns: ['', 'CPU, thousandths of a core', 'memory, KiB'],
          rows: [
            ['a viewer at the media workers', format(1_000 * media), format(memory / 1_024, 0)],
            ['a viewer at the signalling process', format(1_000 * viewerSignalling), '–'],
            ['a socket at the signalling process', format(1_000 * socketCpu), format(socketMemory / 1_024, 0)],
            ['all that was there, media workers', format(1_000 * full.mediaCpu, 0), format(full.mediaMemory / 1_024, 0)],
            ['all that was there, signalling process', format(1_000 * full.signallingCpu, 0), format(full.signallingMemory / 1_024, 0)],
          ],
        },
        {
          title: `Extrapolated from these, not measured: ${allViewers} viewers, all with media`,
          columns: ['', 'cores', 'memory, MiB'],
          rows: [
            ['media workers', format(empty.mediaCpu + allViewers * media), format((empty.mediaMemory + allViewers * memory) / 2 ** 20, 0)],
            ['signalling process', format(full.signallingCpu + (allViewers - viewers) * Math.max(0, viewerSignalling)),
              format(full.signallingMemory / 2 ** 20, 0)],
          ],
        },
      ],
      verdicts: [],
      remarks: [`A viewer got ${format(packets / viewers / full.seconds, 0)} packets a second, of everyone's ${
        format(speakers * 225, 0)} sent in all layers.`],
      raw: { empty, listened, full, packets },
    }
  } finally {
    await Promise.all([podium, hall, others].map((one) => one.stop()))
    await server.stop()
  }
}

const sum = (pids: number[], of: (pid: number) => number) => pids.reduce((all, pid) => all + of(pid), 0)

/** CPU in cores, over so many seconds, and memory at their end. */
async function during<L extends { mediaCpu: number; signallingCpu: number }>(seconds: number, look: () => L) {
  const [startedAt, before] = [performance.now(), look()]
  await wait(seconds * 1_000)
  const after = look()
  const passed = (performance.now() - startedAt) / 1_000
  return {
    ...after, seconds: passed,
    mediaCpu: (after.mediaCpu - before.mediaCpu) / passed, signallingCpu: (after.signallingCpu - before.signallingCpu) / passed,
  }
}

async function enter(
  child: Child<CrowdCalls>, room: BenchRoom, name: string, count: number, streamsOf: (n: number) => StreamPlan[] = () => [], receives = false,
): Promise<void> {
  let members: Member[] = []
  for (let n = 0; n < count; n += 1) {
    const streams = streamsOf(n)
    const admission = await room.admit(`${name} ${n}`, streams.length > 0 ? 'send' : 'receive')
    if (admission.side !== 'node') throw new Error('not our node')
    members.push({ admission, streams, silent: name === 'speaker' && n > 0, receives })
    // In small groups, since grants do not wait long.
    if (members.length < 20 && n < count - 1) continue
    await child.call('enter', { members })
    members = []
  }
}
