import type { SearchHit, SearchKind } from '../../protocol/search.ts'
import { paths } from '../app/paths.ts'

/** Drawings of the kinds, each shown beside its word. */
export const kindIcons: Record<SearchKind, string> = {
  proposal: 'i-lucide-inbox', meeting: 'i-lucide-calendar', item: 'i-lucide-list-todo', document: 'i-lucide-file-text', minutes: 'i-lucide-scroll-text',
  conclusion: 'i-lucide-gavel', task: 'i-lucide-clipboard-check', opinion: 'i-lucide-mail-question-mark',
  procedure: 'i-lucide-route', procedureFile: 'i-lucide-folder-open',
}

/** The page on which a hit is read; a document at the page that was hit. */
export function linkOf({ kind, id, meetingId, itemId, page }: Pick<SearchHit, 'kind' | 'id' | 'meetingId' | 'itemId' | 'page'>): string {
  if (meetingId === null) return ofNoMeeting(kind, id)
  switch (kind) {
    case 'document': return paths.document(meetingId, id) + (page === null ? '' : `?page=${page}`)
    case 'item': case 'conclusion': return `${paths.meeting(meetingId)}#item-${itemId}`
    case 'minutes': return paths.minutes(meetingId)
    default: return paths.meeting(meetingId)
  }
}

function ofNoMeeting(kind: SearchKind, id: string): string {
  switch (kind) {
    case 'task': return paths.task(id)
    case 'opinion': return paths.opinion(id)
    case 'procedure': return paths.procedure(id)
    case 'procedureFile': return paths.procedureFile(id)
    default: return paths.proposal(id)
  }
}
