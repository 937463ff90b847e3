import type { Knex } from 'knex'
import { addDays, localDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { Person } from '../../protocol/identity.ts'
import type { TriageFacts, TriageResult } from '../../protocol/triage-rules.ts'
import type { TriageDecision, TriageDetail, TriageList, TriageOutcome, TriageRow } from '../../protocol/triage.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { ProposalAccess, ProposalAccessTo } from '../proposals/access.ts'
import { decideAct, type DecidingStore } from './deciding.ts'
import { noteAct } from './ending.ts'
import { NOTHING_NOTED, type Facts, type FactsStore } from './facts.ts'

interface Named { id: string, name: string }

/** A decision as it is kept; how many days it took is counted by the calendar. */
export interface KeptDecision extends Omit<TriageDecision, 'outcome'> {
  matterId: string
  outcome: Omit<TriageOutcome, 'tookDays'> | null
  facts: TriageFacts
  result: TriageResult
}

export interface MatterInShort { title: string, summary: string, legalBasis: string, body: Named, unit: Named }

export interface ListedMatter {
  id: string, title: string, body: Named, unit: Named, since: Date, proposedOn: Day | null, late: boolean, nth: number | null
  deciderName: string | null, delegateName: string | null
}

interface Reader { personId: string, on: Day }

export interface TriageReadingStore {
  /** Of these matters, each in order. One query. */
  decisions(db: Knex, matterIds: readonly string[]): Promise<KeptDecision[]>
  /** Whether it is delegated to this person, who decides in the body on that day; or was, and they decided it. */
  delegatedTo(db: Knex, matterId: string, personId: string, on: Day): Promise<boolean>
  inShort(db: Knex, matterId: string): Promise<MatterInShort | undefined>
  /** A page of a list, longest waiting first, what is over latest first; and how many each list has. One query. */
  list(
    db: Knex, reader: Reader, filter: { list: TriageList, bodyId: string | undefined, after: { at: Date, id: string } | undefined, limit: number },
  ): Promise<{ page: ListedMatter[], counts: Partial<Record<TriageList, number>> }>
  /** Every matter that no meeting has and nobody deals with, of all bodies; at most 2000. */
  undecided(db: Knex): Promise<string[]>
  delegated(db: Knex, personId: string, on: Day): Promise<{ id: string, title: string, body: Named, dueOn: Day, late: boolean }[]>
}

export interface ReadingDeps {
  db: Knex
  access: ProposalAccessTo
  store: TriageReadingStore & Pick<FactsStore, 'matters'> & Pick<DecidingStore, 'incumbents'>
  facts: Facts
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  people(ids: readonly string[]): Promise<Person[]>
  /** The bodies whose office the person is. */
  offices(personId: string, on: Day): Promise<Named[]>
  /** Whether opinions can be asked for in writing. */
  writing: boolean
  now: () => Date
}

/** What the office sees of how matters are to be dealt with; the unit and a delegate see what was decided. */
export function createTriageReading({ db, access, store, facts, calendar, people, offices, writing, now }: ReadingDeps) {
  async function withDays(kept: readonly KeptDecision[]): Promise<TriageDecision[]> {
    const first = kept[0] ? localDay(kept.reduce((earliest, { at }) => at < earliest ? at : earliest, kept[0].at)) : localDay(now())
    const days = kept.length ? await calendar(first, addDays(localDay(now()), 1), db) : new Map()
    return kept.map(({ matterId: _, facts: __, result: ___, outcome, ...decision }) => ({
      ...decision, outcome: outcome && { ...outcome, tookDays: workingDaysBetween(localDay(decision.at), localDay(outcome.at), days) },
    }))
  }

  async function forOffice(matterId: string, caller: Caller): Promise<{ office: TriageDetail['office'], version: number }> {
    const weighed = await facts.weighOne(db, matterId, caller.personId)
    if (!weighed) return { office: null, version: 0 }
    const { matter, facts: known, result, slots } = weighed
    const delegates = await people((await store.incumbents(db, matter.bodyId, localDay(now()))).map(({ personId }) => personId))
    return {
      version: matter.notesVersion,
      office: {
        notes: matter.notes ?? NOTHING_NOTED, facts: known, result, delegates, writing,
        // A meeting that the caller does not prepare is none that they can put it on.
        slots: slots.filter((slot) => slot.known).map(({ bodyId: _, known: __, ...slot }) => slot),
      },
    }
  }

  return {
    /** Throws `proposalNotFound` for everybody else. */
    async get(matterId: string, caller: Caller): Promise<TriageDetail> {
      const delegated = await store.delegatedTo(db, matterId, caller.personId, localDay(now()))
      const found: ProposalAccess | undefined = await access.accessTo(matterId, caller).catch((error: unknown) => {
        if (delegated && error instanceof AppError && error.code === 'proposalNotFound') return undefined
        throw error
      })
      const isOffice = found?.sides.includes('office') ?? false
      const [matter, kept, { office, version }] = await Promise.all([
        store.inShort(db, matterId), store.decisions(db, [matterId]),
        isOffice ? forOffice(matterId, caller) : { office: null, version: 0 },
      ])
      if (!matter) throw new AppError('proposalNotFound')
      const last = kept.at(-1)
      const running = last?.way === 'delegate' && last.outcome === null
      const mayDecide = isOffice && decideAct.stages.includes(found?.stage ?? 'draft')
      const ids = kept.flatMap(({ deciderId, delegateId, outcome }) => [deciderId, delegateId, outcome?.actorId ?? null]).filter((id) => id !== null)
      return {
        version, office, matter, decisions: await withDays(kept), people: await people([...new Set(ids)]),
        may: {
          note: isOffice && noteAct.stages.includes(found?.stage ?? 'draft'), decide: mayDecide,
          finish: running && (isOffice || (delegated && last.delegateId === caller.personId)), stop: running && isOffice,
        },
      }
    },

    async list(caller: Caller, { list, bodyId, after, limit }: { list: TriageList, bodyId?: string | undefined, after?: string | undefined, limit: number }) {
      const reader = { personId: caller.personId, on: localDay(now()) }
      const [at, id] = after?.split('~') ?? []
      const [{ page: found, counts }, bodies] = await Promise.all([
        store.list(db, reader, { list, bodyId, after: at === undefined ? undefined : { at: new Date(at), id: id ?? FIRST_ID }, limit: limit + 1 }),
        offices(caller.personId, reader.on),
      ])
      const page = found.slice(0, limit)
      const ids = page.map((row) => row.id)
      const [weighed, kept] = await Promise.all([
        list === 'undecided' || list === 'convene' ? store.matters(db, ids).then((matters) => facts.weigh(db, matters, null)) : [],
        store.decisions(db, ids),
      ])
      const decided = await withDays(kept)
      const last = page.at(-1)
      return {
        bodies, next: found.length > page.length && last ? `${last.since.toISOString()}~${last.id}` : null,
        counts: { undecided: 0, convene: 0, outside: 0, over: 0, ...counts },
        rows: page.map(({ nth, since, ...row }): TriageRow => ({
          ...row, since: since.toISOString(), result: weighed.find(({ matter }) => matter.id === row.id)?.result ?? null,
          decision: decided[kept.findIndex((one) => one.matterId === row.id && one.nth === nth)] ?? null,
        })),
      }
    },

    async delegated(caller: Caller) {
      return { matters: await store.delegated(db, caller.personId, localDay(now())) }
    },
  }
}

export type TriageReading = ReturnType<typeof createTriageReading>

/** Sorts before every id. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
