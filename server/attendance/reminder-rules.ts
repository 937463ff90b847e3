import type { Knex } from 'knex'
import type { ReminderRule, ReminderRuleDraft } from '../../protocol/reminders.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { canonical } from '../journal/chain.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** `bodyId` null: the common rules. */
export interface ReminderRulesStore {
  /** In the order of their making. */
  rulesOf(db: Knex, bodyId: string | null): Promise<ReminderRule[]>
  /** Until the end of the transaction others who change these rules wait. */
  lockRules(trx: Knex.Transaction, bodyId: string | null): Promise<void>
  /** Deletes what is not named by its id, changes what is, adds the others. Writes its audit entry. */
  replaceRules(trx: Knex.Transaction, bodyId: string | null, rules: readonly ReminderRuleDraft[], actorId: string): Promise<void>
}

export interface ReminderRulesDeps {
  db: Knex
  store: ReminderRulesStore
  /** Unknown ids are left out. */
  bodies(ids: readonly string[]): Promise<BodyRecord[]>
}

/** The rules by which people are reminded: data, which administrators keep. */
export function createReminderRules({ db, store, bodies }: ReminderRulesDeps) {
  async function scopeOf(bodyId: string | undefined): Promise<string | null> {
    if (bodyId === undefined) return null
    if (!(await bodies([bodyId])).length) throw new AppError('bodyNotFound')
    return bodyId
  }

  return {
    /** Throws `bodyNotFound`. */
    async get(bodyId?: string): Promise<ReminderRule[]> {
      return await store.rulesOf(db, await scopeOf(bodyId))
    },

    /** A rule with an id that the scope does not have is a new one. Throws `bodyNotFound`, `reminderRulesChanged`. */
    async set({ personId }: Caller, bodyId: string | undefined, rules: readonly ReminderRuleDraft[], before: readonly ReminderRule[]): Promise<ReminderRule[]> {
      const scope = await scopeOf(bodyId)
      return await db.transaction(async (trx) => {
        await store.lockRules(trx, scope)
        const now = await store.rulesOf(trx, scope)
        if (canonical(now) !== canonical(before)) throw new AppError('reminderRulesChanged', { rules: now })
        await store.replaceRules(trx, scope, rules, personId)
        return await store.rulesOf(trx, scope)
      })
    },
  }
}

export type ReminderRules = ReturnType<typeof createReminderRules>
