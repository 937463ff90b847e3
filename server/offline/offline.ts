import type { Viewer } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { KEPT_HOURS, type Kept, type listKeepable } from '../../protocol/offline.ts'
import type { z } from 'zod'
import type { Journal } from '../journal/journal.ts'
import type { MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface OfflineDeps {
  journal: Pick<Journal, 'snapshot'>
  access: Pick<MeetingAccess, 'accessTo'>
  now?: (() => Date) | undefined
}

type Keepable = z.output<typeof listKeepable.response>

const HOUR_MS = 3600_000

/** When devices forget a meeting's documents: a day after it ended, or was to end. Null: nothing of it is kept. */
function keptUntil({ status, facts, closedAt }: MeetingState, now: Date): Date | null {
  if (!facts || status === 'cancelled' || status === 'draft') return null
  const planned = new Date(facts.startsAt).getTime() + facts.plannedMinutes * 60_000
  // One that runs late is not forgotten under the hands of its readers.
  const ends = closedAt ? new Date(closedAt).getTime() : status === 'live' ? Math.max(planned, now.getTime()) : planned
  const until = new Date(ends + KEPT_HOURS * HOUR_MS)
  return until > now ? until : null
}

/** What may be kept on devices. The meeting as its viewer sees it decides, so that nothing else is ever told. */
export function createOffline({ journal, access, now = () => new Date() }: OfflineDeps) {
  async function keepable(meetingId: string, viewer: Viewer): Promise<Keepable | null> {
    const { state, texts } = await journal.snapshot(meetingId, viewer, meetingReducer)
    const until = keptUntil(state, now())
    if (!until || !state.facts) return null
    const titles = new Map(state.agenda.map(({ itemId, title }) => [itemId, texts[title.$text] ?? '']))
    return {
      until: until.toISOString(), title: texts[state.facts.title.$text] ?? '', startsAt: state.facts.startsAt,
      documents: state.documents.flatMap(({ documentId, itemId, name, versions, download, expiresHours, held, withdrawn }) => {
        if (!download || held || withdrawn) return []
        // No device out of reach would know that its time is over before the meeting's is.
        if (expiresHours !== null && expiresHours < KEPT_HOURS) return []
        // Known to the office alone, a draft is kept on no device.
        const version = versions.findLast((one) => one.state !== 'draft')
        return version ? [{
          documentId, version: version.number, name: texts[name.$text] ?? '', item: titles.get(itemId) ?? '', sha256: version.sha256, bytes: version.bytes,
        }] : []
      }),
    }
  }

  return {
    /** Throws `meetingNotFound`. */
    async list(meetingId: string, caller: Caller): Promise<Keepable> {
      const { viewer, meeting } = await access.accessTo(meetingId, caller)
      const nothing = { until: now().toISOString(), title: '', startsAt: meeting.startsAt.toISOString(), documents: [] }
      return await keepable(meetingId, viewer) ?? nothing
    },

    async check(kept: readonly Kept[], caller: Caller): Promise<Kept[]> {
      const gone: Kept[] = []
      for (const [meetingId, ofMeeting] of Map.groupBy(kept, (one) => one.meetingId)) {
        const may = await access.accessTo(meetingId, caller).then(({ viewer }) => keepable(meetingId, viewer), (error: unknown) => {
          if (error instanceof AppError && error.code === 'meetingNotFound') return null
          throw error
        })
        const still = new Set(may?.documents.map(({ documentId, version }) => `${documentId}/${version}`))
        gone.push(...ofMeeting.filter(({ documentId, version }) => !still.has(`${documentId}/${version}`)))
      }
      return gone
    },
  }
}

export type Offline = ReturnType<typeof createOffline>
