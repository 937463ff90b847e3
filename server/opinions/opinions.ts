import type { Knex } from 'knex'
import { addDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { opinionDeadline, reminderTimes, timeOn } from '../../protocol/opinion-counting.ts'
import type { OpinionCount } from '../../protocol/triage.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { ProposalAccessStore } from '../proposals/access.ts'
import type { PlanningStore } from '../proposals/planning.ts'
import { may, requireAct, type Opinion, type OpinionAccessTo } from './access.ts'
import type { OpinionTelling } from './telling.ts'

export interface NewOpinion extends Pick<Opinion, 'matterId' | 'bodyId' | 'title' | 'question' | 'rule' | 'dueOn' | 'dueAt' | 'workingDays' | 'movedFrom'> {
  at: Date
  actorId: string
  remindAt: Date | null
}

export interface OpinionsStore {
  /** With the documents that the proposal has; undefined where one is open on the matter. */
  insert(trx: Knex.Transaction, opinion: NewOpinion): Promise<string | undefined>
  /** Freezes the incumbents of that day, members with a vote by protocol rank, as those asked; returns how many. */
  ask(trx: Knex.Transaction, opinionId: string, bodyId: string, on: Day): Promise<number>
  /** What the proposal says of itself: under way outside of meetings until a day, dealt with, or back in the pool. */
  settle(trx: Knex.Transaction, matterId: string, settled: 'outside' | 'decided' | null, at: Date, dueOn: Day | null): Promise<void>
  withdraw(trx: Knex.Transaction, opinionId: string, withdrawal: { at: Date, actorId: string | null, reason: string }): Promise<void>
  /** Those who have not answered and whose term has not ended. */
  unanswered(db: Knex, opinionId: string, on: Day): Promise<string[]>
  /** The one that is open on the matter, locked. */
  holdOpenOf(trx: Knex.Transaction, matterId: string): Promise<Opinion | undefined>
  /** Serves the papers of every opinion on the matter no more. */
  setSecret(trx: Knex.Transaction, matterId: string): Promise<void>
  /** Matters that were ever asked about and have one of these files. */
  mattersWith(db: Knex, sha256s: readonly string[]): Promise<string[]>
  /** Matters that are asked about and in which a state secret was found. */
  foundSecrets(db: Knex): Promise<string[]>
}

/** How a decision to ask in writing ended, as triage keeps it. */
export interface OpinionOutcome { kind: 'decided' | 'rebound' | 'stopped', at: Date, actorId: string | null, note: string, tally?: OpinionCount | undefined }

export interface OpinionsDeps {
  db: Knex
  access: OpinionAccessTo
  store: OpinionsStore
  matterStore: Pick<ProposalAccessStore, 'lock'> & Pick<PlanningStore, 'seed'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  /** Whether a state secret was found in the matter: by its office, on an agenda, or in one of its documents. */
  foundSecret(trx: Knex.Transaction, matterId: string): Promise<boolean>
  /** What became of the matter, for whoever judges how it was dealt with. */
  outcome(trx: Knex.Transaction, matterId: string, outcome: OpinionOutcome): Promise<void>
  told: OpinionTelling
  now: () => Date
}

/** Days of the calendar that the longest deadline may run over. */
const CALENDAR_DAYS = 200

/** Opening a written opinion, reminding of it, stopping it. */
export function createOpinions({ db, access, store, matterStore, bodies, calendar, foundSecret, outcome, told, now }: OpinionsDeps) {
  /** Under the lock of the matter. Nothing where none is open; `outcome` is the caller's. */
  async function stop(trx: Knex.Transaction, { matterId, at, actorId }: { matterId: string, at: Date, actorId: string | null }): Promise<void> {
    await store.setSecret(trx, matterId)
    const opinion = await store.holdOpenOf(trx, matterId)
    if (!opinion) return
    await store.withdraw(trx, opinion.id, { at, actorId, reason: '' })
    await store.settle(trx, matterId, null, at, null)
    await writeAudit(trx, { actorId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.stopped', data: { opinionId: opinion.id, matterId, because: 'secret' } })
    await told.stopped(trx, opinion, at)
  }

  /** As `stop`, with what triage is told. */
  async function end(trx: Knex.Transaction, matterId: string, at: Date): Promise<void> {
    await matterStore.lock(trx, matterId)
    if (await store.holdOpenOf(trx, matterId)) await outcome(trx, matterId, { kind: 'stopped', at, actorId: null, note: '' })
    await stop(trx, { matterId, at, actorId: null })
  }

  return {
    /**
     * From a decision on how a matter is dealt with, in its transaction and under its lock; whoever calls has asked who may decide.
     * `dueOn` null: the usual number of working days. Throws `proposalStage`, `opinionUnderWay`, `opinionDeadlineInvalid`,
     * `opinionNobodyToAsk`, `proposalSecret`.
     */
    async begin(
      trx: Knex.Transaction, { matterId, dueOn: wanted, title, question = `Đề nghị đồng chí cho ý kiến về nội dung: ${title}` }: Beginning, { personId }: Pick<Caller, 'personId'>,
    ): Promise<{ opinionId: string }> {
      requireUnstamped(question)
      const at = now()
      const today = localDay(at)
      const seed = await matterStore.seed(trx, matterId, 'settledToo')
      const [body] = seed ? await bodies([seed.bodyId], trx) : []
      if (!seed || !body) throw new AppError('proposalStage')
      // Its title and papers would go to every incumbent.
      if (await foundSecret(trx, matterId)) throw new AppError('proposalSecret')
      const rule = body.rules.opinions
      const days = await calendar(addDays(today, -CALENDAR_DAYS), addDays(today, CALENDAR_DAYS), trx)
      const due = opinionDeadline(rule, today, wanted === null ? { workingDays: rule.workingDays.usual } : { on: wanted }, days)
      if (!due.ok) throw new AppError('opinionDeadlineInvalid', { why: due.why, earliest: due.earliest, latest: due.latest })
      const { dueOn, workingDays, movedFrom } = due
      const dueAt = timeOn(dueOn, rule.closesAt)
      const opinionId = await store.insert(trx, {
        matterId, bodyId: seed.bodyId, title: seed.title, question, rule, dueOn, dueAt, workingDays, movedFrom, at, actorId: personId,
        remindAt: reminderTimes(rule, dueOn, days).find((time) => time > at) ?? null,
      })
      if (opinionId === undefined) throw new AppError('opinionUnderWay')
      const asked = await store.ask(trx, opinionId, seed.bodyId, today)
      if (asked === 0) throw new AppError('opinionNobodyToAsk')
      await store.settle(trx, matterId, 'outside', at, dueOn)
      await writeAudit(trx, {
        actorId: personId, subjectId: null, bodyId: seed.bodyId, action: 'opinion.begun',
        data: { opinionId, matterId, asked, dueAt: dueAt.toISOString(), movedFrom, silence: rule.silence },
      })
      await told.opened(trx, opinionId)
      return { opinionId }
    },

    /** Throws `opinionNotFound`, `forbiddenForOpinion`, `opinionState`. */
    remind: (opinionId: string, caller: Caller) => access.change(opinionId, caller, may.remind, async (trx, { opinion }, at) => {
      const day = localDay(at)
      const reminded = await told.reminder(trx, opinion, await store.unanswered(trx, opinionId, day), day)
      await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.reminded', data: { opinionId, reminded } })
      return { reminded }
    }),

    /** Throws as `remind`, `opinionChanged`, `proposalSecret`. */
    async withdraw(opinionId: string, caller: Caller, { version, reason }: { version: number, reason: string }): Promise<Record<string, never>> {
      requireUnstamped(reason)
      const seen = await access.accessTo(opinionId, caller)
      requireAct(seen, may.withdraw, now())
      return await db.transaction(async (trx) => {
        // The matter first, as its closing does.
        await matterStore.lock(trx, seen.opinion.matterId)
        await access.lock(trx, opinionId, 'alone')
        const found = await access.accessTo(opinionId, caller, trx)
        const at = now()
        requireAct(found, may.withdraw, at)
        const { opinion } = found
        if (opinion.version !== version) throw new AppError('opinionChanged', { version: opinion.version })
        await store.withdraw(trx, opinionId, { at, actorId: caller.personId, reason })
        await outcome(trx, opinion.matterId, { kind: 'stopped', at, actorId: caller.personId, note: reason })
        await store.settle(trx, opinion.matterId, null, at, null)
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.withdrawn', data: { opinionId } })
        await told.withdrawn(trx, opinion, reason)
        return {}
      })
    },

    stop,

    /** These files proved to hold a state secret: what is asked about with them stops, in the transaction of that. */
    async stopWith(trx: Knex.Transaction, sha256s: readonly string[], at: Date): Promise<void> {
      for (const matterId of await store.mattersWith(trx, sha256s)) await end(trx, matterId, at)
    },

    /** Looked at each minute: a secret that was found in any other way, as by an item that was classified. */
    async stopSecrets(): Promise<void> {
      for (const matterId of await store.foundSecrets(db)) await db.transaction((trx) => end(trx, matterId, now()))
    },
  }
}

export interface Beginning { matterId: string, dueOn: Day | null, title: string, question?: string | undefined }
export type Opinions = ReturnType<typeof createOpinions>
