import { setTimeout as wait } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { format, verdict, type PartReport } from '../report.ts'
import { allCores } from './contenders.ts'
import type { CrowdCalls, Member } from './crowd.ts'
import { startNode } from './node-server.ts'
import type { Plan } from './plan.ts'
import { microphone, simulcastCamera, slower, type StreamPlan } from './traffic.ts'

/** A fifth of the packets a second: what is sent of what could be is a ratio, and a hundred senders fit on one machine. */
const PACE = 0.2
const TILES = 9
/** Ninth parts of a screen deserve the middle layer. */
const GALLERY = Array.from({ length: TILES }, () => 1)
/** So many speak at once; the other microphones are open and silent. */
const LOUD = 4
/** Until layers and the choice of who is heard have settled. */
const SETTLE_MS = 6_000
const COMPLETE = 0.99

/**
 * What a room of people who all send leaves the server, against everybody's best picture and sound sent to everybody: a
 * gallery of nine in the browser, simulcast, and the loudest microphones. Twice, with everyone on another page.
 */
export async function measureEgress({ people, seconds }: Plan['egress']): Promise<PartReport> {
  const server = await startNode({ cores: [], workers: allCores.cores.length })
  const crowd = startChild<CrowdCalls>(new URL('crowd.ts', import.meta.url), [])
  try {
    const room = await server.openRoom()
    const members: Member[] = []
    for (let n = 0; n < people; n += 1) {
      const admission = await room.admit(`person ${n}`, 'send')
      if (admission.side !== 'node') throw new Error('not our node')
      const streams = [...simulcastCamera(n * 16 + 1_000), microphone(n * 16 + 1_008)].map((plan) => slower(plan, PACE))
      const member = { admission, streams, silent: n >= LOUD, receives: true }
      members.push(member)
      await crowd.call('enter', { members: [member] })
    }
    await crowd.call('speak', undefined)
    const pages = Math.ceil(people / TILES)
    const shares: number[] = []
    const raw: unknown[] = []
    let incomplete = 0
    let expected = 0
    for (const [turn, phase] of [[0, 1], [1, 2]] as const) {
      const seen = await crowd.call('view', { first: turn, pages, layers: GALLERY })
      await wait(SETTLE_MS)
      await crowd.call('count', phase)
      await crowd.call('begin', phase)
      await wait(seconds * 1_000)
      const sent = await crowd.call('begin', 0)
      await wait(700)
      const got = await crowd.call('got', undefined)

      const delivered = got.reduce((sum, { layers }) => sum + Object.values(layers).reduce((all, one) => all + one, 0), 0)
      const everything = members.reduce((sum, { admission, streams }) => sum + bestOf(streams, sent[admission.peer] ?? []), 0)
      shares.push(delivered / (everything * (people - 1)))

      const received = new Map(got.map(({ to, from, source, layers }) => [`${to} ${from} ${source}`, layers]))
      const missing = seen.filter(({ by, whom, layer }) => {
        const all = sent[whom]?.find((one) => one.layer === layer && one.ssrc !== audioOf(members, whom))?.sent ?? 0
        return (received.get(`${by} ${whom} camera`)?.[layer] ?? 0) < COMPLETE * all
      })
      const unheard = members.slice(0, LOUD).flatMap(({ admission: { peer: from } }) => members.filter(({ admission: { peer: to } }) => {
        const all = sent[from]?.find(({ ssrc }) => ssrc === audioOf(members, from))?.sent ?? 0
        return to !== from && (received.get(`${to} ${from} microphone`)?.[0] ?? 0) < COMPLETE * all
      }))
      incomplete += missing.length + unheard.length
      expected += seen.length + LOUD * (people - 1)
      raw.push({ delivered, everything, seen: seen.length, missing, unheard: unheard.length })
    }
    const share = Math.max(...shares)
    return {
      part: `Egress of a room of ${people}`,
      tables: [{
        title: `All of ${people} send a camera in three layers and an open microphone, ${LOUD} speak; everyone sees ${TILES} tiles, of another page each time`,
        columns: ['page', 'share of all-to-all'],
        rows: shares.map((one, n) => [n === 0 ? 'first' : 'next', `${format(100 * one, 1)} %`]),
      }],
      verdicts: [
        verdict({ what: 'packets × N(N−1)', figure: 100 * share, digits: 1, unit: ' %', atMost: 15 }),
        verdict({ what: `visible pictures and speakers of ${expected} that came incomplete`, figure: incomplete, digits: 0, atMost: 0 }),
      ],
      remarks: [
        `All-to-all is the largest layer of each camera and each microphone, to each of the others. Packets a second are ${
          format(100 * PACE, 0)} % of a real room's, on both sides of the comparison.`,
      ],
      raw,
    }
  } finally {
    await crowd.stop()
    await server.stop()
  }
}

const audioOf = (members: Member[], name: string) =>
  members.find(({ admission }) => admission.peer === name)?.streams.find(({ kind }) => kind === 'audio')?.ssrc

/** Packets of the largest layer and of the sound. */
function bestOf(streams: StreamPlan[], sent: { ssrc: number; sent: number }[]): number {
  const best = [streams.filter(({ kind }) => kind === 'video').at(-1), streams.find(({ kind }) => kind === 'audio')]
  return best.reduce((sum, plan) => sum + (sent.find(({ ssrc }) => ssrc === plan?.ssrc)?.sent ?? 0), 0)
}
