import {
  admit, eject, handChair, inviteToSpeak, liftBan, mute, setRule, stopShare, turnAway,
} from '../../protocol/order.ts'
import { enterRoom, probeConnection, stopWaiting } from '../../protocol/room.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Entrance } from './entrance.ts'
import type { Order } from './order.ts'

export function mountOrderLive(command: MountCommand, { order, entrance }: { order: Order, entrance: Entrance }): void {
  command(enterRoom, ({ input: { meetingId, ...asked }, caller, socket }) => entrance.enter(meetingId, caller, asked, socket))

  command(stopWaiting, async ({ input, caller, socket }) => {
    await entrance.stopWaiting(input.meetingId, caller, socket)
    return {}
  })

  command(probeConnection, ({ input, caller }) => entrance.probe(input.meetingId, caller))

  command(setRule, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.setRule(meetingId, caller, asked)
    return {}
  })

  command(admit, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.admit(meetingId, caller, asked)
    return {}
  })

  command(turnAway, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.turnAway(meetingId, caller, asked)
    return {}
  })

  command(mute, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.mute(meetingId, caller, asked)
    return {}
  })

  command(stopShare, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.stopShare(meetingId, caller, asked)
    return {}
  })

  command(inviteToSpeak, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.inviteToSpeak(meetingId, caller, asked)
    return {}
  })

  command(eject, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.eject(meetingId, caller, asked)
    return {}
  })

  command(liftBan, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.liftBan(meetingId, caller, asked)
    return {}
  })

  command(handChair, async ({ input: { meetingId, ...asked }, caller }) => {
    await order.handChair(meetingId, caller, asked)
    return {}
  })
}
