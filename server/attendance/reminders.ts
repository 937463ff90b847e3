import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { addDays, addWorkingDays, localDay, startOfDay, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { Journal } from '../journal/journal.ts'
import type { Rounds } from './rounds.ts'

/** When whom to remind, as data of an installation or of a body. */
export interface ReminderRule { id: string, bodyId: string | null, unit: 'workingDays' | 'minutes', amount: number, whom: 'silent' | 'expected' }

/** An invited meeting that is still to come. */
export interface Upcoming { meetingId: string, bodyId: string, startsAt: Date, askedAt: Date }

export interface RemindersStore {
  rules(db: Knex): Promise<ReminderRule[]>
  /** Published meetings to which people were invited, that begin between the two. */
  upcoming(db: Knex, from: Date, to: Date): Promise<Upcoming[]>
  /** Which rules have reminded of these meetings, at their present starts: `meetingId ruleId`. */
  done(db: Knex, meetings: readonly Upcoming[]): Promise<Set<string>>
  /** False where it was done already. */
  markDone(trx: Knex.Transaction, meetingId: string, ruleId: string, startsAt: Date, at: Date): Promise<boolean>
}

export interface RemindersDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  store: RemindersStore
  rounds: Pick<Rounds, 'remindByRule'>
  calendar(from: string, to: string): Promise<WorkingCalendar>
  log: Pick<Logger, 'warn'>
  now?: () => Date
}

/** Longer ahead nobody is reminded, in days. */
const AHEAD_DAYS = 60
const DAY_MS = 24 * 3600_000

/** When a rule comes due: so many minutes before the start, or at the clock time of the start so many working days before. */
export function dueAt({ unit, amount }: Pick<ReminderRule, 'unit' | 'amount'>, startsAt: Date, calendar: WorkingCalendar): Date {
  if (unit === 'minutes') return new Date(startsAt.getTime() - amount * 60_000)
  const day = localDay(startsAt)
  return new Date(startOfDay(addWorkingDays(day, -amount, calendar)).getTime() + startsAt.getTime() - startOfDay(day).getTime())
}

/** The rules of a meeting's body: its own, or the common ones. */
function rulesFor(rules: readonly ReminderRule[], bodyId: string): ReminderRule[] {
  const own = rules.filter((rule) => rule.bodyId === bodyId)
  return own.length ? own : rules.filter((rule) => rule.bodyId === null)
}

/** Reminders by rule: each once for a start of a meeting, and not where it came due before people were asked. */
export function createReminders({ db, journal, store, rounds, calendar, log, now = () => new Date() }: RemindersDeps) {
  return {
    async run(): Promise<void> {
      const at = now()
      const [rules, upcoming] = await Promise.all([store.rules(db), store.upcoming(db, at, new Date(at.getTime() + AHEAD_DAYS * DAY_MS))])
      if (!upcoming.length) return
      const [done, days] = await Promise.all([
        store.done(db, upcoming), calendar(addDays(localDay(at), -AHEAD_DAYS), addDays(localDay(at), 2 * AHEAD_DAYS)),
      ])
      for (const { meetingId, bodyId, startsAt, askedAt } of upcoming) {
        for (const rule of rulesFor(rules, bodyId)) {
          const due = dueAt(rule, startsAt, days)
          if (due > at || due <= askedAt || done.has(`${meetingId} ${rule.id}`)) continue
          await journal.run(meetingId, { actorId: null, at }, async (tx) => {
            if (await store.markDone(tx.trx, meetingId, rule.id, startsAt, at)) await rounds.remindByRule(tx, rule)
          }).catch((err: unknown) => { log.warn({ meetingId, err }, 'a reminder could not be sent; tried again') })
        }
      }
    },
  }
}

export type Reminders = ReturnType<typeof createReminders>
