import { discardDraft, getDraft, issueDraft, openDraft } from '../../protocol/drafting.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Drafting } from './drafting.ts'

export function mountDrafting(route: MountRoute, drafting: Drafting): void {
  route(openDraft, ({ params, caller }) => drafting.open(params.meetingId, params.documentId, caller))

  route(getDraft, ({ params, caller }) => drafting.get(params.meetingId, params.documentId, caller))

  route(issueDraft, async ({ params, body, caller }) => {
    await drafting.issue(params.meetingId, params.documentId, caller, body)
    return {}
  })

  route(discardDraft, async ({ params, caller }) => {
    await drafting.discard(params.meetingId, params.documentId, caller)
    return {}
  })
}
