import { requestFloor, withdrawRequests } from '../../protocol/floor.ts'
import { endTurn, extendTurn, startTurn } from '../../protocol/turns.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Floor } from './floor.ts'

export function mountFloorLive(command: MountCommand, floor: Floor): void {
  command(requestFloor, ({ input: { meetingId, ...asked }, caller }) => floor.request(meetingId, caller, asked))

  command(withdrawRequests, async ({ input: { meetingId, ...asked }, caller }) => {
    await floor.withdraw(meetingId, caller, asked)
    return {}
  })

  command(startTurn, ({ input: { meetingId, ...asked }, caller }) => floor.startTurn(meetingId, caller, asked))
  command(extendTurn, ({ input: { meetingId, ...asked }, caller }) => floor.extendTurn(meetingId, caller, asked))

  command(endTurn, async ({ input: { meetingId, ...asked }, caller }) => {
    await floor.endTurn(meetingId, caller, asked)
    return {}
  })
}
