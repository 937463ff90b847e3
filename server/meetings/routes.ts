import { pipeline } from 'node:stream/promises'
import { listChanges } from '../../protocol/meeting-changes.ts'
import { addRoom, changeRoom, endKind, listMeetingRules, reviseKind } from '../../protocol/meeting-rules.ts'
import { addTemplate, changeTemplate, copyMeeting, createSeries, listTemplates, removeTemplate } from '../../protocol/meeting-plans.ts'
import { cancelMeeting, changeMeeting, createMeeting, exportJournal, listMeetings, postponeMeeting, publishMeeting, rescheduleMeeting } from '../../protocol/convening.ts'
import { getMeeting } from '../../protocol/meetings.ts'
import { readinessOf } from '../../protocol/readiness.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Changes } from './changes.ts'
import type { Meetings } from './meetings.ts'
import type { Planning } from './planning.ts'
import type { Postponing } from './postponing.ts'
import type { Readiness } from './readiness.ts'
import type { MeetingRulesBook } from './rules.ts'
import type { Templates } from './templates.ts'

export interface MeetingRoutes {
  meetings: Meetings
  readiness: Readiness
  postponing: Postponing
  changes: Changes
}

export function mountMeetings(route: MountRoute, { meetings, readiness, postponing, changes }: MeetingRoutes): void {
  route(listMeetings, ({ query, caller }) => meetings.list(caller, query))
  route(getMeeting, ({ params, caller }) => meetings.get(params.meetingId, caller))
  route(createMeeting, ({ body, caller }) => meetings.create(caller, body))
  route(changeMeeting, ({ params, body, caller }) => meetings.change(params.meetingId, caller, body))
  route(readinessOf, ({ params, caller }) => readiness.readiness(params.meetingId, caller))
  route(publishMeeting, async ({ params, body, caller }) => {
    await meetings.publish(params.meetingId, caller, body.reason ?? undefined)
    return {}
  })
  route(postponeMeeting, async ({ params, body, caller }) => {
    await postponing.postpone(params.meetingId, caller, body)
    return {}
  })
  route(rescheduleMeeting, async ({ params, body, caller }) => {
    await postponing.reschedule(params.meetingId, caller, body.startsAt)
    return {}
  })
  route(cancelMeeting, async ({ params, body, caller }) => {
    await postponing.cancel(params.meetingId, caller, body.reason)
    return {}
  })
  route(listChanges, ({ params, caller }) => changes.list(params.meetingId, caller))
  route(exportJournal, async ({ params, caller, res }) => {
    const pieces = await meetings.exportJournal(params.meetingId, caller)
    res.attachment(`journal-${params.meetingId}.json`)
    await pipeline(pieces, res)
  })
}

export interface PlanRoutes { rules: MeetingRulesBook, templates: Templates, planning: Planning }

export function mountMeetingPlans(route: MountRoute, { rules, templates, planning }: PlanRoutes): void {
  route(listMeetingRules, () => rules.all())
  route(reviseKind, ({ body, caller }) => rules.reviseKind(caller, body))
  route(endKind, async ({ params, body, caller }) => {
    await rules.endKind(caller, params.kindId, body.until)
    return {}
  })
  route(addRoom, ({ body, caller }) => rules.addRoom(caller, body))
  route(changeRoom, async ({ params, body, caller }) => {
    await rules.changeRoom(caller, params.roomId, body)
    return {}
  })
  route(listTemplates, ({ params, caller }) => templates.list(caller, params.bodyId))
  route(addTemplate, ({ params, body, caller }) => templates.add(caller, params.bodyId, body))
  route(changeTemplate, async ({ params, body, caller }) => {
    await templates.change(caller, params.bodyId, params.templateId, body)
    return {}
  })
  route(removeTemplate, async ({ params, caller }) => {
    await templates.remove(caller, params.bodyId, params.templateId)
    return {}
  })
  route(createSeries, ({ params, body, caller }) => planning.createSeries(caller, params.bodyId, body))
  route(copyMeeting, ({ params, body, caller }) => planning.copy(params.meetingId, caller, body))
}
