import type { Knex } from 'knex'
import { MAX_OPINION_POINTS, type OpinionPoint } from '../../protocol/opinions.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { may, type Opinion, type OpinionAccessTo } from './access.ts'
import type { OpinionTelling } from './telling.ts'

export interface PointFields { summary: string, personIds: readonly string[] }

export interface ConsolidatingStore {
  points(db: Knex, opinionId: string): Promise<OpinionPoint[]>
  findPoint(db: Knex, opinionId: string, key: string, actorId: string): Promise<string | undefined>
  insertPoint(trx: Knex.Transaction, opinionId: string, point: PointFields & { actorId: string, at: Date, key: string }): Promise<string>
  /** Takes the unit's reply away. */
  updatePoint(trx: Knex.Transaction, pointId: string, point: PointFields & { at: Date }): Promise<void>
  removePoint(trx: Knex.Transaction, pointId: string): Promise<void>
  replyPoint(trx: Knex.Transaction, pointId: string, reply: { accepted: boolean, why: string, actorId: string, at: Date }): Promise<void>
  /** Whether all of these were asked and answered. */
  haveAnswered(db: Knex, opinionId: string, personIds: readonly string[]): Promise<boolean>
  /** How many answers with words, of those that count, stand in no point; how many points the unit has not answered. */
  left(db: Knex, opinionId: string): Promise<{ answers: number, points: number }>
}

export interface ConsolidatingDeps {
  access: OpinionAccessTo
  store: ConsolidatingStore
  /** Those that have a resolution, a draft or an issued one. */
  resolutions: { ofOpinions(db: Knex, opinionIds: readonly string[]): Promise<ReadonlyMap<string, unknown>> }
  told: Pick<OpinionTelling, 'toReply' | 'replied'>
}

/** Tổng hợp, tiếp thu, giải trình: the office consolidates opinions into points, the drafting unit answers each. */
export function createConsolidating({ access, store, resolutions, told }: ConsolidatingDeps) {
  const audit = (trx: Knex.Transaction, caller: Caller, { id: opinionId, bodyId }: Opinion, what: string, data: object) =>
    writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: `opinion.${what}`, data: { opinionId, ...data } })

  async function pointOf(trx: Knex.Transaction, opinionId: string, pointId: string, version?: number): Promise<OpinionPoint> {
    const point = (await store.points(trx, opinionId)).find(({ id }) => id === pointId)
    if (!point) throw new AppError('opinionPointNotFound')
    if (version !== undefined && point.version !== version) throw new AppError('opinionPointChanged', { point })
    return point
  }

  /** What a resolution or a notice was made of stays as it is, until that is recalled. */
  async function requireUnissued(trx: Knex.Transaction, { id, paperId }: Opinion): Promise<void> {
    if (paperId !== null || (await resolutions.ofOpinions(trx, [id])).size) throw new AppError('opinionIssued')
  }

  async function requireFields(trx: Knex.Transaction, opinion: Opinion, { summary, personIds }: PointFields): Promise<void> {
    requireUnstamped(summary)
    await requireUnissued(trx, opinion)
    if (!await store.haveAnswered(trx, opinion.id, personIds)) throw new AppError('personNotFound')
  }

  return {
    /** Throws as `opinions.addPoint` of the contract says. */
    add: (opinionId: string, caller: Caller, { key, ...fields }: PointFields & { key: string }) =>
      access.change(opinionId, caller, may.consolidate, async (trx, { opinion }, at) => {
        const known = await store.findPoint(trx, opinionId, key, caller.personId)
        if (known) return { point: await pointOf(trx, opinionId, known) }
        await requireFields(trx, opinion, fields)
        if ((await store.points(trx, opinionId)).length >= MAX_OPINION_POINTS) throw new AppError('opinionPointsFull', { limit: MAX_OPINION_POINTS })
        const pointId = await store.insertPoint(trx, opinionId, { ...fields, key, actorId: caller.personId, at })
        await audit(trx, caller, opinion, 'pointAdded', { pointId })
        await told.toReply(trx, opinion, at)
        return { point: await pointOf(trx, opinionId, pointId) }
      }),

    /** Throws as `opinions.changePoint` of the contract says. */
    change: (opinionId: string, pointId: string, caller: Caller, { version, ...fields }: PointFields & { version: number }) =>
      access.change(opinionId, caller, may.consolidate, async (trx, { opinion }, at) => {
        await pointOf(trx, opinionId, pointId, version)
        await requireFields(trx, opinion, fields)
        await store.updatePoint(trx, pointId, { ...fields, at })
        await audit(trx, caller, opinion, 'pointChanged', { pointId })
        await told.toReply(trx, opinion, at)
        return { point: await pointOf(trx, opinionId, pointId) }
      }),

    /** Throws as `opinions.removePoint` of the contract says. */
    remove: (opinionId: string, pointId: string, caller: Caller, version: number) =>
      access.change(opinionId, caller, may.consolidate, async (trx, { opinion }) => {
        await requireUnissued(trx, opinion)
        await pointOf(trx, opinionId, pointId, version)
        await store.removePoint(trx, pointId)
        await audit(trx, caller, opinion, 'pointRemoved', { pointId })
        return {}
      }),

    /** Throws as `opinions.reply` of the contract says. */
    reply: (opinionId: string, pointId: string, caller: Caller, { version, accepted, why }: { version: number, accepted: boolean, why: string }) =>
      access.change(opinionId, caller, may.reply, async (trx, { opinion }, at) => {
        requireUnstamped(why)
        await requireUnissued(trx, opinion)
        await pointOf(trx, opinionId, pointId, version)
        await store.replyPoint(trx, pointId, { accepted, why, actorId: caller.personId, at })
        await audit(trx, caller, opinion, 'pointReplied', { pointId, accepted })
        if ((await store.left(trx, opinionId)).points === 0) await told.replied(trx, opinion, at)
        return { point: await pointOf(trx, opinionId, pointId) }
      }),

    left: store.left,

    /** Throws `opinionUnconsolidated` where an opinion stands in no point yet, or a point waits for the unit. */
    async requireComplete(source: Knex, opinionId: string): Promise<void> {
      const left = await store.left(source, opinionId)
      if (left.answers || left.points) throw new AppError('opinionUnconsolidated', left)
    },
  }
}

export type Consolidating = ReturnType<typeof createConsolidating>
