import type { MediaRights, MediaSource } from '../protocol/media-grant.ts'
import type { Grants } from './grants.ts'
import type { MediaNode } from './node.ts'
import { rightsOn } from './rights.ts'

/**
 * What the server orders in a room. It holds for who is there at once, and for grants that are on their way: those of
 * before `at` (ms, by the server's clock).
 */
export interface Orders {
  setRights(room: string, label: string, rights: MediaRights, at: number): void
  /** Microphones of a label's peers, or of all peers, but `except`. Each unmutes by themselves alone. */
  mute(room: string, whom: { label?: string; except?: string }): void
  /** Closes what a label's peers send of these; the right to send it again stays. */
  closeProducers(room: string, label: string, sources: MediaSource[]): void
  /** `reason` is what its browser is told; default: removed. */
  closePeer(room: string, peer: string, at: number, reason?: 'removed' | 'replaced'): void
  closeLabel(room: string, label: string, at: number): void
  closeRoom(room: string, at: number): void
  /** Nobody comes in by a grant of before; who is there stays. */
  voidGrants(room: string, at: number): void
}

export function createOrders({ node, grants }: { node: MediaNode; grants: Grants }): Orders {
  const labelled = (room: string, label: string) => node.guests(room).filter(({ peer }) => peer.label === label)

  return {
    setRights(room, label, rights, at) {
      grants.change(room, label, rights, at)
      for (const guest of labelled(room, label)) guest.peer.setRights(rightsOn(guest, rights))
    },

    mute(room, { label, except }) {
      for (const { peer } of label === undefined ? node.guests(room) : labelled(room, label)) {
        if (peer.label !== except) peer.sender.mute()
      }
    },

    closeProducers(room, label, sources) {
      for (const { peer } of labelled(room, label)) peer.sender.stop(sources)
    },

    closePeer(room, peer, at, reason = 'removed') {
      grants.revoke(room, { peer }, at)
      const guest = node.guest(room, peer)
      if (guest) node.end(guest, reason)
    },

    closeLabel(room, label, at) {
      grants.revoke(room, { label }, at)
      for (const guest of labelled(room, label)) node.end(guest, 'removed')
    },

    closeRoom(room, at) {
      grants.revoke(room, 'everybody', at)
      node.setScreenLimit(room, 1)
      for (const guest of node.guests(room)) node.end(guest, 'roomClosed')
    },

    voidGrants: (room, at) => grants.revoke(room, 'everybody', at),
  }
}
