import type { PresentPeer } from '../../protocol/media-control.ts'
import type { RoomMedia } from '../../server/domains.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { GrantRequest } from '../../server/platform/media-node.ts'

/** Where the media node would be: who is there is set by the test, and what it was told is written down. */
export function openDesk() {
  const granted: GrantRequest[] = []
  const told: unknown[][] = []
  const failures: Error[] = []
  let peers: PresentPeer[] = []

  async function note(...call: unknown[]): Promise<void> {
    const failure = failures.shift()
    if (failure) throw failure
    told.push(call)
  }
  const media: RoomMedia = {
    peers: (room) => peers.filter((one) => room === undefined || one.room === room),
    async grant(request) {
      granted.push(request)
      return { grant: 'signed', path: '/media/node' }
    },
    setRights: (room, label, rights) => note('setRights', room, label, rights.publish.length > 0),
    mute: (room, whom) => note('mute', room, whom),
    closeProducers: (room, label, sources) => note('closeProducers', room, label, sources),
    setScreenLimit: (room, screens) => note('setScreenLimit', room, screens),
    closePeer: (room, peer, reason) => note('closePeer', room, peer, reason),
    closeLabel: (room, label) => note('closeLabel', room, label),
    closeRoom: (room) => note('closeRoom', room),
    voidGrants: (room) => note('voidGrants', room),
  }
  return {
    media, granted, told,
    /** The next calls fail with these. */
    failWith(...errors: Error[]) { failures.push(...errors) },
    /** Who is in the rooms. */
    seat(...present: PresentPeer[]) { peers = present },
    clear() {
      peers = []
      granted.length = 0
      told.length = 0
      failures.length = 0
    },
  }
}

/** A person's device in a room. */
export function seated({ personId }: Caller, room: string, deviceId: string, more: Partial<PresentPeer> = {}): PresentPeer {
  return { room, peer: `${personId}.${deviceId}`, label: personId, joinedAt: Date.now() - 60_000, cutAt: null, ...more }
}

export type Desk = ReturnType<typeof openDesk>
