import type { PeerInfo, Quality } from '../../../protocol/media.ts'

/** The other peers of the room, and how well what they send reaches the node. */
export interface Roster {
  peers(): PeerInfo[]
  /** Exactly these are there. */
  meet(present: PeerInfo[]): void
  joined(peer: PeerInfo): void
  left(peerId: string): void
  quality(peerId: string): Quality
  setQuality(peerId: string, quality: Quality): void
}

export function createRoster(on: {
  joined(peer: PeerInfo): void
  left(peerId: string): void
  quality(peerId: string, quality: Quality): void
}): Roster {
  const peers = new Map<string, PeerInfo>()
  /** Of those that are not well. */
  const unwell = new Map<string, Quality>()

  const roster: Roster = {
    peers: () => [...peers.values()],
    meet(present) {
      const ids = new Set(present.map((peer) => peer.peerId))
      // What was told before a cut may have changed since; whoever is still unwell is told of again.
      for (const peerId of [...unwell.keys()]) roster.setQuality(peerId, 'good')
      for (const peerId of [...peers.keys()]) if (!ids.has(peerId)) roster.left(peerId)
      for (const peer of present) roster.joined(peer)
    },
    joined(peer) {
      if (peers.get(peer.peerId)?.label === peer.label) return
      peers.set(peer.peerId, peer)
      on.joined(peer)
    },
    left(peerId) {
      unwell.delete(peerId)
      if (peers.delete(peerId)) on.left(peerId)
    },
    quality: (peerId) => unwell.get(peerId) ?? 'good',
    setQuality(peerId, quality) {
      if (roster.quality(peerId) === quality) return
      if (quality === 'good') unwell.delete(peerId)
      else unwell.set(peerId, quality)
      on.quality(peerId, quality)
    },
  }
  return roster
}
