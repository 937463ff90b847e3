import { listBodies, listMembers } from '../../protocol/bodies.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Bodies } from './bodies.ts'

export function mountBodies(route: MountRoute, bodies: Bodies): void {
  route(listBodies, async ({ caller }) => ({ bodies: await bodies.bodiesFor(caller) }))
  route(listMembers, async ({ params, caller }) => ({ members: await bodies.membersFor(caller, params.bodyId) }))
}
