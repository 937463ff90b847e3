import type { MediaControl, MediaControlEvents } from './media-control.ts'
import type { MediaLinks } from './media-links.ts'
import type { MediaNodes, ReachedNode } from './media-nodes.ts'
import type { Presence } from './media-presence.ts'

/** What nodes tell without being asked, whichever way they are reached. */
export interface MediaEvents {
  of(nodeId: string): Omit<MediaControlEvents, 'close'>
  /** The node, marked if it said already that it takes nobody new. */
  drained(node: ReachedNode): ReachedNode
  /** A peer has gone on at another node, so this one keeps nothing of it. Best effort. */
  takeOut(control: MediaControl, room: string, peer: string): void
}

export function createMediaEvents({ presence, nodes, links }: {
  presence: Pick<Presence, 'nodeOf' | 'report'>
  nodes: Pick<MediaNodes, 'get'>
  links: Pick<MediaLinks, 'update' | 'show' | 'pass' | 'broken'>
}): MediaEvents {
  /** For the rest of their lives: an id names one run of a node. */
  const drains = new Set<string>()

  const takeOut = (control: MediaControl, room: string, peer: string) =>
    void control.request('closePeer', { room, peer, at: Date.now() }).catch(() => undefined)

  return {
    of: (nodeId) => ({
      report(seq, event) {
        const before = presence.nodeOf(event.room, event.peer)
        presence.report(nodeId, event, () => void nodes.get(nodeId)?.control.request('confirm', { seq }).catch(() => undefined))
        if (event.event === 'peerJoined' && before !== undefined && before !== nodeId) {
          const left = nodes.get(before)
          if (left) takeOut(left.control, event.room, event.peer)
        }
        links.update(event.room)
      },
      linked: (state) => links.show(nodeId, state),
      saying: (saying) => links.pass(nodeId, saying),
      unlinked: links.broken,
      draining() {
        drains.add(nodeId)
        const node = nodes.get(nodeId)
        if (node) node.draining = true
      },
    }),
    drained: (node) => ({ ...node, draining: drains.has(node.id) }),
    takeOut,
  }
}
