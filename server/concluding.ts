import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Calendar } from './bodies/calendar.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import { createConclusions } from './conclusions/conclusions.ts'
import { createNoticeTelling } from './conclusions/notice-telling.ts'
import { noticesStore } from './conclusions/notices-store.ts'
import { createNotices, type NoticesDeps } from './conclusions/notices.ts'
import { createReminding } from './conclusions/reminding.ts'
import { mountConclusions } from './conclusions/routes.ts'
import { conclusionsStore } from './conclusions/store.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Press } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { NewNotice } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import { createTaskAccess } from './tasks/access.ts'
import { createTaskAgenda, type TaskAgendaDeps } from './tasks/agenda.ts'
import { createAssigning } from './tasks/assigning.ts'
import { createDigest } from './tasks/digest.ts'
import type { TaskDomain } from './tasks/domain.ts'
import { createDue, type DueDeps } from './tasks/due.ts'
import { createEvidence, type EvidenceDeps } from './tasks/evidence.ts'
import { createFacts } from './tasks/facts.ts'
import { createPlacing, type PlacingDeps } from './tasks/placing.ts'
import { countForAgenda, readingStore } from './tasks/reading-store.ts'
import { createReading, type ReadingDeps } from './tasks/reading.ts'
import { mountTasks } from './tasks/routes.ts'
import { tasksStore } from './tasks/store.ts'
import { createTasks } from './tasks/tasks.ts'
import { tellingStore } from './tasks/telling-store.ts'
import { createTaskTelling } from './tasks/telling.ts'

export interface ConcludingDeps extends Pick<EvidenceDeps, 'files' | 'conversion' | 'takeUpload'>, Pick<NoticesDeps, 'bodies'>, Pick<ReadingDeps, 'people'> {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  calendar: Pick<Calendar, 'load'>
  haveOpened: DueDeps['haveOpened']
  addItem: TaskAgendaDeps['addItem']
  addByRule: PlacingDeps['addByRule']
  issue: Issuing['issue']
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  log: Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
}

/** The queue of what comes of time: notices and tasks that come due, and the weekly digest. */
const FOLLOW_UP = 'conclusions.followUp'

/** What a meeting comes to: conclusions, the notice of them, and tasks. */
export function createConcluding(deps: ConcludingDeps) {
  const { db, journal, access, bodies, calendar, haveOpened, files, conversion, takeUpload, addItem, addByRule, issue, log, people } = deps
  const { sendNotices: send, now = () => new Date() } = deps
  const calendarIn = (from: string, to: string, source: Knex) => createCalendar({ store: createCalendarStore(source) }).load(from, to)
  const noticeTelling = createNoticeTelling({ officeOf: noticesStore.officeOf, send })
  const notices = createNotices({
    db, access, store: noticesStore, telling: noticeTelling, bodies, calendar: calendarIn, now,
    async issue(tx, { bodyId, content: { abstract, blocks }, recipients, facts: { title, startsAt, chair } }) {
      const { paperId, written } = await issue(tx, {
        bodyId, kind: 'conclusionNotice', abstract, recipients,
        content: { blocks, chairId: chair?.personId ?? null, clerkId: null, chairOffice: chair?.office ?? '', meeting: { title: title ?? '', startsAt } },
      })
      return { paperId, number: written }
    },
  })
  const reminding = createReminding({ db, store: noticesStore, telling: noticeTelling, calendar: calendar.load, haveOpened, now })

  /** As of a clock, for what is told of the past. */
  const tasksAt = (clock: () => Date): TaskDomain => {
    const telling = createTaskTelling({ store: tellingStore, send })
    const own = createTaskAccess({ db, store: tasksStore, now: clock })
    const facts = createFacts({ db, store: tasksStore, calendar: calendarIn, now: clock })
    const digest = createDigest({ db, store: tellingStore, send, haveOpened, now: clock })
    return {
      digest,
      assigning: createAssigning({ access, store: tasksStore, facts, conclusions: conclusionsStore, told: telling.happened }),
      tasks: createTasks({ access: own, facts, telling }),
      evidence: createEvidence({ db, access: own, store: tasksStore, files, conversion, takeUpload }),
      reading: createReading({
        db, access: own, store: { ...readingStore, documents: tasksStore.documents }, meetings: access, journal, people, wantsDigest: digest.wants, now: clock,
      }),
      agenda: createTaskAgenda({ db, meetings: access, store: { ...tellingStore, lock: tasksStore.lock }, addItem, now: clock }),
      placing: createPlacing({ db, store: { ...tellingStore, lock: tasksStore.lock }, addByRule, log, now: clock }),
      due: createDue({ db, store: tellingStore, tell: telling.tell, calendar: calendar.load, haveOpened, now: clock }),
    }
  }
  const conclusions = createConclusions({ db, access, store: conclusionsStore })
  const tasks = tasksAt(now)

  return {
    conclusions, notices, reminding, tasks, tasksAt,
    /** Overdue tasks of a body that stand on no agenda of a meeting to come. */
    tasksOverdue: countForAgenda,
    /** Looked at each minute. */
    queue: {
      name: FOLLOW_UP, cron: '* * * * *',
      async look() {
        await reminding.run()
        await tasks.due.run()
        await tasks.placing.run()
        await tasks.digest.run()
      },
    },
    mountRoutes(route: MountRoute, press: Pick<Press, 'deliverWorkbook'>): void {
      mountConclusions(route, { conclusions, notices })
      mountTasks(route, tasks, press)
    },
  }
}

export type Concluding = ReturnType<typeof createConcluding>
