import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ControlInput, ControlMethod } from '../../protocol/media-control.ts'
import type { MediaControl } from './media-control.ts'
import type { Presence } from './media-presence.ts'

/** A media node that is reached. */
export interface ReachedNode {
  id: string
  control: MediaControl
  workers: number
  /** Takes nobody new. */
  draining: boolean
  /** Leads a browser's signalling to it. */
  lead(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** Peers a worker takes before a room goes on at another node, where there is one with fewer. */
const PEERS_A_WORKER = 150
/** How long a signed grant counts as a peer to come, in ms. */
const EXPECTED_MS = 10_000

/** The nodes that are reached, and which of them a peer is led to. */
export interface MediaNodes {
  add(node: ReachedNode): void
  remove(node: ReachedNode): void
  get(id: string): ReachedNode | undefined
  all(): ReachedNode[]
  /**
   * The node for a peer: where it is, else one that has the room and is not full, else the one with the fewest peers a
   * worker. Undefined while none takes anybody.
   */
  choose(room: string, peer: string): ReachedNode | undefined
  /** Tells every node but those in `told`, and adds those that did it; fails with the first failure, after all were told. */
  tell<M extends ControlMethod>(method: M, data: ControlInput<M>, told?: Set<string>): Promise<void>
}

export function createMediaNodes(presence: Pick<Presence, 'nodeOf' | 'nodesOf' | 'load'>, peersAWorker = PEERS_A_WORKER): MediaNodes {
  const nodes = new Map<string, ReachedNode>()
  let expected: { node: string, room: string, until: number }[] = []

  const coming = (node: ReachedNode) => expected.filter((one) => one.node === node.id).length
  /** 1: as many as it should take. */
  const fullness = (node: ReachedNode) => (presence.load(node.id) + coming(node)) / (node.workers * peersAWorker)

  function choose(room: string, peer: string): ReachedNode | undefined {
    const open = [...nodes.values()].filter((node) => !node.draining)
    const present = open.find((node) => node.id === presence.nodeOf(room, peer))
    if (present) return present
    const least = (among: ReachedNode[]) => among.toSorted((a, b) => fullness(a) - fullness(b))[0]
    const having = new Set([...presence.nodesOf(room), ...expected.filter((one) => one.room === room).map(({ node }) => node)])
    return least(open.filter((node) => having.has(node.id) && fullness(node) < 1)) ?? least(open)
  }

  return {
    add: (node) => void nodes.set(node.id, node),
    remove(node) {
      if (nodes.get(node.id) === node) nodes.delete(node.id)
    },
    get: (id) => nodes.get(id),
    all: () => [...nodes.values()],
    choose(room, peer) {
      const now = Date.now()
      expected = expected.filter(({ until }) => until > now)
      const node = choose(room, peer)
      if (node && presence.nodeOf(room, peer) !== node.id) expected.push({ node: node.id, room, until: now + EXPECTED_MS })
      return node
    },
    async tell(method, data, told = new Set()) {
      const others = [...nodes.values()].filter(({ id }) => !told.has(id))
      const answers = await Promise.allSettled(others.map(({ id, control }) => control.request(method, data).then(() => told.add(id))))
      for (const one of answers) if (one.status === 'rejected') throw one.reason
    },
  }
}
