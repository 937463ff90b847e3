import { setTimeout as wait } from 'node:timers/promises'
import { answerCalls } from '../child.ts'
import { joinNode, type NodeAdmission } from './node-api.ts'
import { receiveFromNode, sendToNode, type Chooser, type NodeViewer } from './node-peers.ts'
import { createSpeaker, type SentStream, type Speaker } from './speaker.ts'
import { readTrailer, type StreamPlan } from './traffic.ts'

/** The program of a process with many people in one room of the media node, each of whom sends, receives, both, or neither. */

export interface Member {
  admission: NodeAdmission
  streams: StreamPlan[]
  /** The microphone is open, and nobody speaks into it. */
  silent: boolean
  receives: boolean
}

/** What one member got of one stream of another, of each layer. */
export interface Got { to: string; from: string; source: string; layers: Record<number, number> }

interface Person { name: string; speaker: Speaker | undefined; viewer: NodeViewer | undefined; got: Map<number, Map<number, number>> }

/** Over as long as a frame lasts at the slowest pace. */
const BEGIN_WITHIN_MS = 200
const people: Person[] = []
let counting = 0

async function enter({ admission, streams, silent, receives }: Member): Promise<Person> {
  const api = await joinNode(admission)
  const got: Person['got'] = new Map()
  const speaker = streams.length > 0 ? createSpeaker(await sendToNode(api, streams), streams, { silent }) : undefined
  const viewer = receives ? await receiveFromNode(api, (packet) => {
    const { phase, layer } = readTrailer(packet)
    if (counting === 0 || phase !== counting) return
    const ssrc = packet.readUInt32BE(8)
    const layers = got.get(ssrc) ?? new Map<number, number>()
    got.set(ssrc, layers.set(layer, (layers.get(layer) ?? 0) + 1))
  }) : undefined
  return { name: admission.peer, speaker, viewer, got }
}

/** A page of tiles with these layers; of the people there are, those that are left after the pages before it. */
function pageOf(page: number, layers: number[]): Chooser {
  return (cameras) => layers.flatMap((layer, n) => {
    const camera = cameras[(page * layers.length + n) % cameras.length]
    return camera && n < cameras.length ? [{ producerId: camera.producerId, layer }] : []
  })
}

const calls = {
  async enter({ members }: { members: Member[] }) {
    people.push(...await Promise.all(members.map(enter)))
  },
  /** Everyone looks at a page, of `pages` that are taken in turn, beginning with `first`. Returns who is seen by whom. */
  async view({ first, pages, layers }: { first: number; pages: number; layers: number[] }) {
    const seen: { by: string; whom: string; layer: number }[] = []
    await Promise.all(people.map(async ({ name, viewer }, n) => {
      const choose = pageOf((first + n) % pages, layers)
      await viewer?.view((cameras) => {
        const watched = choose(cameras)
        for (const { producerId, layer } of watched) {
          const whom = cameras.find((one) => one.producerId === producerId)?.peerId
          if (whom !== undefined) seen.push({ by: name, whom, layer })
        }
        return watched
      })
    }))
    return seen
  },
  /** One after the other: who really speaks does not begin in the same millisecond as all others, and so for ever. */
  async speak(_: void) {
    for (const { speaker } of people) {
      speaker?.start()
      await wait(BEGIN_WITHIN_MS / people.length)
    }
  },
  async begin(phase: number) {
    const sent: Record<string, SentStream[]> = {}
    for (const { name, speaker } of people) {
      if (speaker) sent[name] = speaker.sent()
      speaker?.begin(phase)
    }
    return sent
  },
  async count(phase: number) {
    counting = phase
    for (const { got } of people) got.clear()
  },
  async got(_: void): Promise<Got[]> {
    return people.flatMap(({ name, viewer, got }) => [...got].map(([ssrc, layers]) => {
      const info = viewer?.streams.get(ssrc)
      return { to: name, from: info?.peerId ?? '', source: info?.source ?? '', layers: Object.fromEntries(layers) }
    }))
  },
}

export type CrowdCalls = typeof calls
answerCalls(calls)
