import { listKinds, listKindVersions, saveKind } from '../../protocol/proposal-kinds.ts'
import {
  acceptProposal, attachProposalDocument, changeProposal, checkProposal, createProposal, getProposal, listProposals, planProposal,
  proposalBoard, proposalForm, readProposalDocument, readProposalOriginal, removeProposalDocument, returnProposal, submitProposal, withdrawProposal,
} from '../../protocol/proposals.ts'
import type { MountRoute } from '../platform/contract.ts'
import { sendFile, sendPdf } from '../platform/send-file.ts'
import type { ProposalDomain } from './domain.ts'

export function mountProposals(route: MountRoute, { proposals, checking, papers, planning, reading, kinds }: ProposalDomain): void {
  route(listKinds, async () => ({ kinds: await kinds.inForce() }))
  route(listKindVersions, async () => ({ kinds: await kinds.versions() }))
  route(saveKind, ({ body, caller }) => kinds.save(caller, body.kind, body.rules))

  // Before `:proposalId`, which would take their names for ids.
  route(proposalForm, ({ caller }) => reading.form(caller))
  route(proposalBoard, ({ caller }) => reading.board(caller))
  route(listProposals, ({ query, caller }) => reading.list(caller, query))
  route(getProposal, ({ params, caller }) => reading.get(params.proposalId, caller))

  route(createProposal, ({ body, caller }) => proposals.create(caller, body))
  route(changeProposal, ({ params, body, caller }) => proposals.change(params.proposalId, caller, body))
  route(submitProposal, ({ params, body, caller }) => proposals.submit(params.proposalId, caller, body.version))
  route(withdrawProposal, ({ params, body, caller }) => proposals.withdraw(params.proposalId, caller, body))

  route(checkProposal, ({ params, body, caller }) => checking.check(params.proposalId, caller, params.itemId, body))
  route(returnProposal, ({ params, body, caller }) => checking.return(params.proposalId, caller, body))
  route(acceptProposal, ({ params, body, caller }) => checking.accept(params.proposalId, caller, body.version))
  route(planProposal, ({ params, body, caller }) => planning.plan(params.proposalId, caller, body))

  route(attachProposalDocument, ({ params, body, caller }) => papers.attach(params.proposalId, caller, body))
  route(removeProposalDocument, async ({ params, caller }) => {
    await papers.remove(params.proposalId, caller, params.documentId)
    return {}
  })
  route(readProposalDocument, async ({ params, caller, res }) => {
    await sendPdf(res, await papers.read(params.proposalId, caller, params.documentId))
  })
  route(readProposalOriginal, async ({ params, caller, res }) => {
    await sendFile(res, await papers.readOriginal(params.proposalId, caller, params.documentId))
  })
}
