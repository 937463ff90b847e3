import type { Knex } from 'knex'
import type { z } from 'zod'
import { localDay, addWorkingDays, addDays, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { fits, NEVER_SECRET, type TriageFacts, type TriageResult, type Way } from '../../protocol/triage-rules.ts'
import type { decideTriage, TriageChoice } from '../../protocol/triage.ts'
import type { JournalTx } from '../journal/journal.ts'
import type { Meeting } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { may, requireAct, type Act, type ProposalAccessTo } from '../proposals/access.ts'
import type { Planning } from '../proposals/planning.ts'
import type { Ledger } from '../results/ledger.ts'
import type { Facts, Weighed } from './facts.ts'
import type { TriageTelling } from './telling.ts'

export interface NewDecision {
  matterId: string
  nth: number
  bodyId: string
  way: Way
  reason: string
  facts: TriageFacts
  result: TriageResult
  deciderId: string
  at: Date
  delegateId: string | null
  dueOn: Day | null
  meetingId: string | null
  key: string
}

export interface DecidingStore {
  findDecision(db: Knex, deciderId: string, key: string): Promise<{ matterId: string, nth: number, dueOn: Day | null } | undefined>
  /** Writes its audit entry. */
  insertDecision(trx: Knex.Transaction, decision: NewDecision): Promise<void>
  /** That it is dealt with by somebody alone, and until when; counts the proposal's version up. */
  takeOutside(trx: Knex.Transaction, matterId: string, at: Date, dueOn: Day | null): Promise<void>
  /** Who decides in the body today, with a vote, and where they work; by protocol rank. */
  incumbents(db: Knex, bodyId: string, on: Day): Promise<{ personId: string, unitId: string | null }[]>
}

export interface OpinionBeginning { matterId: string, bodyId: string, dueOn: Day | null, title: string, question?: string | undefined, reason: string }

export interface DecidingDeps {
  access: ProposalAccessTo
  store: DecidingStore
  facts: Facts
  planning: Pick<Planning, 'plan'>
  ledger: Pick<Ledger, 'elsewhere' | 'reverse'>
  /** Asks the members in writing; undefined where that cannot be done. */
  beginOpinion?: ((trx: Knex.Transaction, opinion: OpinionBeginning, caller: Caller) => Promise<unknown>) | undefined
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  told: TriageTelling
  db: Knex
}

type Decide = z.output<NonNullable<typeof decideTriage.body>>

/** Which decision it is, and the last day for it. */
interface Decided { nth: number, dueOn: Day | null }

function answer({ nth, dueOn }: Decided, { choice }: Decide): Decided & { movedFrom: Day | null } {
  const asked = 'dueOn' in choice ? choice.dueOn : null
  return { nth, dueOn, movedFrom: asked !== null && dueOn !== null && asked !== dueOn ? asked : null }
}

/** The office of the body, while the matter is neither on an agenda nor dealt with elsewhere. */
export const decideAct: Act = may.plan

/** A named person decides how a matter is dealt with; what follows is done in the same transaction. */
export function createDeciding({ access, store, facts, planning, ledger, beginOpinion, calendar, told, db }: DecidingDeps) {
  /** What was decided upon is still what the person saw. Throws `triageChanged`. */
  function requireSeen({ matter, result }: Weighed, { version, seen, proposed }: Decide): void {
    if (matter.notesVersion === version && matter.decisions === seen && result.way === proposed) return
    throw new AppError('triageChanged', { version: matter.notesVersion, decisions: matter.decisions, proposed: result.way })
  }

  /** Throws `triageWayClosed`, `triageReasonNeeded`. A way that a rule forbids may be chosen with a reason; the law of secrets has no exception. */
  function requireAllowed({ facts: known, result }: Weighed, { choice, reason }: Decide): void {
    if (known.secret && NEVER_SECRET.includes(choice.way)) throw new AppError('triageWayClosed', { why: 'secret' })
    if (choice.way === 'write' && !beginOpinion) throw new AppError('triageWayClosed', { why: 'unavailable' })
    if (choice.way !== result.way && reason === '') throw new AppError('triageReasonNeeded', { proposed: result.way })
  }

  /** Throws `triageNoTime`, `triageWayClosed`. */
  function requireSlot({ slots, facts: known }: Weighed, { way }: TriageChoice, meeting: Meeting): void {
    const slot = slots.find(({ meetingId }) => meetingId === meeting.id)
    if (!fits({ mode: meeting.mode, freeMinutes: known.minutes }, known, way)) throw new AppError('triageWayClosed', { why: 'unavailable' })
    // The item itself stands on the agenda by now.
    const freeMinutes = (slot?.freeMinutes ?? 0) + known.minutes
    if (!slot || !fits({ mode: meeting.mode, freeMinutes }, known, way)) throw new AppError('triageNoTime', { freeMinutes, minutes: known.minutes })
  }

  /** Throws `personNotFound` for who is no incumbent of the body. */
  async function requireDelegate(trx: Knex.Transaction, bodyId: string, personId: string, at: Date): Promise<void> {
    if (!(await store.incumbents(trx, bodyId, localDay(at))).some((one) => one.personId === personId)) throw new AppError('personNotFound')
  }

  /** The last day for it: a day off moves to the next working day. Throws `dueDateInvalid` for one that is past. */
  async function dueDay(trx: Knex.Transaction, { choice }: Decide, at: Date): Promise<Day | null> {
    const [today, dueOn] = [localDay(at), 'dueOn' in choice ? choice.dueOn : null]
    if (dueOn === null) return null
    const days = await calendar(today, addDays(dueOn < today ? today : dueOn, 30), trx)
    if (dueOn < today) throw new AppError('dueDateInvalid', { why: 'past', next: addWorkingDays(today, 1, days) })
    return addWorkingDays(dueOn, 0, days)
  }

  /** What the ledger has of it: a meeting that was asked for and is not held, or is held after all. */
  async function account(trx: Knex.Transaction, { matter }: Weighed, { way, reason, meetingId, deciderId: byId, at }: NewDecision): Promise<void> {
    if (way === 'meet' || way === 'online') {
      await ledger.reverse(trx, { matterId: matter.id }, { kind: 'rebound', reason })
      return
    }
    const today = localDay(at)
    await ledger.elsewhere(trx, {
      matterId: matter.id, bodyId: matter.bodyId, way, meetingId, byId, reason,
      // Who asks for a meeting and names no day would have it at once.
      requestedOn: matter.wantsMeeting ? matter.proposedOn ?? today : null,
      attendees: await store.incumbents(trx, matter.bodyId, today),
    })
  }

  /** Everything but the agenda, under the lock of the proposal, upon what the person saw. */
  async function carryOut(
    trx: Knex.Transaction, weighed: Weighed, caller: Caller, decide: Decide, at: Date, meeting: Meeting | null,
  ): Promise<Decided> {
    const { matter, result, facts: known } = weighed
    const { choice, reason, key } = decide
    if (choice.way === 'delegate') await requireDelegate(trx, matter.bodyId, choice.personId, at)
    const dueOn = await dueDay(trx, decide, at)
    const decision: NewDecision = {
      matterId: matter.id, nth: matter.decisions + 1, bodyId: matter.bodyId, way: choice.way, reason, facts: known, result,
      deciderId: caller.personId, at, key, meetingId: meeting?.id ?? null,
      delegateId: choice.way === 'delegate' ? choice.personId : null,
      dueOn,
    }
    await store.insertDecision(trx, decision)
    if (choice.way === 'delegate') await store.takeOutside(trx, matter.id, at, dueOn)
    // Itself says that the matter is dealt with in writing, and until when.
    if (choice.way === 'write') await beginOpinion?.(trx, { ...choice, matterId: matter.id, bodyId: matter.bodyId, title: matter.title, reason }, caller)
    await account(trx, weighed, decision)
    await told.decided(trx, decision, matter.title)
    return decision
  }

  async function weigh(source: Knex, matterId: string): Promise<Weighed> {
    const weighed = await facts.weighOne(source, matterId, null)
    if (!weighed) throw new AppError('proposalStage')
    return weighed
  }

  async function onAgenda(matterId: string, caller: Caller, decide: Decide, meetingId: string): Promise<Decided> {
    const basis = await weigh(db, matterId)
    requireSeen(basis, decide)
    requireAllowed(basis, decide)
    let done: Decided | undefined
    await planning.plan(matterId, caller, { meetingId, minutes: basis.facts.minutes, key: decide.key }, async ({ trx, at }: JournalTx, meeting) => {
      // The item is on the agenda by now, which changes what the rules make of it: notes and decisions alone are compared again.
      const present = await weigh(trx, matterId)
      requireSeen({ ...present, result: basis.result }, decide)
      requireAllowed({ ...present, result: basis.result }, decide)
      requireSlot(present, decide.choice, meeting)
      done = await carryOut(trx, basis, caller, decide, at, meeting)
    })
    // The answer to this very act was lost: it had been carried out before.
    return done ?? await store.findDecision(db, caller.personId, decide.key) ?? { nth: basis.matter.decisions, dueOn: null }
  }

  async function withoutMeeting(matterId: string, caller: Caller, decide: Decide): Promise<Decided> {
    return await access.change(matterId, caller, decideAct, null, async (trx, _, at) => {
      const basis = await weigh(trx, matterId)
      requireSeen(basis, decide)
      requireAllowed(basis, decide)
      return await carryOut(trx, basis, caller, decide, at, null)
    })
  }

  return {
    /**
     * Throws what the access to a proposal does, `triageChanged`, `triageReasonNeeded`, `triageWayClosed`, `triageNoTime`,
     * `personNotFound`, `dueDateInvalid`, `proposalSecret`, and what planning does.
     */
    async decide(matterId: string, caller: Caller, decide: Decide): Promise<Decided & { movedFrom: Day | null }> {
      requireUnstamped(decide.reason)
      const found = await access.accessTo(matterId, caller)
      const done = await store.findDecision(db, caller.personId, decide.key)
      if (done?.matterId === matterId) return answer(done, decide)
      if (done) throw new AppError('idempotencyKeyReused')
      const meetingId = 'meetingId' in decide.choice ? decide.choice.meetingId : null
      try {
        requireAct(found, decideAct)
        if (meetingId !== null) return answer(await onAgenda(matterId, caller, decide, meetingId), decide)
        return answer(await withoutMeeting(matterId, caller, decide), decide)
      } catch (error) {
        // Who comes second learns that somebody decided, rather than that it is at another step.
        const present = error instanceof AppError && error.code === 'proposalStage' ? await facts.weighOne(db, matterId, null) : undefined
        if (present && present.matter.decisions !== decide.seen) {
          throw new AppError('triageChanged', { version: present.matter.notesVersion, decisions: present.matter.decisions, proposed: present.result.way })
        }
        throw error
      }
    },
  }
}

export type Deciding = ReturnType<typeof createDeciding>
