import type { Knex } from 'knex'
import type { z } from 'zod'
import { addDays, localDay, type Day } from '../../protocol/calendar.ts'
import type { endTriageRule, listTriageRules, previewTriageRule, reviseTriageRule, RuleRevision } from '../../protocol/triage-book.ts'
import type { TriageRule, Way } from '../../protocol/triage-rules.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Facts, FactsStore } from './facts.ts'

type Listed = z.output<typeof listTriageRules.response>
type Preview = z.output<typeof previewTriageRule.response>

export interface RulesTx {
  /** The versions of a rule in their order, those that were withdrawn too; others who ask for them wait until the end of the transaction. */
  versions(code: string, bodyId: string | null): Promise<(TriageRule & { withdrawn: boolean })[]>
  /** Undefined for one that was withdrawn. */
  find(ruleId: string): Promise<TriageRule | undefined>
  /** Writes its audit entry. */
  insert(rule: RuleRevision, version: number, reason: string, actorId: string): Promise<string>
  /** With the reason for it. Writes its audit entry. */
  end(ruleId: string, until: Day, reason: string, actorId: string): Promise<void>
  /** It never speaks again, and stands in no other's way. Writes its audit entry. */
  withdraw(ruleId: string, reason: string, actorId: string): Promise<void>
}

export interface RulesStore {
  /** By code, body and version. Two queries. */
  all(db: Knex): Promise<Listed>
  hasBody(db: Knex, bodyId: string): Promise<boolean>
  change<T>(db: Knex, work: (tx: RulesTx) => Promise<T>): Promise<T>
  /** Of these matters, with their body's name; the title where the reader is of its office. One query. */
  named(db: Knex, matterIds: readonly string[], readerId: string, on: Day): Promise<{ id: string, bodyName: string, title: string | null }[]>
}

export interface BookDeps {
  db: Knex
  store: RulesStore & Pick<FactsStore, 'matters'>
  facts: Pick<Facts, 'weigh'>
  undecided(db: Knex): Promise<string[]>
  now: () => Date
}

/** How many changed matters a preview lists. */
const PREVIEW_ROWS = 50

/** The rules by which ways are proposed: versions that never change but in their last day, so that who asks later sees why. */
export function createRuleBook({ db, store, facts, undecided, now }: BookDeps) {
  function requireAhead(day: Day): void {
    const earliest = localDay(now())
    if (day < earliest) throw new AppError('dateOutOfRange', { earliest, latest: null })
  }

  return {
    all: () => store.all(db),

    /** Throws `dateOutOfRange` for a first day that is past, `bodyNotFound`, `triageRuleChanged`, `triageRuleOverlaps`. */
    async revise(
      { personId }: Caller, { rule, version, reason }: z.output<NonNullable<typeof reviseTriageRule.body>>,
    ): Promise<{ ruleId: string, version: number }> {
      requireAhead(rule.since)
      if (rule.bodyId !== null && !await store.hasBody(db, rule.bodyId)) throw new AppError('bodyNotFound')
      return await store.change(db, async (tx) => {
        const versions = await tx.versions(rule.code, rule.bodyId)
        const latest = Math.max(0, ...versions.map((one) => one.version))
        if (latest !== version) throw new AppError('triageRuleChanged', { version: latest })
        // The one that goes on until further notice makes way, and so does one that the new version puts right on its very first
        // day; any other stands as it was decided.
        const standing = versions.filter(({ withdrawn }) => !withdrawn)
        const before = standing.find(({ until, since }) => until === null && since < rule.since)
        const mistaken = standing.find(({ since }) => since === rule.since)
        const other = standing.find((one) =>
          one !== before && one !== mistaken && one.since <= (rule.until ?? LAST_DAY) && rule.since <= (one.until ?? LAST_DAY))
        if (other) throw new AppError('triageRuleOverlaps', { since: other.since, until: other.until })
        if (mistaken) await tx.withdraw(mistaken.id, reason, personId)
        if (before) await tx.end(before.id, addDays(rule.since, -1), reason, personId)
        return { ruleId: await tx.insert(rule, latest + 1, reason, personId), version: latest + 1 }
      })
    },

    /** Throws `triageRuleNotFound` also for one whose end is set, `dateOutOfRange`. */
    async end({ personId }: Caller, ruleId: string, { until, reason }: z.output<NonNullable<typeof endTriageRule.body>>): Promise<void> {
      // Until yesterday it was in force, whatever is decided today.
      if (until < addDays(localDay(now()), -1)) throw new AppError('dateOutOfRange', { earliest: addDays(localDay(now()), -1), latest: null })
      await store.change(db, async (tx) => {
        const found = await tx.find(ruleId)
        if (!found || found.until !== null) throw new AppError('triageRuleNotFound')
        if (until < found.since) throw new AppError('dateOutOfRange', { earliest: found.since, latest: null })
        await tx.end(ruleId, until, reason, personId)
      })
    },

    /**
     * What the undecided matters would be proposed for if the rule held today; nothing is written. An administrator learns no title
     * of a matter that is none of theirs. Throws `bodyNotFound`.
     */
    async preview(caller: Caller, rule: RuleRevision): Promise<Preview> {
      if (rule.bodyId !== null && !await store.hasBody(db, rule.bodyId)) throw new AppError('bodyNotFound')
      const today = localDay(now())
      const matters = await store.matters(db, await undecided(db))
      const draft: TriageRule = { ...rule, id: NO_ID, version: 1, since: today, until: null }
      const replace = (rules: TriageRule[]) => [...rules.filter(({ code, bodyId }) => code !== rule.code || bodyId !== rule.bodyId), draft]
      const [present, then] = [await facts.weigh(db, matters, null), await facts.weigh(db, matters, null, replace)]
      const changed = present.flatMap(({ matter, result: { way } }, index) => {
        const after = then[index]?.result.way ?? null
        return way === after ? [] : [{ id: matter.id, before: way, after }]
      })
      const names = await store.named(db, changed.slice(0, PREVIEW_ROWS).map(({ id }) => id), caller.personId, today)
      return {
        matters: matters.length, before: countWays(present.map(({ result }) => result.way)), after: countWays(then.map(({ result }) => result.way)),
        changes: changed.slice(0, PREVIEW_ROWS).map(({ id, ...ways }) => {
          const named = names.find((one) => one.id === id)
          const title = named?.title ?? null
          return { bodyName: named?.bodyName ?? '', title, proposalId: title === null ? null : id, ...ways }
        }),
      }
    },
  }
}

export type RuleBook = ReturnType<typeof createRuleBook>

const LAST_DAY = '9999-12-31'
/** Of a rule that is none yet. */
const NO_ID = '00000000-0000-7000-8000-000000000000'

function countWays(ways: readonly (Way | null)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const way of ways) counts[way ?? 'none'] = (counts[way ?? 'none'] ?? 0) + 1
  return counts
}
