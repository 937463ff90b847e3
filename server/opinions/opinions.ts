import type { Knex } from 'knex'
import { addDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { opinionDeadline, reminderTimes, timeOn, type WantedDeadline } from '../../protocol/opinion-counting.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { requireAct as requireProposalAct, type ProposalAccess, type ProposalAccessStore } from '../proposals/access.ts'
import type { PlanningStore } from '../proposals/planning.ts'
import { may, requireAct, type Opinion, type OpinionAccessTo } from './access.ts'
import type { OpinionTelling } from './telling.ts'

export interface NewOpinion extends Pick<Opinion, 'matterId' | 'bodyId' | 'title' | 'question' | 'rule' | 'dueOn' | 'dueAt' | 'workingDays' | 'movedFrom'> {
  at: Date
  actorId: string
  key: string
  remindAt: Date | null
}

export interface OpinionsStore {
  /** The one that this person's key began. */
  findCreation(db: Knex, actorId: string, key: string): Promise<{ opinionId: string, dueAt: Date, movedFrom: Day | null } | undefined>
  /** With the documents that the proposal has; undefined where one is open on the matter. */
  insert(trx: Knex.Transaction, opinion: NewOpinion): Promise<string | undefined>
  /** Freezes the incumbents of that day, members with a vote by protocol rank, as those asked; returns how many. */
  ask(trx: Knex.Transaction, opinionId: string, bodyId: string, on: Day): Promise<number>
  /** What the proposal says of itself: under way outside of meetings until a day, dealt with, or back in the pool. */
  settle(trx: Knex.Transaction, matterId: string, settled: 'outside' | 'decided' | null, at: Date, dueOn: Day | null): Promise<void>
  withdraw(trx: Knex.Transaction, opinionId: string, withdrawal: { at: Date, actorId: string, reason: string }): Promise<void>
  /** Those who have not answered and whose term has not ended. */
  unanswered(db: Knex, opinionId: string, on: Day): Promise<string[]>
}

export interface OpinionsDeps {
  db: Knex
  access: OpinionAccessTo
  store: OpinionsStore
  matters: { accessTo(proposalId: string, caller: Caller, source?: Knex): Promise<ProposalAccess> }
  matterStore: Pick<ProposalAccessStore, 'lock'> & Pick<PlanningStore, 'seed'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  /** Whether a state secret was found in the matter: by its office, on an agenda, or in one of its documents. */
  foundSecret(trx: Knex.Transaction, matterId: string): Promise<boolean>
  /** What became of the matter, for whoever judges how it was dealt with. */
  outcome(trx: Knex.Transaction, matterId: string, outcome: { kind: 'rebound', at: Date, actorId: string, note: string }): Promise<void>
  told: OpinionTelling
  now: () => Date
}

export interface Beginning { matterId: string, question: string, deadline: WantedDeadline | null, key: string }

/** Days of the calendar that the longest deadline may run over. */
const CALENDAR_DAYS = 200
/** Where in the pool a matter is that may be decided in writing. */
const open = { side: 'office', stages: ['pool', 'deferred'] } as const

/** Opening a written opinion, reminding of it, stopping it. */
export function createOpinions({ db, access, store, matters, matterStore, bodies, calendar, foundSecret, outcome, told, now }: OpinionsDeps) {
  /** In the caller's transaction, on a matter that is locked and whose stage was looked at. */
  async function insert(trx: Knex.Transaction, { personId }: Pick<Caller, 'personId'>, { matterId, question, deadline, key }: Beginning) {
    const at = now()
    const today = localDay(at)
    const seed = await matterStore.seed(trx, matterId, 'settledToo')
    const [body] = seed ? await bodies([seed.bodyId], trx) : []
    if (!seed || !body) throw new AppError('proposalStage')
    // Its title and papers would go to every incumbent.
    if (await foundSecret(trx, matterId)) throw new AppError('proposalSecret')
    const rule = body.rules.opinions
    const days = await calendar(addDays(today, -CALENDAR_DAYS), addDays(today, CALENDAR_DAYS), trx)
    const due = opinionDeadline(rule, today, deadline ?? { workingDays: rule.workingDays.usual }, days)
    if (!due.ok) throw new AppError('opinionDeadlineInvalid', { why: due.why, earliest: due.earliest, latest: due.latest })
    const { dueOn, workingDays, movedFrom } = due
    const dueAt = timeOn(dueOn, rule.closesAt)
    const opinionId = await store.insert(trx, {
      matterId, bodyId: seed.bodyId, title: seed.title, question, rule, dueOn, dueAt, workingDays, movedFrom, at, actorId: personId, key,
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
    return { opinionId, dueAt, movedFrom }
  }

  return {
    /** Throws as `opinions.begin` of the contract says. */
    async begin(caller: Caller, beginning: Beginning): Promise<{ opinionId: string, dueAt: string, movedFrom: Day | null }> {
      requireUnstamped(beginning.question)
      const answer = ({ dueAt, ...rest }: { opinionId: string, dueAt: Date, movedFrom: Day | null }) => ({ ...rest, dueAt: dueAt.toISOString() })
      const known = await store.findCreation(db, caller.personId, beginning.key)
      if (known) return answer(known)
      requireProposalAct(await matters.accessTo(beginning.matterId, caller), open)
      return answer(await db.transaction(async (trx) => {
        await matterStore.lock(trx, beginning.matterId)
        const before = await store.findCreation(trx, caller.personId, beginning.key)
        if (before) return before
        requireProposalAct(await matters.accessTo(beginning.matterId, caller, trx), open)
        return await insert(trx, caller, beginning)
      }))
    },

    /**
     * From a decision on how a matter is dealt with, in its transaction and under its lock; whoever calls has asked who may decide.
     * Throws `proposalStage`, `opinionUnderWay`, `opinionDeadlineInvalid`, `opinionNobodyToAsk`, `proposalSecret`.
     */
    async beginDecided(
      trx: Knex.Transaction, { matterId, dueOn, title, question }: { matterId: string, dueOn: Day | null, title: string, question?: string | undefined }, caller: Pick<Caller, 'personId'>,
    ): Promise<{ opinionId: string }> {
      const asked = question ?? `Đề nghị đồng chí cho ý kiến về nội dung: ${title}`
      requireUnstamped(asked)
      const { opinionId } = await insert(trx, caller, {
        matterId, question: asked, deadline: dueOn === null ? null : { on: dueOn }, key: `decided ${matterId} ${now().getTime()}`,
      })
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
      requireAct(seen, may.withdraw)
      return await db.transaction(async (trx) => {
        // The matter first, as its closing does.
        await matterStore.lock(trx, seen.opinion.matterId)
        await access.lock(trx, opinionId, 'alone')
        const found = await access.accessTo(opinionId, caller, trx)
        requireAct(found, may.withdraw)
        const { opinion } = found
        if (opinion.version !== version) throw new AppError('opinionChanged', { version: opinion.version })
        const at = now()
        await store.withdraw(trx, opinionId, { at, actorId: caller.personId, reason })
        await outcome(trx, opinion.matterId, { kind: 'rebound', at, actorId: caller.personId, note: reason })
        await store.settle(trx, opinion.matterId, null, at, null)
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.withdrawn', data: { opinionId } })
        await told.withdrawn(trx, opinion, reason)
        return {}
      })
    },
  }
}

export type Opinions = ReturnType<typeof createOpinions>
