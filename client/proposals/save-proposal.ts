import { changedFields, changeProposal, createProposal, getProposal, type ProposalContent, type ProposalDetail } from '../../protocol/proposals.ts'
import { ApiError, toApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'

const same = (a: ProposalContent, b: ProposalContent) => changedFields(a, b).length === 0

/** Somebody else saved meanwhile; `now` is what they made of it. */
export class SavedByOther extends ApiError {
  now: ProposalDetail

  constructor(now: ProposalDetail) {
    super('proposalChanged')
    this.now = now
  }
}

/**
 * Saves one proposal, making it by the first save. A save whose answer was lost changes the version too: that is told from
 * somebody else's by the text, and saving goes on.
 */
export function createProposalSaver(opened: { proposalId: string, version: number } | null, personId: string | null) {
  const key = newKey()
  let known = opened
  /** Sent since the version was known, with no answer that tells whether it was saved. */
  let unanswered: ProposalContent[] = []

  function adopt(saved: { proposalId: string, version: number }) {
    known = { proposalId: saved.proposalId, version: saved.version }
    unanswered = []
  }

  async function put(content: ProposalContent) {
    unanswered.push(content)
    if (!known) {
      // Under its key an earlier try, whose answer was lost, made the draft of what was typed then.
      const first = unanswered.length === 1
      adopt(await call(createProposal, { body: { ...content, secrecy: 'none', key } }))
      if (first) return
      unanswered.push(content)
    }
    if (!known) return
    adopt(await call(changeProposal, {
      params: { proposalId: known.proposalId }, body: { ...content, secrecy: 'none', version: known.version },
    }))
  }

  return {
    proposalId: () => known?.proposalId ?? null,
    version: () => known?.version ?? 0,
    adopt,
    /** @throws {SavedByOther} only when somebody else saved. */
    async save(content: ProposalContent): Promise<void> {
      try {
        await put(content)
      } catch (thrown) {
        if (toApiError(thrown).code !== 'proposalChanged' || !known) throw thrown
        const now = await call(getProposal, { params: { proposalId: known.proposalId } })
        const own = now.may.edit && now.editedBy === personId && unanswered.some((one) => same(one, now.content))
        if (!own) throw new SavedByOther(now)
        adopt({ proposalId: now.id, version: now.version })
        if (!same(content, now.content)) await put(content)
      }
    },
  }
}
