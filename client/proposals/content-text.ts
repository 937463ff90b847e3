import { useI18n } from 'vue-i18n'
import type { ProposalKind } from '../../protocol/proposal-kinds.ts'
import type { Person } from '../../protocol/identity.ts'
import type { ProposalContent } from '../../protocol/proposals.ts'
import { formatDay } from '../app/format.ts'

/** A field of a proposal in words, for reading and comparing; empty where nothing was written. */
export function useContentText(people: () => readonly Person[], kinds: () => readonly ProposalKind[]) {
  const { t, locale } = useI18n()
  return (field: keyof ProposalContent, content: ProposalContent): string => {
    switch (field) {
      case 'asks': return t(`proposals.asks.${content.asks}`)
      case 'proposedOn': return content.proposedOn === null ? '' : formatDay(content.proposedOn)
      case 'presenterId': {
        const person = people().find(({ id }) => id === content.presenterId)
        return person ? `${person.fullName} · ${person.office}` : ''
      }
      case 'kindId': return kinds().find(({ kindId }) => kindId === content.kindId)?.name[locale.value as 'vi' | 'en'] ?? ''
      case 'bodyId': return ''
      case 'urgency': return t(`triage.urgency.${content.urgency ?? 'normal'}`)
      case 'disagreement': return t(`triage.disagreement.${content.disagreement ?? 'unknown'}`)
      case 'wantsMeeting': return t(content.wantsMeeting ? 'proposals.fields.wantsMeetingYes' : 'proposals.fields.wantsMeetingNo')
      case 'title': case 'summary': case 'legalBasis': return content[field]
    }
  }
}
