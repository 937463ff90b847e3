import { getSpeaking } from '../../protocol/turns.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Floor } from './floor.ts'

export function mountFloor(route: MountRoute, floor: Floor): void {
  route(getSpeaking, ({ params, caller }) => floor.speaking(params.meetingId, caller))
}
