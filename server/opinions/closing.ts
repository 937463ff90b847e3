import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import { addDays, addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { demandsMeeting, reminderTimes, tallyOpinions, timeOn, type CountedMember, type OpinionTally } from '../../protocol/opinion-counting.ts'
import type { KeptDocument } from '../documents/documents.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Meeting } from '../meetings/access.ts'
import { writeAudit } from '../platform/audit.ts'
import { AppError } from '../platform/error.ts'
import type { ProposalAccessStore } from '../proposals/access.ts'
import type { PlanningStore } from '../proposals/planning.ts'
import type { Opinion } from './access.ts'
import type { OpinionOutcome, OpinionsStore } from './opinions.ts'
import type { OpinionTelling } from './telling.ts'

export interface Place { meetingId: string, itemId: string }

export interface ClosingStore {
  /** Undefined unless it is open; locked until the end of a transaction where `hold`. */
  findOpen(db: Knex, opinionId: string, hold: boolean): Promise<Opinion | undefined>
  /** Open ones whose time has come, or in which somebody demands a meeting; the earliest first. */
  due(db: Knex, at: Date, limit: number): Promise<string[]>
  /** Everybody asked, as of that day. */
  members(db: Knex, opinionId: string, on: Day): Promise<(CountedMember & { personId: string })[]>
  close(trx: Knex.Transaction, opinionId: string, closing: { at: Date, result: OpinionTally, place: Place | null, departed: readonly string[] }): Promise<void>
  participants(db: Knex, meetingId: string): Promise<string[]>
  /** Where the matter stands on an agenda of the body, not dealt with, but for this item. */
  placed(db: Knex, matterId: string, bodyId: string, withoutItemId?: string): Promise<Place | undefined>
  openOnes(db: Knex): Promise<Opinion[]>
  move(trx: Knex.Transaction, opinionId: string, to: { dueOn: Day, dueAt: Date, movedFrom: Day, remindAt: Date | null }): Promise<void>
  toRemind(db: Knex, at: Date): Promise<string[]>
  /** Locked; undefined where another process was first. */
  holdReminder(trx: Knex.Transaction, opinionId: string, at: Date): Promise<{ opinion: Opinion, remindAt: Date } | undefined>
  setReminder(trx: Knex.Transaction, opinionId: string, at: Date | null): Promise<void>
  unanswered(db: Knex, opinionId: string, on: Day): Promise<string[]>
}

export interface ClosingDeps {
  db: Knex
  store: ClosingStore & Pick<OpinionsStore, 'settle'>
  /** Planned meetings of the body that may have the matter and the time for so many minutes of it, soonest first. */
  meetingsFor(source: Knex, matter: { matterId: string, bodyId: string, minutes: number }, from: Date): Promise<string[]>
  /** Stops what a state secret was found in. */
  stopSecrets(): Promise<void>
  matterStore: Pick<ProposalAccessStore, 'lock'> & Pick<PlanningStore, 'seed'>
  /** Puts an item onto an agenda as the system itself does, with what comes in the same transaction. */
  addItem(
    meetingId: string, item: AgendaItemDraft, also: (tx: JournalTx, added: { itemId: string, meeting: Meeting }) => Promise<void>,
  ): Promise<unknown>
  attachKept(tx: JournalTx, meeting: Meeting, itemId: string, documents: readonly KeptDocument[]): Promise<void>
  /** What became of the matter, for whoever judges how it was dealt with. */
  outcome(trx: Knex.Transaction, matterId: string, outcome: OpinionOutcome): Promise<void>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  told: OpinionTelling
  log: Pick<Logger, 'warn'>
  now: () => Date
}

const A_LOOK = 100
const CALENDAR_DAYS = 200

/** What another was quicker with, or what is no longer as it was when the place was looked for. */
class Overtaken extends Error {}

/** What comes of time: closing at the deadline, reminders, a deadline that a new holiday moves. Exactly once, whoever looks. */
export function createClosing({ db, store, matterStore, meetingsFor, stopSecrets, addItem, attachKept, outcome, calendar, told, log, now }: ClosingDeps) {
  /** What it comes to, if it is over: its time has come, or a meeting was demanded. As of the deadline, whenever it is looked at. */
  async function verdict(source: Knex, opinionId: string, hold: boolean) {
    const opinion = await store.findOpen(source, opinionId, hold)
    if (!opinion || opinion.secret) return undefined
    const at = now()
    const members = await store.members(source, opinionId, localDay(at < opinion.dueAt ? at : opinion.dueAt))
    const result = tallyOpinions(opinion.rule, members)
    if (at < opinion.dueAt && !demandsMeeting(opinion.rule, result.demands)) return undefined
    return { opinion, members, result, at }
  }

  /** Closes it under its lock. Throws `Overtaken` where it is closed, or came to something else than it was placed for. */
  async function close(trx: Knex.Transaction, opinionId: string, expected: OpinionTally['outcome'], place: Place | null): Promise<void> {
    const found = await verdict(trx, opinionId, true)
    if (!found || found.result.outcome !== expected) throw new Overtaken()
    const { opinion, members, result, at } = found
    await store.close(trx, opinionId, { at, result, place, departed: members.filter(({ departed }) => departed).map(({ personId }) => personId) })
    const { inFavour, base, needed, causes } = result
    await outcome(trx, opinion.matterId, {
      kind: expected === 'passed' ? 'decided' : 'rebound', at, actorId: null, note: '', tally: { inFavour, base, needed, causes },
    })
    await store.settle(trx, opinion.matterId, expected === 'passed' ? 'decided' : null, at, null)
    await writeAudit(trx, {
      actorId: null, subjectId: null, bodyId: opinion.bodyId, action: `opinion.${expected}`, data: { opinionId, matterId: opinion.matterId, ...result, ...place },
    })
    await told.closed(trx, opinion, result, place)
  }

  /** Onto the agenda of a meeting, with the closing in the same transaction. */
  async function closeOnto(meetingId: string, opinion: Opinion): Promise<void> {
    const seed = await matterStore.seed(db, opinion.matterId, 'settledToo')
    if (!seed) throw new Error('an opinion on a matter that was never accepted')
    const { matterId, title, purpose, presenterId } = seed
    const presenter = presenterId !== null && (await store.participants(db, meetingId)).includes(presenterId) ? presenterId : null
    await addItem(meetingId, { matterId, title, purpose, minutes: opinion.rule.itemMinutes, presenterId: presenter }, async (tx, { itemId, meeting }) => {
      requireBefore(meeting, 'live')
      await matterStore.lock(tx.trx, matterId)
      // A clerk may have put it on an agenda meanwhile.
      if (meeting.bodyId !== opinion.bodyId || await store.placed(tx.trx, matterId, opinion.bodyId, itemId)) throw new Overtaken()
      // The item itself stands on the agenda by now, and somebody else's may have taken the time.
      if (!(await meetingsFor(tx.trx, { ...seed, minutes: 0 }, now())).includes(meetingId)) throw new Overtaken()
      await attachKept(tx, meeting, itemId, seed.documents)
      await close(tx.trx, opinion.id, 'rebound', { meetingId, itemId })
    })
  }

  /**
   * Closes an opinion that is over; false where it is not, or another process was quicker. A meeting that takes the matter for
   * whatever reason not is passed over; without one it waits to be convened, so that nothing of an agenda keeps it open.
   */
  async function settle(opinionId: string): Promise<boolean> {
    const without: string[] = []
    for (let tries = 0; tries < 50; tries += 1) {
      const found = await verdict(db, opinionId, false)
      if (!found) return false
      const { opinion, result } = found
      const there = result.outcome === 'rebound' ? await store.placed(db, opinion.matterId, opinion.bodyId) : undefined
      const fitting = result.outcome === 'rebound' && !there ? await meetingsFor(db, { ...opinion, minutes: opinion.rule.itemMinutes }, found.at) : []
      const next = fitting.find((meetingId) => !without.includes(meetingId))
      try {
        if (next !== undefined) await closeOnto(next, opinion)
        else {
          await db.transaction(async (trx) => {
            await matterStore.lock(trx, opinion.matterId)
            await close(trx, opinionId, result.outcome, there ?? null)
          })
        }
        return true
      } catch (error) {
        if (error instanceof Overtaken) continue
        if (next === undefined || !(error instanceof AppError)) throw error
        log.warn({ opinionId, meetingId: next, code: error.code }, 'a meeting did not take what came back from a written opinion; the next is tried')
        without.push(next)
      }
    }
    throw new Error('an opinion could not be closed: its meetings change faster than they are looked at')
  }

  /** As `settle`. What cannot be closed is tried again with the next look, and its office told once a day; gives what failed. */
  async function attempt(opinionId: string): Promise<unknown> {
    try {
      await settle(opinionId)
    } catch (err) {
      log.warn({ err, opinionId }, 'a written opinion could not be closed; it is tried again')
      await db.transaction(async (trx) => {
        const opinion = await store.findOpen(trx, opinionId, true)
        if (opinion) await told.stuck(trx, opinion, now())
      })
      return err
    }
    return undefined
  }

  /**
   * The working days that members were told stay theirs when the calendar changes: the deadline moves to a later day, never to an
   * earlier one, and everybody asked is told.
   */
  async function moveOffHolidays(): Promise<void> {
    const at = now()
    const running = (await store.openOnes(db)).filter(({ dueAt }) => at < dueAt)
    if (!running.length) return
    const all = running.flatMap(({ openedAt, dueOn }) => [localDay(openedAt), dueOn]).toSorted()
    const days = await calendar(addDays(all[0] ?? localDay(at), -CALENDAR_DAYS), addDays(all.at(-1) ?? localDay(at), CALENDAR_DAYS), db)
    for (const { id, dueOn, openedAt, workingDays } of running) {
      const whole = addWorkingDays(localDay(openedAt), workingDays, days)
      const later = addWorkingDays(whole > dueOn ? whole : dueOn, 0, days)
      if (later === dueOn) continue
      await db.transaction(async (trx) => {
        const opinion = await store.findOpen(trx, id, true)
        if (opinion?.dueOn !== dueOn) return
        const dueAt = timeOn(later, opinion.rule.closesAt)
        await store.move(trx, id, {
          dueOn: later, dueAt, movedFrom: dueOn, remindAt: reminderTimes(opinion.rule, later, days).find((time) => time > at) ?? null,
        })
        await writeAudit(trx, { actorId: null, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.moved', data: { opinionId: id, from: dueOn, to: later } })
        await told.moved(trx, { ...opinion, dueOn: later, dueAt, movedFrom: dueOn })
      })
    }
  }

  async function remind(): Promise<void> {
    for (const opinionId of await store.toRemind(db, now())) {
      await db.transaction(async (trx) => {
        const at = now()
        const held = await store.holdReminder(trx, opinionId, at)
        if (!held) return
        const { opinion, remindAt } = held
        const days = await calendar(addDays(opinion.dueOn, -CALENDAR_DAYS), addDays(opinion.dueOn, CALENDAR_DAYS), trx)
        await told.reminder(trx, opinion, await store.unanswered(trx, opinionId, localDay(at)), remindAt.toISOString())
        await store.setReminder(trx, opinionId, reminderTimes(opinion.rule, opinion.dueOn, days).find((time) => time > at) ?? null)
      })
    }
  }

  return {
    settle, attempt, moveOffHolidays, remind,

    /** Looked at each minute, by every process. */
    async run(): Promise<void> {
      await stopSecrets()
      await moveOffHolidays()
      // One that cannot be closed holds up no other.
      const failures: unknown[] = []
      for (const opinionId of await store.due(db, now(), A_LOOK)) {
        const failure = await attempt(opinionId)
        if (failure !== undefined) failures.push(failure)
      }
      await remind()
      if (failures.length) throw new AggregateError(failures, 'written opinions could not be closed')
    },
  }
}

export type OpinionClosing = ReturnType<typeof createClosing>
