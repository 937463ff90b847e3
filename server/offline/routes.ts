import { checkKept, listKeepable } from '../../protocol/offline.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Offline } from './offline.ts'

export function mountOffline(route: MountRoute, offline: Offline): void {
  route(listKeepable, ({ params, caller }) => offline.list(params.meetingId, caller))
  route(checkKept, async ({ body, caller }) => ({ gone: await offline.check(body.kept, caller) }))
}
