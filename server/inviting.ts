import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { noticesNotice } from '../protocol/notices.ts'
import { createAnnouncements } from './attendance/announcements.ts'
import { createAnswerLinks } from './attendance/answer-links.ts'
import { answersStore } from './attendance/answers-store.ts'
import { createAnswers, type AnswersDeps } from './attendance/answers.ts'
import { mountInvitationsLive } from './attendance/invitations-live.ts'
import { mountInvitations } from './attendance/invitations-routes.ts'
import { eventsOf, invitationsStore } from './attendance/invitations-store.ts'
import { createInvitations } from './attendance/invitations.ts'
import { reminderRulesStore } from './attendance/reminder-rules-store.ts'
import { createReminderRules } from './attendance/reminder-rules.ts'
import { createReminders, type RemindersDeps } from './attendance/reminders.ts'
import { createRounds, ROUNDS } from './attendance/rounds.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Press } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import { createDeliveries } from './notices/deliveries.ts'
import { createFeeds } from './notices/feeds.ts'
import { createMailer, type MailSettings } from './notices/mail.ts'
import { createNotices, OUTBOX } from './notices/notices.ts'
import { createPush, createPusher, newPushKeys, type PushSettings } from './notices/push.ts'
import { mountNotices } from './notices/routes.ts'
import { noticesStore } from './notices/store.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Jobs } from './platform/jobs.ts'
import { notify, personRoom, type MountCommand, type SocketServer } from './platform/socket.ts'

/** The ways out of the product. */
export interface Outside {
  mail: MailSettings | undefined
  push: PushSettings
  /** Where links of mails and calendars lead. */
  linkOrigin: string
  jobs: Jobs
}

/** A product that keeps everything to itself, as where nothing but its rules is wanted. */
const nowhere = (): Outside => ({
  mail: undefined, push: { keys: newPushKeys(), contact: 'https://localhost', services: [] }, linkOrigin: 'http://localhost:3000',
  jobs: { wake: async () => {} },
})

export interface InvitingDeps extends Pick<AnswersDeps, 'people' | 'bodies' | 'guests'>, Pick<RemindersDeps, 'calendar'> {
  db: Knex
  journal: Pick<Journal, 'run' | 'snapshot'>
  access: MeetingAccess
  secret(purpose: string): Buffer
  /** Undefined: nothing leaves. */
  outside: Outside | undefined
  press: Pick<Press, 'deliver'>
  issuing: Pick<Issuing, 'issue' | 'isInForce' | 'nextNumber' | 'templateFor'>
  log: Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
}

/** Notices and their ways to people; invitations, answers and reminders, which use them. */
export function createInviting(deps: InvitingDeps) {
  const { db, journal, access, secret, outside = nowhere(), people, bodies, guests, calendar, press, issuing, log, now = () => new Date() } = deps
  const { mail, push: settings, linkOrigin, jobs } = outside
  /** Known once sockets are open. */
  let io: SocketServer | undefined
  const tell = (personId: string, unread: number) => { if (io) notify(io.to(personRoom(personId)), noticesNotice, { unread }) }

  const notices = createNotices({ db, store: noticesStore, jobs, mailConfigured: mail !== undefined, tell, now })
  const push = createPush({ db, store: noticesStore, settings, now })
  const mailer = mail && createMailer(mail, linkOrigin)
  const deliveries = createDeliveries({ db, store: noticesStore, mailer, push: createPusher(settings), tell, log, now })
  const feeds = createFeeds({
    db, store: noticesStore, eventsOf: (personId) => eventsOf(db, personId, now()), origin: linkOrigin,
    address: mail?.from.address ?? `no-reply@${new URL(linkOrigin).hostname}`, now,
  })

  const links = createAnswerLinks({ secret: secret('answer links'), now })
  const announcements = createAnnouncements({ notices, links })
  const answers = createAnswers({ db, access, store: answersStore, announcements, people, bodies, guests })
  const invitations = createInvitations({ db, journal, access, store: invitationsStore, answers, announcements, issuing, notices, people, bodies, now })
  const rounds = createRounds({ db, journal, access, store: invitationsStore, announcements, jobs, bodies, log, now })
  const reminderRules = createReminderRules({ db, store: reminderRulesStore, bodies })
  const reminders = createReminders({ db, journal, store: invitationsStore, rounds, calendar, log, now })

  return {
    notices, push, deliveries, feeds, links, answers, invitations, rounds, reminders, reminderRules,

    /** What is looked at beside the requests: when woken, and each minute. */
    queues: [
      { name: OUTBOX, cron: '* * * * *', look: deliveries.run },
      {
        name: ROUNDS, cron: '* * * * *',
        async look() {
          await rounds.tellDue()
          await reminders.run()
        },
      },
    ],

    /** From now on open pages are told of new notices. */
    connect(sockets: SocketServer): void { io = sockets },

    mountRoutes(route: MountRoute): void {
      mountNotices(route, { notices, push, feeds })
      mountInvitations(route, { invitations, answers, links, press, reminderRules })
    },

    mountCommands(command: MountCommand): void {
      mountInvitationsLive(command, { answers, rounds })
    },

    close(): void { mailer?.close() },
  }
}

export type Inviting = ReturnType<typeof createInviting>
