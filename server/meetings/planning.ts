import type { z } from 'zod'
import { localDay } from '../../protocol/calendar.ts'
import { isInForce } from '../../protocol/meeting-kinds.ts'
import type { MeetingRules } from '../../protocol/meeting-rules.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { titleOn, type copyMeeting, type createSeries, type MeetingTemplate, type TemplateItem } from '../../protocol/meeting-plans.ts'
import type { MeetingDraft } from '../../protocol/convening.ts'
import { settled } from '../../protocol/outline.ts'
import type { Agenda } from '../agenda/agenda.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireOffice, type MeetingAccess } from './access.ts'
import type { Meetings } from './meetings.ts'
import type { MeetingRulesBook } from './rules.ts'
import type { Templates } from './templates.ts'

type Series = z.output<NonNullable<typeof createSeries.body>>
type Copy = z.output<NonNullable<typeof copyMeeting.body>>

/** An item of a new draft, and the persons who are invited to it alone. */
interface PlannedItem extends TemplateItem { guests?: readonly string[] }

export interface PlanningDeps {
  journal: Pick<Journal, 'state' | 'snapshot'>
  access: Pick<MeetingAccess, 'accessTo'>
  meetings: Pick<Meetings, 'create'>
  templates: Pick<Templates, 'get' | 'requireBodyOffice'>
  rules: Pick<MeetingRulesBook, 'all'>
  agenda: Pick<Agenda, 'add' | 'change'>
  inviteGuests(meetingId: string, itemId: string, caller: Caller, personIds: readonly string[]): Promise<void>
  now?: () => Date
}

/**
 * Drafts made of what there is: a template, or another meeting. A meeting and each of its items are written one after the
 * other under keys of their own, so that what was interrupted is completed by the same call and nothing is made twice.
 */
export function createMeetingPlanning({ journal, access, meetings, templates, rules, agenda, inviteGuests, now = () => new Date() }: PlanningDeps) {
  function requireAhead(...starts: string[]): void {
    if (starts.some((startsAt) => Date.parse(startsAt) <= now().getTime())) throw new AppError('dateInPast')
  }

  async function draft(
    caller: Caller, key: string, meeting: z.output<typeof MeetingDraft> & { bodyId: string }, items: readonly PlannedItem[],
  ): Promise<string> {
    const { meetingId } = await meetings.create(caller, { ...meeting, key })
    const { participants } = await journal.state(meetingId, meetingReducer)
    for (const [index, { guests = [], presenterId, ...item }] of items.entries()) {
      // Who presents, but is neither a full participant of the new meeting nor the item's guest, is to be chosen anew.
      const presenting = participants.some(({ personId, itemsOnly }) => personId === presenterId && !itemsOnly) ? presenterId : null
      const { itemId } = await agenda.add(meetingId, caller, { ...item, presenterId: presenting, key: `${key} ${index}` })
      if (guests.length) await inviteGuests(meetingId, itemId, caller, guests)
      if (presenting === presenterId || presenterId === null || !guests.includes(presenterId)) continue
      // A guest can present once invited. An item that a person changed since an interrupted call stays as they left it.
      const made = (await journal.state(meetingId, meetingReducer)).agenda.find((line) => line.itemId === itemId)
      if (made?.version === 1) await agenda.change(meetingId, itemId, caller, { ...item, presenterId, version: 1 })
    }
    return meetingId
  }

  return {
    /** Throws `bodyNotFound`, `forbiddenInMeeting`, `templateNotFound`, `dateInPast`, `idempotencyKeyReused`. */
    async createSeries(caller: Caller, bodyId: string, { templateId, key, startsAt: starts }: Series): Promise<{ meetingIds: string[] }> {
      const template = await templates.get(caller, bodyId, templateId)
      requireAhead(...starts)
      const book = await rules.all()
      const { title, mode, place, plannedMinutes, items } = template
      const meetingIds: string[] = []
      for (const startsAt of starts) {
        const meeting = { title: titleOn(title, startsAt), mode, place, plannedMinutes, startsAt, bodyId, ...conveningOn(book, template, startsAt) }
        meetingIds.push(await draft(caller, `${key} ${startsAt}`, meeting, items))
      }
      return { meetingIds }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `bodyNotFound`, `dateInPast`, `idempotencyKeyReused`. */
    async copy(meetingId: string, caller: Caller, { title, startsAt, key }: Copy): Promise<{ meetingId: string }> {
      const found = await access.accessTo(meetingId, caller)
      requireOffice(found)
      const { bodyId } = found.meeting
      await templates.requireBodyOffice(caller, bodyId)
      requireAhead(startsAt)
      const { state: { facts, agenda: copied, participants }, texts } = await journal.snapshot(meetingId, found.viewer, meetingReducer)
      if (!facts) throw new Error('a meeting without facts')
      const { mode, plannedMinutes, kindId, roomId } = facts
      const { kinds, rooms } = await rules.all()
      // A kind is copied as its version of that day, a room while it is offered.
      const code = kinds.find(({ id }) => id === kindId)?.code
      const convening = conveningOn({ kinds, rooms }, { kindCode: code ?? null, roomId: roomId ?? null }, startsAt)
      // A place that was erased is to be written anew.
      const place = texts[facts.place.$text] ?? '–'
      const meeting = { title, mode, place, plannedMinutes, startsAt, bodyId, ...convening }
      const onlyGuests = new Set(participants.filter(({ itemsOnly }) => itemsOnly).map(({ personId }) => personId))
      const items = copied.filter(({ classified }) => !classified).map(({ title: { $text }, minutes, purpose, presenterId, level, guests }) => ({
        title: texts[$text] ?? '', minutes, purpose, presenterId, level,
        // A guest who presents, invited under another item perhaps, comes to the copy for what they present there.
        guests: presenterId !== null && onlyGuests.has(presenterId) ? [...new Set([...guests, presenterId])] : guests,
      }))
      // An item whose title was erased by law is not brought back under another one.
      return { meetingId: await draft(caller, key, meeting, settled(items.filter((item) => item.title !== ''))) }
    },
  }
}

export type Planning = ReturnType<typeof createMeetingPlanning>

/** The version of a kind that is in force on a day, and a room that is offered; each left out where there is none. */
function conveningOn(
  { kinds, rooms }: Pick<MeetingRules, 'kinds' | 'rooms'>, { kindCode, roomId }: Pick<MeetingTemplate, 'kindCode' | 'roomId'>, startsAt: string,
): { kindId?: string, roomId?: string } {
  const kind = kinds.find((version) => version.code === kindCode && isInForce(version, localDay(startsAt)))
  const room = rooms.find(({ id, closed }) => id === roomId && !closed)
  return { ...kind ? { kindId: kind.id } : {}, ...room ? { roomId: room.id } : {} }
}
