import { useI18n } from 'vue-i18n'
import type { ProposalHolder, ProposalSummary } from '../../protocol/proposals.ts'
import { dayOf } from '../app/format.ts'

const DAY_MS = 24 * 3600_000

/** Whole days since the last one passed; 0 while it has not. */
export function daysLate(dueOn: string | null, now: number): number {
  return dueOn === null ? 0 : Math.max(0, Math.round((Date.parse(dayOf(now)) - Date.parse(dueOn)) / DAY_MS))
}

/** Says who holds a matter: the unit, the office of the body and who of it, or nobody any more. */
export function useHolderText() {
  const { t } = useI18n()
  return (proposal: Pick<ProposalSummary, 'unit' | 'body'> & { holder: ProposalHolder, checkerName?: string | null }): string => {
    if (proposal.holder === 'unit') return proposal.unit.name
    if (proposal.holder === 'none') return t('proposals.holder.none')
    const body = proposal.body.name
    return proposal.checkerName ? t('proposals.holder.person', { person: proposal.checkerName, body }) : t('proposals.holder.office', { body })
  }
}
