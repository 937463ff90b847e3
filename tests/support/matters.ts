import type { ProposalContent } from '../../protocol/proposals.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { ProposalDomain } from '../../server/proposals/domain.ts'
import { freshKey } from './house.ts'
import { pdfOf } from './pdf.ts'

/** A matter of a unit in the pool of a body, with its tờ trình, found in order by the office; its id. */
export async function acceptedMatter(
  { proposals, papers, checking, reading, kinds }: ProposalDomain, { unit, office }: { unit: Caller, office: Caller }, content: Omit<ProposalContent, 'kindId'>,
): Promise<string> {
  const kind = (await kinds.inForce()).find(({ required }) => required.length === 1 && required[0] === 'submission')
  if (!kind) throw new Error('no kind asks for a tờ trình alone')
  const { proposalId } = await proposals.create(unit, { ...content, kindId: kind.kindId, secrecy: 'none', key: freshKey() })
  await papers.attachMade(proposalId, unit, { pdf: await pdfOf([content.title]), kind: 'submission', name: 'Tờ trình.pdf', key: freshKey() })
  await proposals.submit(proposalId, unit, (await reading.get(proposalId, unit)).version)
  for (const { id } of kind.checklist) await checking.check(proposalId, office, id, { revision: 0, state: 'ok', note: '' })
  await checking.accept(proposalId, office, (await reading.get(proposalId, office)).version)
  return proposalId
}
