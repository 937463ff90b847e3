import { meetingReducer } from '../../protocol/meeting-state.ts'
import { numberings } from '../../protocol/outline.ts'
import { forecast, plannedTimes } from '../../protocol/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'

/** An item's place and time, which who sees single items alone could not count together from what they see. */
export interface PlannedItem { itemId: string, number: string, from: string, to: string, expected: string | null }

const instant = (ms: number) => new Date(ms).toISOString()

export function createPlan({ journal, access, now = Date.now }: { journal: Pick<Journal, 'state'>, access: MeetingAccess, now?: () => number }) {
  return {
    /** Throws `meetingNotFound`. */
    async plan(meetingId: string, caller: Caller): Promise<{ items: PlannedItem[] }> {
      const found = await access.accessTo(meetingId, caller)
      const { agenda, facts, status } = await journal.state(meetingId, meetingReducer)
      if (!facts) return { items: [] }
      const numbers = numberings(agenda.map(({ level }) => level))
      const expected = status === 'live' ? forecast(facts.startsAt, agenda, now()).from : new Map<string, number>()
      const items = plannedTimes(facts.startsAt, agenda).map(({ itemId, from, to }, index) => {
        const at = expected.get(itemId)
        return { itemId, number: numbers[index] ?? '', from: instant(from), to: instant(to), expected: at === undefined ? null : instant(at) }
      })
      return { items: items.filter(({ itemId }) => seesItem(found, itemId)) }
    },
  }
}

export type Plan = ReturnType<typeof createPlan>
