import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import type { Bodies } from './bodies/bodies.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import { createChanges } from './meetings/changes.ts'
import { createFollowers, type Followers } from './meetings/followers.ts'
import { mountMeetingsLive } from './meetings/live.ts'
import { createMeetings, type MeetingsDeps } from './meetings/meetings.ts'
import { createMeetingPlanning, type PlanningDeps } from './meetings/planning.ts'
import { createPostponing, type PostponingDeps } from './meetings/postponing.ts'
import { readinessStore } from './meetings/readiness-store.ts'
import { createReadiness, type ReadinessDeps } from './meetings/readiness.ts'
import { mountMeetingPlans, mountMeetings } from './meetings/routes.ts'
import { rulesStore } from './meetings/rules-store.ts'
import { createMeetingRules } from './meetings/rules.ts'
import { meetingStore } from './meetings/store.ts'
import { templatesStore } from './meetings/templates-store.ts'
import { createTemplates } from './meetings/templates.ts'
import type { MountRoute } from './platform/contract.ts'
import type { MountCommand, SocketServer } from './platform/socket.ts'

interface ConveningDeps extends
  Pick<MeetingsDeps, 'people' | 'minutesStatuses' | 'closedBallots' | 'closing'>, Pick<PlanningDeps, 'agenda' | 'inviteGuests'>,
  Pick<ReadinessDeps, 'tasksOverdue'>, Pick<PostponingDeps, 'cancelled'> {
  db: Knex
  journal: Journal
  access: MeetingAccess
  bodies: Bodies
  log: Logger
  now?: (() => Date) | undefined
}

/** Meetings: their rules and templates, their planning and readiness, their course and what stops it. */
export function createConvening(deps: ConveningDeps) {
  const { db, journal, access, bodies, log, now, people, minutesStatuses, closedBallots, closing, agenda, inviteGuests, tasksOverdue, cancelled } = deps
  const rules = createMeetingRules({ db, store: rulesStore })
  const readiness = createReadiness({
    db, journal, access, store: readinessStore, rules, tasksOverdue, ...now && { now },
    calendar: (from, to, source) => createCalendar({ store: createCalendarStore(source) }).load(from, to),
  })
  const meetings = createMeetings({
    db, journal, access, store: meetingStore, bodies, rules, readiness, people, minutesStatuses, closedBallots, closing, log,
  })
  const postponing = createPostponing({ access, store: meetingStore, closing, cancelled, log })
  const changes = createChanges({ journal, access })
  const templates = createTemplates({ db, store: templatesStore, bodies })
  const planning = createMeetingPlanning({ journal, access, meetings, templates, rules, agenda, inviteGuests })
  return {
    meetingRules: rules, readiness, meetings, postponing, changes, templates, planning,
    followers: (io: SocketServer): Followers =>
      createFollowers({ io, journal, officeOf: access.officeOf, liveAmong: meetings.liveAmong, log }),
    mountRoutes(route: MountRoute): void {
      mountMeetings(route, { meetings, readiness, postponing, changes })
      mountMeetingPlans(route, { rules, templates, planning })
    },
    mountCommands(command: MountCommand, followers: Followers): void { mountMeetingsLive(command, { meetings, followers }) },
  }
}

export type Convening = ReturnType<typeof createConvening>
