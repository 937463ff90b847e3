import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { fits } from '../protocol/triage-rules.ts'
import { createAgenda, type AgendaDeps } from './agenda/agenda.ts'
import { agendaStore } from './agenda/store.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import type { BodyRecord } from './bodies/bodies.ts'
import type { Conversion } from './conversion/conversion.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Press } from './issuing/press.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { NewNotice } from './notices/notices.ts'
import { createOpinionAccess } from './opinions/access.ts'
import { createAnswering } from './opinions/answering.ts'
import { createClosing, type ClosingDeps } from './opinions/closing.ts'
import { consolidatingStore } from './opinions/consolidating-store.ts'
import { createConsolidating } from './opinions/consolidating.ts'
import { createFollowing, type FollowingDeps } from './opinions/following.ts'
import { createOpinions } from './opinions/opinions.ts'
import { readingStore } from './opinions/reading-store.ts'
import { createReading, type ReadingDeps } from './opinions/reading.ts'
import { mountOpinions } from './opinions/routes.ts'
import { opinionsStore } from './opinions/store.ts'
import { createOpinionTelling } from './opinions/telling.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import { proposalsStore } from './proposals/store.ts'
import { createFacts } from './tasks/facts.ts'
import { tasksStore } from './tasks/store.ts'
import { tellingStore } from './tasks/telling-store.ts'
import { factsStore } from './triage/facts-store.ts'
import { createTaskTelling } from './tasks/telling.ts'

export interface OpiningDeps extends Pick<ClosingDeps, 'attachKept' | 'outcome'>, Pick<AgendaDeps, 'room' | 'removeWithItem'> {
  db: Knex
  files: Files
  access: MeetingAccess
  conversion: Pick<Conversion, 'statesOf'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  issue: Issuing['issue']
  resolutions: FollowingDeps['resolutions'] & ReadingDeps['resolutions']
  /** Known once everything is wired. */
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<number>
  log: Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
}

/** The queue of what comes of time: closings, reminders, deadlines that a new holiday moves. */
const CLOSINGS = 'opinions.closings'
/** Nobody's id. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Written opinions: who is asked, what they answer, what it comes to. */
export function createOpining(deps: OpiningDeps) {
  const { db, files, access: meetings, conversion, bodies, issue, resolutions, sendNotices: send, attachKept, outcome, room, removeWithItem, log } = deps
  const { now: clock = () => new Date() } = deps
  const calendar = (from: string, to: string, source: Knex) => createCalendar({ store: createCalendarStore(source) }).load(from, to)
  // Nobody of the meeting puts it there: the system does, on what was accepted for this body.
  const agenda = createAgenda({
    store: agendaStore, room, removeWithItem, proposedTo: () => Promise.resolve(true),
    access: {
      ...meetings,
      change: (meetingId, _caller, _permission, _options, command) => meetings.byRule(meetingId, clock(), (tx, meeting) => command(tx, {
        meeting, role: 'clerk', voting: false, presides: false, itemsOnly: false, viewer: { personId: NOBODY, office: true, items: 'all' },
      })),
    },
  })

  /** What decides where a matter may be dealt with; `foundSecret` as well as the office's own word. */
  async function matter(source: Knex, matterId: string) {
    const [found] = await factsStore.matters(source, [matterId])
    return { secret: found?.foundSecret === true || found?.notes?.secret === true, legal: found?.notes?.legal ?? 'none' as const }
  }

  /** As of a clock, for what is told of the past. */
  const at = (now: () => Date) => {
    const told = createOpinionTelling({ store: { ...opinionsStore, workersOn: proposalsStore.workersOn }, send })
    const access = createOpinionAccess({ db, store: opinionsStore, now })
    const consolidating = createConsolidating({ access, store: consolidatingStore, resolutions, told })
    const opinions = createOpinions({
      db, access, store: opinionsStore, matterStore: proposalsStore, bodies, calendar, outcome, told, now,
      foundSecret: async (trx, matterId) => (await matter(trx, matterId)).secret,
    })
    const closing = createClosing({
      db, store: opinionsStore, matterStore: proposalsStore, attachKept, outcome, calendar, told, log, now, stopSecrets: opinions.stopSecrets,
      async meetingsFor(source, { matterId, bodyId, minutes }, from) {
        const known = { ...await matter(source, matterId), minutes }
        return (await factsStore.slots(source, [bodyId], from, null)).filter((slot) => fits(slot, known)).map(({ meetingId }) => meetingId)
      },
      addItem: (meetingId, item, also) => agenda.add(meetingId, { personId: NOBODY, administrator: false }, { ...item, key: '' }, also),
    })
    return {
      closing, consolidating, opinions, now,
      answering: createAnswering({ access, store: opinionsStore, settle: closing.attempt, told }),
      following: createFollowing({
        access, store: consolidatingStore, consolidating, issue, resolutions,
        tasks: {
          facts: createFacts({ db, store: tasksStore, calendar, now }), insert: tasksStore.insert, insertEvent: tasksStore.insertEvent,
          findCreation: tasksStore.findCreation, told: createTaskTelling({ store: tellingStore, send }).happened,
        },
      }),
      reading: createReading({ db, access, store: { ...readingStore, ...consolidatingStore }, files, conversion, bodies, resolutions, now }),
      letterhead: async (bodyId: string) => (await bodies([bodyId]))[0]?.letterhead,
    }
  }
  const domain = at(clock)

  return {
    ...domain, at,
    /** From a decision on how a matter is dealt with, in its transaction. */
    begin: domain.opinions.begin,
    /** A state secret was found in a matter, or in files; see opinions/opinions.ts. */
    stop: domain.opinions.stop,
    stopWith: domain.opinions.stopWith,
    queue: { name: CLOSINGS, cron: '* * * * *', look: domain.closing.run },
    mountRoutes(route: MountRoute, press: Pick<Press, 'deliver'>): void { mountOpinions(route, domain, press) },
  }
}

export type Opining = ReturnType<typeof createOpining>
